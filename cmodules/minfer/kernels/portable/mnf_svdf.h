// Both SVDF kernels, in a file that says of which type (mnf_svdf_t) the state and the weights over time are.
#include <string.h>

#include "mnf_kernels.h"

static arm_cmsis_nn_status mnf_svdf(
    const cmsis_nn_svdf_params *svdf_params,
    const cmsis_nn_per_tensor_quant_params *input_quant_params,
    const cmsis_nn_per_tensor_quant_params *output_quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, mnf_svdf_t *state_data,
    const cmsis_nn_dims *weights_feature_dims, const int8_t *weights_feature_data,
    const cmsis_nn_dims *weights_time_dims, const mnf_svdf_t *weights_time_data,
    const int32_t *bias_data, const cmsis_nn_dims *output_dims, int8_t *output_data) {
    const int32_t filters = weights_feature_dims->n, inputs = input_dims->h, steps = weights_time_dims->h;
    const int32_t units = output_dims->h;
    // Each filter forgets its oldest step, the first one.
    const size_t elements = (size_t)input_dims->n * (size_t)filters * (size_t)steps;
    memmove(state_data, state_data + 1, (elements - 1) * sizeof(mnf_svdf_t));
    for (int32_t batch = 0; batch < input_dims->n; batch++) {
        const int8_t *feature = weights_feature_data;
        const mnf_svdf_t *time = weights_time_data;
        for (int32_t unit = 0; unit < units; unit++) {
            int32_t sum = bias_data == NULL ? 0 : bias_data[unit];
            for (int32_t r = 0; r < svdf_params->rank; r++) {
                int32_t newest = 0;
                for (int32_t i = 0; i < inputs; i++) {
                    newest = mnf_add_wrap(newest, feature[i] * (input_data[i] - svdf_params->input_offset));
                }
                newest = mnf_requantise(newest, input_quant_params->multiplier, input_quant_params->shift);
                newest = mnf_clamp(newest, svdf_params->input_activation.min, svdf_params->input_activation.max);
                state_data[steps - 1] = (mnf_svdf_t)newest;
                for (int32_t i = 0; i < steps; i++) {
                    sum = mnf_add_wrap(sum, time[i] * state_data[i]);
                }
                feature += inputs;
                time += steps;
                state_data += steps;
            }
            *output_data++ = mnf_output_s8((uint32_t)sum, output_quant_params->multiplier, output_quant_params->shift,
                svdf_params->output_offset, svdf_params->output_activation);
        }
        input_data += inputs;
    }
    return ARM_CMSIS_NN_SUCCESS;
}
