#include "signal/real.h"

#include <float.h>
#include <string.h>

static float from_bits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

static uint32_t to_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

float mnf_power_of_2(int32_t exponent) {
    return from_bits((uint32_t)(exponent + 127) << 23);
}

uint32_t mnf_leading_zeros(uint32_t x) {
    uint32_t n = 0;
    for (uint32_t step = 16; step > 0; step /= 2) {
        if (x >> (32 - step) == 0) {
            x <<= step;
            n += step;
        }
    }
    return n;
}

int32_t mnf_log2_q30(uint32_t m) {
    // log2((3 + t) / 2) for t from -1 to 1, times 2^30: its Chebyshev
    // series to t^10, whose error is 1.2e-9, and 2 units more a term for what the products lose.
    static const int32_t terms[] = {
        -3506, 11356, -28455, 98429, -354719, 1276209, -4780981, 19124246, -86060121, 516360682, 628098705,
    };
    const int32_t t = (int32_t)((m - 0xc0000000u) << 1);
    int32_t sum = terms[0];
    for (uint32_t i = 1; i < sizeof(terms) / sizeof(*terms); i++) {
        sum = 2 * mnf_mul_high(sum, t) + terms[i];
    }
    return sum < 0 ? 0 : sum;
}

// log(x), where log(2) is high + low: an exponent times high is exact.
static float logarithm(float x, float high, float low) {
    const uint32_t bits = to_bits(x < FLT_MIN ? FLT_MIN : x);
    int32_t exponent = (int32_t)(bits >> 23) - 127;
    int32_t q = mnf_log2_q30((bits | 0x800000) << 8);
    if (q > 1 << 29) {
        // Just below a power of 2 the sum would cancel.
        q -= 1 << 30;
        exponent++;
    }
    const float fraction = (float)q * (1.0f / 1073741824);
    return (float)exponent * high + ((float)exponent * low + fraction * (high + low));
}

float mnf_log(float x) {
    return logarithm(x, 0.693359375f, -2.1219444e-4f);
}

float mnf_log10(float x) {
    return logarithm(x, 0.30078125f, 2.4874566e-4f);
}

float mnf_exp(float x) {
    if (x < -87.3f) {
        return 0;
    }
    if (x > 88.7f) {
        return FLT_MAX;
    }
    // x = n log(2) + r, |r| at most half of log(2).
    const float scaled = x * 1.44269504f;
    const int32_t n = (int32_t)(scaled < 0 ? scaled - 0.5f : scaled + 0.5f);
    const float r = (x - (float)n * 0.693359375f) - (float)n * -2.1219444e-4f;
    // (e^r - 1 - r) / r^2: its Chebyshev series.
    float sum = 1.3933734e-3f;
    sum = sum * r + 8.3632357e-3f;
    sum = sum * r + 4.1666463e-2f;
    sum = sum * r + 1.6666576e-1f;
    sum = sum * r + 0.5f;
    const float power = 1.0f + (r + r * r * sum);
    // 2^128 is no float, and 2^-127 denormal, yet both n occur.
    return n > 0 ? power * mnf_power_of_2(n - 1) * 2 : power * mnf_power_of_2(n);
}

float mnf_sqrt(float x) {
    if (!(x >= FLT_MIN)) {
        return 0;
    }
    const uint32_t bits = to_bits(x);
    const int32_t exponent = (int32_t)(bits >> 23) - 127;
    // 24 bits of the root, bit by bit; `rest` is what its square leaves of the mantissa.
    uint32_t rest = ((bits & 0x7fffff) | 0x800000) << (1 + (exponent & 1));
    uint32_t root = 0, square = 0;
    for (uint32_t bit = 1 << 24; bit > 0; bit /= 2) {
        const uint32_t trial = square + bit;
        if (trial <= rest) {
            rest -= trial;
            square = trial + bit;
            root += bit;
        }
        rest *= 2;
    }
    // The last bit of 25 rounds; a root never lies halfway.
    root = (root + 1) >> 1;
    return from_bits((uint32_t)(((exponent - (exponent & 1)) / 2 + 127) << 23) + (root - 0x800000));
}

int32_t mnf_cos_q31(uint32_t turns) {
    // The sine of a quarter turn later, mirrored into the first quarter. There sin(pi u / 2) / u as a polynomial of
    // u^2, times 2^30.
    const uint32_t later = turns + 0x40000000;
    const uint32_t within = later & 0x3fffffff;
    const uint32_t u = 2 * (later & 0x40000000 ? 0x40000000 - within : within);
    const uint32_t square = 2 * mnf_mul_high_unsigned(u, u);
    uint32_t sum = 172072 - 2 * mnf_mul_high_unsigned(3685, square);
    sum = 5026892 - 2 * mnf_mul_high_unsigned(sum, square);
    sum = 85569282 - 2 * mnf_mul_high_unsigned(sum, square);
    sum = 693598666 - 2 * mnf_mul_high_unsigned(sum, square);
    sum = 1686629713 - 2 * mnf_mul_high_unsigned(sum, square);
    const uint32_t sine = 2 * mnf_mul_high_unsigned(2 * sum, u);
    const int32_t size = sine > INT32_MAX ? INT32_MAX : (int32_t)sine;
    return later & 0x80000000 ? -size : size;
}
