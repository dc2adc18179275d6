#include "kernels/core.h"
#include "mnf_scale.h"

#if MNF_BLOCKED

// How an input is scaled: by no more than 1, as usual. The shift to the right may be 0, as it is for the input of the larger scale.
typedef struct {
    uint32_t doubled; // multiplier * 2
    int32_t right;
    int32_t half; // of 2^right
    int32_t sign; // -1 where right is not 0
} input_t;

static inline input_t input(int32_t multiplier, int32_t shift) {
    return (input_t) {(uint32_t)multiplier * 2, -shift, shift < 0 ? 1 << (-shift - 1) : 0, shift < 0 ? -1 : 0};
}

// mnf_requantise of an x below 2^29 in size: no sum leaves 32 bits.
static inline __attribute__((always_inline)) int32_t scaled(int32_t x, const input_t *in) {
    const int32_t high = mnf_rounded_high(x, in->doubled);
    return (high + in->half + ((high >> 31) & in->sign)) >> in->right;
}

MNF_HOT arm_cmsis_nn_status arm_elementwise_add_s8(
    const int8_t *input_1_vect, const int8_t *input_2_vect,
    const int32_t input_1_offset, const int32_t input_1_mult, const int32_t input_1_shift,
    const int32_t input_2_offset, const int32_t input_2_mult, const int32_t input_2_shift,
    const int32_t left_shift, int8_t *output,
    const int32_t out_offset, const int32_t out_mult, const int32_t out_shift,
    const int32_t out_activation_min, const int32_t out_activation_max,
    const int32_t block_size) {
    const mnf_scale_t sum = mnf_scale(
        out_mult, out_shift, out_offset, (cmsis_nn_activation) {out_activation_min, out_activation_max});
    if (left_shift > 20 || input_1_shift > 0 || input_2_shift > 0 || sum.last < 0) {
        return mnf_elementwise_add_s8(input_1_vect, input_2_vect, input_1_offset, input_1_mult, input_1_shift,
            input_2_offset, input_2_mult, input_2_shift, left_shift, output, out_offset, out_mult, out_shift,
            out_activation_min, out_activation_max, block_size);
    }
    const input_t a = input(input_1_mult, input_1_shift), b = input(input_2_mult, input_2_shift);
    for (const int8_t *end = input_1_vect + block_size; input_1_vect < end;) {
        const int32_t x = (*input_1_vect++ + input_1_offset) * (1 << left_shift);
        const int32_t y = (*input_2_vect++ + input_2_offset) * (1 << left_shift);
        *output++ = (int8_t)mnf_scale_right((uint32_t)(scaled(x, &a) + scaled(y, &b)), &sum);
    }
    return ARM_CMSIS_NN_SUCCESS;
}

#endif
