// Convolution in blocks of four pixels: their columns are packed, then every output channel reads its weights once
// for all four.
#include "kernels/core.h"
#if MNF_CORE_DSP
#include "kernels/parallel.h"
#include "mnf_dsp_dot.h"

typedef struct {
    const cmsis_nn_conv_params *conv;
    const int32_t *multiplier, *shift, *bias;
    const int8_t *weights, *in;
    const cmsis_nn_dims *in_dims, *filter, *out_dims;
    int8_t *out;
    uint32_t *columns;
    uint32_t quick;
} job_t;

typedef struct {
    const int8_t *in; // of the group
    mnf_taps_t rows, cols;
} window_t;

// Windows whose taps have a multiple of 4 channels, each word of one tap.
static inline __attribute__((always_inline)) void pack_words(
    const job_t *job, const window_t *window, uint32_t *to, int32_t pixels) {
    const cmsis_nn_conv_params *conv = job->conv;
    const cmsis_nn_dims *filter = job->filter, *dims = job->in_dims;
    const mnf_taps_t rows = window->rows, cols = window->cols;
    const uint32_t offsets = mnf_offsets(conv->input_offset);
    // Taps that lie side by side in the input are one run.
    const bool dense = conv->dilation.w == 1 && filter->c == dims->c;
    const int32_t width = cols.end - cols.begin, run = dense ? width * filter->c : filter->c, runs = dense ? 1 : width;
    const int32_t step = conv->dilation.w * dims->c, line = conv->dilation.h * dims->w * dims->c;
    const int32_t iy = rows.start + rows.begin * conv->dilation.h, ix = cols.start + cols.begin * conv->dilation.w;
    const int8_t *from = window->in + (iy * dims->w + ix) * dims->c;
    to = mnf_pack_padding(to, rows.begin * filter->w * filter->c, pixels);
    for (int32_t ky = rows.begin; ky < rows.end; ky++, from += line) {
        to = mnf_pack_padding(to, cols.begin * filter->c, pixels);
        for (int32_t i = 0; i < runs; i++) {
            to = mnf_pack(to, from + i * step, run, offsets, pixels);
        }
        to = mnf_pack_padding(to, (filter->w - cols.end) * filter->c, pixels);
    }
    mnf_pack_padding(to, (filter->h - rows.end) * filter->w * filter->c, pixels);
}

// Small windows whose rows lie side by side in the input: gathered first, on the stack.
#define BYTES 160
static inline __attribute__((always_inline)) void pack_small(
    const job_t *job, const window_t *window, uint32_t *to, int32_t pixels) {
    const cmsis_nn_dims *filter = job->filter, *dims = job->in_dims;
    const mnf_taps_t rows = window->rows, cols = window->cols;
    const int32_t all = filter->w * filter->c, depth = filter->h * all, run = (cols.end - cols.begin) * filter->c;
    const int32_t line = job->conv->dilation.h * dims->w * dims->c;
    int8_t bytes[BYTES];
    if ((rows.end - rows.begin) * run < depth) {
        memset(bytes, -job->conv->input_offset, (size_t)depth);
    }
    const int32_t iy = rows.start + rows.begin * job->conv->dilation.h, ix = cols.start + cols.begin;
    const int8_t *row = window->in + (iy * dims->w + ix) * dims->c;
    int8_t *to_row = bytes + rows.begin * all + cols.begin * filter->c;
    for (int32_t ky = rows.begin; ky < rows.end; ky++, row += line, to_row += all) {
        int32_t i = 0;
        for (; i + 4 <= run; i += 4) {
            memcpy(to_row + i, row + i, 4);
        }
        for (; i < run; i++) {
            to_row[i] = row[i];
        }
    }
    mnf_pack(to, bytes, depth, mnf_offsets(job->conv->input_offset), pixels);
}

// Any other windows, byte by byte.
static void pack_bytes(const job_t *job, const window_t *window, uint32_t *to, int32_t pixels) {
    const cmsis_nn_conv_params *conv = job->conv;
    const cmsis_nn_dims *filter = job->filter, *dims = job->in_dims;
    const mnf_taps_t rows = window->rows, cols = window->cols;
    uint8_t bytes[4];
    int32_t n = 0;
    for (int32_t ky = 0; ky < filter->h; ky++) {
        for (int32_t kx = 0; kx < filter->w; kx++) {
            const bool inside = ky >= rows.begin && ky < rows.end && kx >= cols.begin && kx < cols.end;
            const int32_t iy = rows.start + ky * conv->dilation.h, ix = cols.start + kx * conv->dilation.w;
            for (int32_t c = 0; c < filter->c; c++) {
                bytes[n++] = (uint8_t)(inside ? window->in[(iy * dims->w + ix) * dims->c + c] : -conv->input_offset);
                if (n == 4) {
                    to = mnf_pack(to, (const int8_t *)bytes, n, mnf_offsets(conv->input_offset), pixels);
                    n = 0;
                }
            }
        }
    }
    mnf_pack(to, (const int8_t *)bytes, n, mnf_offsets(conv->input_offset), pixels);
}

static inline __attribute__((always_inline)) void pack(
    const job_t *job, const int8_t *in, int32_t pixel, uint32_t *to, int32_t pixels) {
    const cmsis_nn_conv_params *conv = job->conv;
    const cmsis_nn_dims *filter = job->filter, *dims = job->in_dims;
    if (filter->h * filter->w == 1 && conv->stride.h * conv->stride.w == 1) {
        mnf_pack(to, in + pixel * dims->c, filter->c, mnf_offsets(conv->input_offset), pixels);
        return;
    }
    const int32_t y = pixel / job->out_dims->w, x = pixel - y * job->out_dims->w;
    window_t window = {
        in,
        mnf_taps(y, conv->stride.h, conv->padding.h, conv->dilation.h, filter->h, dims->h),
        mnf_taps(x, conv->stride.w, conv->padding.w, conv->dilation.w, filter->w, dims->w),
    };
    if (window.rows.begin >= window.rows.end || window.cols.begin >= window.cols.end) {
        window.rows.begin = window.rows.end = 0;
    }
    if (filter->c % 4 == 0) {
        pack_words(job, &window, to, pixels);
    } else if (conv->dilation.w == 1 && filter->c == dims->c && filter->h * filter->w * filter->c <= BYTES) {
        pack_small(job, &window, to, pixels);
    } else {
        pack_bytes(job, &window, to, pixels);
    }
}

MNF_HOT static void pack_one(const job_t *job, const int8_t *in, int32_t pixel) {
    pack(job, in, pixel, job->columns, 1);
}

MNF_HOT static void pack_beside(const job_t *job, const int8_t *in, int32_t pixel, int32_t i) {
    pack(job, in, pixel, job->columns + i, MNF_COLUMNS);
}

// Rows of fewer than four weights, which the assembly does not read.
static void sum_short(mnf_rows_t *r, int32_t depth) {
    const uint32_t weights = mnf_few_bytes(r->row, depth);
    const uint32_t even = (uint32_t)__sxtb16((int8x4_t)weights), odd = mnf_sxtb16_odd(weights);
    for (int32_t i = 0; i < MNF_COLUMNS; i++) {
        const int32_t sum = r->bias ? r->bias[r->channel] : 0;
        r->sums[i] = (uint32_t)__smlad((int16x2_t)r->columns[MNF_COLUMNS + i], (int16x2_t)odd,
            __smlad((int16x2_t)r->columns[i], (int16x2_t)even, sum));
    }
    r->row += depth;
}

// A share of the output channels of `count` pixels side by side.
static void multiply(const job_t *job, int32_t depth, mnf_share_t share, int8_t *out, int32_t count) {
    const int32_t step = job->out_dims->c, offset = job->conv->output_offset;
    mnf_rows_t r = {
        .channel = share.begin, .channels = share.end,
        .bias = job->bias, .shift = job->shift, .multiplier = job->multiplier,
        .columns = job->columns, .columns_end = job->columns + (depth >> 4) * 8 * MNF_COLUMNS,
        .two_offsets = 2 * offset + 1,
        .out = out, .step = step, .last_step = (count - 1) * step,
        .rest = depth & 15, .last_shift = 32 - 8 * (depth & 3), .quick = job->quick,
        .row = job->weights + share.begin * depth,
    };
    while (r.channel < share.end) {
        if (depth < 4) {
            sum_short(&r, depth);
        } else if (!mnf_dot_columns(&r)) {
            return;
        }
        for (int32_t i = 0; i < count; i++) {
            out[i * step + r.channel] = mnf_output_s8(r.sums[i], job->multiplier[r.channel], job->shift[r.channel],
                offset, job->conv->activation);
        }
        r.channel++;
    }
}

static void multiply_one(const job_t *job, int32_t depth, mnf_share_t share, int8_t *out) {
    const int32_t offset = job->conv->output_offset;
    for (int32_t o = share.begin; o < share.end; o++) {
        const int32_t bias = job->bias ? job->bias[o] : 0, multiplier = job->multiplier[o], shift = job->shift[o];
        const uint32_t sum = mnf_dot_column(job->columns, job->weights + o * depth, depth, (uint32_t)bias);
        out[o] = mnf_is_quick(shift, job->quick)
            ? (int8_t)mnf_quick_output(mnf_quick(multiplier, shift, offset), sum)
            : mnf_output_s8(sum, multiplier, shift, offset, job->conv->activation);
    }
}

static void run(void *shared, uint32_t part, uint32_t parts) {
    const job_t *job = shared;
    const int32_t pixels = job->out_dims->h * job->out_dims->w, channels = job->out_dims->c;
    const int32_t depth = job->filter->h * job->filter->w * job->filter->c;
    const int32_t groups = job->in_dims->c / job->filter->c, of_group = channels / groups;
    const bool clamped = !mnf_is_whole_range(job->conv->activation);
    for (int32_t pixel = 0, count; pixel < pixels; pixel += count) {
        // Three are worth the work of four; one or two at the end are done singly.
        const int32_t left = pixels - pixel;
        count = left >= MNF_COLUMNS ? MNF_COLUMNS : left == 3 ? 3 : 1;
        int8_t *out = job->out + pixel * channels;
        for (int32_t group = 0; group < groups; group++) {
            for (int32_t i = (int32_t)part; i < count; i += (int32_t)parts) {
                const int8_t *in = job->in + group * job->filter->c;
                if (count == 1) {
                    pack_one(job, in, pixel);
                } else {
                    pack_beside(job, in, pixel + i, i);
                }
            }
            mnf_barrier();
            mnf_share_t share = mnf_share(of_group, 1, part, parts);
            share.begin += group * of_group;
            share.end += group * of_group;
            if (count == 1) {
                multiply_one(job, depth, share, out);
            } else {
                multiply(job, depth, share, out, count);
            }
            for (int32_t i = 0; clamped && i < count; i++) {
                mnf_clamp_bytes(out + i * channels + share.begin, share.end - share.begin, job->conv->activation);
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
        .conv = conv,
        .multiplier = quant->multiplier, .shift = quant->shift, .bias = bias,
        .weights = weights, .in = input, .in_dims = in, .filter = filter, .out_dims = out, .out = output,
        .columns = buffer,
        .quick = mnf_quick_shifts(bias, quant->shift, true, out->c, filter->h * filter->w * filter->c),
    };
    for (int32_t n = 0; n < in->n; n++) {
        mnf_parallel(run, &job);
        job.in += in->h * in->w * in->c;
        job.out += out->h * out->w * out->c;
    }
    return true;
}
#endif
