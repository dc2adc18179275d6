// Fully connected layers whose weights lie by columns: layout 1 of docs/FORMAT.md.
//
// A word holds the weights of four rows for the same input x, each plus 128: u0 + (u1 << 8) + (u2 << 16) + (u3 << 24). No byte of it is
// picked out. Sum i of a word's four is that of (word >> 8i) * x, modulo 2^32; as word >> 8i is u_i + (word >> 8(i + 1) << 8),
// row i's own sum is sum i - (sum i + 1 << 8), and the last one's is its own. That makes three shifts, four products and four
// additions, and holds for any input and weight. An input of zero costs nothing: columns are taken from a list of the others.
#ifndef MNF_COLUMNS_H
#define MNF_COLUMNS_H

#include "arm_nnfunctions.h"
#include "kernels/core.h"

// An input that is not zero, and how far the column it is multiplied by lies behind the first one of a block, in bytes.
typedef struct {
    int32_t x;
    uint32_t column;
} mnf_column_t;

#define MNF_NO_COLUMN UINT32_MAX // behind the last of a list

#if MNF_CORE_DSP
// Turns a list into what mnf_add_columns wants there, which is no longer.
void mnf_pair_columns(mnf_column_t *list);
#else
static inline void mnf_pair_columns(mnf_column_t *list) {
    (void)list;
}
#endif

// Adds the products of all columns of a list, one or more, to the sums of blocks of 8 rows, one or more. `weights` is where the first
// block's begin, depth the number of inputs; rows are counted to the end of the last block.
void mnf_add_columns(const mnf_column_t *list, const uint8_t *weights, int32_t depth, uint32_t *sums, int32_t rows);

// How sums become outputs. Arrays begin with the layer's first row.
typedef struct {
    const int32_t *bias; // may be NULL
    const int32_t *multiplier;
    const int32_t *shift;
    bool per_channel; // a multiplier and a shift for each row, not one for all
    int32_t offset;
    cmsis_nn_activation clamp;
    int8_t *output;
} mnf_rows_output_t;

static inline mnf_rows_output_t mnf_rows_output(
    const cmsis_nn_fc_params *params, const cmsis_nn_quant_params *quant, const int32_t *bias, int8_t *output) {
    return (mnf_rows_output_t) {
        bias, quant->multiplier, quant->shift, quant->is_per_channel != 0, params->output_offset, params->activation, output,
    };
}

// Outputs of `rows` rows from `row` on, `added` besides the bias being added to each row's own sum. The sums are used up.
void mnf_output_rows(uint32_t *sums, uint32_t added, int32_t row, int32_t rows, const mnf_rows_output_t *how);

#if MNF_CORE_M0PLUS
// The same where sums are each row's own.
void mnf_output_own_sums(const uint32_t *sums, uint32_t added, int32_t row, int32_t rows, const mnf_rows_output_t *how);
#endif

// A fully connected layer.
void mnf_fully_connected_columns_s8(
    const cmsis_nn_fc_params *params, const cmsis_nn_quant_params *quant, const cmsis_nn_dims *in, const int8_t *input,
    const cmsis_nn_dims *filter, const uint8_t *weights, const int32_t *bias, const cmsis_nn_dims *out, int8_t *output);

#endif
