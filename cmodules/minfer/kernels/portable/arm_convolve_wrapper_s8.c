#include <string.h>

#include "kernels/core.h"
#include "kernels/parallel.h"
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
    // For DSP cores five widened columns, and what each channel is; or for Cortex-M0+ four packed ones between zeros, and two words a
    // channel where these are many. The portable loop's two widened columns are less.
    const int32_t dsp = (5 * column_stride(filter_dims) + filter_dims->n) * (int32_t)sizeof(int16_t);
    const int32_t channels = filter_dims->n > MNF_M0PLUS_FEW_CHANNELS ? filter_dims->n : 0;
    const int32_t m0plus = 2 * (filter_dims->h * filter_dims->w * filter_dims->c + 6 + channels) * (int32_t)sizeof(int32_t);
    return m0plus > dsp ? m0plus : dsp;
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

typedef struct {
    const cmsis_nn_conv_params *conv;
    const cmsis_nn_per_channel_quant_params *quant;
    const cmsis_nn_dims *in, *filter, *out;
    const int8_t *x, *weights;
    const int32_t *bias;
    int16_t *columns;
    int8_t *y;
} job_t;

// Two pixels at a time: each part makes its columns of the two, then computes its channels of both.
static void run_part(void *data, uint32_t part, uint32_t parts) {
    const job_t *job = data;
    const cmsis_nn_dims *filter = job->filter, *in = job->in, *out = job->out;
    const int32_t stride = column_stride(filter);
    const int32_t depth = filter->h * filter->w * filter->c;
    const int32_t groups = in->c / filter->c;
    const int32_t channels = filter->n / groups;
    const int32_t pixels = out->h * out->w;
    const mnf_share_t share = mnf_share(channels, 2, part, parts);

    for (int32_t n = 0; n < in->n; n++) {
        const int8_t *x = job->x + n * (in->h * in->w * in->c);
        int8_t *y = job->y + n * (pixels * out->c);
        for (int32_t first = 0; first < pixels; first += 2) {
            const int32_t count = first + 1 < pixels ? 2 : 1;
            for (int32_t group = 0; group < groups; group++) {
                const mnf_share_t mine = mnf_share(count, 1, part, parts);
                for (int32_t i = mine.begin; i < mine.end; i++) {
                    const int32_t pixel = first + i;
                    im2col(job->columns + i * stride, job->conv, filter, in,
                        x + group * filter->c, pixel / out->w, pixel % out->w);
                }
                mnf_barrier();
                const int32_t o = group * channels + share.begin;
                mnf_mat_mult_s8_s16(job->weights + o * depth, share.end - share.begin, depth, job->columns, stride, count,
                    job->bias ? job->bias + o : NULL, job->quant->multiplier + o, job->quant->shift + o,
                    job->conv->output_offset, job->conv->activation,
                    y + first * out->c + o, out->c);
                mnf_barrier();
            }
        }
    }
}

arm_cmsis_nn_status mnf_convolve(
    void *buffer, const cmsis_nn_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
#if MNF_OWN_CONVOLVE_S8
    if (mnf_convolve_s8(buffer, conv, quant, in, input, filter, weights, bias, out, output)) {
        return ARM_CMSIS_NN_SUCCESS;
    }
#endif
    job_t job = {conv, quant, in, filter, out, input, weights, bias, buffer, output};
    mnf_parallel(run_part, &job);
    return ARM_CMSIS_NN_SUCCESS;
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
    return mnf_convolve(ctx->buf, conv_params, quant_params, input_dims, input_data, filter_dims, filter_data, bias_data,
        output_dims, output_data);
}
