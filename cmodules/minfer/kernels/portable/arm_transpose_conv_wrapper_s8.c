#include "mnf_kernels.h"

int32_t arm_transpose_conv_s8_get_buffer_size(
    const cmsis_nn_transpose_conv_params *transpose_conv_params, const cmsis_nn_dims *input_dims,
    const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *out_dims) {
    (void)transpose_conv_params;
    (void)input_dims;
    (void)filter_dims;
    (void)out_dims;
    return 0;
}

int32_t arm_transpose_conv_s8_get_reverse_conv_buffer_size(
    const cmsis_nn_transpose_conv_params *transpose_conv_params, const cmsis_nn_dims *input_dims,
    const cmsis_nn_dims *filter_dims) {
    (void)transpose_conv_params;
    (void)input_dims;
    (void)filter_dims;
    return 0;
}

arm_cmsis_nn_status arm_transpose_conv_wrapper_s8(
    const cmsis_nn_context *ctx, const cmsis_nn_context *reverse_conv_ctx,
    const cmsis_nn_transpose_conv_params *transpose_conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data) {
    (void)ctx;
    (void)reverse_conv_ctx;
    (void)bias_dims;
    const cmsis_nn_transpose_conv_params *conv = transpose_conv_params;
    const cmsis_nn_tile stride = conv->stride;
    const int32_t depth = input_dims->c;
    for (int32_t n = 0; n < input_dims->n; n++) {
        for (int32_t y = 0; y < output_dims->h; y++) {
            const mnf_transposed_taps_t rows = mnf_transposed_taps(y, stride.h, conv->padding.h, input_dims->h);
            for (int32_t x = 0; x < output_dims->w; x++) {
                const mnf_transposed_taps_t cols = mnf_transposed_taps(x, stride.w, conv->padding.w, input_dims->w);
                for (int32_t o = 0; o < output_dims->c; o++) {
                    uint32_t sum = bias_data ? (uint32_t)bias_data[o] : 0;
                    for (int32_t ky = rows.tap, iy = rows.in; ky < filter_dims->h && iy >= 0; ky += stride.h, iy--) {
                        for (int32_t kx = cols.tap, ix = cols.in; kx < filter_dims->w && ix >= 0; kx += stride.w, ix--) {
                            const int8_t *pixel = input_data + (iy * input_dims->w + ix) * depth;
                            const int8_t *weights = filter_data + ((o * filter_dims->h + ky) * filter_dims->w + kx) * depth;
                            for (int32_t c = 0; c < depth; c++) {
                                sum += (uint32_t)((pixel[c] + conv->input_offset) * weights[c]);
                            }
                        }
                    }
                    *output_data++ = mnf_output_s8(sum, quant_params->multiplier[o], quant_params->shift[o],
                        conv->output_offset, conv->activation);
                }
            }
        }
        input_data += input_dims->h * input_dims->w * depth;
    }
    return ARM_CMSIS_NN_SUCCESS;
}
