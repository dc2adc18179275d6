"""A generated case: a small model, the inputs it is run on, the table's line both come from."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, fields

import numpy as np
from build import DTYPES, Builder, Shape, Tensor

Sample = list[np.ndarray]


@dataclass(frozen=True)
class Case:
    """A model and its samples; a sample holds one array for each input of the graph, in order.

    `oracle` is the model that TensorFlow Lite runs, with its `kernels`: another one than `model`
    only where the reference refuses a form that has an equal it accepts. Where it has none at all, `answers` holds
    what a published definition gives, sample by sample.
    """

    name: str
    model: bytes
    oracle: bytes
    kernels: str
    samples: list[Sample]
    answers: list[Sample] | None = None


@dataclass(frozen=True)
class Spec:
    """One line of a table of cases. A subclass is an operator, its fields are what may vary."""

    @property
    def operator(self) -> str:
        """The operator under test, as TensorFlow Lite writes it."""
        raise NotImplementedError

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        """Adds the operators to `b`, returns the inputs and outputs of the graph."""
        raise NotImplementedError

    @property
    def equal(self) -> Spec:
        """The line that gives the same numbers and that the reference accepts: mostly this one."""
        return self

    @property
    def kernels(self) -> str:
        """TensorFlow Lite's kernels to compare with: the reference ones, where it has them."""
        return "BUILTIN_REF"

    @property
    def name(self) -> str:
        """The operator and the fields that are not as usual: unique within a table."""
        odd = (f for f in fields(self) if getattr(self, f.name) != f.default and f.name != "op")
        return "-".join([self.operator, *(f"{f.name}={text(getattr(self, f.name))}" for f in odd)])

    def case(self) -> Case:
        """The case; the same line always gives the same bytes."""
        model, inputs, rng = self.write(self.name)
        oracle = model if self.equal is self else self.equal.write(self.name)[0]
        return Case(self.name, model, oracle, self.kernels, samples(inputs, rng))

    def write(self, seed: str) -> tuple[bytes, list[Tensor], np.random.Generator]:
        """The model's bytes, its inputs, and the generator of random numbers as it was left."""
        rng = np.random.default_rng(zlib.crc32(seed.encode()))
        b = Builder()
        inputs, outputs = self.build(b, rng)
        return b.finish(inputs, outputs), inputs, rng


def text(value: object) -> str:
    """A field's value in a case's name, without spaces: (1, 5, 7, 3) becomes 1x5x7x3."""
    if isinstance(value, tuple):
        return "x".join(text(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def samples(inputs: list[Tensor], rng: np.random.Generator) -> list[Sample]:
    """Noise, both extremes, extremes in turn, all values in order, and the zero point."""
    kinds = ("noise", "noise", "lowest", "highest", "alternating", "ramp", "zero")
    return [[values(tensor, kind, rng) for tensor in inputs] for kind in kinds]


def values(tensor: Tensor, kind: str, rng: np.random.Generator) -> np.ndarray:
    """One input's array. Float ones hold ties of rounding and reach past the range."""
    n = int(np.prod(tensor.shape))
    low, high, step = (-32768, 32767, 251) if tensor.dtype == "int16" else (-128, 127, 1)
    if kind == "noise":
        flat = rng.integers(low, high + 1, n)
    elif kind == "ramp":
        flat = np.arange(n) * step % (high - low + 1) + low
    elif kind == "alternating":
        flat = np.where(rng.integers(0, 2, n) == 1, high, low)
    else:
        flat = np.full(n, {"lowest": low, "highest": high, "zero": tensor.zero_point}[kind])
    if tensor.dtype == "bool":
        flat = flat & 1
    if tensor.dtype == "float32":
        flat = (flat * 1.5).astype(np.float32) * np.float32(0.01)
    return flat.reshape(tensor.shape).astype(tensor.dtype)


def window(size: int, kernel: int, stride: int, dilation: int, padding: str) -> int:
    """Length of an axis after a sliding window, as TensorFlow Lite's ComputeOutSize says."""
    if padding == "SAME":
        return -(-size // stride)
    return -(-(size - (kernel - 1) * dilation) // stride)


def multipliers(
    rng: np.random.Generator,
    channels: int,
    weights: np.ndarray,
    zero_point: int,
    spread: float,
    forced: float,
) -> np.ndarray:
    """float64 [channels]: by what each channel's accumulator is multiplied to become an output.

    Chosen so that uniform noise at the input gives outputs with a standard deviation of about
    `spread` units; or around `forced`, where that is not 0.
    """
    inputs = np.sqrt(73.9**2 + (zero_point + 0.5) ** 2)
    each = weights.size / channels
    accumulator = (
        inputs * np.sqrt(each) * max(1.0, float(np.sqrt(np.mean(weights.astype(np.float64) ** 2))))
    )
    return (forced or spread / accumulator) * 2.0 ** rng.uniform(-1, 1, channels)


def shaped(shape: Shape, low: int, high: int, rng: np.random.Generator) -> np.ndarray:
    """int8 weights, uniform from `low` to `high`, both included."""
    return rng.integers(low, high + 1, shape).astype(np.int8)


def bias(
    b: Builder,
    rng: np.random.Generator,
    channels: int,
    spread: int,
    scales: np.ndarray,
    dtype: str,
    bits: int,
    idle: int = 0,
) -> tuple[Tensor, dict[str, int]]:
    """A bias up to `spread`, that of the last `idle` channels lower than any sum is high, and the option that says its type; with int16 activations of `bits` bits and 256 times as wide."""
    wide = dtype == "int16"
    values = rng.integers(-spread, spread + 1, channels) * (256 if wide else 1)
    values[channels - idle :] = -(2**24)
    values = values.astype(np.int64 if wide and bits == 64 else np.int32)
    option = {"quantizedBiasType": DTYPES["int32"]} if wide and bits == 32 else {}
    return b.constant(values, scales), option
