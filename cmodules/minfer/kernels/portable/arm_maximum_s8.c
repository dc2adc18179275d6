#include "mnf_kernels.h"

arm_cmsis_nn_status arm_maximum_s8(
    const cmsis_nn_context *ctx,
    const int8_t *input_1_data, const cmsis_nn_dims *input_1_dims,
    const int8_t *input_2_data, const cmsis_nn_dims *input_2_dims,
    int8_t *output_data, const cmsis_nn_dims *output_dims) {
    (void)ctx;
    (void)input_1_dims;
    (void)input_2_dims;
    const int32_t n = output_dims->n * output_dims->h * output_dims->w * output_dims->c;
    for (int32_t i = 0; i < n; i++) {
        output_data[i] = input_1_data[i] > input_2_data[i] ? input_1_data[i] : input_2_data[i];
    }
    return ARM_CMSIS_NN_SUCCESS;
}
