#include <string.h>

#include "mnf_kernels.h"

static int32_t column_stride(const cmsis_nn_dims *filter) {
    return (filter->h * filter->w * filter->c + 3) & ~3;
}

int32_t arm_convolve_wrapper_s8_get_buffer_size(
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_dims *input_dims,
    const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims) {
    (void)conv_params;
    (void)input_dims;
    (void)output_dims;
    return 2 * column_stride(filter_dims) * (int32_t)sizeof(int16_t);
}

// One im2col column: the window of output pixel (y, x) over the channels of one group, widened, offset added, 0 outside the input.
static void im2col(
    int16_t *column, const cmsis_nn_conv_params *conv, const cmsis_nn_dims *filter,
    const cmsis_nn_dims *in, const int8_t *data, int32_t y, int32_t x) {
    const mnf_taps_t rows = mnf_taps(y, conv->stride.h, conv->padding.h, conv->dilation.h, filter->h, in->h);
    const mnf_taps_t cols = mnf_taps(x, conv->stride.w, conv->padding.w, conv->dilation.w, filter->w, in->w);
    for (int32_t ky = 0; ky < filter->h; ky++) {
        for (int32_t kx = 0; kx < filter->w; kx++) {
            if (ky < rows.begin || ky >= rows.end || kx < cols.begin || kx >= cols.end) {
                memset(column, 0, (size_t)filter->c * sizeof(int16_t));
                column += filter->c;
                continue;
            }
            const int32_t iy = rows.start + ky * conv->dilation.h;
            const int32_t ix = cols.start + kx * conv->dilation.w;
            const int8_t *pixel = data + (iy * in->w + ix) * in->c;
            for (int32_t c = 0; c < filter->c; c++) {
                *column++ = (int16_t)(pixel[c] + conv->input_offset);
            }
        }
    }
}

arm_cmsis_nn_status arm_convolve_wrapper_s8(
    const cmsis_nn_context *ctx, const cmsis_nn_conv_params *conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data) {
    (void)bias_dims;
    const int32_t groups = input_dims->c / filter_dims->c;
    if (ctx->buf == NULL || groups * filter_dims->c != input_dims->c || output_dims->c % groups != 0) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    int16_t *columns = ctx->buf;
    const int32_t stride = column_stride(filter_dims);
    const int32_t depth = filter_dims->h * filter_dims->w * filter_dims->c;
    const int32_t channels = output_dims->c / groups;
    const int32_t pixels = output_dims->h * output_dims->w;

    for (int32_t n = 0; n < input_dims->n; n++) {
        for (int32_t first = 0; first < pixels; first += 2) {
            const int32_t count = first + 1 < pixels ? 2 : 1;
            for (int32_t group = 0; group < groups; group++) {
                for (int32_t i = 0; i < count; i++) {
                    const int32_t pixel = first + i;
                    im2col(columns + i * stride, conv_params, filter_dims, input_dims,
                        input_data + group * filter_dims->c, pixel / output_dims->w, pixel % output_dims->w);
                }
                const int32_t o = group * channels;
                mnf_mat_mult_s8_s16(filter_data + o * depth, channels, depth, columns, stride, count,
                    bias_data ? bias_data + o : NULL, quant_params->multiplier + o, quant_params->shift + o,
                    conv_params->output_offset, conv_params->activation,
                    output_data + first * output_dims->c + o, output_dims->c);
            }
        }
        input_data += input_dims->h * input_dims->w * input_dims->c;
        output_data += pixels * output_dims->c;
    }
    return ARM_CMSIS_NN_SUCCESS;
}
