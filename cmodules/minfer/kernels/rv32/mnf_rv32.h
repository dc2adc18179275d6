// What the RV32 kernels share: a channel's requantisation with all that does not depend on the sum worked out before.
#ifndef MNF_RV32_H
#define MNF_RV32_H

#include "kernels/core.h"
#include "kernels/portable/mnf_kernels.h"

typedef struct {
    uint32_t doubled; // multiplier * 2
    int32_t left;
    int32_t right;
    int32_t mask; // the bits that the shift to the right drops
    int32_t offset;
    cmsis_nn_activation clamp;
} mnf_scale_t;

static inline mnf_scale_t mnf_scale(int32_t multiplier, int32_t shift, int32_t offset, cmsis_nn_activation clamp) {
    const int32_t right = shift > 0 ? 0 : -shift;
    return (mnf_scale_t) {(uint32_t)multiplier * 2, shift > 0 ? shift : 0, right, (int32_t)((1u << right) - 1), offset, clamp};
}

// mnf_output_s8 of the same multiplier, shift, offset and clamp. MULHSU and MUL give the high half of the product by the doubled
// multiplier and the bit that rounds it.
static inline __attribute__((always_inline)) int8_t mnf_scale_s8(uint32_t sum, const mnf_scale_t *scale) {
    const int64_t product = (int64_t)(int32_t)(sum << scale->left) * (int64_t)(uint64_t)scale->doubled;
    const int32_t high = mnf_add_wrap((int32_t)(product >> 32), (int32_t)((uint32_t)product >> 31));
    const int32_t half = (scale->mask >> 1) - (high >> 31);
    const int32_t rounded = (high >> scale->right) + ((high & scale->mask) > half);
    return (int8_t)mnf_clamp(mnf_add_wrap(rounded, scale->offset), scale->clamp.min, scale->clamp.max);
}

#endif
