// Depthwise convolution: each part of a job computes a share of the output's channels, band by band of rows (see mnf_depthwise.h).
#include "kernels/core.h"

#if MNF_CORE_M0PLUS

#include <stddef.h>

#include "kernels/portable/mnf_depthwise.h"
#include "kernels/portable/mnf_kernels.h"
#include "mnf_dw3x3.h"

// What hardly any model needs is compiled for size.
#define RARE __attribute__((cold, noinline))

typedef struct {
    const cmsis_nn_dw_conv_params *conv;
    const cmsis_nn_per_channel_quant_params *quant;
    const cmsis_nn_dims *in;
    const cmsis_nn_dims *filter;
    const cmsis_nn_dims *out;
    const int8_t *x;
    const int8_t *weights;
    const int32_t *bias;
    int8_t *y;
    mnf_depthwise_band_t band;
    uint32_t *scratch;
} job_t;

// One output channel.
typedef struct {
    mnf_dw3x3_rows_t rows; // NULL where the taps are not 3x3, or too large
    bool by_twos;          // sum_rows_by_twos serves
    mnf_dw3x3_t dw;
    bool quick;            // mnf_requantise_channel serves
    mnf_requant_channel_t requant;
} channel_t;

// Words of the packed rows whose lanes both lie inside the input, and what of a word does where one does not. False where some
// word has both outside, or the left one to the right of the input: such rows are packed word by word.
static bool lay_out_rows(const job_t *job, mnf_pack_t *pack) {
    const int32_t pitch = job->band.pitch, width = job->in->w, step = job->in->c, pad = job->conv->padding.w;
    const int32_t apart = job->band.apart * job->conv->stride.w;
    const int32_t end = width - apart + pad; // of the words whose right lane is inside
    pack->step = step;
    pack->skip = (width - pitch) * step;
    pack->before = pad;
    pack->inside = (end < pitch ? end : pitch) - pad;
    pack->after = end < pitch ? pitch - end : 0;
    pack->high = apart * step;
    pack->zero = -job->conv->input_offset;
    return apart >= pad && pack->inside > 0 && pitch - pad <= width;
}

// One row, word by word; `row` is its first element.
RARE static uint32_t *pack_row(const job_t *job, const int8_t *row, uint32_t *packed) {
    const int32_t width = job->in->w, step = job->in->c, zero = -job->conv->input_offset;
    const int32_t apart = job->band.apart * job->conv->stride.w;
    for (int32_t i = -job->conv->padding.w; i < job->band.pitch - job->conv->padding.w; i++) {
        const int32_t left = i >= 0 && i < width ? row[i * step] : zero;
        const int32_t right = i + apart >= 0 && i + apart < width ? row[(i + apart) * step] : zero;
        *packed++ = (uint32_t)left + ((uint32_t)right << 16);
    }
    return packed;
}

static uint32_t *pack_outside(const job_t *job, int32_t rows, uint32_t *packed) {
    const uint32_t zero = (uint32_t)-job->conv->input_offset * 0x10001u;
    for (int32_t n = rows * job->band.pitch; n > 0; n--) {
        *packed++ = zero;
    }
    return packed;
}

// Rows [first, end) of channel `channel` of the input; those outside it hold the zero point.
static void pack(const job_t *job, const mnf_pack_t *how, int32_t channel, int32_t first, int32_t end, uint32_t *packed) {
    const int32_t height = job->in->h, row_bytes = job->in->w * job->in->c;
    if (first < 0) {
        const int32_t outside = (end < 0 ? end : 0) - first;
        packed = pack_outside(job, outside, packed);
        first += outside;
    }
    const int32_t inside = (end < height ? end : height) - first;
    if (inside > 0) {
        const int8_t *row = job->x + (first * row_bytes + channel);
        if (how != NULL) {
            packed = mnf_pack_rows(row - job->conv->padding.w * job->in->c, inside, packed, how);
        } else {
            for (int32_t i = 0; i < inside; i++) {
                packed = pack_row(job, row, packed);
                row += row_bytes;
            }
        }
        first += inside;
    }
    if (first < end) {
        pack_outside(job, end - first, packed);
    }
}

// Any taps: each product is split.
static void sum_rows(const job_t *job, int32_t o, const uint32_t *packed, int32_t rows, int32_t *sums) {
    const cmsis_nn_dw_conv_params *conv = job->conv;
    const int32_t step = job->out->c, half = job->band.half, pitch = job->band.pitch;
    for (int32_t y = 0; y < rows; y++) {
        for (int32_t x = 0; x < half; x++) {
            const uint32_t *from = packed + (y * conv->stride.h * pitch + x * conv->stride.w);
            const int8_t *w = job->weights + o;
            uint32_t both = 0;
            int32_t upper = 0;
            for (int32_t ky = 0; ky < job->filter->h; ky++) {
                const uint32_t *at = from;
                for (int32_t kx = job->filter->w; kx > 0; kx--) {
                    const uint32_t product = *at * (uint32_t)(int32_t)*w;
                    both += product;
                    upper += (int32_t)(product + 0x8000) >> 16;
                    at += conv->dilation.w;
                    w += step;
                }
                from += conv->dilation.h * pitch;
            }
            sums[x] = (int32_t)(both - ((uint32_t)upper << 16));
            sums[x + job->band.apart] = upper;
        }
        sums += job->out->w;
    }
}

// The same by two columns; the last two overlap those before where the number is odd.
static void sum_rows_by_twos(const job_t *job, int32_t o, const uint32_t *packed, int32_t rows, int32_t *sums) {
    const cmsis_nn_dw_conv_params *conv = job->conv;
    const int32_t half = job->band.half, pitch = job->band.pitch, width = job->filter->w;
    const int8_t *weights = job->weights + o;
    const mnf_dw_taps_t taps = {
        job->out->c, (width & ~1) * 4, width & 1, (conv->dilation.h * pitch - width) * 4, weights + job->filter->h * width * job->out->c,
    };
    const mnf_dw_two_t two = conv->stride.w == 1 ? mnf_dw_two_s1 : mnf_dw_two_s2;
    for (int32_t y = 0; y < rows; y++) {
        for (int32_t x = 0; x < half; x += 2) {
            const int32_t at = x + 2 > half ? half - 2 : x;
            int32_t results[4];
            two(packed + at * conv->stride.w, weights, results, &taps);
            sums[at] = results[0];
            sums[at + 1] = results[1];
            sums[at + job->band.apart] = results[2];
            sums[at + job->band.apart + 1] = results[3];
        }
        packed += conv->stride.h * pitch;
        sums += job->out->w;
    }
}

// What matters of a channel's weights together.
typedef struct {
    int32_t sum;
    int32_t sizes; // sum of their sizes
    int32_t two;   // most that the first two of a row of 3x3 are in size together
    int32_t three; // the same of all three
    bool lowest;   // one is -128; not looked for in 3x3
} weights_t;

static inline int32_t magnitude(int32_t a) {
    const int32_t sign = a >> 31;
    return (a ^ sign) - sign;
}

// Widens 3x3 weights. Apart from its caller, so that all it needs fits the registers.
MNF_HOT __attribute__((noinline)) static weights_t take_3x3(const int8_t *from, int32_t step, int32_t *to) {
    weights_t of = {0, 0, 0, 0, false};
    for (const int32_t *end = to + 9; to < end; to += 3) {
        const int32_t a = *from, b = from[step], c = from[2 * step];
        from += 3 * step;
        to[0] = a;
        to[1] = b;
        to[2] = c;
        of.sum += a + b + c;
        const int32_t two = magnitude(a) + magnitude(b), three = two + magnitude(c);
        of.sizes += three;
        of.two = two > of.two ? two : of.two;
        of.three = three > of.three ? three : of.three;
    }
    return of;
}

static weights_t take_weights(const int8_t *w, int32_t step, int32_t taps) {
    weights_t of = {0, 0, 0, 0, false};
    for (; taps > 0; taps--) {
        of.sum += *w;
        of.sizes += magnitude(*w);
        of.lowest = of.lowest || *w == INT8_MIN;
        w += step;
    }
    return of;
}

static void take_channel(const job_t *job, int32_t o, channel_t *channel) {
    const cmsis_nn_dims *filter = job->filter;
    const cmsis_nn_dw_conv_params *conv = job->conv;
    const int32_t taps = filter->h * filter->w;
    const int8_t *w = job->weights + o;
    weights_t of;
    channel->rows = NULL;
    channel->by_twos = false;
    if (filter->h == 3 && filter->w == 3 && conv->dilation.h == 1 && conv->dilation.w == 1 && conv->stride.w <= 2) {
        of = take_3x3(w, job->out->c, channel->dw.weights);
        // 255 times 128 stays within 16 bits.
        if (of.three < 256) {
            channel->rows = conv->stride.w == 1 ? mnf_dw3x3_s1_fit : mnf_dw3x3_s2_fit;
        } else if (of.two < 256) {
            channel->rows = conv->stride.w == 1 ? mnf_dw3x3_s1 : mnf_dw3x3_s2;
        }
    } else {
        of = take_weights(w, job->out->c, taps);
        channel->by_twos = !of.lowest && filter->w >= 2 && conv->dilation.w == 1 && conv->stride.w <= 2 && job->band.half >= 2;
    }
    const int32_t bias = mnf_add_wrap(job->bias ? job->bias[o] : 0, mnf_mul_wrap(conv->input_offset, of.sum));
    const int32_t multiplier = job->quant->multiplier[o], shift = job->quant->shift[o];
    mnf_requant_channel_t *requant = &channel->requant;
    requant->multiplier_low = multiplier & 0xffff;
    requant->multiplier_high = multiplier >> 16;
    requant->right = -shift;
    requant->bias = bias;
    // |sum| <= taps * 2^14
    channel->quick = shift < 0 && taps <= 1 << 15 && bias < 1 << 29 && bias > -(1 << 29);
    if (channel->quick) {
        mnf_requant_estimate(requant, of.sizes * 128 + (bias < 0 ? -bias : bias));
    }
}

RARE static void finish(const int32_t *sums, int32_t n, int8_t *y, const mnf_requant_channel_t *c) {
    const int32_t multiplier = (int32_t)((uint32_t)c->multiplier_high << 16) | c->multiplier_low;
    const cmsis_nn_activation activation = {c->min, c->max};
    for (int32_t i = 0; i < n; i++) {
        *y = mnf_output_s8((uint32_t)sums[i] + (uint32_t)c->bias, multiplier, -c->right, c->offset, activation);
        y += c->step;
    }
}

// What all channels have in common.
static void lay_out(const job_t *job, channel_t *channel) {
    channel->requant.offset = job->conv->output_offset;
    channel->requant.min = job->conv->activation.min;
    channel->requant.max = job->conv->activation.max;
    channel->requant.step = job->out->c;
    mnf_dw3x3_t *dw = &channel->dw;
    const mnf_depthwise_band_t *band = &job->band;
    const int32_t stride = job->conv->stride.w, row = band->pitch * 4;
    dw->pair_bytes = (band->half & ~1) * 4;
    dw->odd = band->half & 1;
    dw->back = 2 * row + (stride == 1 ? 8 : 4);
    dw->next_in = row * job->conv->stride.h - dw->pair_bytes * stride;
    dw->next_out = job->out->w * 4 - dw->pair_bytes;
    dw->row_step = row - (stride == 1 ? 16 : 20);
    dw->high = band->apart * 4 - 8;
}

// Outputs [y, y + rows) of output channel o, of a band that is packed.
static void run_band(const job_t *job, channel_t *channel, int32_t o, int32_t y, int32_t rows, const uint32_t *packed, int32_t *sums) {
    const int32_t width = job->out->w;
    if (channel->rows != NULL) {
        channel->dw.rows = rows;
        channel->rows(packed, sums, &channel->dw);
    } else {
        (channel->by_twos ? sum_rows_by_twos : sum_rows)(job, o, packed, rows, sums);
    }
    int8_t *to = job->y + (y * width * job->out->c + o);
    (channel->quick ? mnf_requantise_channel : finish)(sums, rows * width, to, &channel->requant);
}

static void run(void *data, uint32_t part, uint32_t parts) {
    const job_t *job = data;
    const mnf_depthwise_band_t *band = &job->band;
    const int32_t mult = job->conv->ch_mult, stride = job->conv->stride.h, height = job->out->h;
    uint32_t *packed = job->scratch + (uint32_t)band->bytes / 4 * part;
    int32_t *sums = (int32_t *)packed + band->packed;
    channel_t channel;
    lay_out(job, &channel);
    mnf_pack_t rows_of_input;
    const mnf_pack_t *how = lay_out_rows(job, &rows_of_input) ? &rows_of_input : NULL;
    const mnf_share_t share = mnf_share(job->out->c, 1, part, parts);
    for (int32_t o = share.begin; o < share.end; o++) {
        take_channel(job, o, &channel);
        int32_t kept = 0; // rows that the last band had packed already
        for (int32_t y = 0, rows; y < height; y += rows) {
            rows = band->rows < height - y ? band->rows : height - y;
            const int32_t n = (rows - 1) * stride + band->reach;
            const int32_t first = y * stride - job->conv->padding.h;
            pack(job, how, o / mult, first + kept, first + n, packed + kept * band->pitch);
            run_band(job, &channel, o, y, rows, packed, sums);
            kept = band->reach > stride ? band->reach - stride : 0;
            if (y + rows < height) {
                mnf_move_down(packed, packed + (n - kept) * band->pitch, kept * band->pitch);
            }
        }
    }
}

// Taps too far apart to be packed.
RARE static void run_plain(const job_t *job) {
    const cmsis_nn_dw_conv_params *conv = job->conv;
    const cmsis_nn_dims *in = job->in, *filter = job->filter, *out = job->out;
    int8_t *to = job->y;
    for (int32_t y = 0; y < out->h; y++) {
        const mnf_taps_t rows = mnf_taps(y, conv->stride.h, conv->padding.h, conv->dilation.h, filter->h, in->h);
        for (int32_t x = 0; x < out->w; x++) {
            const mnf_taps_t cols = mnf_taps(x, conv->stride.w, conv->padding.w, conv->dilation.w, filter->w, in->w);
            for (int32_t o = 0; o < out->c; o++) {
                uint32_t sum = job->bias ? (uint32_t)job->bias[o] : 0;
                for (int32_t ky = rows.begin; ky < rows.end; ky++) {
                    for (int32_t kx = cols.begin; kx < cols.end; kx++) {
                        const int32_t iy = rows.start + ky * conv->dilation.h, ix = cols.start + kx * conv->dilation.w;
                        const int32_t at = (iy * in->w + ix) * in->c + o / conv->ch_mult;
                        const int32_t w = job->weights[(ky * filter->w + kx) * out->c + o];
                        sum += (uint32_t)((job->x[at] + conv->input_offset) * w);
                    }
                }
                *to++ = mnf_output_s8(sum, job->quant->multiplier[o], job->quant->shift[o], conv->output_offset, conv->activation);
            }
        }
    }
}

arm_cmsis_nn_status arm_depthwise_conv_wrapper_s8(
    const cmsis_nn_context *ctx, const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data) {
    (void)bias_dims;
    if (input_dims->c * dw_conv_params->ch_mult != output_dims->c) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    job_t job = {
        dw_conv_params, quant_params, input_dims, filter_dims, output_dims, input_data, filter_data, bias_data, output_data,
        mnf_depthwise_band(dw_conv_params, filter_dims, output_dims), ctx->buf,
    };
    if (job.band.rows == 0) {
        run_plain(&job);
    } else {
        mnf_parallel(run, &job);
    }
    return ARM_CMSIS_NN_SUCCESS;
}

#endif
