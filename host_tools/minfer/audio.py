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
from typing import Any

from minfer._engine import ffi, lib
from minfer.format import DType
from minfer.front_end import FrontEnd, raise_refusal


class AudioFrontEnd(FrontEnd):
    """Frames made of a stream of sound, and windows of the last frames.

    `rate`: samples a second; `window`: samples a frame is made of; `hop`: samples from the start of a frame to that of
    the next; `every`: frames from one window of features to the next; `shape`: frames, channels; `params`: bytes of the
    parameters as the engine has them.
    """

    _part = "audio"
    _unit = "frames"
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
                raise TypeError(
                    f"{ffi.string(kind.name).decode()}: expected arguments of {names}, found {name}"
                )
            if value is not None:
                _put(params[by_name[name]], kind.params[by_name[name]], name, value)
        refusal = ffi.new("mnf_refusal_t *")
        size = lib.mnf_audio_size(ffi.addressof(kind), params, refusal)
        if size == 0:
            raise_refusal(refusal)
        self._memory = ffi.new("double[]", (size + 7) // 8)
        self._stream = ffi.new("mnf_audio_t *")
        lib.mnf_audio_init(self._stream, self._memory, ffi.addressof(kind), params)
        self._dtype = DType(self._stream.tensor.dtype).numpy
        self.params = bytes(ffi.buffer(params))
        self.rate = self._stream.rate
        self.window = self._stream.window
        self.hop = self._stream.hop
        self.every = self._stream.every
        self.shape = (self._stream.frames, self._stream.channels)
        for name, value in statistics.items():
            self._put_statistic(name, self._stream.channels, value)


class MicroSpeech(AudioFrontEnd):
    """The audio front end of TensorFlow Lite Micro, as its micro_speech example sets it: int8 features."""

    _kind = lib.mnf_micro_speech


class LogMel(AudioFrontEnd):
    """Logarithms of the energies in mel bands, as librosa has them: float32, or int8 with `scale` and `zero_point`."""

    _kind = lib.mnf_log_mel


class MFCC(AudioFrontEnd):
    """Mel-frequency cepstral coefficients, as librosa has them: float32, or int8 with `scale` and `zero_point`."""

    _kind = lib.mnf_mfcc


def _put(place: Any, param: Any, name: str, value: Any) -> None:
    """An argument as the engine takes it."""
    if param.type == lib.MNF_REAL:
        place.real = value
    elif param.type == lib.MNF_WORD:
        words = ffi.string(param.words).decode()
        if value not in words.split("|"):
            raise ValueError(f"{name}: expected one of {words}, found {value}")
        place.integer = words.split("|").index(value)
    else:
        place.integer = max(-(2**31), min(2**31 - 1, operator.index(value)))
