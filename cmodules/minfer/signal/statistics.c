#include "signal/statistics.h"

#include "signal/real.h"

const char *const mnf_statistic_names[MNF_N_STATISTICS] = {
#define MNF_NAME(name, text) text,
    MNF_STATISTICS(MNF_NAME)
#undef MNF_NAME
};

void mnf_detrend(mnf_detrend_t detrend, int32_t *window, uint32_t n) {
    // The line, times 2^28, against t from -(n - 1) by steps of 2 to n - 1, whose sum is 0.
    int64_t line = 0, slope = 0;
    if (detrend != MNF_DETREND_NONE) {
        int32_t sum = 0;      // 2^27
        int64_t products = 0; // of t and x: 2^27 each, 2^39 in all
        int32_t t = 1 - (int32_t)n;
        for (uint32_t i = 0; i < n; i++, t += 2) {
            sum += window[i];
            products += t * window[i];
        }
        line = (int64_t)sum * (1 << 28) / (int32_t)n;
        if (detrend == MNF_DETREND_LINEAR) {
            const int64_t squares = (int64_t)n * ((int64_t)n * n - 1) / 3; // of t: below 2^34.5
            slope = products / squares * (1 << 28) + products % squares * (1 << 28) / squares;
            line -= slope * ((int32_t)n - 1);
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        // At its ends a line of least squares is up to 1.67 times as large as the samples: 2.67 * 2^15 * 2^14 is below
        // 2^31.
        window[i] = window[i] * (1 << MNF_WINDOW_FRACTION) - (int32_t)((line + (1 << 13)) >> 14);
        line += 2 * slope;
    }
}

// x * 2^exponent, rounded. Not every chip's conversion of 64 bits rounds.
static float real(uint64_t x, int32_t exponent) {
    if (x >> 24 != 0) {
        const uint32_t high = (uint32_t)(x >> 32);
        const uint32_t bits = high != 0 ? 64 - mnf_leading_zeros(high) : 32 - mnf_leading_zeros((uint32_t)x);
        const uint32_t lost = bits - 24;
        x = (x + ((uint64_t)1 << (lost - 1))) >> lost;
        exponent += (int32_t)lost;
    }
    return (float)(int32_t)x * mnf_power_of_2(exponent);
}

static float signed_real(int64_t x, int32_t exponent) {
    return x < 0 ? -real((uint64_t)-x, exponent) : real((uint64_t)x, exponent);
}

// Around the mean: standard deviation, skewness, kurtosis. `most` is the largest distance from it, below 2^31.
static void moments(const int32_t *window, uint32_t n, int32_t mean, uint32_t most, float *results) {
    if (most == 0) {
        results[MNF_STD] = 0;
        results[MNF_SKEW] = 0;
        results[MNF_KURTOSIS] = -3;
        return;
    }
    const int32_t up = (int32_t)mnf_leading_zeros(most) - 1;
    uint64_t squares = 0, fourths = 0;
    int64_t cubes = 0;
    for (uint32_t i = 0; i < n; i++) {
        const int32_t x = (window[i] - mean) * (1 << up); // below 2^31 in size
        const uint32_t size = (uint32_t)(x < 0 ? -x : x);
        const uint32_t square = mnf_mul_high_unsigned(size, size); // x^2 / 2^32: below 2^30
        squares += square;
        cubes += mnf_mul_high((int32_t)square, x); // x^3 / 2^64
        fourths += mnf_mul_high_unsigned(4 * square, 4 * square); // x^4 / 2^92
    }
    const float count = (float)(int32_t)n;
    const float second = real(squares, 0) / count; // at least 2^28 / n, the square of `most`
    const float deviation = mnf_sqrt(second);
    results[MNF_STD] = deviation * mnf_power_of_2(16 - up - MNF_WINDOW_FRACTION);
    results[MNF_SKEW] = signed_real(cubes, 16) / count / second / deviation;
    results[MNF_KURTOSIS] = real(fourths, 28) / count / second / second - 3;
}

void mnf_statistics(const int32_t *window, uint32_t n, float *results) {
    int64_t sum = 0;
    int32_t least = window[0], most = window[0];
    uint32_t crossings = 0;
    for (uint32_t i = 0; i < n; i++) {
        const int32_t x = window[i];
        sum += x;
        least = x < least ? x : least;
        most = x > most ? x : most;
        crossings += i > 0 && (x < 0) != (window[i - 1] < 0);
    }
    const int32_t mean = (int32_t)((sum >= 0 ? sum + n / 2 : sum - n / 2) / (int32_t)n);
    const uint32_t above = (uint32_t)most - (uint32_t)mean, below = (uint32_t)mean - (uint32_t)least;
    moments(window, n, mean, above > below ? above : below, results);
    results[MNF_MEAN] = signed_real(sum, -MNF_WINDOW_FRACTION) / (float)(int32_t)n;
    results[MNF_RMS] = mnf_sqrt(results[MNF_MEAN] * results[MNF_MEAN] + results[MNF_STD] * results[MNF_STD]);
    results[MNF_MIN] = signed_real(least, -MNF_WINDOW_FRACTION);
    results[MNF_MAX] = signed_real(most, -MNF_WINDOW_FRACTION);
    results[MNF_ZERO_CROSSINGS] = (float)(int32_t)crossings;
    results[MNF_PEAK_TO_PEAK] = real((uint64_t)((int64_t)most - least), -MNF_WINDOW_FRACTION);
}
