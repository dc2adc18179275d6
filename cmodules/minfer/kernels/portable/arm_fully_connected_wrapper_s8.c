#include "kernels/core.h"
#include "mnf_kernels.h"

int32_t arm_fully_connected_s8_get_buffer_size(const cmsis_nn_dims *filter_dims) {
    (void)filter_dims;
    return 0;
}

arm_cmsis_nn_status arm_fully_connected_wrapper_s8(
    const cmsis_nn_context *ctx, const cmsis_nn_fc_params *fc_params,
    const cmsis_nn_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data) {
    (void)ctx;
    (void)bias_dims;
#if MNF_OWN_FULLY_CONNECTED_S8
    if (mnf_fully_connected_s8(fc_params, quant_params, input_dims, input_data, filter_dims, filter_data, bias_data,
            output_dims, output_data)) {
        return ARM_CMSIS_NN_SUCCESS;
    }
#endif
    const int32_t depth = filter_dims->n;
    for (int32_t n = 0; n < input_dims->n; n++) {
        const int8_t *w = filter_data;
        for (int32_t o = 0; o < output_dims->c; o++) {
            uint32_t sum = bias_data ? (uint32_t)bias_data[o] : 0;
            for (int32_t k = 0; k < depth; k++) {
                sum += (uint32_t)((input_data[k] + fc_params->input_offset) * (*w++ + fc_params->filter_offset));
            }
            const int32_t q = quant_params->is_per_channel ? o : 0;
            *output_data++ = mnf_output_s8(sum, quant_params->multiplier[q], quant_params->shift[q],
                fc_params->output_offset, fc_params->activation);
        }
        input_data += depth;
    }
    return ARM_CMSIS_NN_SUCCESS;
}
