"""Random sounds, random front ends for them, and the features the host's engine gives."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from front_ends import pieces
from minfer import audio

SHARED = Path(__file__).resolve().parents[2] / "../shared"
GOLDEN = SHARED / "golden" / "tflm__audio_preprocessor_int8.npz"


@dataclass(frozen=True)
class Sound:
    """A front end, by its class and arguments, and the samples it gets."""

    kind: str
    arguments: dict[str, Any]
    samples: np.ndarray

    def front_end(self) -> audio.FrontEnd:
        """A new one."""
        return getattr(audio, self.kind)(**self.arguments)

    def features(self) -> np.ndarray:
        """All windows."""
        return self.front_end().features(self.samples)


def golden_sounds() -> list[tuple[Sound, np.ndarray]]:
    """The recordings of ../shared, 30 ms every 20 ms, and what TensorFlow Lite Micro makes of them; none where it is missing."""
    if not GOLDEN.exists():
        return []
    arrays = np.load(GOLDEN)
    sounds = []
    for name in (key[3:] for key in arrays if key.startswith("in_")):
        windows = arrays[f"in_{name}"]
        samples = np.concatenate([windows[:-1, :320].ravel(), windows[-1]])
        sounds.append(
            (Sound("MicroSpeech", {"frames": len(windows)}, samples), arrays[f"ref_{name}"])
        )
    return sounds


def make_samples(generator: random.Random, n: int) -> np.ndarray:
    """Noise, tones, square waves, silence, or -32768 throughout, often at full scale."""
    noise = np.random.default_rng(generator.getrandbits(32))
    level = generator.choice((1, 10, 1000, 32767, 60000))
    time = np.arange(n)
    period = generator.uniform(2, 400)
    samples = {
        "noise": lambda: noise.normal(0, level, n),
        "bursts": lambda: noise.normal(0, level, n) * (noise.random(n // 500 + 1) < 0.3).repeat(500)[:n],
        "tone": lambda: level * np.sin(2 * np.pi * time / period),
        "square": lambda: np.where(time % period < period / 2, 32767, -32768),
        "impulses": lambda: np.where(time % int(period) == 0, -32768, 0),
        "silence": lambda: np.zeros(n),
        "least": lambda: np.full(n, -32768),
    }
    kind = generator.choice(("noise", "noise", "bursts", "tone", "tone", *samples))
    return np.clip(np.rint(samples[kind]()), -32768, 32767).astype(np.int16)


def micro_speech_arguments(generator: random.Random) -> dict[str, Any]:
    """Of MicroSpeech; half of the time as TensorFlow Lite Micro's example has them."""
    frames = {"frames": generator.randint(1, 6), "every": generator.randint(1, 3)}
    if generator.random() < 0.5:
        return {**frames, "hop": generator.choice((160, 320, 480, 700))}
    rate = generator.choice((8000, 16000, 44100))
    window = generator.randint(33, 1200)
    low = generator.uniform(0, rate / 4)
    return {
        **frames,
        "rate": rate,
        "window": window,
        "hop": generator.randint(window // 4, window + 100),
        "channels": generator.randint(1, 60),
        "low": low,
        "high": generator.uniform(low + 100, rate / 2 - 1),
        "smoothing_bits": generator.randint(6, 14),
        "even_smoothing": generator.random(),
        "odd_smoothing": generator.random(),
        "min_signal_remaining": generator.random(),
        "clamping": generator.randint(0, 1),
        "pcan": generator.randint(0, 1),
        "strength": generator.random(),
        "offset": generator.uniform(1, 200),
        "gain_bits": generator.randint(19, 31),
        "log_shift": generator.randint(0, 10),
        "full_scale": generator.randint(100, 1000),
    }


def short(x: float) -> float:
    """x in 4 digits: MicroPython reads longer ones a unit in the last place off where its floats have 32 bits."""
    return float(f"{x:.4g}")


def log_mel_arguments(generator: random.Random) -> dict[str, Any]:
    """Of LogMel, its bands apart; often as they are by default."""
    arguments: dict[str, Any] = {
        "frames": generator.randint(1, 6),
        "every": generator.randint(1, 3),
        "preemphasis": generator.choice((0, 0, 0.97, 0.98, short(generator.random()))),
    }
    if generator.random() < 0.3:
        arguments |= {"scale": short(generator.uniform(0.1, 2)), "zero_point": generator.randint(-128, 127)}
        arguments |= {
            "mean": short(generator.uniform(-50, 20)),
            "std": short(generator.uniform(0.5, 20)),
        }
    if generator.random() < 0.3:
        return arguments
    rate = generator.choice((8000, 16000, 44100))
    n_fft = generator.choice((64, 128, 256, 512, 512, 1024, 2048))
    window_function = generator.choice(
        ("hann", "hann_symmetric", "hamming", "hamming_symmetric", "none")
    )
    window = generator.randint(16, n_fft * (1 + (window_function == "none")))
    low = generator.choice((0, 300, short(generator.uniform(0, rate / 4))))
    return arguments | {
        "rate": rate,
        "window": window,
        "hop": generator.randint(max(1, window // 4), window),
        "n_fft": n_fft,
        "low": low,
        "high": generator.choice((None, short(generator.uniform(low + 100, rate / 2 - 1)))),
        "window_function": window_function,
        "mel_scale": generator.choice(("slaney", "htk")),
        "norm": generator.choice(("slaney", "none")),
        "edges": generator.choice(("hertz", "bins")),
        "power": generator.choice((1, 2, 2)),
        "log": generator.choice(("ln", "log10", "db")),
        "ref": generator.choice((1, n_fft, 1e-10, 0.0321, 1e7)),
        "amin": generator.choice((1e-10, 1e-30, 1e-6, 2.5)),
        "offset": generator.choice((0, 1e-6, 1e-9, 12.34)),
    }


def bands(generator: random.Random) -> dict[str, Any]:
    """The argument of LogMel that MFCC has beside its own."""
    return {"mels": generator.choice((40, generator.randint(1, 128)))}


def mfcc_arguments(generator: random.Random) -> dict[str, Any]:
    """Of MFCC."""
    mels = bands(generator)
    return {
        **log_mel_arguments(generator),
        **mels,
        "coefficients": generator.randint(1, min(40, mels["mels"])),
        "lifter": generator.choice((0, 22, generator.randint(1, 100))),
        "first": generator.choice(("cepstrum", "energy")),
    }


# Of each class, how to choose arguments.
KINDS: dict[str, Callable[[random.Random], dict[str, Any]]] = {
    "MicroSpeech": micro_speech_arguments,
    "LogMel": lambda generator: {**log_mel_arguments(generator), **bands(generator)},
    "MFCC": mfcc_arguments,
}


def random_sound(kind: str, seed: int) -> Sound:
    """A sound long enough for a few windows of features; the same for the same seed."""
    generator = random.Random(f"{kind} {seed}")
    arguments = KINDS[kind](generator)
    front_end = getattr(audio, kind)(**arguments)
    windows = generator.randint(1, 3)
    frames = front_end.shape[0] + arguments.get("every", 1) * (windows - 1)
    n = front_end.window + (frames - 1) * front_end.hop + generator.randint(0, front_end.hop)
    return Sound(kind, arguments, make_samples(generator, n))


def record(sound: Sound, features: np.ndarray) -> bytes:
    """A sound and its features as tests/device/support/sounds.py reads them: every piece behind its length."""
    head = json.dumps({"kind": sound.kind, "arguments": sound.arguments}).encode()
    return pieces(head, sound.samples.tobytes(), features.tobytes())


def pack_raw(sounds: list[Sound]) -> bytes:
    """Sounds as tests/signal/sounds.c reads them: kind, parameters as the engine has them, samples."""
    pieces = [len(sounds).to_bytes(4, "little")]
    for sound in sounds:
        kind = list(KINDS).index(sound.kind).to_bytes(4, "little")
        count = len(sound.samples).to_bytes(4, "little")
        pieces += [kind, sound.front_end().params, count, sound.samples.tobytes()]
    return b"".join(pieces)
