// Sums of two vectors: 20 instructions an element where one input has the larger scale, as two of different scales
// do, else a few more or fewer.
#include "kernels/core.h"
#if MNF_CORE_DSP
#include "mnf_dsp.h"

#define LEFT_SHIFT 20 // the reference's

typedef struct {
    int32_t multiplier;
    int32_t right; // 0 to 31
    int32_t half;  // of 2^right
    int32_t offset;
} input_t;

static input_t input(int32_t offset, int32_t multiplier, int32_t shift) {
    const int32_t half = shift < 0 ? 1 << (-shift - 1) : 0;
    return (input_t) {multiplier, -shift, half, offset * (1 << (LEFT_SHIFT + 1))};
}

// whole: without a shift to the right. Otherwise halves are rounded as mnf_quick_output does.
static inline int32_t scaled(const input_t *in, int32_t x, bool whole) {
    const int32_t shifted = x * (1 << (LEFT_SHIFT + 1)) + in->offset;
    return whole ? mnf_smmulr(shifted, in->multiplier)
        : mnf_smmlar(shifted, in->multiplier, in->half + (shifted >> 31)) >> in->right;
}

static inline __attribute__((always_inline)) void add(
    const input_t a, const input_t b, mnf_quick_t out,
    const int8_t *x, const int8_t *y, int8_t *to, int32_t n, bool whole_a, bool whole_b) {
    for (int32_t i = 0; i < n; i++) {
        to[i] = (int8_t)mnf_quick_output(out, (uint32_t)(scaled(&a, x[i], whole_a) + scaled(&b, y[i], whole_b)));
    }
}

MNF_HOT arm_cmsis_nn_status arm_elementwise_add_s8(
    const int8_t *input_1_vect, const int8_t *input_2_vect,
    const int32_t input_1_offset, const int32_t input_1_mult, const int32_t input_1_shift,
    const int32_t input_2_offset, const int32_t input_2_mult, const int32_t input_2_shift,
    const int32_t left_shift, int8_t *output,
    const int32_t out_offset, const int32_t out_mult, const int32_t out_shift,
    const int32_t out_activation_min, const int32_t out_activation_max,
    const int32_t block_size) {
    // The inputs, of 9 bits, are below 2^28 once shifted: their sum is below 2^29.
    if (left_shift != LEFT_SHIFT || input_1_shift > 0 || input_2_shift > 0 || !mnf_is_quick(out_shift, 22)) {
        return mnf_elementwise_add_s8(input_1_vect, input_2_vect, input_1_offset, input_1_mult, input_1_shift,
            input_2_offset, input_2_mult, input_2_shift, left_shift, output, out_offset, out_mult, out_shift,
            out_activation_min, out_activation_max, block_size);
    }
    const input_t a = input(input_1_offset, input_1_mult, input_1_shift);
    const input_t b = input(input_2_offset, input_2_mult, input_2_shift);
    const mnf_quick_t out = mnf_quick(out_mult, out_shift, out_offset);
    if (a.right == 0 && b.right == 0) {
        add(a, b, out, input_1_vect, input_2_vect, output, block_size, true, true);
    } else if (a.right == 0) {
        add(a, b, out, input_1_vect, input_2_vect, output, block_size, true, false);
    } else if (b.right == 0) {
        add(b, a, out, input_2_vect, input_1_vect, output, block_size, true, false);
    } else {
        add(a, b, out, input_1_vect, input_2_vect, output, block_size, false, false);
    }
    const cmsis_nn_activation activation = {out_activation_min, out_activation_max};
    if (!mnf_is_whole_range(activation)) {
        mnf_clamp_bytes(output, block_size, activation);
    }
    return ARM_CMSIS_NN_SUCCESS;
}
#endif
