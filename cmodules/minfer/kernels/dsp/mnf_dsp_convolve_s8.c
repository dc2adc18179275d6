// Convolution in blocks of five pixels: their columns are packed, then every output channel reads its weights once for
// all five. Before that each channel is looked at: which need arithmetic at all, and which the quick one.
#include "kernels/core.h"
#if MNF_CORE_DSP
#include "kernels/parallel.h"
#include "mnf_dsp_dot.h"

// What a channel is, beside its constant output.
enum { QUICK = 0x100, ANY };

typedef struct {
    mnf_im2col_t im2col;
    const int32_t *multiplier, *shift, *bias;
    const int8_t *weights, *in;
    int8_t *out;
    int16_t *channels; // what each is
    bool all_quick;
} job_t;

static int32_t depth_of(const job_t *job) {
    const cmsis_nn_dims *filter = job->im2col.filter;
    return filter->h * filter->w * filter->c;
}

// Converters give channels that training left without any use shifts beyond the size of their sums: whatever the
// inputs, their output is that of the bias. Requantising to the right is monotonic, so the extremes tell.
static int16_t kind_of(const job_t *job, int32_t o) {
    const int32_t bias = job->bias ? job->bias[o] : 0, multiplier = job->multiplier[o], shift = job->shift[o];
    const int32_t offset = job->im2col.conv->output_offset, depth = depth_of(job);
    if (depth >= 4 && mnf_is_quick(shift, mnf_quick_shifts(&bias, &shift, true, 1, depth))) {
        return QUICK;
    }
    const int64_t most = (int64_t)depth * 255 * 128, low = bias - most, high = bias + most;
    if (shift >= 0 || low < INT32_MIN || high > INT32_MAX) {
        return ANY;
    }
    const cmsis_nn_activation activation = job->im2col.conv->activation;
    const int8_t least = mnf_output_s8((uint32_t)low, multiplier, shift, offset, activation);
    const int8_t greatest = mnf_output_s8((uint32_t)high, multiplier, shift, offset, activation);
    return least == greatest ? least : ANY;
}

// A channel that is not quick, of pixels that are `step` apart in the output.
static void multiply_slowly(const job_t *job, int32_t o, int8_t *out, int32_t count, int32_t columns) {
    const int32_t depth = depth_of(job), step = job->im2col.out->c;
    const int16_t kind = job->channels[o];
    for (int32_t i = 0; i < count && kind < QUICK; i++) {
        out[i * step] = (int8_t)kind;
    }
    for (int32_t i = 0; i < count && kind == ANY; i++) {
        const uint32_t sum = mnf_dot_any(job->im2col.columns + i, columns, job->weights + o * depth, depth,
            job->bias ? (uint32_t)job->bias[o] : 0);
        out[i * step] = mnf_output_s8(sum, job->multiplier[o], job->shift[o], job->im2col.conv->output_offset,
            job->im2col.conv->activation);
    }
}

// Quick channels of one pixel.
static void multiply_one(const job_t *job, int32_t begin, int32_t end, int8_t *out) {
    const int32_t depth = depth_of(job), offset = job->im2col.conv->output_offset;
    for (int32_t o = begin; o < end; o++) {
        const uint32_t bias = job->bias ? (uint32_t)job->bias[o] : 0;
        const uint32_t sum = mnf_dot_long(job->im2col.columns, job->weights + o * depth, depth, bias);
        out[o] = (int8_t)mnf_quick_output(mnf_quick(job->multiplier[o], job->shift[o], offset), sum);
    }
}

// Quick channels of 3 to 5 pixels.
static void multiply(const job_t *job, int32_t begin, int32_t end, int8_t *out, int32_t count, int32_t columns) {
    const int32_t depth = depth_of(job), step = job->im2col.out->c, words = depth >> 2, rest = depth & 3;
    const mnf_rows_t rows = {
        .channel = begin - end,
        .bias = job->bias ? job->bias + end : NULL,
        .columns = job->im2col.columns,
        .words = words,
        .multiplier = job->multiplier + end, .shift = job->shift + end,
        .two_offsets = 2 * job->im2col.conv->output_offset + 1,
        .out = out + end, .step = step,
        .columns_end = job->im2col.columns + 2 * columns * (words + (rest != 0)),
        .last_step = (count - 1) * step,
        .rest = rest, .last = depth - 4,
        .row = job->weights + begin * depth,
    };
    if (columns == MNF_COLUMNS) {
        mnf_dot_5(&rows);
    } else {
        mnf_dot_4(&rows);
    }
}

// A share of the output channels of `count` pixels side by side.
static void multiply_share(const job_t *job, mnf_share_t share, int8_t *out, int32_t count, int32_t columns) {
    for (int32_t o = share.begin; o < share.end;) {
        int32_t end = job->all_quick ? share.end : o;
        while (end < share.end && job->channels[end] == QUICK) {
            end++;
        }
        if (end == o) {
            multiply_slowly(job, o, out + o, count, columns);
            end++;
        } else if (columns == 1) {
            multiply_one(job, o, end, out);
        } else {
            multiply(job, o, end, out, count, columns);
        }
        o = end;
    }
}

MNF_HOT static void run(void *shared, uint32_t part, uint32_t parts) {
    const job_t *job = shared;
    const mnf_im2col_t *im2col = &job->im2col;
    const int32_t pixels = im2col->out->h * im2col->out->w, channels = im2col->out->c;
    const int32_t groups = im2col->in->c / im2col->filter->c, of_group = im2col->filter->n / groups;
    const bool clamped = !mnf_is_whole_range(im2col->conv->activation);
    for (int32_t pixel = 0, count; pixel < pixels; pixel += count) {
        // Three are worth the work of four; one or two at the end are done singly.
        const int32_t left = pixels - pixel;
        count = left >= MNF_COLUMNS ? MNF_COLUMNS : left >= 3 ? left : 1;
        const int32_t columns = count == 3 ? 4 : count;
        int8_t *out = job->out + pixel * channels;
        for (int32_t group = 0; group < groups; group++) {
            mnf_im2col(im2col, job->in + group * im2col->filter->c, pixel, count, columns, part, parts);
            mnf_barrier();
            mnf_share_t share = mnf_share(of_group, 1, part, parts);
            share.begin += group * of_group;
            share.end += group * of_group;
            multiply_share(job, share, out, count, columns);
            for (int32_t i = 0; clamped && i < count; i++) {
                mnf_clamp_bytes(out + i * channels + share.begin, share.end - share.begin, im2col->conv->activation);
            }
            mnf_barrier();
        }
    }
}

bool mnf_convolve_s8(
    void *buffer, const cmsis_nn_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
    job_t job = {
        .im2col = {conv, in, filter, out, buffer},
        .multiplier = quant->multiplier, .shift = quant->shift, .bias = bias,
        .weights = weights, .in = input, .out = output,
        .all_quick = true,
    };
    job.channels = (int16_t *)(void *)(job.im2col.columns + (depth_of(&job) + 3) / 4 * 2 * MNF_COLUMNS);
    for (int32_t o = 0; o < filter->n; o++) {
        job.channels[o] = kind_of(&job, o);
        job.all_quick = job.all_quick && job.channels[o] == QUICK;
    }
    for (int32_t n = 0; n < in->n; n++) {
        mnf_parallel(run, &job);
        job.in += in->h * in->w * in->c;
        job.out += out->h * out->w * out->c;
    }
    return true;
}
#endif
