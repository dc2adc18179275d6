#include <stdint.h>

typedef int8_t mnf_svdf_t;
#include "mnf_svdf.h"

int32_t arm_svdf_s8_get_buffer_size(const cmsis_nn_dims *weights_feature_dims) {
    (void)weights_feature_dims;
    return 0;
}

arm_cmsis_nn_status arm_svdf_s8(
    const cmsis_nn_context *ctx, const cmsis_nn_context *input_ctx, const cmsis_nn_context *output_ctx,
    const cmsis_nn_svdf_params *svdf_params,
    const cmsis_nn_per_tensor_quant_params *input_quant_params,
    const cmsis_nn_per_tensor_quant_params *output_quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *state_dims, int8_t *state_data,
    const cmsis_nn_dims *weights_feature_dims, const int8_t *weights_feature_data,
    const cmsis_nn_dims *weights_time_dims, const int8_t *weights_time_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data) {
    (void)ctx;
    (void)input_ctx;
    (void)output_ctx;
    (void)state_dims;
    (void)bias_dims;
    return mnf_svdf(svdf_params, input_quant_params, output_quant_params, input_dims, input_data, state_data,
        weights_feature_dims, weights_feature_data, weights_time_dims, weights_time_data, bias_data,
        output_dims, output_data);
}
