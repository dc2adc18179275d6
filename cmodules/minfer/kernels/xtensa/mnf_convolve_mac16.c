#include <string.h>

#include "kernels/core.h"
#include "kernels/parallel.h"
#include "kernels/portable/mnf_scale.h"
#include "mnf_mac16.h"

#if MNF_CORE_MAC16

// Four pixels at a time: their windows are widened, offset included, into scratch, one column after the other. Then each channel's
// weights are widened on the stack, once for the four, and the MAC16 unit, which has one sum, runs down one column after the
// other. It loads while it multiplies: one instruction a product. Cores share the pixels, then the channels; an output is written
// after all inputs of its block are read.

enum {
    COLUMNS = 4,
    CHUNK = 256, // weights on the stack
};

typedef struct {
    const cmsis_nn_conv_params *conv;
    const cmsis_nn_per_channel_quant_params *quant;
    cmsis_nn_dims in;
    cmsis_nn_dims filter;
    cmsis_nn_dims out;
    const int8_t *input;
    const int8_t *weights;
    const int32_t *bias;
    int8_t *output;
    int32_t depth;
    int32_t stride; // of a column: depth, a multiple of 4
    uint32_t *totals; // of the columns
    int16_t *columns;
} job_t;

// mnf_mac16_dot of `count` columns. A function of its own, whose loops are not inside of one that the compiler makes.
__attribute__((noinline)) MNF_HOT static void dot_columns(
    const int16_t *x, int32_t stride, const uint32_t *w, int32_t n, int32_t count, uint32_t *sums) {
    sums[0] = mnf_mac16_dot(x, w, n, sums[0]);
    if (count > 1) {
        x += stride;
        sums[1] = mnf_mac16_dot(x, w, n, sums[1]);
    }
    if (count > 2) {
        x += stride;
        sums[2] = mnf_mac16_dot(x, w, n, sums[2]);
    }
    if (count > 3) {
        x += stride;
        sums[3] = mnf_mac16_dot(x, w, n, sums[3]);
    }
}

static int16_t *put_zeros(int16_t *column, int32_t n) {
    memset(column, 0, (size_t)n * sizeof(int16_t));
    return column + n;
}

// The window of output pixel (y, x). Returns its sum.
MNF_HOT static uint32_t im2col(const job_t *job, int16_t *column, int32_t y, int32_t x) {
    const cmsis_nn_conv_params *conv = job->conv;
    const int32_t channels = job->in.c, offset = conv->input_offset;
    const mnf_taps_t rows = mnf_taps(y, conv->stride.h, conv->padding.h, conv->dilation.h, job->filter.h, job->in.h);
    const mnf_taps_t cols = mnf_taps(x, conv->stride.w, conv->padding.w, conv->dilation.w, job->filter.w, job->in.w);
    int16_t *to = column;
    for (int32_t ky = 0; ky < job->filter.h; ky++) {
        if (ky < rows.begin || ky >= rows.end || cols.begin >= cols.end) {
            to = put_zeros(to, job->filter.w * channels);
            continue;
        }
        const int32_t first = (rows.start + ky * conv->dilation.h) * job->in.w + cols.start;
        to = put_zeros(to, cols.begin * channels);
        if (conv->dilation.w == 1) {
            to = mnf_mac16_put(to, job->input + (first + cols.begin) * channels, (cols.end - cols.begin) * channels, offset);
        } else {
            for (int32_t kx = cols.begin; kx < cols.end; kx++) {
                to = mnf_mac16_put(to, job->input + (first + kx * conv->dilation.w) * channels, channels, offset);
            }
        }
        to = put_zeros(to, (job->filter.w - cols.end) * channels);
    }
    put_zeros(to, job->stride - job->depth);
    uint32_t total = 0;
    for (const int16_t *end = column + job->stride; column < end; column += 4) {
        total += (uint32_t)(column[0] + column[1] + column[2] + column[3]);
    }
    return total;
}

// Output channel o of `count` pixels.
__attribute__((noinline)) MNF_HOT static void write_outputs(const job_t *job, int32_t o, const uint32_t *sums, int32_t count, int8_t *y) {
    const mnf_scale_t scale = mnf_scale(
        job->quant->multiplier[o], job->quant->shift[o], job->conv->output_offset, job->conv->activation);
    const uint32_t *const end = sums + count;
    const int32_t step = job->out.c;
    y += o;
    if (scale.last >= 0) {
        for (; sums < end; y += step) {
            *y = (int8_t)mnf_scale_right(*sums++, &scale);
        }
    } else {
        for (; sums < end; y += step) {
            *y = mnf_output_s8(*sums++, scale.multiplier, scale.shift, scale.offset, scale.clamp);
        }
    }
}

// Channels [o, end) of `count` pixels, whose outputs begin at y.
MNF_HOT static void block(const job_t *job, int32_t o, int32_t end, int32_t count, int8_t *y) {
    uint32_t weights[CHUNK / 2 + 2]; // and what mnf_mac16_dot() loads in vain
    for (; o < end; o++) {
        const uint32_t bias = job->bias ? (uint32_t)job->bias[o] : 0;
        const int8_t *row = job->weights + o * job->depth;
        uint32_t sums[COLUMNS];
        for (int32_t i = 0; i < count; i++) {
            sums[i] = bias - (job->totals[i] << 7);
        }
        for (int32_t k = 0; k < job->depth; k += CHUNK) {
            const int32_t n = job->depth - k < CHUNK ? job->depth - k : CHUNK;
            mnf_mac16_widen(weights, row + k, n);
            dot_columns(job->columns + k, job->stride, weights, (n + 3) >> 2, count, sums);
        }
        write_outputs(job, o, sums, count, y);
    }
}

static void run_part(void *data, uint32_t part, uint32_t parts) {
    const job_t *job = data;
    const mnf_share_t share = mnf_share(job->out.c, 1, part, parts);
    const int32_t pixels = job->out.h * job->out.w;
    int32_t y = 0, x = 0;
    for (int32_t first = 0; first < pixels; first += COLUMNS) {
        const int32_t count = pixels - first < COLUMNS ? pixels - first : COLUMNS;
        for (int32_t i = 0; i < count; i++) {
            if ((uint32_t)i % parts == part) {
                job->totals[i] = im2col(job, job->columns + i * job->stride, y, x);
            }
            if (++x == job->out.w) {
                x = 0;
                y++;
            }
        }
        mnf_barrier();
        block(job, share.begin, share.end, count, job->output + first * job->out.c);
        mnf_barrier();
    }
}

bool mnf_convolve_s8(
    void *buffer, const cmsis_nn_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
    if (in->c != filter->c) {
        return false;
    }
    const int32_t depth = filter->h * filter->w * filter->c;
    // Of scratch, 8 bytes a weight of a channel and 48: 16 for totals, 28 for the ends of columns and a word that is loaded in vain.
    job_t job = {
        conv, quant, *in, *filter, *out, input, weights, bias, output, depth, (depth + 3) & ~3, buffer,
        (int16_t *)buffer + COLUMNS * sizeof(uint32_t) / sizeof(int16_t),
    };
    for (int32_t n = 0; n < in->n; n++) {
        mnf_parallel(run_part, &job);
        job.input += in->h * in->w * in->c;
        job.output += out->h * out->w * out->c;
    }
    return true;
}

#endif
