// Sums of products of rows of int8 weights with columns as mnf_dsp_columns.h makes them. Rows have 4 weights or more.
#ifndef MNF_DSP_DOT_H
#define MNF_DSP_DOT_H

#include "mnf_dsp_columns.h"

// What mnf_dot_4 and mnf_dot_5 work on: columns of so many pixels, and channels of which each has a row of weights.
// It begins as the assembly's stack does.
typedef struct {
    int32_t channel;     // less than 0: pointers are to what the channel past the last has
    const int32_t *bias; // or NULL
    const uint32_t *columns;
    int32_t words; // of weights of a channel, but for the rest
    const int32_t *multiplier;
    const int32_t *shift;
    int32_t two_offsets; // twice the output's zero point, and 1
    int8_t *out;
    int32_t step;                // from pixel to pixel of the output
    const uint32_t *columns_end; // of the words
    int32_t last_step;           // to the fourth of four pixels from the first; to the third where there is no fourth
    int32_t rest;                // depth % 4
    int32_t last;                // weights up to the last four
    const int8_t *row;           // weights of the first channel
} mnf_rows_t;

// Unclamped outputs of channels whose shifts and sums are those of mnf_quick_t.
void mnf_dot_4(const mnf_rows_t *r);
void mnf_dot_5(const mnf_rows_t *r);

// Adds the products of n weights of one row with as many inputs of a column to a sum; n less than 4 only where a row
// of more is taken in pieces.
uint32_t mnf_dot_long(const uint32_t *column, const int8_t *row, int32_t n, uint32_t sum);

// The same of several channels of one quantisation. Pointers to what channels have are to that of the channel past the
// last. It begins as the assembly's stack does.
typedef struct {
    const uint32_t *column;
    mnf_quick_t quick;
    int32_t skip;          // from the end of a channel's weights to the next channel's, a multiple of 4
    void *to;              // int8_t outputs, or uint32_t sums
    const uint32_t *first; // what each channel's sum begins as
    int32_t words;         // of weights of a channel
    const int8_t *row;     // of the first channel, at a multiple of 4
    int32_t channel;       // less than 0
} mnf_vector_t;

void mnf_dot_outputs(const mnf_vector_t *v); // unclamped, of sums as mnf_quick_t takes them
void mnf_dot_sums(const mnf_vector_t *v);

// The products of four weights, a word.
static inline uint32_t mnf_dot_word(const uint32_t *column, int32_t columns, uint32_t weights, uint32_t sum) {
    const int32_t odd = __smlad((int16x2_t)column[columns], (int16x2_t)mnf_sxtb16_odd(weights), (int32_t)sum);
    return (uint32_t)__smlad((int16x2_t)column[0], __sxtb16((int8x4_t)weights), odd);
}

// The same of any row and one of several columns side by side, in C.
static inline uint32_t mnf_dot_any(
    const uint32_t *column, int32_t columns, const int8_t *row, int32_t depth, uint32_t sum) {
    if (depth < 4) {
        return mnf_dot_word(column, columns, mnf_few_bytes(row, depth), sum);
    }
    if ((depth & 3) != 0) {
        sum = mnf_dot_word(column, columns, mnf_load(row + depth - 4), sum);
        column += 2 * columns;
    }
    for (const int8_t *const end = row + (depth & ~3); row != end; row += 4, column += 2 * columns) {
        sum = mnf_dot_word(column, columns, mnf_load(row), sum);
    }
    return sum;
}

#endif
