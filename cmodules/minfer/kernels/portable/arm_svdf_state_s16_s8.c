#include <string.h>

#include "mnf_arith.h"
#include "mnf_kernels.h"

arm_cmsis_nn_status arm_svdf_state_s16_s8(
    const cmsis_nn_context *input_ctx, const cmsis_nn_context *output_ctx, const cmsis_nn_svdf_params *svdf_params,
    const cmsis_nn_per_tensor_quant_params *input_quant_params, const cmsis_nn_per_tensor_quant_params *output_quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *state_dims, int16_t *state_data,
    const cmsis_nn_dims *weights_feature_dims, const int8_t *weights_feature_data,
    const cmsis_nn_dims *weights_time_dims, const int16_t *weights_time_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data) {
    (void)input_ctx;
    (void)output_ctx;
    (void)state_dims;
    (void)bias_dims;
    const int32_t filters = weights_feature_dims->n, inputs = input_dims->h, steps = weights_time_dims->h;
    const int32_t units = output_dims->h;
    // Each filter forgets its oldest step, the first one.
    memmove(state_data, state_data + 1, ((size_t)input_dims->n * (size_t)filters * (size_t)steps - 1) * sizeof(int16_t));
    for (int32_t batch = 0; batch < input_dims->n; batch++) {
        const int8_t *feature = weights_feature_data;
        const int16_t *time = weights_time_data;
        for (int32_t unit = 0; unit < units; unit++) {
            int32_t sum = bias_data == NULL ? 0 : bias_data[unit];
            for (int32_t r = 0; r < svdf_params->rank; r++) {
                int32_t newest = 0;
                for (int32_t i = 0; i < inputs; i++) {
                    newest = mnf_add_wrap(newest, feature[i] * (input_data[i] - svdf_params->input_offset));
                }
                newest = mnf_requantise(newest, input_quant_params->multiplier, input_quant_params->shift);
                state_data[steps - 1] = (int16_t)mnf_clamp(newest, svdf_params->input_activation.min, svdf_params->input_activation.max);
                for (int32_t i = 0; i < steps; i++) {
                    sum = mnf_add_wrap(sum, time[i] * state_data[i]);
                }
                feature += inputs;
                time += steps;
                state_data += steps;
            }
            const int32_t value = mnf_requantise(sum, output_quant_params->multiplier, output_quant_params->shift);
            *output_data++ = (int8_t)mnf_clamp(
                mnf_add_wrap(value, svdf_params->output_offset), svdf_params->output_activation.min, svdf_params->output_activation.max);
        }
        input_data += inputs;
    }
    return ARM_CMSIS_NN_SUCCESS;
}
