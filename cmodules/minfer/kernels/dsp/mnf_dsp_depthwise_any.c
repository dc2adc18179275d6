// Depthwise convolution with any window, a channel at a time: the rows of input that a row of outputs needs lie in a
// ring, with the padding beside them, so that four taps side by side are one word.
#include "kernels/core.h"
#if MNF_CORE_DSP
#include "kernels/parallel.h"
#include "mnf_dsp_depthwise.h"

#define WORDS 16 // of four weights each, on the stack

typedef struct {
    const cmsis_nn_dw_conv_params *conv;
    const int32_t *multiplier, *shift, *bias;
    const int8_t *weights, *in;
    const cmsis_nn_dims *in_dims, *filter, *out_dims;
    int8_t *out, *rows;
    int32_t bytes; // of rows for each part
    int32_t reach, pitch;
    uint32_t quick;
} job_t;

// Row y of input channel c, or padding.
MNF_HOT static void take_row(const job_t *job, int8_t *row, int32_t y, int32_t c) {
    const cmsis_nn_dims *in = job->in_dims;
    memset(row, -job->conv->input_offset, (size_t)job->pitch);
    const int32_t left = job->conv->padding.w, width = left + in->w < job->pitch ? in->w : job->pitch - left;
    const int8_t *from = job->in + y * in->w * in->c + c;
    for (int32_t x = 0; y >= 0 && y < in->h && x < width; x++, from += in->c) {
        row[left + x] = *from;
    }
}

// The products of the window whose rows begin at `from`, four taps at a time, or one by one.
static inline uint32_t sum_words(const job_t *job, const int8_t *from, const uint32_t (*words)[2], uint32_t sum) {
    const uint32_t offsets = mnf_low_halves((uint32_t)job->conv->input_offset, (uint32_t)job->conv->input_offset);
    const int32_t line = job->conv->dilation.h * job->pitch;
    for (int32_t ky = 0; ky < job->filter->h; ky++, from += line) {
        for (int32_t kx = 0; kx < job->filter->w; kx += 4, words++) {
            const uint32_t inputs = mnf_load(from + kx);
            sum = (uint32_t)__smlad((int16x2_t)mnf_sxtab16(offsets, inputs), (int16x2_t)(*words)[0], (int32_t)sum);
            sum = (uint32_t)__smlad((int16x2_t)mnf_sxtab16_odd(offsets, inputs), (int16x2_t)(*words)[1], (int32_t)sum);
        }
    }
    return sum;
}

static inline uint32_t sum_taps(const job_t *job, const int8_t *from, const int8_t *weights, uint32_t sum) {
    const cmsis_nn_dims *filter = job->filter;
    for (int32_t ky = 0; ky < filter->h; ky++, from += job->conv->dilation.h * job->pitch) {
        for (int32_t kx = 0; kx < filter->w; kx++, weights += job->out_dims->c) {
            sum += (uint32_t)((from[kx * job->conv->dilation.w] + job->conv->input_offset) * *weights);
        }
    }
    return sum;
}

static bool has_words(const job_t *job) {
    return job->conv->dilation.w == 1 && job->filter->h <= WORDS && (job->filter->w + 3) / 4 * job->filter->h <= WORDS;
}

// Weights of output channel o, widened as SXTB16 does; those beyond a row 0.
static void take_weights(const job_t *job, int32_t o, uint32_t (*words)[2]) {
    const cmsis_nn_dims *filter = job->filter;
    for (int32_t ky = 0; ky < filter->h; ky++) {
        for (int32_t kx = 0; kx < filter->w; kx += 4, words++) {
            uint32_t bytes = 0;
            for (int32_t i = 0; i < 4 && kx + i < filter->w; i++) {
                bytes |= (uint32_t)(uint8_t)job->weights[(ky * filter->w + kx + i) * job->out_dims->c + o] << 8 * i;
            }
            (*words)[0] = mnf_sxtab16(0, bytes);
            (*words)[1] = mnf_sxtb16_odd(bytes);
        }
    }
}

MNF_HOT static void run_channel(const job_t *job, int8_t *rows, int32_t o) {
    const cmsis_nn_dw_conv_params *conv = job->conv;
    const cmsis_nn_dims *out = job->out_dims;
    const int32_t multiplier = job->multiplier[o], shift = job->shift[o], c = o / conv->ch_mult;
    const uint32_t bias = job->bias ? (uint32_t)job->bias[o] : 0;
    const bool is_quick = mnf_is_quick(shift, job->quick) && mnf_is_whole_range(conv->activation);
    const bool in_words = has_words(job);
    const mnf_quick_t quick = is_quick ? mnf_quick(multiplier, shift, conv->output_offset) : (mnf_quick_t) {0};
    uint32_t words[WORDS][2];
    if (in_words) {
        take_weights(job, o, words);
    }
    int32_t kept = 0; // rows of the window above that are in place already
    for (int32_t y = 0; y < out->h; y++) {
        for (int32_t i = kept; i < job->reach; i++) {
            take_row(job, rows + i * job->pitch, y * conv->stride.h - conv->padding.h + i, c);
        }
        int8_t *to = job->out + y * out->w * out->c + o;
        const int8_t *from = rows;
        for (int32_t x = 0; x < out->w; x++, from += conv->stride.w, to += out->c) {
            const uint32_t sum = in_words ? sum_words(job, from, words, bias)
                                          : sum_taps(job, from, job->weights + o, bias);
            *to = is_quick ? (int8_t)mnf_quick_output(quick, sum)
                           : mnf_output_s8(sum, multiplier, shift, conv->output_offset, conv->activation);
        }
        kept = job->reach > conv->stride.h ? job->reach - conv->stride.h : 0;
        memmove(rows, rows + (job->reach - kept) * job->pitch, (size_t)kept * (size_t)job->pitch);
    }
}

static void run(void *shared, uint32_t part, uint32_t parts) {
    const job_t *job = shared;
    const mnf_share_t share = mnf_share(job->out_dims->c, 1, part, parts);
    for (int32_t o = share.begin; o < share.end; o++) {
        run_channel(job, job->rows + (int32_t)part * job->bytes, o);
    }
}

bool mnf_depthwise_any(
    const cmsis_nn_context *ctx, const cmsis_nn_dw_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
    const int64_t reach = (int64_t)(filter->h - 1) * conv->dilation.h + 1;
    const int64_t pitch = (int64_t)(out->w - 1) * conv->stride.w + (int64_t)(filter->w - 1) * conv->dilation.w + 1;
    const int32_t bytes = ctx->size / MNF_MAX_PARTS & ~3;
    // A word may reach 3 bytes beyond the last row.
    if (reach > bytes || pitch > bytes || reach * pitch + 3 > bytes || conv->padding.w > pitch) {
        return false;
    }
    job_t job = {
        .conv = conv,
        .multiplier = quant->multiplier, .shift = quant->shift, .bias = bias,
        .weights = weights, .in = input, .in_dims = in, .filter = filter, .out_dims = out, .out = output,
        .rows = ctx->buf, .bytes = bytes,
        .reach = (int32_t)reach, .pitch = (int32_t)pitch,
        .quick = mnf_quick_shifts(bias, quant->shift, true, out->c, filter->h * filter->w),
    };
    mnf_parallel(run, &job);
    return true;
}
#endif
