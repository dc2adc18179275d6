"""Counts what the detector hears that was not said, and misses that was, with the int8 model in minfer's own pipeline.

    python examples/wake_word/measure.py

Neither the voices nor the words around the wake word were there in training. With flite installed,
its voices, of another synthesiser altogether, say the word as well.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

import minfer
from minfer._pipeline import Pipeline
from scenes import Scene, noises, scenes
from speech import RATE, confusable, read_wav, say, sentences, spoken_by, trimmed, variants, words

HERE = Path(__file__).resolve().parent
SEED = 1001
SAID = 400  # utterances at each ratio of speech to noise
RATIOS = (20, 10, 5, 0)  # dB
HOURS = 3  # of speech without the word, and of noise
NEAR = 400  # utterances that share a part with the word
FLITE = ("kal", "kal16", "awb", "rms", "slt")


def heard(scene: Scene, pipeline: Pipeline) -> tuple[int, int]:
    """How many of the words in a scene are answered, and how many answers there are besides."""
    pipeline.reset()
    times = [answer.time * RATE // 1000 for answer in pipeline.feed(scene.sound)]
    hits = 0
    for begin, end in scene.spoken:
        mine = [time for time in times if (begin + end) // 2 <= time <= end + RATE]
        if mine:
            hits += 1
            times.remove(mine[0])
    return hits, len(times)


def misses(
    said: list[np.ndarray], others: list[np.ndarray], pipeline: Pipeline, ratio: float
) -> str:
    """The share of utterances without an answer, in noise and rooms of all kinds."""
    rng = np.random.default_rng(SEED)
    recorded = scenes(said, [], 5, rng, others, snr=(ratio, ratio), gaps=(1.2, 2))
    hits = sum(heard(scene, pipeline)[0] for scene in recorded)
    return f"{1 - hits / len(said):.1%} of {len(said)}"


def accepts(recorded: Iterable[Scene], pipeline: Pipeline) -> str:
    """How many answers there are, all of them false, and how many that makes an hour."""
    answers, samples = 0, 0
    for scene in recorded:
        answers += heard(scene, pipeline)[1]
        samples += len(scene.sound)
    hours = samples / RATE / 3600
    return f"{answers / hours:.2f} an hour ({answers} in {hours:.2f} hours)"


def speech(texts: list[np.ndarray], rng: np.random.Generator) -> Iterable[Scene]:
    """Utterances one after the other, ten to a scene, in noise of 3 to 35 dB less."""
    return scenes([], texts, 10, rng, texts, gaps=(0.4, 0.8))


def flite(word: str) -> list[np.ndarray]:
    """The word by each voice of flite, at several speeds and pitches."""
    said = []
    with tempfile.TemporaryDirectory() as folder:
        for voice in FLITE:
            for stretch in (0.85, 1.0, 1.15, 1.3):
                for pitch in (95, 120, 150, 180):
                    path = f"{folder}/{voice}.wav"
                    settings = (
                        f"--setf duration_stretch={stretch} --setf int_f0_target_mean={pitch}"
                    )
                    command = ["flite", "-voice", voice, *settings.split(), "-t", word, "-o", path]
                    subprocess.run(command, check=True)
                    said.append(trimmed(read_wav(path)))
    return said


def main() -> None:
    labels = (HERE / "labels.txt").read_text().splitlines()
    output = HERE.parents[1] / "build" / "wake_word.mnf"
    model = minfer.convert(
        HERE / "wake_word.tflite", output, labels=labels, frontend=HERE / "recipe.toml"
    )
    pipeline = minfer.pipeline(model)
    word = labels[-1]
    rng = np.random.default_rng(SEED)
    people, vocabulary = variants(held_out=True), words(held_out=True)
    vocabulary = [other for other in vocabulary if other not in word.split()]
    said = say(spoken_by([word] * SAID, people, rng, (130, 210)))
    near = say(spoken_by(confusable(word, NEAR, vocabulary, rng), people, rng, (110, 230)))
    unsaid = say(spoken_by(sentences(1450 * HOURS, vocabulary, rng), people, rng, (110, 230)))

    print(f"{word!r}, {len(people)} voices that did not train")
    for ratio in RATIOS:
        print(f"missed at {ratio:2} dB      {misses(said, unsaid, pipeline, ratio)}", flush=True)
    if shutil.which("flite"):
        print(f"missed of flite's   {misses(flite(word), unsaid, pipeline, 20)}", flush=True)
    print(f"false in its parts  {accepts(speech(near, rng), pipeline)}", flush=True)
    print(f"false in speech     {accepts(speech(unsaid, rng), pipeline)}", flush=True)
    noise = noises(3600 * HOURS, 60, unsaid, rng)
    print(f"false in noise      {accepts(noise, pipeline)}")


if __name__ == "__main__":
    main()
