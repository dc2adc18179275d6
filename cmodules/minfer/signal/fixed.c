#include "fixed.h"

#define ONE 0x80000000u // of numbers with 31 bits behind the point

static uint32_t times(uint32_t a, uint32_t b) {
    return (uint32_t)(((uint64_t)a * b + (ONE >> 1)) >> 31);
}

// Two more bits of the number, one more of its root. The rest of a root below 2^29 is below 2^30.
static inline void sqrt_step(uint32_t bits, uint32_t *root, uint32_t *rest) {
    *rest = *rest << 2 | bits;
    const uint32_t odd = *root << 2 | 1;
    *root <<= 1;
    if (*rest >= odd) {
        *rest -= odd;
        *root |= 1;
    }
}

uint32_t mnf_fixed_sqrt(uint64_t x) {
    const uint32_t high = (uint32_t)(x >> 32);
    const uint32_t low = (uint32_t)x;
    uint32_t root = 0;
    uint32_t rest = 0;
    for (uint32_t shift = (mnf_bits(high) + 1) & ~1u; shift != 0;) {
        shift -= 2;
        sqrt_step(high >> shift & 3, &root, &rest);
    }
    for (uint32_t shift = high != 0 ? 32 : (mnf_bits(low) + 1) & ~1u; shift != 0;) {
        shift -= 2;
        sqrt_step(low >> shift & 3, &root, &rest);
    }
    return rest > root ? root + 1 : root;
}

int64_t mnf_fixed_log2(uint64_t x) {
    const uint32_t high = (uint32_t)(x >> 32);
    const uint32_t whole = high != 0 ? 31 + mnf_bits(high) : mnf_bits((uint32_t)x) - 1;
    // x / 2^whole, from 1 to below 2. Squaring it doubles its logarithm: a whole bit appears, or none.
    uint64_t mantissa = whole > 31 ? x >> (whole - 31) : x << (31 - whole);
    uint32_t fraction = 0;
    for (uint32_t bit = ONE; bit != 0; bit >>= 1) {
        mantissa = (mantissa * mantissa + (ONE >> 1)) >> 31;
        if (mantissa >> 32) {
            mantissa >>= 1;
            fraction |= bit;
        }
    }
    return (int64_t)whole << 32 | fraction;
}

uint32_t mnf_fixed_exp2(uint32_t fraction) {
    const uint32_t exponent = (uint32_t)(((uint64_t)fraction * 2977044472u) >> 33); // ln(2) * 2^32
    uint32_t sum = ONE;
    for (uint32_t d = 13; d != 0; d--) {
        sum = ONE + times(exponent, sum) / d;
    }
    return sum;
}
