// Functions of real numbers, the same to the last bit on every chip: from integers, and from + - * of float32 alone.
// No libm. Denormals are zero, as they are to the Pico's boot ROM. Errors are against the exact value.
#ifndef MNF_REAL_H
#define MNF_REAL_H

#include <stdint.h>

// a * b / 2^32, at most 3 too small. A Cortex-M0+ multiplies 32 bits by 32 to 32 alone: three of these, and no call.
static inline int32_t mnf_mul_high(int32_t a, int32_t b) {
    const int32_t a_high = a >> 16, b_high = b >> 16;
    const int32_t a_low = a & 0xffff, b_low = b & 0xffff;
    return a_high * b_high + ((a_high * b_low) >> 16) + ((b_high * a_low) >> 16);
}

static inline uint32_t mnf_mul_high_unsigned(uint32_t a, uint32_t b) {
    const uint32_t a_high = a >> 16, b_high = b >> 16;
    const uint32_t a_low = a & 0xffff, b_low = b & 0xffff;
    return a_high * b_high + ((a_high * b_low) >> 16) + ((b_high * a_low) >> 16);
}

// How many zeros stand before the first one of x, which is not 0.
uint32_t mnf_leading_zeros(uint32_t x);

// log2(m / 2^31) * 2^30, for m from 2^31: 0 to 2^30. Error: 13 units.
int32_t mnf_log2_q30(uint32_t m);

// Logarithms of x, where it is below 2^-126 of that. Error: 1.2e-8, and a unit in the last place.
float mnf_log(float x);
float mnf_log10(float x);

// e^x; 0 below -87.3, the largest float above 88.7. Error: 2 units in the last place.
float mnf_exp(float x);

// The root of x, rounded as IEEE 754 says; 0 below 2^-126.
float mnf_sqrt(float x);

// The cosine of an angle in turns of 2^-32, times 2^31, at most 2^31 - 1 in size. Error: 16 units.
int32_t mnf_cos_q31(uint32_t turns);

// 2^exponent, -126 to 127.
float mnf_power_of_2(int32_t exponent);

#endif
