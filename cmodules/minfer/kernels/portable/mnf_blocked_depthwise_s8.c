#include <string.h>

#include "kernels/core.h"
#include "kernels/parallel.h"
#include "mnf_depthwise.h"
#include "mnf_scale.h"

#if MNF_BLOCKED

// Inputs in scratch. Xtensa loads bytes without their sign, or takes another instruction: they are kept plus 128.
#if defined(__XTENSA__)
typedef uint8_t row_t;
#define ROW_ZERO 128
#else
typedef int8_t row_t;
#define ROW_ZERO 0
#endif

// Channel by channel, and band by band of rows: the rows of input that a band of outputs reads are put into scratch, with the zero
// point around them, before the band is written. So the output may lie over the input (see mnf_depthwise_in_place). Cores share
// the channels.
typedef struct {
    const cmsis_nn_dw_conv_params *conv;
    const cmsis_nn_per_channel_quant_params *quant;
    const cmsis_nn_dims *in;
    const cmsis_nn_dims *filter;
    const cmsis_nn_dims *out;
    const int8_t *input;
    const int8_t *weights;
    const int32_t *bias;
    int8_t *output;
    row_t *scratch;
    int32_t part_bytes;
    int32_t reach; // rows of input that a row of outputs reads
    int32_t width; // bytes of a row in scratch
    int32_t rows; // of outputs in a band
} job_t;

// An output channel.
typedef struct {
    const int8_t *weights; // one in every out->c bytes
    int32_t w[9]; // of a 3x3 kernel
    uint32_t bias; // with the input offset's part
    mnf_scale_t scale;
} channel_t;

static channel_t channel_of(const job_t *job, int32_t o) {
    channel_t channel = {
        .weights = job->weights + o,
        .scale = mnf_scale(job->quant->multiplier[o], job->quant->shift[o], job->conv->output_offset, job->conv->activation),
    };
    const int32_t taps = job->filter->h * job->filter->w;
    int32_t sum = 0;
    for (int32_t i = 0; i < taps; i++) {
        const int32_t w = channel.weights[i * job->out->c];
        sum += w;
        if (i < 9) {
            channel.w[i] = w;
        }
    }
    channel.bias = (job->bias ? (uint32_t)job->bias[o] : 0) + (uint32_t)sum * (uint32_t)(job->conv->input_offset - ROW_ZERO);
    return channel;
}

// Rows [y, end) of channel c of the input, which may lie outside. The columns beside the input hold the zero point from the start.
MNF_HOT static void take_rows(const job_t *job, int32_t c, int32_t y, int32_t end, row_t *row) {
    const int32_t step = job->in->c, pad = job->conv->padding.w;
    const int32_t inside = job->in->w < job->width - pad ? job->in->w : job->width - pad;
    for (; y < end; y++) {
        if (y < 0 || y >= job->in->h) {
            memset(row, ROW_ZERO - job->conv->input_offset, (size_t)job->width);
        } else {
            const int8_t *x = job->input + (y * job->in->w * step + c);
            row_t *to = row + pad;
            int32_t n = inside;
            for (; n >= 4; n -= 4) {
                to[0] = (row_t)(*x ^ ROW_ZERO);
                x += step;
                to[1] = (row_t)(*x ^ ROW_ZERO);
                x += step;
                to[2] = (row_t)(*x ^ ROW_ZERO);
                x += step;
                to[3] = (row_t)(*x ^ ROW_ZERO);
                x += step;
                to += 4;
            }
            for (; n > 0; n--) {
                *to++ = (row_t)(*x ^ ROW_ZERO);
                x += step;
            }
        }
        row += job->width;
    }
}

#if MNF_CORE_MAC16

// `rows` rows of outputs of a 3x3 kernel with a scale to the right, by the MAC16 unit: two weights in a register, a load and a product of each
// input.
static inline __attribute__((always_inline)) void sum_3x3(
    const job_t *job, const channel_t *channel, int32_t rows, const int32_t stride, int8_t *to) {
    const int32_t *w = channel->w;
    const uint32_t w01 = (uint32_t)w[1] << 16 | (uint16_t)w[0], w23 = (uint32_t)w[3] << 16 | (uint16_t)w[2];
    const uint32_t w45 = (uint32_t)w[5] << 16 | (uint16_t)w[4], w67 = (uint32_t)w[7] << 16 | (uint16_t)w[6];
    const mnf_scale_t scale = channel->scale;
    const row_t *row = job->scratch;
    for (; rows > 0; rows--) {
        const row_t *a = row, *b = a + job->width * job->conv->dilation.h, *c = b + job->width * job->conv->dilation.h;
        for (int32_t n = job->out->w; n > 0; n--) {
            uint32_t sum = channel->bias, x, y;
            __asm__ volatile (
                "wsr %0, acclo\n"
                "l8ui %1, %3, 0\n"
                "l8ui %2, %3, 1\n"
                "mula.aa.ll %1, %6\n"
                "l8ui %1, %3, 2\n"
                "mula.aa.lh %2, %6\n"
                "l8ui %2, %4, 0\n"
                "mula.aa.ll %1, %7\n"
                "l8ui %1, %4, 1\n"
                "mula.aa.lh %2, %7\n"
                "l8ui %2, %4, 2\n"
                "mula.aa.ll %1, %8\n"
                "l8ui %1, %5, 0\n"
                "mula.aa.lh %2, %8\n"
                "l8ui %2, %5, 1\n"
                "mula.aa.ll %1, %9\n"
                "l8ui %1, %5, 2\n"
                "mula.aa.lh %2, %9\n"
                "mula.aa.ll %1, %10\n"
                "rsr %0, acclo\n"
                : "+r" (sum), "=&r" (x), "=&r" (y)
                : "r" (a), "r" (b), "r" (c), "r" (w01), "r" (w23), "r" (w45), "r" (w67), "r" (w[8]) : "memory");
            *to = (int8_t)mnf_scale_right(sum, &scale);
            to += job->out->c;
            a += stride;
            b += stride;
            c += stride;
        }
        row += job->width * job->conv->stride.h;
    }
}

#else

#define PRODUCTS(sum, at) \
    sum += (uint32_t)(w0 * a[at] + w1 * a[at + 1] + w2 * a[at + 2]); \
    sum += (uint32_t)(w3 * b[at] + w4 * b[at + 1] + w5 * b[at + 2]); \
    sum += (uint32_t)(w6 * c[at] + w7 * c[at + 1] + w8 * c[at + 2])

// `rows` rows of outputs of a 3x3 kernel with a scale to the right, two at a time: 12 inputs (15 with a stride of 2) and 18 products of weights in registers.
static inline __attribute__((always_inline)) void sum_3x3(
    const job_t *job, const channel_t *channel, int32_t rows, const int32_t stride, int8_t *to) {
    const int32_t *w = channel->w;
    const int32_t w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3], w4 = w[4], w5 = w[5], w6 = w[6], w7 = w[7], w8 = w[8];
    const mnf_scale_t scale = channel->scale;
    const uint32_t bias = channel->bias;
    const int32_t step = job->out->c;
    const row_t *row = job->scratch;
    for (; rows > 0; rows--) {
        const row_t *a = row, *b = a + job->width * job->conv->dilation.h, *c = b + job->width * job->conv->dilation.h;
        int32_t n = job->out->w;
        for (; n >= 2; n -= 2) {
            uint32_t left = bias, right = bias;
            PRODUCTS(left, 0);
            PRODUCTS(right, stride);
            *to = (int8_t)mnf_scale_right(left, &scale);
            to += step;
            *to = (int8_t)mnf_scale_right(right, &scale);
            to += step;
            a += 2 * stride;
            b += 2 * stride;
            c += 2 * stride;
        }
        if (n > 0) {
            uint32_t sum = bias;
            PRODUCTS(sum, 0);
            *to = (int8_t)mnf_scale_right(sum, &scale);
            to += step;
        }
        row += job->width * job->conv->stride.h;
    }
}

#undef PRODUCTS

#endif

__attribute__((noinline)) MNF_HOT static void band_3x3_stride_1(const job_t *job, const channel_t *channel, int32_t rows, int8_t *to) {
    sum_3x3(job, channel, rows, 1, to);
}

__attribute__((noinline)) MNF_HOT static void band_3x3_stride_2(const job_t *job, const channel_t *channel, int32_t rows, int8_t *to) {
    sum_3x3(job, channel, rows, 2, to);
}

// `together` (1 or 4) outputs of any kernel; `from` is the first input of the first one's window.
static inline __attribute__((always_inline)) int8_t *sum_any(
    const job_t *job, const channel_t *channel, const row_t *from, const int32_t stride, const int32_t together, int8_t *to) {
    const int32_t step = job->out->c, dilation = job->conv->dilation.w;
    uint32_t s0 = channel->bias, s1 = s0, s2 = s0, s3 = s0;
    const int8_t *w = channel->weights;
    for (int32_t ky = 0; ky < job->filter->h; ky++) {
        const row_t *at = from;
        for (int32_t kx = job->filter->w; kx > 0; kx--) {
            const int32_t weight = *w;
            s0 += (uint32_t)(weight * at[0]);
            if (together == 4) {
                s1 += (uint32_t)(weight * at[stride]);
                s2 += (uint32_t)(weight * at[2 * stride]);
                s3 += (uint32_t)(weight * at[3 * stride]);
            }
            at += dilation;
            w += step;
        }
        from += job->width * job->conv->dilation.h;
    }
    *to = (int8_t)mnf_scale_any(s0, &channel->scale);
    to += step;
    if (together == 4) {
        *to = (int8_t)mnf_scale_any(s1, &channel->scale);
        to += step;
        *to = (int8_t)mnf_scale_any(s2, &channel->scale);
        to += step;
        *to = (int8_t)mnf_scale_any(s3, &channel->scale);
        to += step;
    }
    return to;
}

__attribute__((noinline)) MNF_HOT static void band(const job_t *job, const channel_t *channel, int32_t rows, int8_t *to) {
    const int32_t stride = job->conv->stride.w;
    for (int32_t y = 0; y < rows; y++) {
        const row_t *from = job->scratch + y * job->conv->stride.h * job->width;
        int32_t n = job->out->w;
        for (; n >= 4; n -= 4) {
            if (stride == 1) {
                to = sum_any(job, channel, from, 1, 4, to);
            } else if (stride == 2) {
                to = sum_any(job, channel, from, 2, 4, to);
            } else {
                to = sum_any(job, channel, from, stride, 4, to);
            }
            from += 4 * stride;
        }
        for (; n > 0; n--) {
            to = sum_any(job, channel, from, stride, 1, to);
            from += stride;
        }
    }
}

static void run_part(void *data, uint32_t part, uint32_t parts) {
    job_t job = *(const job_t *)data;
    job.scratch += part * (uint32_t)job.part_bytes;
    const cmsis_nn_dw_conv_params *conv = job.conv;
    const int32_t mult = conv->ch_mult, stride = conv->stride.h;
    const int32_t overlap = job.reach > stride ? job.reach - stride : 0;
    const bool is_3x3 = job.filter->h == 3 && job.filter->w == 3 && conv->dilation.w == 1;
    void (*const usual)(const job_t *, const channel_t *, int32_t, int8_t *) =
        is_3x3 && conv->stride.w == 1 ? band_3x3_stride_1 : is_3x3 && conv->stride.w == 2 ? band_3x3_stride_2 : band;
    memset(job.scratch, ROW_ZERO - conv->input_offset, (size_t)(((job.rows - 1) * stride + job.reach) * job.width));
    const mnf_share_t share = mnf_share(job.out->c, 1, part, parts);
    for (int32_t o = share.begin; o < share.end;) {
        // Output channels [o, next) share an input channel.
        const int32_t c = o / mult;
        const int32_t next = (c + 1) * mult < share.end ? (c + 1) * mult : share.end;
        channel_t channel = channel_of(&job, o);
        int32_t kept = 0; // rows that the band before had in scratch
        for (int32_t y = 0; y < job.out->h; y += job.rows) {
            const int32_t rows = job.out->h - y < job.rows ? job.out->h - y : job.rows;
            const int32_t first = y * stride - conv->padding.h, n = (rows - 1) * stride + job.reach;
            take_rows(&job, c, first + kept, first + n, job.scratch + kept * job.width);
            for (int32_t i = o; i < next; i++) {
                if (mult > 1) {
                    channel = channel_of(&job, i);
                }
                (channel.scale.last >= 0 ? usual : band)(&job, &channel, rows, job.output + (y * job.out->w * job.out->c + i));
            }
            kept = overlap;
            memmove(job.scratch, job.scratch + (n - kept) * job.width, (size_t)(kept * job.width));
        }
        o = next;
    }
}

bool mnf_depthwise_s8(
    const cmsis_nn_context *ctx, const cmsis_nn_dw_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
    const mnf_depthwise_band_t band = mnf_depthwise_band(conv, filter, out);
    if (band.rows == 0) {
        return false; // taps too far apart
    }
    const int64_t width = (int64_t)(out->w - 1) * conv->stride.w + (int64_t)(filter->w - 1) * conv->dilation.w + 1;
    if (band.reach * width > band.bytes) {
        return false;
    }
    const int32_t rows = (band.bytes / (int32_t)width - band.reach) / conv->stride.h + 1;
    job_t job = {
        conv, quant, in, filter, out, input, weights, bias, output, ctx->buf,
        .part_bytes = band.bytes,
        .reach = band.reach,
        .width = (int32_t)width,
        .rows = rows < out->h ? rows : out->h,
    };
    mnf_parallel(run_part, &job);
    return true;
}

#endif
