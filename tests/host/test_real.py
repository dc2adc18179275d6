"""signal/real.c against numpy's float64, over dense sweeps; its header states the errors."""

import numpy as np
import pytest

from minfer._engine import lib

TINY = np.float32(2**-126)


def float32s(step: int) -> np.ndarray:
    """Every `step`-th positive float32 that is neither denormal nor infinite."""
    return np.arange(0x00800000, 0x7F800000, step, dtype=np.uint32).view(np.float32)


def errors(name: str, x: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Errors of function `name`, and the unit in the last place of the float32 beside each value expected."""
    function = getattr(lib, name)
    found = np.array([function(value) for value in x.tolist()])
    return np.abs(found - expected), np.spacing(np.abs(expected).astype(np.float32)).astype(float)


@pytest.mark.parametrize("name, exact", [("mnf_log", np.log), ("mnf_log10", np.log10)])
@pytest.mark.parametrize(
    "x", [float32s(20011), np.linspace(0.5, 2, 100001, dtype=np.float32)], ids=["all", "near 1"]
)
def test_logarithms(name, exact, x):
    error, unit = errors(name, x, exact(x.astype(float)))
    assert (error <= 1.2e-8 + unit).all()
    assert getattr(lib, name)(0.0) == getattr(lib, name)(-1.0) == getattr(lib, name)(TINY)


def test_exp():
    x = np.linspace(-87.29, 88.69, 100001, dtype=np.float32)
    error, unit = errors("mnf_exp", x, np.exp(x.astype(float)))
    assert (error <= 2 * unit).all()
    assert lib.mnf_exp(0.0) == 1
    assert lib.mnf_exp(-1e9) == 0
    assert lib.mnf_exp(1e9) == np.finfo(np.float32).max


def test_sqrt_is_rounded_correctly():
    x = float32s(20011)
    assert [lib.mnf_sqrt(value) for value in x.tolist()] == np.sqrt(x).tolist()
    assert lib.mnf_sqrt(0.0) == lib.mnf_sqrt(-4.0) == lib.mnf_sqrt(1e-40) == 0


def test_cos():
    turns = np.arange(0, 2**32, 40009)
    error, _ = errors("mnf_cos_q31", turns, np.cos(turns * (2 * np.pi / 2**32)) * 2**31)
    assert error.max() <= 16
    quarters = [lib.mnf_cos_q31(quarter << 30) for quarter in range(4)]
    assert quarters == [2**31 - 1, 0, 1 - 2**31, 0]


def test_log2():
    m = np.arange(2**31, 2**32, 20011)
    error, _ = errors("mnf_log2_q30", m, np.log2(m / 2**31) * 2**30)
    assert error.max() <= 13
