#include "kernels/core.h"
#include "mnf_arith.h"
#include "mnf_kernels.h"

// A family with a faster one for what is usual calls this one for the rest.
#if MNF_OWN_ELEMENTWISE_ADD_S8
#define arm_elementwise_add_s8 mnf_elementwise_add_s8
#endif

arm_cmsis_nn_status arm_elementwise_add_s8(
    const int8_t *input_1_vect, const int8_t *input_2_vect,
    const int32_t input_1_offset, const int32_t input_1_mult, const int32_t input_1_shift,
    const int32_t input_2_offset, const int32_t input_2_mult, const int32_t input_2_shift,
    const int32_t left_shift, int8_t *output,
    const int32_t out_offset, const int32_t out_mult, const int32_t out_shift,
    const int32_t out_activation_min, const int32_t out_activation_max,
    const int32_t block_size) {
    for (int32_t i = 0; i < block_size; i++) {
        const int32_t a = mnf_shift_left_wrap(input_1_vect[i] + input_1_offset, left_shift);
        const int32_t b = mnf_shift_left_wrap(input_2_vect[i] + input_2_offset, left_shift);
        const int32_t sum = mnf_add_wrap(mnf_requantise(a, input_1_mult, input_1_shift), mnf_requantise(b, input_2_mult, input_2_shift));
        const int32_t scaled = mnf_requantise(sum, out_mult, out_shift);
        output[i] = (int8_t)mnf_clamp(mnf_add_wrap(scaled, out_offset), out_activation_min, out_activation_max);
    }
    return ARM_CMSIS_NN_SUCCESS;
}
