"""Motion and vibration: samples of several axes in, features out, by the C code of the chip.

    smooth = butter(4, 20, rate=100)
    motion = Motion(axes=3, rate=100, window=128, every=64, filter=smooth, bands=((0.5, 2), (2, 8)))
    motion.features(samples)                               # (windows, 3, 11) float32

docs/MOTION.md says what each feature is, and how exact.
"""

from __future__ import annotations

import numbers
import operator
from collections.abc import Sequence
from typing import Any, Optional

import numpy as np

from minfer._engine import ffi, lib
from minfer.format import DType
from minfer.front_end import FrontEnd, Samples, as_int16, raise_refusal

STATISTICS = tuple(
    ffi.string(lib.mnf_statistic_names[i]).decode() for i in range(lib.MNF_N_STATISTICS)
)
DETREND = (None, "constant", "linear")
ONE = 2.0**30  # what a section's a1 and a2 are multiplied by


class Motion(FrontEnd):
    """Features of a sliding window over int16 samples, whose axes alternate.

    Windows of features have the shape (axes, statistics + bands). `filter`: None, rows of sections(), or
    second-order sections as scipy gives them. `bands`: pairs of frequencies in Hz. `scale`: of the int8 that
    features are rounded to, with `zero_point`; without they are float32. `mean`, `std`: a number, or one for
    each of all features, which become (x - mean) / std. `rate`, `window` and `every` are attributes as well.
    """

    _part = "motion"
    _unit = "samples"

    def __init__(
        self,
        *,
        axes: int = 3,
        rate: float = 100,
        window: int = 128,
        every: int = 64,
        detrend: Optional[str] = None,
        filter: Optional[Sequence[Sequence[float]]] = None,
        features: Sequence[str] = STATISTICS,
        bands: Sequence[Sequence[float]] = (),
        log: bool = False,
        scale: Optional[float] = None,
        zero_point: int = 0,
        mean: Any = None,
        std: Any = None,
    ) -> None:
        """Raises ValueError for values out of range."""
        if detrend not in DETREND:
            raise ValueError(f"detrend: expected one of constant|linear, found {detrend}")
        for name in features:
            if name not in STATISTICS:
                raise ValueError(f"features: expected of {', '.join(STATISTICS)}, found {name}")
        for band in bands:
            if len(band) != 2:
                raise ValueError(f"bands: expected pairs of frequencies, found {band}")
        rows = _rows(filter)
        params = ffi.new("mnf_motion_params_t *")
        sections_ = ffi.new("mnf_section_t[]", [tuple(row) for row in rows])
        statistics = ffi.new("uint8_t[]", [STATISTICS.index(name) for name in features])
        edges = ffi.new("float[]", [float(edge) for band in bands for edge in band])
        params.axes, params.window, params.every = map(operator.index, (axes, window, every))
        params.rate = rate
        params.detrend = DETREND.index(detrend)
        params.n_sections, params.sections = len(rows), sections_
        params.n_statistics, params.statistics = len(features), statistics
        params.n_bands, params.bands = len(bands), edges
        params.log = log
        params.scale = 0 if scale is None else scale
        params.zero_point = zero_point
        refusal = ffi.new("mnf_refusal_t *")
        size = lib.mnf_motion_size(params, refusal)
        if size == 0:
            raise_refusal(refusal)
        self._memory = ffi.new("float[]", (size + 3) // 4)
        self._stream = ffi.new("mnf_motion_t *")
        lib.mnf_motion_init(self._stream, self._memory, params)
        self.axes, self.rate = params.axes, params.rate
        self.window, self.every = params.window, params.every
        self.shape = (axes, lib.mnf_motion_per_axis(self._stream))
        self._dtype = DType(self._stream.tensor.dtype).numpy
        self._put_statistic("mean", int(np.prod(self.shape)), mean)
        self._put_statistic("std", int(np.prod(self.shape)), std)


def butter(order: int, cutoff: Any, btype: str = "lowpass", *, rate: float) -> list[list[int]]:
    """A Butterworth filter by scipy.signal.butter, as sections() for a recipe.

    `cutoff` and `rate` are in Hz; of bands, `cutoff` is a pair.
    Raises ImportError without scipy, ValueError for what cannot be a filter.
    """
    try:
        from scipy import signal
    except ImportError as error:
        raise ImportError("butter: expected scipy, found none: pip install scipy") from error
    return sections(signal.butter(order, cutoff, btype, output="sos", fs=rate))


def sections(sos: Any) -> list[list[int]]:
    """Second-order sections as scipy gives them, (n, 6) numbers, as the rows that a chip filters with.

    A row is six integers: b0, b1, b2 times 2 ** shift, shift, a1 and a2 times 2 ** 30. The gain is shared
    out so that no frequency is amplified up to the end of any section, but for the last.
    Raises ValueError for filters that are not stable, or too close to it for 30 bits.
    """
    sos = np.asarray(sos, float)
    if sos.ndim != 2 or sos.shape[1] != 6 or not np.isfinite(sos).all() or not sos[:, 3].all():
        raise ValueError(
            f"filter: expected rows of b0, b1, b2, a0, a1, a2, found shape {sos.shape}"
        )
    b, a = sos[:, :3] / sos[:, 3:4], sos[:, 3:] / sos[:, 3:4]
    rounded = np.round(a * ONE) / ONE
    for number, (_, a1, a2) in enumerate(rounded, 1):
        room = min(1 + a1 + a2, 1 - a1 + a2, 1 - a2)
        if room < 2.0**-20:
            raise ValueError(
                f"filter: section {number}: expected poles well inside the unit circle,"
                " found them at its edge: a higher cut-off for this rate, or a lower rate"
            )
    low = np.logspace(-6, 0, 20001) * np.pi
    poles = [np.abs(np.angle(np.roots(row))) for row in rounded]
    turns = np.exp(-1j * np.concatenate([[0], low, np.pi - low, *poles]))
    powers = np.array([turns**0, turns, turns**2])
    wanted = np.abs(np.prod((b @ powers) / (a @ powers), axis=0))
    responses = (b @ powers) / (rounded @ powers)
    rows = []
    reached = np.ones(len(turns))
    for i, response in enumerate(np.abs(responses)):
        reached = reached * response
        peak = reached.argmax()
        if not reached[peak] > 0:
            raise ValueError(f"filter: section {i + 1}: expected a gain above 0, found 0")
        gain = 1 / reached[peak]
        if i == len(responses) - 1:
            gain *= wanted[peak]
        reached = reached * gain
        rows.append(_row(b[i] * gain, rounded[i], i + 1))
    return rows


def filtered(rows: Sequence[Sequence[int]], samples: Samples) -> np.ndarray:
    """int16 samples of one axis after the filter, as Motion has them in its window."""
    array = as_int16(samples)
    sections_ = ffi.new("mnf_section_t[]", [tuple(row) for row in _rows(rows)])
    states = ffi.new("mnf_section_state_t[]", len(sections_))
    values = (lib.mnf_filter(sections_, states, len(sections_), int(x)) for x in array)
    return np.fromiter(values, np.int16, array.size)


def _rows(filter: Optional[Any]) -> Sequence[Sequence[int]]:
    """The rows of sections(), of what Motion takes as a filter."""
    if filter is None:
        return []
    rows = [list(row) for row in filter]
    if not all(isinstance(value, numbers.Integral) for row in rows for value in row):
        return sections(rows)
    if any(len(row) != 6 or not -(2**31) <= min(row) <= max(row) < 2**31 for row in rows):
        raise ValueError(
            "filter: expected rows of six integers of 32 bits, as minfer.motion.sections() gives them"
        )
    return rows


def _row(b: np.ndarray, a: np.ndarray, number: int) -> list[int]:
    shift = min(58, 28 - int(np.ceil(np.log2(np.abs(b).max()))))
    if shift < 26:
        raise ValueError(
            f"filter: section {number}: expected b of at most 4 in size once the gain"
            f" is shared out, found {np.abs(b).max():g}: less gain"
        )
    b0 = int(np.round(b[0] * 2.0**shift))
    if b0 == 0:
        scaled = [int(np.round(x * 2.0**shift)) for x in b]
    else:
        # Multiples of b0 stay so: that puts zeros exactly where no frequency or no constant may pass.
        scaled = [b0, *(int(np.round(x / b[0] * b0)) for x in b[1:])]
    return [*scaled, shift, int(a[1] * ONE), int(a[2] * ONE)]
