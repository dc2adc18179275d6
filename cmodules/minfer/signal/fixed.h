// Roots, logarithms and powers of integers. The logarithms and powers are slow and precise, for making tables that are
// to equal somebody else's to the last bit; those of real.h are quick.
#ifndef MNF_FIXED_H
#define MNF_FIXED_H

#include <stdint.h>

#include "real.h"

// The number of bits of x up to its highest that is set; 0 for 0.
static inline uint32_t mnf_bits(uint32_t x) {
    return x == 0 ? 0 : 32 - mnf_leading_zeros(x);
}

// The square root, rounded to the nearest, of x < 2^60.
uint32_t mnf_fixed_sqrt(uint64_t x);

// log2(x) * 2^32 of x > 0, to within 8 units.
int64_t mnf_fixed_log2(uint64_t x);

// 2^(fraction / 2^32) * 2^31, to within 8 units.
uint32_t mnf_fixed_exp2(uint32_t fraction);

#endif
