#include "mnf_kernels.h"

int32_t arm_convolve_wrapper_s16_get_buffer_size(
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_dims *input_dims,
    const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims) {
    (void)conv_params;
    (void)input_dims;
    (void)filter_dims;
    (void)output_dims;
    return 0;
}

arm_cmsis_nn_status arm_convolve_wrapper_s16(
    const cmsis_nn_context *ctx, const cmsis_nn_conv_params *conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int16_t *input_data,
    const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const cmsis_nn_bias_data *bias_data,
    const cmsis_nn_dims *output_dims, int16_t *output_data) {
    (void)ctx;
    (void)bias_dims;
    const cmsis_nn_conv_params *conv = conv_params;
    const int32_t depth = filter_dims->c;
    if (depth != input_dims->c) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    for (int32_t n = 0; n < input_dims->n; n++) {
        for (int32_t y = 0; y < output_dims->h; y++) {
            const mnf_taps_t rows = mnf_taps(y, conv->stride.h, conv->padding.h, conv->dilation.h, filter_dims->h, input_dims->h);
            for (int32_t x = 0; x < output_dims->w; x++) {
                const mnf_taps_t cols = mnf_taps(x, conv->stride.w, conv->padding.w, conv->dilation.w, filter_dims->w, input_dims->w);
                for (int32_t o = 0; o < output_dims->c; o++) {
                    int64_t sum = 0;
                    for (int32_t ky = rows.begin; ky < rows.end; ky++) {
                        const int32_t iy = rows.start + ky * conv->dilation.h;
                        for (int32_t kx = cols.begin; kx < cols.end; kx++) {
                            const int32_t ix = cols.start + kx * conv->dilation.w;
                            sum += mnf_dot_s8_s16(
                                filter_data + ((o * filter_dims->h + ky) * filter_dims->w + kx) * depth,
                                input_data + (iy * input_dims->w + ix) * depth, depth);
                        }
                    }
                    *output_data++ = mnf_output_s16(sum, *bias_data, o,
                        quant_params->multiplier[o], quant_params->shift[o], conv->activation);
                }
            }
        }
        input_data += input_dims->h * input_dims->w * depth;
    }
    return ARM_CMSIS_NN_SUCCESS;
}
