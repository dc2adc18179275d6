"""signal/fft_int32.c against numpy's float64."""

import numpy as np
import pytest

from minfer._engine import ffi, lib

FULL = 2**30


def transform(x: np.ndarray) -> np.ndarray:
    """The n / 2 + 1 bins of x, over n."""
    table = ffi.new("char[]", lib.mnf_fft_size(len(x)))
    fft = ffi.cast("mnf_fft_t *", table)
    lib.mnf_fft_init(fft, len(x))
    data = x.astype(np.int32)
    lib.mnf_fft(fft, ffi.from_buffer("int32_t[]", data))
    return np.concatenate([[data[0]], data[2::2] + 1j * data[3::2], [data[1]]])


def signals(n: int):
    """Constructed and random signals of up to full scale."""
    i, random = np.arange(n), np.random.default_rng(n)
    yield "noise", random.integers(-FULL, FULL + 1, n)
    yield "constant", np.full(n, FULL)
    yield "negative", np.full(n, -FULL)
    yield "alternating", np.where(i % 2, -FULL, FULL)
    yield "tone", np.round(FULL * np.cos(i * 0.757))
    yield "square", np.where(np.sin(i * 0.37) < 0, -FULL, FULL)
    yield "impulse", np.where(i == 3, FULL, 0)
    yield "random signs", random.choice([-FULL, FULL], n)
    yield "faint", random.integers(-2, 3, n)
    for k in (0, 1, n // 4, n // 2 - 1):
        yield f"bin {k}", np.where(np.cos(2 * np.pi * k * i / n + 0.3) < 0, -FULL, FULL)


@pytest.mark.parametrize("n", [64, 128, 256, 512, 1024, 2048, 4096])
def test_close_to_numpy(n):
    for name, x in signals(n):
        error = transform(x) - np.fft.rfft(x) / n
        assert max(abs(error.real).max(), abs(error.imag).max()) <= 16, name
        assert np.sqrt((abs(error) ** 2).mean()) <= 3, name


@pytest.mark.parametrize("n", [0, 1, 32, 63, 65, 96, 8192, 2**31])
def test_sizes_refused(n):
    assert lib.mnf_fft_size(n) == 0
