#include <stddef.h>

#include "mnf_kernels.h"

// As int8: all weights are unpacked first, behind the scratch of int8.
static int32_t rows_bytes(
    const cmsis_nn_dw_conv_params *conv, const cmsis_nn_dims *in, const cmsis_nn_dims *filter, const cmsis_nn_dims *out) {
    return (arm_depthwise_conv_wrapper_s8_get_buffer_size(conv, in, filter, out) + 3) & ~3;
}

int32_t arm_depthwise_conv_wrapper_s4_get_buffer_size(
    const cmsis_nn_dw_conv_params *dw_conv_params, const cmsis_nn_dims *input_dims,
    const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims) {
    return rows_bytes(dw_conv_params, input_dims, filter_dims, output_dims) + filter_dims->h * filter_dims->w * output_dims->c;
}

arm_cmsis_nn_status arm_depthwise_conv_wrapper_s4(
    const cmsis_nn_context *ctx, const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data) {
    if (ctx->buf == NULL) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    const int32_t rows = rows_bytes(dw_conv_params, input_dims, filter_dims, output_dims);
    int8_t *weights = (int8_t *)ctx->buf + rows;
    mnf_unpack_int4(filter_data, 0, filter_dims->h * filter_dims->w * output_dims->c, weights);
    const cmsis_nn_context context = {ctx->buf, rows};
    return arm_depthwise_conv_wrapper_s8(&context, dw_conv_params, quant_params, input_dims, input_data, filter_dims, weights, bias_dims,
        bias_data, output_dims, output_data);
}
