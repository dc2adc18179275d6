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
    int32_t width;   // of them, inside the input
    uint32_t quick;
} job_t;

static uint32_t pair(int32_t low, int32_t high) {
    return mnf_low_halves((uint32_t)low, (uint32_t)high);
}

// Output channel o, whose input is in `packed`.
static void take_channel(const job_t *job, mnf_depthwise_t *channel, int32_t o, const uint32_t *packed) {
    const int32_t c = job->out_dims->c, line = job->out_dims->w * c, bias = job->bias ? job->bias[o] : 0;
    const int8_t *w = job->weights + o;
    for (int32_t kx = 0; kx < 3; kx++, w += c) {
        channel->weights[2 * kx] = pair(w[0], w[3 * c]);
        channel->weights[2 * kx + 1] = pair(w[3 * c], w[6 * c]);
    }
    channel->bias[0] = channel->bias[1] = channel->bias[2] = channel->bias[3] = bias;
    channel->is_quick = mnf_is_quick(job->shift[o], job->quick);
    if (channel->is_quick) {
        channel->quick = mnf_quick(job->multiplier[o], job->shift[o], job->conv->output_offset);
    }
    for (int32_t row = 0; row < 3; row++) {
        channel->rows[row] = (row + 1) * line;
    }
    channel->out = job->out + o;
    channel->step = c;
    channel->end = packed + MNF_SLOTS * job->conv->stride.w * job->out_dims->w;
    channel->packed = packed;
    channel->channel = o;
}

// Where a pair of rows goes.
static inline int32_t slot_of(int32_t j) {
    return j & 1 ? 1 : j & 2;
}

// The inputs of two rows, of two channels side by side.
static inline uint32_t load_pair(const int8_t *upper, int32_t below) {
    uint16_t above, lower;
    memcpy(&above, upper, sizeof(above));
    memcpy(&lower, upper + below, sizeof(lower));
    return above | (uint32_t)lower << 16;
}

// Packs pair j of one or two (`both`) input channels from c on.
static void pack_pair(const job_t *job, uint32_t *packed, int32_t j, int32_t c, bool both) {
    const cmsis_nn_dims *in = job->in_dims;
    const int32_t y = 2 * j - job->conv->padding.h, apart = both ? MNF_SLOTS * job->columns : 0;
    const bool has_upper = y >= 0 && y < in->h, has_lower = y + 1 >= 0 && y + 1 < in->h;
    uint32_t *to = packed + slot_of(j) + MNF_SLOTS * job->conv->padding.w, *const end = to + MNF_SLOTS * job->width;
    if (!has_upper && !has_lower) {
        for (; to < end; to += MNF_SLOTS) {
            to[0] = to[apart] = 0;
        }
        return;
    }
    // A row outside the input is read as the other one, and masked.
    const uint32_t inside = (has_upper ? 0xffffu : 0) | (has_lower ? 0xffff0000u : 0);
    const int8_t *upper = job->in + (has_upper ? y : y + 1) * in->w * in->c + c;
    const int32_t below = has_upper && has_lower ? in->w * in->c : 0, step = in->c;
    const uint32_t offsets = pair(job->conv->input_offset, job->conv->input_offset);
    for (; to < end; to += MNF_SLOTS, upper += step) {
        const uint32_t bytes = both ? load_pair(upper, below)
            : (uint8_t)*upper | (uint32_t)(uint8_t)upper[below] << 16;
        to[0] = mnf_sxtab16(offsets, bytes) & inside;
        if (both) {
            to[apart] = mnf_sxtab16_odd(offsets, bytes) & inside;
        }
    }
}

// Packs pair j, an odd one, and the next.
MNF_HOT static void pack_pairs(const job_t *job, uint32_t *packed, int32_t j, int32_t c, bool both) {
    const cmsis_nn_dims *in = job->in_dims;
    const int32_t y = 2 * j - job->conv->padding.h;
    if (y < 0 || y + 4 > in->h) {
        pack_pair(job, packed, j, c, both);
        pack_pair(job, packed, j + 1, c, both);
        return;
    }
    const int32_t line = in->w * in->c, step = in->c, apart = MNF_SLOTS * job->columns, next = slot_of(j + 1) - 1;
    const uint32_t offsets = pair(job->conv->input_offset, job->conv->input_offset);
    const int8_t *from = job->in + y * line + c;
    uint32_t *to = packed + 1 + MNF_SLOTS * job->conv->padding.w, *const end = to + MNF_SLOTS * job->width;
    if (both) {
        for (; to < end; to += MNF_SLOTS, from += step) {
            const uint32_t upper = load_pair(from, line), lower = load_pair(from + 2 * line, line);
            to[0] = mnf_sxtab16(offsets, upper);
            to[apart] = mnf_sxtab16_odd(offsets, upper);
            to[next] = mnf_sxtab16(offsets, lower);
            to[next + apart] = mnf_sxtab16_odd(offsets, lower);
        }
    } else {
        for (; to < end; to += MNF_SLOTS, from += step) {
            const int8_t *lower = from + 2 * line;
            to[0] = mnf_sxtab16(offsets, (uint8_t)*from | (uint32_t)(uint8_t)from[line] << 16);
            to[next] = mnf_sxtab16(offsets, (uint8_t)*lower | (uint32_t)(uint8_t)lower[line] << 16);
        }
    }
}

// As the assembly does, with any shift, up to four rows.
static void run_wild(const job_t *job, const mnf_depthwise_t *channel, int32_t first, int32_t rows) {
    const int32_t stride = job->conv->stride.w, o = channel->channel;
    const int32_t slots[MNF_SLOTS] = {first, 1, 2 - first};
    for (int32_t i = 0; i < rows; i++) {
        int8_t *out = channel->out + (i > 0 ? channel->rows[i - 1] : 0);
        for (const uint32_t *x = channel->packed; x != channel->end; x += MNF_SLOTS * stride, out += channel->step) {
            int32_t sum = channel->bias[0];
            for (int32_t k = 0; k < 9; k++) {
                const int32_t kx = k / 3, ky = k % 3, row = i * stride + ky;
                const uint32_t word = x[MNF_SLOTS * kx + slots[row / 2]];
                const uint32_t weights = channel->weights[2 * kx + (ky > 0)];
                const int32_t weight = ky > 1 ? (int32_t)weights >> 16 : (int16_t)weights;
                sum = mnf_add_wrap(sum, (row & 1 ? (int32_t)word >> 16 : (int16_t)word) * weight);
            }
            *out = mnf_output_s8((uint32_t)sum, job->multiplier[o], job->shift[o], job->conv->output_offset,
                job->conv->activation);
        }
    }
}

// A group of rows.
static void run_channel(const job_t *job, const mnf_depthwise_t *channel, bool is_odd, int32_t rows) {
    static void (*const quick[3][2])(const mnf_depthwise_t *) = {
        {mnf_depthwise_4_even, mnf_depthwise_4_odd},
        {mnf_depthwise_2_even, mnf_depthwise_2_odd},
        {mnf_depthwise_2_even_stride_2, mnf_depthwise_2_odd_stride_2},
    };
    if (!channel->is_quick) {
        run_wild(job, channel, is_odd ? 2 : 0, rows);
        return;
    }
    quick[job->conv->stride.w == 2 ? 2 : rows <= 2][is_odd](channel);
    if (!mnf_is_whole_range(job->conv->activation)) {
        for (int32_t i = 0; i < rows; i++) {
            int8_t *out = channel->out + (i > 0 ? channel->rows[i - 1] : 0);
            for (int32_t x = 0; x < job->out_dims->w; x++, out += channel->step) {
                mnf_clamp_bytes(out, 1, job->conv->activation);
            }
        }
    }
}

// `n` output channels from o on, which read input channel c, or with `both` one each from there on: over all rows, so
// that each is packed once.
static void run_group(const job_t *job, uint32_t *packed, int32_t o, int32_t n, int32_t c, bool both) {
    const cmsis_nn_dims *out = job->out_dims;
    const int32_t most = job->conv->stride.h == 1 ? 4 : 2, line = out->w * out->c, words = MNF_SLOTS * job->columns;
    mnf_depthwise_t channels[GROUP];
    for (int32_t i = 0; i < n; i++) {
        take_channel(job, &channels[i], o + i, packed + (both ? i * words : 0));
    }
    pack_pair(job, packed, 0, c, both);
    for (int32_t g = 0, left = out->h; left > 0; g++, left -= most) {
        const int32_t rows = left < most ? left : most;
        pack_pairs(job, packed, 2 * g + 1, c, both);
        for (int32_t i = 0; i < n; i++) {
            for (int32_t row = rows; row < most; row++) {
                channels[i].rows[row - 1] = 0;
            }
            run_channel(job, &channels[i], g & 1, rows);
            channels[i].out += most * line;
        }
    }
}

static void run(void *shared, uint32_t part, uint32_t parts) {
    const job_t *job = shared;
    const int32_t multiple = job->conv->ch_mult, words = job->words / (int32_t)parts;
    const mnf_share_t share = mnf_share(job->out_dims->c, 2, part, parts);
    const bool two = multiple == 1 && 2 * MNF_SLOTS * job->columns <= words;
    uint32_t *packed = job->packed + (int32_t)part * words;
    // Columns outside the input stay so.
    memset(packed, 0, (size_t)((two ? 2 : 1) * MNF_SLOTS * job->columns) * sizeof(uint32_t));
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
    job.width = conv->padding.w + in->w < job.columns ? in->w : job.columns - conv->padding.w;
    if (MNF_SLOTS * job.columns > job.words / MNF_MAX_PARTS) {
        return mnf_depthwise_any(ctx, conv, quant, in, input, filter, weights, bias, out, output);
    }
    mnf_parallel(run, &job);
    return true;
}
#endif
