"""Synthesised speech: utterances of espeak-ng's many voices, as int16 at 16 kHz.

An utterance is what is said and how (Utterance); `say` speaks a list of them, in parallel, and keeps
the sound in a cache. Voices are held out by name: what is measured is spoken by none that trained.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.signal import resample_poly

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / "build" / "wake_word"
RATE = 16000

LANGUAGES = (
    "en-gb en-us en-gb-scotland en-gb-x-rp en-gb-x-gbclan en-gb-x-gbcwmd en-029 en-us-nyc".split()
)
# Variants of espeak-ng that are effects rather than people.
EFFECTS = re.compile(r"(?i)robo|tweaky|demonic|whisper|fast|klatt|mr")
HELD_OUT = 4  # one variant in so many is kept for measuring
WORDS_HELD_OUT = 4  # one word of words.txt in so many too


class Utterance(NamedTuple):
    """What is said, by whom (a voice of espeak-ng), how fast (words a minute) and how high (0 to 99)."""

    text: str
    voice: str
    speed: int
    pitch: int


def variants(held_out: bool) -> list[str]:
    """The voices' variants to train with, or those held out."""
    if shutil.which("espeak-ng") is None:
        raise SystemExit("espeak-ng is not installed: apt-get install espeak-ng")
    table = subprocess.run(["espeak-ng", "--voices=variant"], capture_output=True, text=True)
    names = sorted(set(re.findall(r"!v/(\S+)", table.stdout)))
    people = [name for name in names if not EFFECTS.search(name)]
    return [name for i, name in enumerate(people) if (i % HELD_OUT == 0) == held_out]


def words(held_out: bool) -> list[str]:
    """The words of other speech to train with, or those held out."""
    everything = (HERE / "words.txt").read_text().split()
    return [w for i, w in enumerate(everything) if (i % WORDS_HELD_OUT == 0) == held_out]


def spoken_by(
    texts: list[str], people: list[str], rng: np.random.Generator, speeds: tuple[int, int]
) -> list[Utterance]:
    """Each text, said by somebody in some way; everybody has the same share."""
    order = [people[i % len(people)] for i in range(len(texts))]
    rng.shuffle(order)
    return [
        Utterance(
            text,
            f"{rng.choice(LANGUAGES)}+{who}",
            int(rng.integers(*speeds)),
            int(rng.integers(20, 80)),
        )
        for text, who in zip(texts, order)
    ]


def sentences(n: int, vocabulary: list[str], rng: np.random.Generator) -> list[str]:
    """n texts of one to nine words."""
    return [" ".join(rng.choice(vocabulary, rng.integers(1, 10))) for _ in range(n)]


def confusable(word: str, n: int, vocabulary: list[str], rng: np.random.Generator) -> list[str]:
    """n texts that share a part with `word`: one of its words beside others, half of one, another order."""
    parts = word.split()
    pieces = [*parts] if len(parts) > 1 else []
    for part in parts:
        half = (len(part) + 1) // 2
        pieces += [part[:half], part[half:]] if len(part) > 3 else []
    texts = []
    for _ in range(n):
        piece, other = rng.choice(pieces or ["oh"]), rng.choice(vocabulary)
        text = [f"{piece} {other}", f"{other} {piece}", piece, f"{other} {piece} {other}"]
        if len(parts) > 1:
            text.append(" ".join(reversed(parts)))
        texts.append(str(rng.choice(text)))
    return [text for text in texts if word not in text]


def speak(utterance: Utterance) -> np.ndarray:
    """The sound of one utterance, int16, without the silence around it."""
    command = ["espeak-ng", "-v", utterance.voice, "-s", str(utterance.speed)]
    command += ["-p", str(utterance.pitch), "--stdout", utterance.text]
    done = subprocess.run(command, capture_output=True)
    if done.returncode != 0 or len(done.stdout) < 100:
        raise SystemExit(f"espeak-ng: {done.stderr.decode().strip()}: {utterance}")
    return trimmed(read_wav(io.BytesIO(done.stdout)))


def read_wav(file: object) -> np.ndarray:
    """The samples of a 16-bit .wav file with one channel (a path or a file), int16 at 16 kHz."""
    with wave.open(file) as recording:
        rate = recording.getframerate()
        if recording.getnchannels() != 1 or recording.getsampwidth() != 2:
            raise SystemExit(f"{file}: expected one channel of 16-bit samples")
        sound = np.frombuffer(recording.readframes(1 << 30), np.int16)
    if rate == RATE:
        return sound
    divisor = np.gcd(rate, RATE)
    sound = resample_poly(sound.astype(np.float32), RATE // divisor, rate // divisor)
    return np.clip(np.round(sound), -32768, 32767).astype(np.int16)


def trimmed(sound: np.ndarray) -> np.ndarray:
    """Without what is below a hundredth of the loudest at the beginning and the end."""
    loud = np.flatnonzero(
        np.abs(sound.astype(np.int32)) * 100 > np.abs(sound.astype(np.int32)).max()
    )
    return sound[loud[0] : loud[-1] + 1] if len(loud) else sound[:0]


def say(utterances: list[Utterance]) -> list[np.ndarray]:
    """The sound of each utterance; from the cache where the very same list was spoken before."""
    digest = hashlib.sha256(repr(utterances).encode()).hexdigest()[:16]
    cached = CACHE / f"speech-{digest}.npz"
    if not cached.exists():
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            sounds = list(pool.map(speak, utterances))
        CACHE.mkdir(parents=True, exist_ok=True)
        ends = np.cumsum([len(sound) for sound in sounds])
        part = cached.with_suffix(".part.npz")
        np.savez(part, samples=np.concatenate(sounds), ends=ends)
        part.rename(cached)
    with np.load(cached) as stored:
        return np.split(stored["samples"], stored["ends"][:-1])
