// Fully connected layers, a row of inputs at a time. It is widened on the stack, in pieces, once for CHANNELS
// outputs: the layer needs no scratch.
#include "kernels/core.h"
#if MNF_CORE_DSP
#include "kernels/parallel.h"
#include "mnf_dsp_dot.h"

#define PIECE 256
#define CHANNELS 64

typedef struct {
    const cmsis_nn_fc_params *params;
    const cmsis_nn_quant_params *quant;
    const int32_t *bias;
    const int8_t *weights, *in;
    int8_t *out;
    int32_t depth, channels, rows;
    uint32_t quick;
} job_t;

// Adds `n` products to the sum of each channel, which begins as `first` says; row: where the first channel's weights
// of them are.
MNF_HOT static void add_piece(
    const job_t *job, const int8_t *from, int32_t n, const int8_t *row,
    const uint32_t *first, uint32_t *sums, int32_t channels) {
    uint32_t piece[PIECE / 2 + 2];
    if (job->depth < 4) {
        const uint32_t offsets = mnf_offsets(job->params->input_offset);
        mnf_pack_word(piece, mnf_few_bytes(from, n), offsets, 1);
        for (int32_t i = 0; i < channels; i++, row += n) {
            sums[i] = mnf_dot_any(piece, 1, row, n, first[i]);
        }
        return;
    }
    mnf_pack_one(piece, from, n, mnf_offsets(job->params->input_offset));
    if (((n & 63) | (job->depth & 3) | ((uintptr_t)row & 3)) == 0) {
        const mnf_sums_t to = {sums, sums + channels, job->depth - n};
        mnf_dot_rows(piece, row, n, first, &to);
        return;
    }
    for (int32_t i = 0; i < channels; i++, row += job->depth) {
        sums[i] = mnf_dot_long(piece, row, n, first[i]);
    }
}

// Unclamped outputs of n channels from o on.
static void write(const job_t *job, int32_t o, int32_t n, const uint32_t *sums, int8_t *out) {
    const cmsis_nn_quant_params *quant = job->quant;
    const int32_t offset = job->params->output_offset;
    if (!quant->is_per_channel && mnf_is_quick(quant->shift[0], job->quick)) {
        const mnf_quick_t quick = mnf_quick(quant->multiplier[0], quant->shift[0], offset);
#pragma GCC unroll 4
        for (int32_t i = 0; i < n; i++) {
            out[i] = (int8_t)mnf_quick_output(quick, sums[i]);
        }
        return;
    }
    for (int32_t i = 0; i < n; i++) {
        const int32_t q = quant->is_per_channel ? o + i : 0;
        out[i] = mnf_output_s8(sums[i], quant->multiplier[q], quant->shift[q], offset, job->params->activation);
    }
}

static void run(void *shared, uint32_t part, uint32_t parts) {
    const job_t *job = shared;
    const mnf_share_t share = mnf_share(job->channels, CHANNELS, part, parts);
    const cmsis_nn_activation activation = job->params->activation;
    uint32_t sums[CHANNELS];
    for (int32_t row = 0; row < job->rows; row++) {
        int8_t *out = job->out + row * job->channels;
        for (int32_t o = share.begin, n; o < share.end; o += n) {
            n = share.end - o < CHANNELS ? share.end - o : CHANNELS;
            const uint32_t *first = job->bias ? (const uint32_t *)job->bias + o : memset(sums, 0, sizeof(sums));
            for (int32_t k = 0; k < job->depth; k += PIECE) {
                const int32_t left = job->depth - k;
                add_piece(job, job->in + row * job->depth + k, left < PIECE ? left : PIECE,
                    job->weights + o * job->depth + k, first, sums, n);
                first = sums;
            }
            write(job, o, n, sums, out + o);
        }
        if (!mnf_is_whole_range(activation)) {
            mnf_clamp_bytes(out + share.begin, share.end - share.begin, activation);
        }
    }
}

bool mnf_fully_connected_s8(
    const cmsis_nn_fc_params *params, const cmsis_nn_quant_params *quant, const cmsis_nn_dims *in, const int8_t *input,
    const cmsis_nn_dims *filter, const int8_t *weights, const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
    if (params->filter_offset != 0) {
        return false;
    }
    job_t job = {
        .params = params, .quant = quant, .bias = bias, .weights = weights, .in = input, .out = output,
        .depth = filter->n, .channels = out->c, .rows = in->n,
    };
    // One shift for all channels, or one each.
    job.quick = mnf_quick_shifts(bias, quant->shift, quant->is_per_channel, out->c, filter->n);
    mnf_parallel(run, &job);
    return true;
}
#endif
