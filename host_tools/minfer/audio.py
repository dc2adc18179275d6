"""Front ends for sound: int16 samples in, windows of features out, by the C code of the chip.

Every front end is made from keyword arguments, the same as in `minfer.audio` on the device; docs/AUDIO.md lists them.
Recordings for training:

    features = MicroSpeech(frames=49).features(samples)    # (windows, 49, 40) int8

and streams, with the methods of the device:

    taken = front_end.write(samples)                       # up to where features are due
    if front_end.due:
        window = front_end.take()
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Optional, Union

import numpy as np

from minfer._engine import ffi, lib
from minfer.format import DType

Samples = Union[np.ndarray, bytes, bytearray, memoryview, Sequence[int]]


class FrontEnd:
    """What all front ends for sound share: a stream of samples, frames made of them, a window of the last frames."""

    _kind: Any  # mnf_audio_kind_t, of each class

    def __init__(self, **arguments: Any) -> None:
        """Raises TypeError for an argument there is none of, ValueError for values out of range; None is the default."""
        kind = self._kind
        params = ffi.new("mnf_value_t[]", kind.n_params)
        lib.mnf_audio_defaults(ffi.addressof(kind), params)
        by_name = {ffi.string(kind.params[i].name).decode(): i for i in range(kind.n_params)}
        statistics = {name: arguments.pop(name, None) for name in ("mean", "std") if kind.real}
        for name, value in arguments.items():
            if name not in by_name:
                names = ", ".join([*by_name, *statistics])
                raise TypeError(f"{self._name}: expected arguments of {names}, found {name}")
            if value is not None:
                _put(params[by_name[name]], kind.params[by_name[name]], name, value)
        refusal = ffi.new("mnf_refusal_t *")
        size = lib.mnf_audio_size(ffi.addressof(kind), params, refusal)
        if size == 0:
            text = ffi.string(refusal.text).decode() % (refusal.expected, refusal.found)
            raise ValueError(f"{ffi.string(refusal.name).decode()}: {text}")
        self._memory = ffi.new("double[]", (size + 7) // 8)
        self._stream = ffi.new("mnf_audio_t *")
        lib.mnf_audio_init(self._stream, self._memory, ffi.addressof(kind), params)
        for name, value in statistics.items():
            if value is not None:
                self._put_statistic(name, value)
        self._dtype = DType(self._stream.tensor.dtype).numpy

    @property
    def shape(self) -> tuple[int, int]:
        """Of a window of features: frames, channels."""
        return self._stream.frames, self._stream.channels

    @property
    def rate(self) -> int:
        """Samples a second."""
        return self._stream.rate

    @property
    def window(self) -> int:
        """Samples a frame is made of."""
        return self._stream.window

    @property
    def hop(self) -> int:
        """Samples from the start of a frame to that of the next."""
        return self._stream.hop

    @property
    def every(self) -> int:
        """Frames from one window of features to the next."""
        return self._stream.every

    @property
    def typecode(self) -> str:
        """Of the features, as in module array: "b" for int8, "f" for float32."""
        return np.dtype(self._dtype).char

    @property
    def due(self) -> bool:
        """Whether a window of features waits; until take(), write() takes no sample."""
        return bool(lib.mnf_audio_due(self._stream))

    def write(self, samples: Samples, start: int = 0) -> int:
        """Takes samples from index `start`, up to where features are due; returns how many.

        Raises ValueError where they are not int16, or bytes of such.
        """
        array = _int16(samples)
        if not 0 <= start <= array.size:
            raise ValueError(f"start: expected 0 to {array.size}, found {start}")
        return lib.mnf_audio_write(
            self._stream, ffi.cast("int16_t *", array.ctypes.data) + start, array.size - start
        )

    def take(self, out: Optional[np.ndarray] = None) -> np.ndarray:
        """The window of features, oldest frame first, in `out` where it is given.

        Raises ValueError where none is due, or `out` is no array of that shape and type.
        """
        if not self.due:
            raise ValueError(
                f"nothing to take: expected {self._stream.missing} more frames; write samples until due"
            )
        if out is None:
            out = np.empty(self.shape, self._dtype)
        size = int(np.prod(self.shape))
        if out.size != size or out.dtype != self._dtype or not out.flags.c_contiguous:
            raise ValueError(
                f"out: expected {size} {np.dtype(self._dtype)} in one piece for shape {self.shape},"
                f" found {out.dtype} of shape {out.shape}"
            )
        lib.mnf_audio_take(self._stream, ffi.cast("void *", out.ctypes.data))
        return out

    def reset(self) -> None:
        """Forgets all sound heard, as if new."""
        lib.mnf_audio_reset(self._stream)

    def features(self, samples: Samples) -> np.ndarray:
        """All windows of a whole recording: (windows, *shape). Starts from reset(), and ends with it."""
        array = _int16(samples)
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

    @property
    def _name(self) -> str:
        return ffi.string(self._kind.name).decode()

    def _put_statistic(self, name: str, value: Union[float, Sequence[float]]) -> None:
        """A number for all channels, or one for each."""
        numbers = np.atleast_1d(np.asarray(value, np.float32))
        channels = self.shape[1]
        if numbers.shape not in ((1,), (channels,)) or (np.ndim(value) and numbers.size != channels):
            raise ValueError(f"{name}: expected a number, or {channels} of them, found {numbers.size}")
        least = 1e-6 if name == "std" else -1e30
        wrong = ~((numbers >= np.float32(least)) & (numbers <= np.float32(1e30)))
        if wrong.any():
            raise ValueError(
                f"{name}: expected numbers from {least:g} to 1e+30, found {numbers[wrong][0]}"
            )
        place = ffi.buffer(getattr(self._stream, name), 4 * channels)
        np.frombuffer(place, np.float32)[:] = numbers


class MicroSpeech(FrontEnd):
    """The audio front end of TensorFlow Lite Micro, as its micro_speech example sets it: int8 features."""

    _kind = lib.mnf_micro_speech


def _put(place: Any, param: Any, name: str, value: Any) -> None:
    """An argument as the C struct takes it."""
    if param.type == lib.MNF_REAL:
        place.real = value
    elif param.type == lib.MNF_WORD:
        words = ffi.string(param.words).decode()
        if value not in words.split("|"):
            raise ValueError(f"{name}: expected one of {words}, found {value}")
        place.integer = words.split("|").index(value)
    else:
        place.integer = max(-(2**31), min(2**31 - 1, operator.index(value)))


def _int16(samples: Samples) -> np.ndarray:
    """Samples in one piece."""
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
