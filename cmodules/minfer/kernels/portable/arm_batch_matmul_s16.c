#include "mnf_kernels.h"

arm_cmsis_nn_status arm_batch_matmul_s16(
    const cmsis_nn_context *ctx, const cmsis_nn_bmm_params *bmm_params,
    const cmsis_nn_per_tensor_quant_params *quant_params,
    const cmsis_nn_dims *input_lhs_dims, const int16_t *input_lhs,
    const cmsis_nn_dims *input_rhs_dims, const int16_t *input_rhs,
    const cmsis_nn_dims *output_dims, int16_t *output) {
    (void)ctx;
    (void)output_dims;
    const cmsis_nn_activation activation = bmm_params->fc_params.activation;
    const int32_t depth = input_lhs_dims->c;
    for (int32_t row = 0; row < input_lhs_dims->w; row++) {
        const int16_t *rhs = input_rhs;
        for (int32_t column = 0; column < input_rhs_dims->w; column++) {
            int64_t sum = 0;
            for (int32_t k = 0; k < depth; k++) {
                sum += input_lhs[k] * *rhs++;
            }
            const int32_t scaled = mnf_requantise_s64(sum, quant_params->multiplier, quant_params->shift);
            *output++ = (int16_t)mnf_clamp(scaled, activation.min, activation.max);
        }
        input_lhs += depth;
    }
    return ARM_CMSIS_NN_SUCCESS;
}
