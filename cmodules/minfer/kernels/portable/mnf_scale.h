// A channel's requantisation, with all that does not depend on the sum worked out before: for cores that multiply two words in an
// instruction or two.
#ifndef MNF_SCALE_H
#define MNF_SCALE_H

#include "mnf_kernels.h"

typedef struct {
    uint32_t doubled; // multiplier * 2
    int32_t last; // how far to shift right before the last bit; negative where it is not to the right at all
    int32_t multiplier;
    int32_t shift;
    int32_t offset;
    cmsis_nn_activation clamp;
} mnf_scale_t;

static inline mnf_scale_t mnf_scale(int32_t multiplier, int32_t shift, int32_t offset, cmsis_nn_activation clamp) {
    return (mnf_scale_t) {(uint32_t)multiplier * 2, -shift - 1, multiplier, shift, offset, clamp};
}

// The high half of x * doubled, rounded half up; doubled is even. RV32: MULHSU and MUL.
static inline __attribute__((always_inline)) int32_t mnf_rounded_high(int32_t x, uint32_t doubled) {
#if MNF_LOW_PRODUCTS
    return mnf_doubling_high_mul_16(x, (int32_t)(doubled >> 1));
#else
    const int64_t product = (int64_t)x * (int64_t)(uint64_t)doubled;
    return (int32_t)(product >> 32) + (int32_t)((uint32_t)product >> 31);
#endif
}

// mnf_output_s8 of the same multiplier, shift, offset and clamp, in a whole register, of a scale that shifts to the right. The
// product by the doubled multiplier is less than 2^31 in size, so that neither step of the second rounding leaves 32 bits.
static inline __attribute__((always_inline)) int32_t mnf_scale_right(uint32_t sum, const mnf_scale_t *scale) {
    const int32_t high = mnf_rounded_high((int32_t)sum, scale->doubled);
    const int32_t scaled = (((high + (high >> 31)) >> scale->last) + 1) >> 1;
    return mnf_clamp(scaled + scale->offset, scale->clamp.min, scale->clamp.max);
}

// Few channels have other scales.
__attribute__((noinline, unused)) static int32_t mnf_scale_left(uint32_t sum, const mnf_scale_t *scale) {
    return mnf_output_s8(sum, scale->multiplier, scale->shift, scale->offset, scale->clamp);
}

static inline int32_t mnf_scale_any(uint32_t sum, const mnf_scale_t *scale) {
    return __builtin_expect(scale->last >= 0, 1) ? mnf_scale_right(sum, scale) : mnf_scale_left(sum, scale);
}

// Outputs o to o + n of a fully connected layer, of their sums plus `added` and, where there is one, the bias. Returns where the next go.
static inline __attribute__((always_inline)) int8_t *mnf_output_channels(
    const cmsis_nn_fc_params *params, const cmsis_nn_quant_params *quant, const int32_t *bias,
    int32_t o, int32_t n, const uint32_t *sums, uint32_t added, int8_t *output) {
    for (int32_t i = 0; i < n; i++) {
        const int32_t q = quant->is_per_channel ? o + i : 0;
        const mnf_scale_t scale = mnf_scale(
            quant->multiplier[q], quant->shift[q], params->output_offset, params->activation);
        *output++ = (int8_t)mnf_scale_any(sums[i] + added + (bias ? (uint32_t)bias[o + i] : 0), &scale);
    }
    return output;
}

#endif
