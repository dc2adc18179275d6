#include <string.h>

#include "kernels/parallel.h"
#include "mnf_columns.h"

// Inputs in a list, and rows whose sums are kept while one list after the other is worked on: 1,032 bytes of stack.
enum { LISTED = 96, GROUP = 64 };

typedef struct {
    int32_t input_offset;
    int32_t weight_offset;
    const int8_t *input;
    const uint8_t *weights;
    int32_t depth;
    int32_t channels;
    mnf_rows_output_t how;
} job_t;

// Lists inputs from k on that are not zero and adds them to `total`. Returns the first one that the list had no room for.
static int32_t list_columns(const job_t *job, int32_t k, mnf_column_t *list, uint32_t *total) {
    mnf_column_t *to = list;
    const int32_t offset = job->input_offset;
    uint32_t sum = *total, column = (uint32_t)k * 8;
    for (int32_t room; (room = (int32_t)(list + LISTED - to)) > 0 && k < job->depth;) {
        const int32_t n = job->depth - k < room ? job->depth - k : room;
        k += n;
        const int8_t *const end = job->input + k;
        int32_t i = -n;
        do {
            const int32_t x = end[i] + offset;
            if (x != 0) {
                *to++ = (mnf_column_t) {x, column};
                sum += (uint32_t)x;
            }
            column += 8;
        } while (++i != 0);
    }
    to->column = MNF_NO_COLUMN;
    *total = sum;
    return k;
}

static void run_part(void *data, uint32_t part, uint32_t parts) {
    const job_t *job = data;
    const mnf_share_t share = mnf_share(job->channels, 8, part, parts);
    mnf_column_t list[LISTED + 1];
    uint32_t sums[GROUP], total = 0;
    bool complete = false, empty = true; // whether the list has all that there is; or nothing
    for (int32_t row = share.begin; row < share.end; row += GROUP) {
        const int32_t rows = share.end - row < GROUP ? share.end - row : GROUP;
        const int32_t whole = (rows + 7) & ~7; // with those that fill up the last block
        memset(sums, 0, (size_t)whole * sizeof(sums[0]));
        int32_t k = 0;
        do {
            if (!complete) {
                total = k == 0 ? 0 : total;
                const int32_t next = list_columns(job, k, list, &total);
                complete = k == 0 && next == job->depth;
                k = next;
                empty = list->column == MNF_NO_COLUMN;
                mnf_pair_columns(list);
            }
            if (!empty) {
                mnf_add_columns(list, job->weights + row * job->depth, job->depth, sums, whole);
            }
        } while (!complete && k < job->depth);
        mnf_output_rows(sums, total * (uint32_t)job->weight_offset, row, rows, &job->how);
    }
}

void mnf_fully_connected_columns_s8(
    const cmsis_nn_fc_params *params, const cmsis_nn_quant_params *quant, const cmsis_nn_dims *in, const int8_t *input,
    const cmsis_nn_dims *filter, const uint8_t *weights, const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
    job_t job = {
        .input_offset = params->input_offset,
        .weight_offset = params->filter_offset - 128,
        .input = input,
        .weights = weights,
        .depth = filter->n,
        .channels = out->c,
        .how = mnf_rows_output(params, quant, bias, output),
    };
    for (int32_t n = 0; n < in->n; n++) {
        mnf_parallel(run_part, &job);
        job.input += job.depth;
        job.how.output += job.channels;
    }
}
