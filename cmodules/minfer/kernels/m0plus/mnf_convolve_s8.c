#include <string.h>

#include "kernels/parallel.h"
#include "mnf_m0plus.h"

#if MNF_CORE_M0PLUS

// Four pixels at a time: their windows are packed into columns that every channel reads. Cores share the packing by pairs of
// pixels, and the channels; an output is written after all inputs of its block of pixels are packed.
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
    int32_t *columns; // of weight 0
    mnf_channel_t *channels;
    bool unfit[MNF_MAX_PARTS];
} job_t;

typedef struct {
    int32_t y;
    int32_t x;
} pixel_t;

// The estimate of an output (see mnf_channel_t) with s' = (sum + 2^shift / 2) >> shift, scale = multiplier / 2^(31 + right) and
// factor = scale * 2^(20 + shift), rounded, is off by
//     |s'| / 2 for the factor: where the output is in reach, |sum| * scale <= 257, that is at most 257 * 2^19 / factor;
//     factor / 2 for what is rounded off of the sum;
//     2^19 >> right for the first of the reference's two roundings,
// all of 2^20. The first two are at most 20544 together for a factor of 2^13 to 2^14. Out of reach both are clamped.
// Where `right` asks for more than the most shift, the factor is smaller: |s'| / 2 is at most 2^15, and as low bits are cut off, that makes up to a
// factor, 2^13. |s'| is at most 2^16, so nothing overflows.
#define WRONG (20544 + 2)
#define WRONG_MOST ((1 << 15) + (1 << 13) + 2)
#define LEAST_RIGHT 6
#define MOST_RIGHT (LEAST_RIGHT + MNF_MOST_SHIFT)

static mnf_channel_t begin_channel(const job_t *job, int32_t o, uint32_t bias) {
    const uint32_t uneven = job->depth % 4 != 0 ? MNF_UNEVEN : 0, multiplier = (uint32_t)job->quant->multiplier[o];
    const int32_t right = -job->quant->shift[o];
    if (right < LEAST_RIGHT || multiplier < 1u << 30) {
        return (mnf_channel_t) {bias, uneven | 0xff};
    }
    const uint32_t shift = right < MOST_RIGHT ? (uint32_t)(right - LEAST_RIGHT) : MNF_MOST_SHIFT;
    const uint32_t dropped = 11 + (uint32_t)right - shift, factor = (multiplier + (1u << (dropped - 1))) >> dropped;
    return (mnf_channel_t) {bias + mnf_channel_raise(shift), factor << 17 | uneven | shift};
}

// The most that estimates of channels are off by.
static int32_t wrong(const int32_t *shift, const int32_t *end) {
    int32_t most = WRONG, least_right = MOST_RIGHT;
    for (; shift < end; shift++) {
        const int32_t right = -*shift;
        most = right >= MOST_RIGHT ? WRONG_MOST : most;
        least_right = right >= LEAST_RIGHT && right < least_right ? right : least_right;
    }
    return most + (1 << 19 >> least_right);
}

// The input offset times the sum of a row's weights joins its bias. Returns whether the row suits a block: no weight is -128.
MNF_HOT static bool begin_row(const job_t *job, int32_t o) {
    const int8_t *row = job->weights + o * job->depth;
    int32_t left = job->depth, sum = 0;
    uint32_t lowest = 0;
    while (((uintptr_t)row & 3) != 0 && left > 0) {
        lowest |= *row == INT8_MIN ? 0x80808080 : 0;
        sum += *row++;
        left--;
    }
    const uint32_t *words = (const uint32_t *)row;
    while (left >= 4) {
        // Weights above -128, in two lanes of 16 bits.
        uint32_t even = 0, odd = 0;
        const uint32_t *end = words + (left < 1024 ? left / 4 : 256);
        sum -= 128 * 4 * (int32_t)(end - words);
        left -= 4 * (int32_t)(end - words);
        while (words < end) {
            const uint32_t word = *words++ ^ 0x80808080;
            lowest |= (word - 0x01010101) & ~word;
            even += word & 0x00ff00ff;
            odd += word >> 8 & 0x00ff00ff;
        }
        sum += (int32_t)((even & 0xffff) + (even >> 16) + (odd & 0xffff) + (odd >> 16));
    }
    for (row = (const int8_t *)words; left > 0; left--) {
        lowest |= *row == INT8_MIN ? 0x80808080 : 0;
        sum += *row++;
    }
    const uint32_t bias = job->bias ? (uint32_t)job->bias[o] : 0;
    job->channels[o] = begin_channel(job, o, bias + (uint32_t)sum * (uint32_t)job->conv->input_offset);
    return (lowest & 0x80808080) == 0;
}

// A tap outside the input, for one of the pixels or both, is the zero point.
static int32_t *pack_border(int32_t *words, int32_t step, const int8_t *a, const int8_t *b, int32_t n, const int8_t *zero) {
    const int32_t a_mask = a ? -1 : 0, b_mask = b ? -1 : 0;
    a = a ? a : zero;
    b = b ? b : zero;
    for (int32_t i = 0; i < n; i++, words += step) {
        *words = (int32_t)((uint32_t)a[i & a_mask] + ((uint32_t)b[i & b_mask] << 16));
    }
    return words;
}

// Packs the windows of two pixels, a weight every `step` words.
MNF_HOT static void pack(const job_t *job, int32_t *words, int32_t step, pixel_t a, pixel_t b) {
    int32_t *(*const pack_inputs)(int32_t *, const int8_t *, const int8_t *, int32_t) = step == 1 ? mnf_pack_by_1 : mnf_pack_by_2;
    const cmsis_nn_conv_params *conv = job->conv;
    const int32_t width = job->in.w, height = job->in.h, channels = job->in.c;
    const int32_t reach = (job->filter.w - 1) * conv->dilation.w;
    const int32_t ax = a.x * conv->stride.w - conv->padding.w, bx = b.x * conv->stride.w - conv->padding.w;
    const bool within = ax >= 0 && bx >= 0 && ax + reach < width && bx + reach < width;
    const bool whole = within && conv->dilation.w == 1;
    const int8_t zero = (int8_t)-conv->input_offset;
    int32_t ay = a.y * conv->stride.h - conv->padding.h, by = b.y * conv->stride.h - conv->padding.h;
    for (int32_t ky = 0; ky < job->filter.h; ky++) {
        const bool a_in = (uint32_t)ay < (uint32_t)height, b_in = (uint32_t)by < (uint32_t)height;
        const int8_t *as = job->input + (ay * width + ax) * channels, *bs = job->input + (by * width + bx) * channels;
        if (whole && a_in && b_in) {
            words = pack_inputs(words, as, bs, (reach + 1) * channels);
        } else {
            for (int32_t kx = 0; kx <= reach; kx += conv->dilation.w) {
                const bool a_here = a_in && (uint32_t)(ax + kx) < (uint32_t)width;
                const bool b_here = b_in && (uint32_t)(bx + kx) < (uint32_t)width;
                if (a_here && b_here) {
                    words = pack_inputs(words, as + kx * channels, bs + kx * channels, channels);
                } else {
                    words = pack_border(words, step, a_here ? as + kx * channels : NULL, b_here ? bs + kx * channels : NULL,
                        channels, &zero);
                }
            }
        }
        ay += conv->dilation.h;
        by += conv->dilation.h;
    }
}

// The pixel after this one, if there is one.
static pixel_t next(const job_t *job, pixel_t pixel) {
    const pixel_t right = {pixel.y, pixel.x + 1}, below = {pixel.y + 1, 0};
    return right.x < job->out.w ? right : below.y < job->out.h ? below : pixel;
}

static void run_part(void *data, uint32_t part, uint32_t parts) {
    job_t *job = data;
    const mnf_share_t share = mnf_share(job->out.c, 1, part, parts);
    for (int32_t o = share.begin; o < share.end; o++) {
        job->unfit[part] |= !begin_row(job, o);
    }
    if (share.begin < share.end) {
        job->channels[share.end - 1].how |= MNF_LAST;
    }
    mnf_barrier();
    for (uint32_t i = 0; i < parts; i++) {
        if (job->unfit[i]) {
            return;
        }
    }
    const int32_t half = job->conv->output_offset * (1 << 20) + (1 << 19);
    const int32_t off = wrong(job->quant->shift + share.begin, job->quant->shift + share.end);
    const int32_t pixels = job->out.h * job->out.w;
    pixel_t pixel = {0, 0};
    for (int32_t first = 0, count, step = 0; first < pixels; first += count) {
        count = pixels - first < 4 ? pixels - first < 2 ? 1 : 2 : 4;
        pixel_t at[4] = {pixel};
        for (int32_t i = 1; i < count; i++) {
            at[i] = next(job, at[i - 1]);
        }
        pixel = next(job, at[count - 1]);
        const int32_t last_step = step;
        step = count == 4 ? 2 : 1;
        if (part == 0 && step != last_step) {
            memset(job->columns - 3 * step, 0, (size_t)(3 * step) * sizeof(int32_t));
            memset(job->columns + job->depth * step, 0, (size_t)(3 * step) * sizeof(int32_t));
        }
        if (part == 0) {
            pack(job, job->columns, step, at[0], at[count > 1]);
        }
        if (count == 4 && part == parts - 1) {
            pack(job, job->columns + 1, step, at[2], at[3]);
        }
        mnf_barrier();
        if (share.begin < share.end) {
            mnf_block_t block = {
                .columns = job->columns,
                .row = job->weights + share.begin * job->depth,
                .depth = job->depth,
                .channel = job->channels + share.begin,
                .output = job->output + first * job->out.c + share.begin,
                .step = count == 1 ? 0 : job->out.c,
                .less = half - off,
                .more = half + off,
                .min = job->conv->activation.min,
                .max = job->conv->activation.max,
                .channels = job->channels,
                .multiplier = job->quant->multiplier,
                .shift = job->quant->shift,
                .output_offset = job->conv->output_offset,
            };
            (step == 1 ? mnf_block_of_2 : mnf_block_of_4)(&block);
        }
        mnf_barrier();
    }
}

bool mnf_convolve_s8(
    void *buffer, const cmsis_nn_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
    const int32_t depth = filter->h * filter->w * filter->c;
    if (in->c != filter->c || depth > 65536) {
        return false;
    }
    int32_t *words = buffer;
    job_t job = {
        conv, quant, *in, *filter, *out, input, weights, bias, output, depth, words + 2 * 3, (mnf_channel_t *)(words + 2 * (depth + 6)), {0},
    };
    for (int32_t n = 0; n < in->n; n++) {
        mnf_parallel(run_part, &job);
        for (uint32_t i = 0; i < MNF_MAX_PARTS; i++) {
            if (job.unfit[i]) {
                return false;
            }
        }
        job.input += in->h * in->w * in->c;
        job.output += out->h * out->w * out->c;
    }
    return true;
}

#endif
