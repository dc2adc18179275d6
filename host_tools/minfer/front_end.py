"""What all front ends that take a stream of int16 share on the laptop; see minfer.audio and minfer.motion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Union

import numpy as np

from minfer._engine import ffi, lib

Samples = Union[np.ndarray, bytes, bytearray, memoryview, Sequence[int]]


class FrontEnd:
    """A stream of samples in, windows of features out: the methods of the device, and features() for a whole recording."""

    _part: str  # of the C functions' names
    _unit: str  # what is missing until features are due
    _stream: Any  # of C, made by each class
    _dtype: np.dtype
    shape: tuple[int, int]

    @property
    def typecode(self) -> str:
        """Of the features, as in module array: "b" for int8, "f" for float32."""
        return np.dtype(self._dtype).char

    @property
    def due(self) -> bool:
        """Whether a window of features waits; until take(), write() takes no sample."""
        return bool(self._call("due"))

    def write(self, samples: Samples, start: int = 0) -> int:
        """Takes samples from index `start`, up to where features are due; returns how many.

        Raises ValueError where they are not int16, or bytes of such.
        """
        array = as_int16(samples)
        if not 0 <= start <= array.size:
            raise ValueError(f"start: expected 0 to {array.size}, found {start}")
        place = ffi.cast("int16_t *", array.ctypes.data) + start
        return self._call("write", place, array.size - start)

    def take(self, out: Any = None) -> Any:
        """The window of features; puts it into `out`, an array or a buffer of another kind, and returns that, where it is given.

        Raises ValueError where none is due, or `out` is not of that size and type.
        """
        if not self.due:
            raise ValueError(
                f"nothing to take: expected {self._stream.missing} more {self._unit};"
                " write samples until due"
            )
        if out is None:
            out = np.empty(self.shape, self._dtype)
        array = np.asarray(out)
        size = int(np.prod(self.shape))
        fits = array.size == size and array.dtype == self._dtype
        if not (fits and array.flags.c_contiguous and array.flags.writeable):
            raise ValueError(
                f"out: expected {size} {np.dtype(self._dtype)} in one piece for shape {self.shape},"
                f" found {array.dtype} of shape {array.shape}"
            )
        self._call("take", ffi.cast("void *", array.ctypes.data))
        return out

    def reset(self) -> None:
        """Forgets all samples, as if new."""
        self._call("reset")

    def features(self, samples: Samples) -> np.ndarray:
        """All windows of a whole recording: (windows, *shape). Starts from reset(), and ends with it."""
        array = as_int16(samples)
        windows = []
        position = 0
        self.reset()
        while True:
            position += self.write(array, position)
            if not self.due:
                break
            windows.append(self.take())
        self.reset()
        return np.array(windows, self._dtype).reshape(-1, *self.shape)

    def _call(self, function: str, *args: Any) -> Any:
        return getattr(lib, f"mnf_{self._part}_{function}")(self._stream, *args)

    def _put_statistic(self, name: str, count: int, value: Any) -> None:
        """`mean` or `std`: a number for all of `count` features, or one for each; None leaves them as they are."""
        if value is None:
            return
        place = ffi.buffer(getattr(self._stream, name), 4 * count)
        np.frombuffer(place, np.float32)[:] = statistic(name, count, value)


def statistic(name: str, count: int, value: Any) -> np.ndarray:
    """`mean` or `std` as `count` float32, of a number for all of them, or one for each."""
    numbers = np.atleast_1d(np.asarray(value, np.float32))
    if numbers.ndim != 1 or (np.ndim(value) and numbers.size != count):
        raise ValueError(f"{name}: expected a number, or {count} of them, found {numbers.size}")
    least = 1e-6 if name == "std" else -1e30
    wrong = ~((numbers >= np.float32(least)) & (numbers <= np.float32(1e30)))
    if wrong.any():
        raise ValueError(
            f"{name}: expected numbers from {least:g} to 1e+30, found {numbers[wrong][0]}"
        )
    return np.broadcast_to(numbers, count)


def raise_refusal(refusal: Any) -> None:
    """ValueError in the words of the C code."""
    text = ffi.string(refusal.text).decode() % (refusal.expected, refusal.found)
    raise ValueError(f"{ffi.string(refusal.name).decode()}: {text}")


def as_int16(samples: Samples) -> np.ndarray:
    """Samples in one piece. Raises ValueError where they are not int16, or bytes of such."""
    if isinstance(samples, (bytes, bytearray, memoryview)):
        view = memoryview(samples)
        if view.format not in ("h", "b", "B") or view.nbytes % 2 != 0:
            raise ValueError(
                f"samples: expected int16, or bytes of them, found {view.nbytes} bytes of typecode '{view.format}'"
            )
        return np.frombuffer(view, np.int16)
    array = np.asarray(samples)
    if array.ndim != 1 or array.dtype != np.int16:
        raise ValueError(
            f"samples: expected int16 of one dimension, found {array.dtype} of shape {array.shape}"
        )
    return np.ascontiguousarray(array)
