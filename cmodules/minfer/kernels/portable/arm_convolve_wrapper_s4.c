#include <stddef.h>

#include "mnf_kernels.h"

// One filter, unpacked.
int32_t arm_convolve_wrapper_s4_get_buffer_size(
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_dims *input_dims,
    const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims) {
    (void)conv_params;
    (void)input_dims;
    (void)output_dims;
    return filter_dims->h * filter_dims->w * filter_dims->c;
}

arm_cmsis_nn_status arm_convolve_wrapper_s4(
    const cmsis_nn_context *ctx, const cmsis_nn_conv_params *conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data) {
    (void)bias_dims;
    const cmsis_nn_conv_params *conv = conv_params;
    const int32_t depth = filter_dims->c, filter_size = filter_dims->h * filter_dims->w * depth;
    if (ctx->buf == NULL || depth != input_dims->c) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    int8_t *filter = ctx->buf;
    for (int32_t o = 0; o < output_dims->c; o++) {
        for (int32_t i = 0; i < filter_size; i++) {
            filter[i] = (int8_t)mnf_int4(filter_data, o * filter_size + i);
        }
        const int8_t *in = input_data;
        int8_t *out = output_data + o;
        for (int32_t n = 0; n < input_dims->n; n++) {
            for (int32_t y = 0; y < output_dims->h; y++) {
                const mnf_taps_t rows = mnf_taps(y, conv->stride.h, conv->padding.h, conv->dilation.h, filter_dims->h, input_dims->h);
                for (int32_t x = 0; x < output_dims->w; x++) {
                    const mnf_taps_t cols = mnf_taps(x, conv->stride.w, conv->padding.w, conv->dilation.w, filter_dims->w, input_dims->w);
                    uint32_t sum = bias_data ? (uint32_t)bias_data[o] : 0;
                    for (int32_t ky = rows.begin; ky < rows.end; ky++) {
                        const int32_t iy = rows.start + ky * conv->dilation.h;
                        for (int32_t kx = cols.begin; kx < cols.end; kx++) {
                            const int32_t ix = cols.start + kx * conv->dilation.w;
                            const int8_t *pixel = in + (iy * input_dims->w + ix) * depth;
                            const int8_t *weights = filter + (ky * filter_dims->w + kx) * depth;
                            for (int32_t c = 0; c < depth; c++) {
                                sum += (uint32_t)((pixel[c] + conv->input_offset) * weights[c]);
                            }
                        }
                    }
                    *out = mnf_output_s8(sum, quant_params->multiplier[o], quant_params->shift[o],
                        conv->output_offset, conv->activation);
                    out += output_dims->c;
                }
            }
            in += input_dims->h * input_dims->w * depth;
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}
