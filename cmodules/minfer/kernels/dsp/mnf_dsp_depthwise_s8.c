// Windows of 3x3; and of any size over an image of one channel.
#include "kernels/core.h"
#if MNF_CORE_DSP
#include "kernels/parallel.h"
#include "mnf_dsp_depthwise.h"

#define GROUP 4 // outputs of one input channel that are computed together

typedef struct {
    const cmsis_nn_dw_conv_params *conv;
    const int32_t *multiplier, *shift, *bias;
    const int8_t *weights, *in;
    const cmsis_nn_dims *in_dims, *out_dims;
    int8_t *out;
    uint32_t *packed;
    int32_t words;   // of packed, which the parts share
    int32_t columns; // packed columns of a row
    uint32_t quick;
} job_t;

static uint32_t pair(int32_t low, int32_t high) {
    return mnf_low_halves((uint32_t)low, (uint32_t)high);
}

static mnf_depthwise_t take_channel(const job_t *job, int32_t o) {
    const int32_t c = job->out_dims->c;
    const int8_t *w = job->weights + o;
    mnf_depthwise_t channel = {
        .bias = job->bias ? job->bias[o] : 0,
        .is_quick = mnf_is_quick(job->shift[o], job->quick),
        .channel = o,
    };
    for (int32_t kx = 0; kx < 3; kx++, w += c) {
        channel.weights[2 * kx] = pair(w[0], w[3 * c]);
        channel.weights[2 * kx + 1] = pair(w[3 * c], w[6 * c]);
    }
    if (channel.is_quick) {
        channel.quick = mnf_quick(job->multiplier[o], job->shift[o], job->conv->output_offset);
    }
    return channel;
}

// Packs pair j of one or two (`both`) input channels from c on.
MNF_HOT static void pack_pair(const job_t *job, uint32_t *packed, int32_t j, int32_t c, bool both) {
    const cmsis_nn_dims *in = job->in_dims;
    const int32_t y = 2 * j - job->conv->padding.h, left = job->conv->padding.w;
    const bool has_upper = y >= 0 && y < in->h, has_lower = y + 1 >= 0 && y + 1 < in->h;
    const int32_t width = left + in->w < job->columns ? in->w : job->columns - left;
    uint32_t *first = packed + (j & 1) + 2 * left, *second = first + (both ? 2 * job->columns : 0);
    if (!has_upper && !has_lower) {
        for (int32_t column = 0; column < width; column++) {
            first[2 * column] = second[2 * column] = 0;
        }
        return;
    }
    // A row outside the input is read as the other one, and masked.
    const uint32_t inside = (has_upper ? 0xffffu : 0) | (has_lower ? 0xffff0000u : 0);
    const int8_t *upper = job->in + (has_upper ? y : y + 1) * in->w * in->c + c;
    const int8_t *lower = upper + (has_upper && has_lower ? in->w * in->c : 0);
    const int32_t offset = job->conv->input_offset, step = in->c, n = width * step;
    const uint32_t offsets = pair(offset, offset);
    if (both) {
#pragma GCC unroll 2
        for (int32_t i = 0; i < n; i += step, first += 2, second += 2) {
            uint16_t above, below;
            memcpy(&above, upper + i, sizeof(above));
            memcpy(&below, lower + i, sizeof(below));
            const uint32_t bytes = above | (uint32_t)below << 16;
            *first = mnf_sxtab16(offsets, bytes) & inside;
            *second = mnf_sxtab16_odd(offsets, bytes) & inside;
        }
    } else {
#pragma GCC unroll 2
        for (int32_t i = 0; i < n; i += step, first += 2) {
            *first = mnf_sxtab16(offsets, (uint8_t)upper[i] | (uint32_t)(uint8_t)lower[i] << 16) & inside;
        }
    }
}

// As the assembly does, with any shift.
static void run_wild(const job_t *job, const mnf_depthwise_t *channel, const mnf_depthwise_row_t *row, int32_t j) {
    const int32_t stride = job->conv->stride.w, o = channel->channel, slot = j & 1;
    int8_t *out = row->out;
    for (const uint32_t *x = row->packed; x != row->end; x += 2 * stride, out += row->step) {
        int32_t upper = channel->bias, lower = channel->bias;
        for (int32_t kx = 0; kx < 3; kx++) {
            const uint32_t above = x[2 * kx + slot], below = x[2 * kx + (slot ^ 1)];
            const uint32_t a = channel->weights[2 * kx], b = channel->weights[2 * kx + 1];
            const int32_t last = (int16_t)below * ((int32_t)b >> 16), first = ((int32_t)above >> 16) * (int16_t)a;
            upper = mnf_add_wrap(mnf_add_wrap(upper, __smuad((int16x2_t)above, (int16x2_t)a)), last);
            lower = mnf_add_wrap(mnf_add_wrap(lower, __smuad((int16x2_t)below, (int16x2_t)b)), first);
        }
        const int32_t sums[2] = {upper, lower};
        for (int32_t i = 0; i < (row->row_step > 0 ? 2 : 1); i++) {
            out[i * row->row_step] = mnf_output_s8((uint32_t)sums[i], job->multiplier[o], job->shift[o],
                job->conv->output_offset, job->conv->activation);
        }
    }
}

static void run_channel(const job_t *job, const mnf_depthwise_t *channel, const mnf_depthwise_row_t *row, int32_t j) {
    static void (*const quick[2][2])(const mnf_depthwise_t *, const mnf_depthwise_row_t *) = {
        {mnf_depthwise_1_even, mnf_depthwise_1_odd}, {mnf_depthwise_2_even, mnf_depthwise_2_odd},
    };
    if (!channel->is_quick) {
        run_wild(job, channel, row, j);
        return;
    }
    quick[job->conv->stride.w - 1][j & 1](channel, row);
    if (!mnf_is_whole_range(job->conv->activation)) {
        const int32_t n = job->out_dims->w * row->step;
        for (int32_t i = 0; i < n; i += row->step) {
            mnf_clamp_bytes(row->out + i, 1, job->conv->activation);
            mnf_clamp_bytes(row->out + i + row->row_step, 1, job->conv->activation);
        }
    }
}

// `n` output channels from o on, which read input channel c, or with `both` one each from there on: over all rows, so
// that each is packed once.
static void run_group(const job_t *job, uint32_t *packed, int32_t o, int32_t n, int32_t c, bool both) {
    const cmsis_nn_dims *out = job->out_dims;
    const int32_t stride = job->conv->stride.h, rows = stride == 1 ? 2 : 1;
    mnf_depthwise_t channels[GROUP];
    for (int32_t i = 0; i < n; i++) {
        channels[i] = take_channel(job, o + i);
    }
    // Columns outside the input stay so.
    memset(packed, 0, (size_t)(both ? 4 : 2) * (size_t)job->columns * sizeof(uint32_t));
    pack_pair(job, packed, 0, c, both);
    for (int32_t j = 0; j * rows < out->h; j++) {
        pack_pair(job, packed, j + 1, c, both);
        for (int32_t i = 0; i < n; i++) {
            const uint32_t *from = packed + (both ? i * 2 * job->columns : 0);
            const mnf_depthwise_row_t row = {
                .packed = from,
                .end = from + 2 * stride * out->w,
                .out = job->out + j * rows * out->w * out->c + o + i,
                .step = out->c,
                .row_step = rows == 2 && j * rows + 1 < out->h ? out->w * out->c : 0,
            };
            run_channel(job, &channels[i], &row, j);
        }
    }
}

static void run(void *shared, uint32_t part, uint32_t parts) {
    const job_t *job = shared;
    const int32_t multiple = job->conv->ch_mult, words = job->words / (int32_t)parts;
    const mnf_share_t share = mnf_share(job->out_dims->c, 2, part, parts);
    const bool two = multiple == 1 && 4 * job->columns <= words;
    uint32_t *packed = job->packed + (int32_t)part * words;
    for (int32_t o = share.begin, n; o < share.end; o += n) {
        const int32_t left = share.end - o, same = multiple - o % multiple;
        n = two ? 2 : same < GROUP ? same : GROUP;
        n = n < left ? n : left;
        run_group(job, packed, o, n, o / multiple, two && n == 2);
    }
}

// With one input channel a depthwise convolution is one of all outputs over it, once its weights are transposed.
static bool run_as_convolution(
    const cmsis_nn_context *ctx, const cmsis_nn_dw_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
    const cmsis_nn_conv_params params = {
        .input_offset = conv->input_offset, .output_offset = conv->output_offset,
        .stride = conv->stride, .padding = conv->padding, .dilation = conv->dilation, .activation = conv->activation,
    };
    const cmsis_nn_dims transposed = {out->c, filter->h, filter->w, 1};
    const int32_t depth = filter->h * filter->w;
    const int32_t columns = arm_convolve_wrapper_s8_get_buffer_size(&params, in, &transposed, out);
    if ((int64_t)columns + depth * out->c > ctx->size) {
        return false;
    }
    int8_t *rows = (int8_t *)ctx->buf + columns, *to = rows;
    for (int32_t o = 0; o < out->c; o++) {
        for (int32_t k = 0; k < depth; k++) {
            *to++ = weights[k * out->c + o];
        }
    }
    return mnf_convolve_s8(ctx->buf, &params, quant, in, input, &transposed, rows, bias, out, output);
}

bool mnf_depthwise_s8(
    const cmsis_nn_context *ctx, const cmsis_nn_dw_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
    const int32_t stride = conv->stride.h;
    if (filter->h != 3 || filter->w != 3 || conv->dilation.h * conv->dilation.w != 1
        || stride != conv->stride.w || stride > 2) {
        return (in->c == 1 && conv->ch_mult > 1
                && run_as_convolution(ctx, conv, quant, in, input, filter, weights, bias, out, output))
            || mnf_depthwise_any(ctx, conv, quant, in, input, filter, weights, bias, out, output);
    }
    job_t job = {
        .conv = conv,
        .multiplier = quant->multiplier, .shift = quant->shift, .bias = bias,
        .weights = weights, .in = input, .in_dims = in, .out_dims = out, .out = output,
        .packed = ctx->buf, .words = ctx->size / (int32_t)sizeof(uint32_t),
        .columns = (out->w - 1) * stride + 3,
        .quick = mnf_quick_shifts(bias, quant->shift, true, out->c, 9),
    };
    if (2 * job.columns > job.words / MNF_MAX_PARTS) {
        return false;
    }
    mnf_parallel(run, &job);
    return true;
}
#endif
