"""The audio front end of TensorFlow Lite Micro written down a second time, by its definition: numpy's integers for the
signal, numpy's float32 for the tables. A frame at a time; nothing of it is quick."""

from __future__ import annotations

import numpy as np

F = np.float32


def fft(z: np.ndarray) -> np.ndarray:
    """KISS FFT in int16: (n, 2) of real and imaginary parts. Every stage rounds and wraps."""
    n = len(z)
    if n == 1:
        return z
    radix = 4 if n % 4 == 0 else 2
    factor = 32767 // radix
    parts = np.stack([fft(z[q::radix]) for q in range(radix)])
    parts = wrap((parts * factor + 16384) >> 15)
    k = np.arange(n // radix)
    for q in range(1, radix):
        parts[q] = multiply(parts[q], turned(-2 * np.pi * k * q / n))
    a = parts
    if radix == 2:
        return wrap(np.concatenate([a[0] + a[1], a[0] - a[1]]))
    even, odd, even_less, odd_less = a[0] + a[2], a[1] + a[3], a[0] - a[2], a[1] - a[3]
    minus_i = np.stack([odd_less[:, 1], -odd_less[:, 0]], 1)
    return wrap(np.concatenate([even + odd, even_less + minus_i, even - odd, even_less - minus_i]))


def turned(angle: np.ndarray) -> np.ndarray:
    """e^(i angle) * 32767, rounded."""
    return np.floor(0.5 + 32767 * np.stack([np.cos(angle), np.sin(angle)], -1)).astype(np.int64)


def multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Complex products over 32768."""
    re = a[..., 0] * b[..., 0] - a[..., 1] * b[..., 1]
    im = a[..., 0] * b[..., 1] + a[..., 1] * b[..., 0]
    return wrap((np.stack([re, im], -1) + 16384) >> 15)


def wrap(x: np.ndarray) -> np.ndarray:
    """To 16 bits."""
    return x.astype(np.int16).astype(np.int64)


def spectrum_energies(samples: np.ndarray) -> np.ndarray:
    """Of frequencies 0 to n / 2; the first and the last are left 0."""
    n = len(samples) // 2
    z = fft(samples.astype(np.int64).reshape(n, 2))
    energies = np.zeros(n + 1, np.int64)
    for k in range(1, n // 2 + 1):
        low = (z[k] * 16383 + 16384) >> 15
        high = (wrap(z[n - k] * [1, -1]) * 16383 + 16384) >> 15
        both = low + high
        turn = multiply(low - high, turned(np.array(-np.pi * (k / n + 0.5))))
        energies[k] = (((both + turn) >> 1) ** 2).sum()
        energies[n - k] = ((((both - turn) * [1, -1]) >> 1) ** 2).sum()
    return energies


class Reference:
    """A front end with its noise estimates. `frame` turns a window of samples into int8 features."""

    def __init__(
        self, rate=16000, window=480, channels=40, low=125, high=7500, smoothing_bits=10, even_smoothing=0.025,
        odd_smoothing=0.06, min_signal_remaining=0.05, clamping=0, pcan=1, strength=0.95, offset=80, gain_bits=21,
        log_shift=6, full_scale=666, **_,
    ) -> None:  # fmt: skip
        self.__dict__.update({k: v for k, v in locals().items() if k != "self"})
        self.n_fft = 1 << max(6, int(window - 1).bit_length())
        self.correction = self.n_fft.bit_length() - 1 - 6
        self.noise = [0] * channels
        angle = 2 * np.pi / window * (np.arange(window) + 0.5)
        self.weights = np.rint((0.5 - 0.5 * np.cos(angle)) * 4096).astype(np.int64)
        self.bands = self.make_bands()
        self.gains = self.make_gains()
        self.smoothings = [int(F(x) * F(16384)) for x in (even_smoothing, odd_smoothing)]
        self.least = int(F(min_signal_remaining) * F(16384))
        log2 = np.log2(1 + np.arange(129) / 128)
        self.log_table = np.rint(65536 * (log2 - np.arange(129) / 128)).astype(int).tolist()

    @staticmethod
    def mel(frequency: float) -> np.float32:
        x = F(F(frequency) / F(700))
        return F(F(1127) * F(np.log1p(np.float64(x))))

    def make_bands(self) -> list[list[tuple[int, int, int]]]:
        """Of each band: frequency, weight of the channel it rises to, weight of the channel before."""
        step = self.rate / self.n_fft
        n = self.channels + 1
        low, high = self.mel(self.low), self.mel(self.high)
        spacing = F(F(high - low) / F(n))
        centres = [F(low + F(spacing * F(i + 1))) for i in range(n)]
        k = int(F(F(1.5) + F(F(self.low) / F(step))))
        bands = []
        for i, centre in enumerate(centres):
            before = centres[i - 1] if i else low
            band = []
            while k < self.n_fft // 2 and self.mel(k * step) <= centre:
                weight = F(F(centre - self.mel(k * step)) / F(centre - before))
                band.append((k, int(weight * F(4096)), int(F(F(1) - weight) * F(4096))))
                k += 1
            bands.append(band)
        return bands

    def gain_at(self, x: int) -> int:
        level = F(F(x) / F(2 ** (self.smoothing_bits - self.correction)) + F(self.offset))
        gain = F(F(2**self.gain_bits) * F(np.float64(level) ** -np.float64(F(self.strength))))
        return 32767 if gain > 32767 else int(F(gain + F(0.5)))

    def make_gains(self) -> dict[int, tuple[int, int, int]]:
        """Of numbers of so many bits, the quadratic; as int16."""
        gains = {}
        for bits in range(2, 33):
            x = 1 << (bits - 1)
            start = self.gain_at(x)
            middle = self.gain_at(x + x // 2) - start
            end = self.gain_at(2 * x if bits < 32 else 2 * x - 1) - start
            slope = 4 * middle - end
            gains[bits] = tuple(int(v) for v in wrap(np.array([start, slope, end - slope])))
        return gains

    def gain(self, x: int) -> int:
        if x < 2:
            return self.gain_at(x)
        bits = x.bit_length()
        start, slope, curve = self.gains[bits]
        if x == 2:
            return start
        part = ((x << 11) >> bits) & 0x3FF
        rise = ((curve * part) >> 5) + slope * 32
        return int(wrap(np.array(((rise * part + 16384) >> 15) + start)))

    def frame(self, samples: np.ndarray) -> list[int]:
        """One frame."""
        scaled = np.zeros(self.n_fft, np.int64)
        scaled[: self.window] = (samples.astype(np.int64) * self.weights) >> 12
        most = int(np.abs(scaled).max())
        shift = max(0, 15 - most.bit_length()) if most else 0
        energies = spectrum_energies(scaled << shift).tolist()
        sums = [
            sum(energies[k] * rising for k, rising, _ in self.bands[i + 1])
            + sum(energies[k] * falling for k, _, falling in self.bands[i])
            for i in range(self.channels)
        ]
        return [self.channel(i, self.root(x) >> shift) for i, x in enumerate(sums)]

    @staticmethod
    def root(x: int) -> int:
        root = int(np.sqrt(np.longdouble(x)))
        root -= root * root > x
        root += (root + 1) ** 2 <= x
        rounded = root + (x - root * root > root)
        return min(rounded, 0xFFFF) if x < 1 << 32 else rounded

    def channel(self, i: int, signal: int) -> int:
        """The feature of one channel."""
        level = (signal << self.smoothing_bits) & 0xFFFFFFFF
        smoothing = self.smoothings[i & 1]
        noise = (level * smoothing + self.noise[i] * (16384 - smoothing)) >> 14
        self.noise[i] = min(noise, level) if self.clamping else noise
        signal = max(
            (level - min(noise, level)) >> self.smoothing_bits, (signal * self.least) >> 14
        )
        if self.pcan:
            gain = self.gain(self.noise[i])
            snr = ((signal * gain) >> (self.gain_bits - self.correction - 12)) & 0xFFFFFFFF
            signal = (snr * snr) >> 20 if snr < 8192 else (snr >> 6) - 64
        signal = (signal << self.correction) & 0xFFFFFFFF
        feature = self.logarithm(signal) if signal > 1 else 0
        return min((feature * 256 + self.full_scale // 2) // self.full_scale, 255) - 128

    def logarithm(self, x: int) -> int:
        whole = x.bit_length() - 1
        part = ((x << 16) >> whole) - 65536
        start, after = self.log_table[part >> 9 : (part >> 9) + 2]
        log2 = (whole << 16) + part + start + (((after - start) * (part & 511)) >> 16)
        natural = (45426 * log2 + 32768) >> 16
        return ((natural << self.log_shift) + 32768) >> 16
