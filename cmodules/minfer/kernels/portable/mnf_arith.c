#include "kernels/core.h"
#include "mnf_arith.h"

#if MNF_LOW_PRODUCTS

MNF_HOT int32_t mnf_doubling_high_mul(int32_t a, int32_t b) {
    return mnf_doubling_high_mul_16(a, b);
}

MNF_HOT int32_t mnf_requantise(int32_t a, int32_t multiplier, int32_t shift) {
    return MNF_REQUANTISE(mnf_doubling_high_mul_16, a, multiplier, shift);
}

#endif
