"""The front end for pictures: rows of a frame in, a model's input out, by the C code of the chip.

`Picture` takes the keyword arguments of `minfer.image` on the device; docs/IMAGE.md lists them. Frames for training, of which
`format="rgb888"` takes what Pillow and numpy hold:

    picture = Picture(width=640, height=480, format="rgb888", shape=(96, 96, 1), scale=1, zero_point=-128)
    picture.features(frames)                               # (frames, 96, 96, 1) int8
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Optional, Union

import numpy as np

from minfer._engine import ffi, lib
from minfer.bmp import Bmp
from minfer.format import DType
from minfer.front_end import raise_refusal, statistic

__all__ = ["Bmp", "FORMATS", "Picture", "RESIZES"]

FORMATS = tuple(ffi.string(lib.mnf_pixel_formats).decode().split("|"))
RESIZES = tuple(ffi.string(lib.mnf_resizes).decode().split("|"))

Rows = Union[bytes, bytearray, memoryview, np.ndarray]


class Picture:
    """A stream of rows in, a picture as a model takes it out, line by line.

    `width`, `height`: pixels of a frame; `format`: one of FORMATS. `shape`: (height, width, channels) of the result, with 1
    channel for grey or 3 for red, green, blue. `crop`: (x, y, width, height) of what counts; all of it without.
    `resize`: one of RESIZES, bilinear without. `mean`, `std`: a number, or one for each channel; a pixel of 0 to 255 becomes
    (pixel - mean) / std. `scale`: of the int8 it is rounded to, with `zero_point`; without it is float32.
    `out`: the array results are written to while rows come; one of its own without. `params`: bytes of the engine's struct.
    """

    def __init__(
        self,
        *,
        width: int,
        height: int,
        format: str,
        shape: Sequence[int],
        crop: Optional[Sequence[int]] = None,
        resize: Optional[str] = None,
        scale: Optional[float] = None,
        zero_point: int = 0,
        mean: Any = None,
        std: Any = None,
        out: Any = None,
    ) -> None:
        """Raises ValueError for values out of range, or an `out` of another size or type."""
        params = ffi.new("mnf_picture_params_t *")
        params.width, params.height = _int32(width), _int32(height)
        params.format = _word("format", FORMATS, format)
        params.nearest = resize is not None and _word("resize", RESIZES, resize) != 0
        params.shape = _integers("shape", "(height, width, channels)", 3, shape)
        params.crop = [0, 0, params.width, params.height]
        if crop is not None:
            params.crop = _integers("crop", "(x, y, width, height)", 4, crop)
        params.scale = 0 if scale is None else scale
        params.zero_point = _int32(zero_point)
        channels = 3 if params.shape[2] == 3 else 1
        for name, value in (
            ("mean", 0 if mean is None else mean),
            ("std", 1 if std is None else std),
        ):
            getattr(params, name)[0:channels] = statistic(name, channels, value).tolist()
        refusal = ffi.new("mnf_refusal_t *")
        size = lib.mnf_picture_size(params, refusal)
        if size == 0:
            raise_refusal(refusal)
        self._memory = ffi.new("float[]", (size + 3) // 4)
        self._stream = ffi.new("mnf_picture_t *")
        lib.mnf_picture_init(self._stream, self._memory, params)
        self.params = bytes(ffi.buffer(params))
        self.width, self.height, self.format = width, height, format
        self.shape = tuple(params.shape)
        self._dtype = DType(self._stream.tensor.dtype).numpy
        self._given = out
        self._out = np.empty(self.shape, self._dtype) if out is None else out
        self._result(self._out)

    @property
    def typecode(self) -> str:
        """Of the result, as in module array: "b" for int8, "f" for float32."""
        return np.dtype(self._dtype).char

    @property
    def due(self) -> bool:
        """Whether a frame has ended; until take(), write() takes nothing."""
        return bool(lib.mnf_picture_due(self._stream))

    def write(self, rows: Rows, start: int = 0) -> int:
        """Takes bytes of rows from index `start`, up to the end of the frame; returns how many. Chunks may end anywhere."""
        array = _bytes(rows)
        if not 0 <= start <= array.size:
            raise ValueError(f"start: expected 0 to {array.size}, found {start}")
        return lib.mnf_picture_write(
            self._stream,
            ffi.cast("uint8_t *", array.ctypes.data) + start,
            array.size - start,
            ffi.cast("void *", self._result(self._out).ctypes.data),
        )

    def take(self, out: Any = None) -> Any:
        """Ends the frame and returns its result: the `out` that the Picture was made with or, without, a new array.

        Puts it into `out` where one is given, and returns that.
        Raises ValueError where no frame has ended, or `out` is not of that size and type.
        """
        if not self.due:
            missing = lib.mnf_picture_missing(self._stream)
            raise ValueError(
                f"nothing to take: expected {missing} more bytes; write rows until due"
            )
        if out is None:
            out = self._given
        if out is None:
            out = np.empty(self.shape, self._dtype)
        if out is not self._out:
            self._result(out).reshape(-1)[:] = self._result(self._out).reshape(-1)
        lib.mnf_picture_reset(self._stream)
        return out

    def reset(self) -> None:
        """A frame begins."""
        lib.mnf_picture_reset(self._stream)

    def features(self, frames: Rows) -> np.ndarray:
        """The results of one or more whole frames: (frames, *shape). Starts from reset().

        Raises ValueError for bytes that are no whole number of frames.
        """
        array = _bytes(frames)
        size = self._stream.row_size * self.height
        if array.size % size != 0:
            raise ValueError(f"frames: expected a multiple of {size} bytes, found {array.size}")
        self.reset()
        results = []
        for start in range(0, array.size, size):
            self.write(array[start : start + size])
            results.append(self.take(np.empty(self.shape, self._dtype)))
        return np.array(results, self._dtype).reshape(-1, *self.shape)

    def _result(self, out: Any) -> np.ndarray:
        array = np.asarray(out)
        size = int(np.prod(self.shape))
        fits = array.size == size and array.dtype == self._dtype
        if not (fits and array.flags.c_contiguous and array.flags.writeable):
            raise ValueError(
                f"out: expected {size} {np.dtype(self._dtype)} in one piece for shape {self.shape},"
                f" found {array.dtype} of shape {array.shape}"
            )
        return array


def _bytes(rows: Rows) -> np.ndarray:
    """What lies in a buffer, whatever it holds."""
    array = rows if isinstance(rows, np.ndarray) else np.frombuffer(rows, np.uint8)
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def _int32(value: int) -> int:
    return max(-(2**31), min(2**31 - 1, operator.index(value)))


def _integers(name: str, meaning: str, n: int, value: Sequence[int]) -> list[int]:
    if len(value) != n:
        raise ValueError(f"{name}: expected {meaning}, found {value}")
    return [_int32(item) for item in value]


def _word(name: str, words: Sequence[str], value: str) -> int:
    if value not in words:
        raise ValueError(f"{name}: expected one of {'|'.join(words)}, found {value}")
    return words.index(value)
