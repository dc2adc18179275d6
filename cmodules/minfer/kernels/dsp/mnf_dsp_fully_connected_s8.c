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
    mnf_quick_t quick; // of all channels
    bool is_quick;
} job_t;

// Whether weights from `row` on are words, of all channels.
static bool in_words(const job_t *job, int32_t n, const int8_t *row) {
    return ((n | job->depth | (int32_t)(uintptr_t)row) & 3) == 0;
}

// Adds n products of inputs from `from` on to what each channel's sum is, and with `outputs` makes outputs of them;
// row: where the first channel's weights of them are.
MNF_HOT static void add_piece(
    const job_t *job, const int8_t *from, int32_t n, const int8_t *row,
    const uint32_t *first, uint32_t *sums, int8_t *outputs, int32_t channels) {
    uint32_t piece[PIECE / 2 + 2];
    const uint32_t offsets = mnf_offsets(job->params->input_offset);
    if (job->depth < 4) {
        mnf_pack_word(piece, mnf_few_bytes(from, n), offsets, 1);
        for (int32_t i = 0; i < channels; i++, row += n) {
            sums[i] = mnf_dot_any(piece, 1, row, n, first[i]);
        }
        return;
    }
    mnf_pack_one(piece, from, n, offsets);
    if (!in_words(job, n, row)) {
        for (int32_t i = 0; i < channels; i++, row += job->depth) {
            sums[i] = mnf_dot_long(piece, row, n, first[i]);
        }
        return;
    }
    mnf_vector_t v = {
        .column = piece, .quick = job->quick, .skip = job->depth - n, .first = first + channels,
        .words = n / 4, .row = row, .channel = -channels,
    };
    if (outputs != NULL) {
        v.to = outputs + channels;
        mnf_dot_outputs(&v);
    } else {
        v.to = sums + channels;
        mnf_dot_sums(&v);
    }
}

// Unclamped outputs of n channels from o on.
static void write(const job_t *job, int32_t o, int32_t n, const uint32_t *sums, int8_t *out) {
    const cmsis_nn_quant_params *quant = job->quant;
    const int32_t offset = job->params->output_offset;
    for (int32_t i = 0; i < n; i++) {
        const int32_t q = quant->is_per_channel ? o + i : 0;
        out[i] = job->is_quick ? (int8_t)mnf_quick_output(job->quick, sums[i])
            : mnf_output_s8(sums[i], quant->multiplier[q], quant->shift[q], offset, job->params->activation);
    }
}

static void run(void *shared, uint32_t part, uint32_t parts) {
    const job_t *job = shared;
    const mnf_share_t share = mnf_share(job->channels, CHANNELS, part, parts);
    const cmsis_nn_activation activation = job->params->activation;
    // Where every channel's row is one piece there are no sums to be kept.
    const bool at_once = job->is_quick && job->depth <= PIECE && job->bias && in_words(job, job->depth, job->weights);
    const int32_t most = at_once ? INT32_MAX : CHANNELS;
    uint32_t sums[CHANNELS];
    for (int32_t row = 0; row < job->rows; row++) {
        int8_t *out = job->out + row * job->channels;
        for (int32_t o = share.begin, n; o < share.end; o += n) {
            n = share.end - o < most ? share.end - o : most;
            const uint32_t *first = job->bias ? (const uint32_t *)job->bias + o : memset(sums, 0, sizeof(sums));
            int8_t *outputs = NULL;
            for (int32_t k = 0; k < job->depth; k += PIECE) {
                const int32_t left = job->depth - k, size = left < PIECE ? left : PIECE;
                const int8_t *weights = job->weights + o * job->depth + k;
                outputs = left <= PIECE && job->is_quick && in_words(job, size, weights) ? out + o : NULL;
                add_piece(job, job->in + row * job->depth + k, size, weights, first, sums, outputs, n);
                first = sums;
            }
            if (outputs == NULL) {
                write(job, o, n, sums, out + o);
            }
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
    const int32_t shift = quant->shift[0];
    if (!quant->is_per_channel && mnf_is_quick(shift, mnf_quick_shifts(bias, &shift, false, out->c, filter->n))) {
        job.is_quick = true;
        job.quick = mnf_quick(quant->multiplier[0], shift, params->output_offset);
    }
    mnf_parallel(run, &job);
    return true;
}
#endif
