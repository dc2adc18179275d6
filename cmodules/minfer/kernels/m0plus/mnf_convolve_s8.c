#include <string.h>

#include "kernels/parallel.h"
#include "mnf_m0plus.h"

#if MNF_CORE_M0PLUS

typedef struct {
    int32_t y;
    int32_t x;
} pixel_t;

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
    mnf_channel_t *channels; // where there are many
    pixel_t last; // where a window can begin whose taps are all inside of the input; negative where none can
    int32_t row_step; // from a row of taps to the next one
    bool unfit[MNF_MAX_PARTS];
} job_t;

// The estimate of an output (see mnf_channel_t) with s' = sum >> shift, scale = multiplier / 2^(31 + right) and
// factor = scale * 2^(20 + shift), rounded to 14 bits, is off by
//     |s'| / 2 to both sides, for the factor: where the output is in reach, |sum| * scale <= 257, that is at most 257 * 2^19 / factor;
//     a factor too little, for what is cut off of the sum;
//     2^19 >> right to both sides, for the first of the reference's two roundings,
// all of 2^20. With a factor of 2^13 to 2^14 the first two are at most LESS and MORE. Out of reach both are clamped.
// A scale so large that the shift would be negative has a factor that ends with as many zeros, for smaller sums. One so small that the shift
// would be more than 15, which cuts all sums to 17 bits, has a factor below 2^13, and |s'| / 2 is up to 2^15.
// |s'| times the factor is at most 2^30, so nothing overflows.
#define LESS 16450
#define MORE (24640 + 2)
#define FAR_LESS ((1 << 15) + 2)
#define FAR_MORE ((1 << 15) + (1 << 13) + 2)
#define UNSHIFTED_RIGHT 6 // where no shift is needed
#define LEAST_RIGHT 2
#define FAR_RIGHT (UNSHIFTED_RIGHT + 15)

static mnf_channel_t begin_channel(const job_t *job, int32_t o, uint32_t bias) {
    const uint32_t multiplier = (uint32_t)job->quant->multiplier[o];
    int32_t right = -job->quant->shift[o];
    if (right < LEAST_RIGHT || multiplier < 1u << 30) {
        return (mnf_channel_t) {bias, MNF_UNUSUAL | MNF_NONE << 8 | MNF_NONE};
    }
    const int32_t dropped = right < FAR_RIGHT ? 17 : right - FAR_RIGHT + 17;
    uint32_t factor = (multiplier + (1u << (dropped - 1))) >> dropped;
    if (factor == 1u << 14) {
        factor /= 2;
        right--;
    }
    const int32_t over = right - UNSHIFTED_RIGHT, shift = over < 0 ? 0 : over < 15 ? over : 15, limit = over < 0 ? 17 + over : 17 + shift;
    const uint32_t how = factor << 18 | (over < 0 ? MNF_UNUSUAL : 0) | (uint32_t)limit << 8 | (uint32_t)shift;
    return (mnf_channel_t) {bias + (1u << (limit - 1)), how};
}

// What the channels of a block have in common.
static mnf_block_t begin_block(const job_t *job, mnf_share_t share, const mnf_channel_t *channels) {
    int32_t least_right = FAR_RIGHT;
    bool far = false;
    for (int32_t o = share.begin; o < share.end; o++) {
        const int32_t right = -job->quant->shift[o];
        far = far || right >= FAR_RIGHT;
        least_right = right >= UNSHIFTED_RIGHT && right < least_right ? right : least_right;
    }
    const int32_t half = job->conv->output_offset * (1 << 20) + (1 << 19), rounding = 1 << 19 >> least_right;
    return (mnf_block_t) {
        .columns = job->columns,
        .depth = job->depth,
        .less = half - rounding - (far ? FAR_LESS : LESS),
        .more = half + rounding + (far ? FAR_MORE : MORE),
        .min = job->conv->activation.min,
        .max = job->conv->activation.max,
        .channels = channels,
        .multiplier = job->quant->multiplier + share.begin,
        .shift = job->quant->shift + share.begin,
        .output_offset = job->conv->output_offset,
    };
}

// The input offset times the sum of a row's weights joins its bias. Returns whether the row suits a block: no weight is -128.
static bool begin_row(const job_t *job, int32_t o, mnf_channel_t *channel) {
    const int8_t *row = job->weights + o * job->depth, *end = row + job->depth;
    int32_t sum = 0;
    uint32_t lowest = 0;
    while (row < end) {
        const uint32_t words = (uint32_t)(end - row) / 4;
        if (((uintptr_t)row & 3) != 0 || words == 0) {
            lowest |= *row == INT8_MIN ? 0x80 : 0;
            sum += *row++;
        } else {
            const uint32_t n = words < 128 ? words : 128;
            const uint64_t found = mnf_sum_words((const uint32_t *)row, n);
            sum += (int32_t)(uint32_t)found - (int32_t)(128 * 4 * n);
            lowest |= (uint32_t)(found >> 32);
            row += 4 * n;
        }
    }
    const uint32_t bias = job->bias ? (uint32_t)job->bias[o] : 0;
    *channel = begin_channel(job, o, bias + (uint32_t)sum * (uint32_t)job->conv->input_offset);
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

typedef int32_t *(*pack_inputs_t)(int32_t *words, const int8_t *a, const int8_t *b, int32_t n);

// Packs the windows of two pixels, of which one at least leaves the input or has gaps. The pixels' windows begin at (ay, ax) and (by, bx).
static void pack_taps(const job_t *job, int32_t *words, int32_t step, pixel_t a, pixel_t b) {
    const pack_inputs_t pack_inputs = step == 1 ? mnf_pack_by_1 : mnf_pack_by_2;
    const cmsis_nn_conv_params *conv = job->conv;
    const int32_t width = job->in.w, height = job->in.h, channels = job->in.c;
    const int8_t zero = (int8_t)-conv->input_offset;
    for (int32_t ky = 0; ky < job->filter.h; ky++) {
        const bool a_in = (uint32_t)a.y < (uint32_t)height, b_in = (uint32_t)b.y < (uint32_t)height;
        const int8_t *as = job->input + (a.y * width + a.x) * channels, *bs = job->input + (b.y * width + b.x) * channels;
        for (int32_t kx = 0, n; kx < job->filter.w; kx += n) {
            const int32_t x = kx * conv->dilation.w, a_left = width - a.x - x, b_left = width - b.x - x;
            const bool a_here = a_in && a.x + x >= 0 && a_left > 0, b_here = b_in && b.x + x >= 0 && b_left > 0;
            n = 1;
            if (a_here && b_here) {
                if (conv->dilation.w == 1) { // taps side by side, as many as both pixels have
                    const int32_t left = a_left < b_left ? a_left : b_left;
                    n = left < job->filter.w - kx ? left : job->filter.w - kx;
                }
                words = pack_inputs(words, as + x * channels, bs + x * channels, n * channels);
            } else {
                words = pack_border(words, step, a_here ? as + x * channels : NULL, b_here ? bs + x * channels : NULL, channels, &zero);
            }
        }
        a.y += conv->dilation.h;
        b.y += conv->dilation.h;
    }
}

// Where a pixel's window begins in the input.
static pixel_t window(const cmsis_nn_conv_params *conv, pixel_t pixel) {
    return (pixel_t) {pixel.y * conv->stride.h - conv->padding.h, pixel.x * conv->stride.w - conv->padding.w};
}

static bool inside(const job_t *job, pixel_t at) {
    return at.y >= 0 && at.y <= job->last.y && at.x >= 0 && at.x <= job->last.x;
}

// Packs the windows of two pixels, a weight every `step` words.
MNF_HOT static void pack(const job_t *job, int32_t *words, int32_t step, pixel_t a, pixel_t b) {
    a = window(job->conv, a);
    b = window(job->conv, b);
    if (!inside(job, a) || !inside(job, b)) {
        pack_taps(job, words, step, a, b);
        return;
    }
    const pack_inputs_t pack_inputs = step == 1 ? mnf_pack_by_1 : mnf_pack_by_2;
    const int32_t width = job->in.w, channels = job->in.c, row = job->filter.w * channels;
    const int8_t *as = job->input + (a.y * width + a.x) * channels, *bs = job->input + (b.y * width + b.x) * channels;
    for (int32_t ky = job->filter.h; ky > 0; ky--) {
        words = pack_inputs(words, as, bs, row);
        as += job->row_step;
        bs += job->row_step;
    }
}

// The pixel after this one, if there is one.
static pixel_t next(const job_t *job, pixel_t pixel) {
    const pixel_t right = {pixel.y, pixel.x + 1}, below = {pixel.y + 1, 0};
    return right.x < job->out.w ? right : below.y < job->out.h ? below : pixel;
}

// Zeros before and after columns.
static void enclose(const job_t *job, int32_t step) {
    const size_t bytes = 3 * (size_t)step * sizeof(int32_t);
    memset(job->columns - 3 * step, 0, bytes);
    memset(job->columns + job->depth * step, 0, bytes);
}

static void run_part(void *data, uint32_t part, uint32_t parts) {
    job_t *job = data;
    const mnf_share_t share = mnf_share(job->filter.n, 1, part, parts);
    mnf_channel_t few[MNF_M0PLUS_FEW_CHANNELS];
    mnf_channel_t *channels = job->filter.n > MNF_M0PLUS_FEW_CHANNELS ? job->channels + share.begin : few;
    for (int32_t o = share.begin; o < share.end; o++) {
        job->unfit[part] |= !begin_row(job, o, &channels[o - share.begin]);
    }
    if (share.begin < share.end) {
        channels[share.end - 1 - share.begin].how |= MNF_LAST;
    }
    mnf_barrier();
    for (uint32_t i = 0; i < parts; i++) {
        if (job->unfit[i]) {
            return;
        }
    }
    mnf_block_t block = begin_block(job, share, channels);
    int8_t *output = job->output + share.begin;
    const int32_t pixels = job->out.h * job->out.w;
    pixel_t a = {0, 0};
    for (int32_t left = pixels, count; left > 0; left -= count) {
        count = left > 3 ? 4 : left > 1 ? 2 : 1;
        const bool four = count == 4;
        const pixel_t b = next(job, a), c = next(job, b), d = next(job, c);
        if (part == 0) {
            pack(job, job->columns, four ? 2 : 1, a, b);
        }
        if (four && part == parts - 1) {
            pack(job, job->columns + 1, 2, c, d);
        }
        if (part == 0 && (left == pixels || count < 4)) {
            enclose(job, four ? 2 : 1);
        }
        a = four ? next(job, d) : c;
        mnf_barrier();
        if (share.begin < share.end) {
            block.row = job->weights + share.begin * job->depth;
            block.channel = channels;
            block.output = output;
            block.step = count == 1 ? 0 : job->out.c; // a single one is computed twice
            (four ? mnf_block_of_4 : mnf_block_of_2)(&block);
        }
        output += count * job->out.c;
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
    const pixel_t last = {
        in->h - (filter->h - 1) * conv->dilation.h - 1, conv->dilation.w == 1 ? in->w - filter->w : -1,
    };
    job_t job = {
        conv, quant, *in, *filter, *out, input, weights, bias, output, depth, words + 2 * 3, (mnf_channel_t *)(words + 2 * (depth + 6)),
        last, conv->dilation.h * in->w * in->c, {0},
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
