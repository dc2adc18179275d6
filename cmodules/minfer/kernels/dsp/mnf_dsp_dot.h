// Sums of products of rows of int8 weights with columns as mnf_dsp_columns.h makes them.
#ifndef MNF_DSP_DOT_H
#define MNF_DSP_DOT_H

#include "mnf_dsp_columns.h"

// What mnf_dot_columns works on: the columns of four pixels, and channels of which each has a row of weights. It
// begins with what the assembly takes into registers at once.
typedef struct {
    int32_t channel;     // the next one
    const int32_t *bias; // or NULL
    const int32_t *shift;
    const int32_t *multiplier;
    const uint32_t *columns;
    int32_t two_offsets; // twice the output's zero point, and 1
    int8_t *out;
    const uint32_t *columns_end; // of the whole 16s
    int32_t channels;            // up to this one
    int32_t step;                // from pixel to pixel of the output
    int32_t last_step;           // to the fourth from the first; to the third where there is no fourth
    int32_t rest;                // depth % 16
    int32_t last_shift;          // 32 - 8 * (depth % 4)
    uint32_t quick;              // shifts to the right by 1 to this many are done here
    const int8_t *row;           // weights of the next channel
    uint32_t sums[MNF_COLUMNS];  // of a channel with another shift
} mnf_rows_t;

// Outputs of channels, unclamped, up to one whose shift is not quick, or to the last. Depth 4 or more. On return
// r->channel is where it stopped, r->sums what that channel's four pixels have; whether it did is the result.
bool mnf_dot_columns(mnf_rows_t *r);

// Adds the products of one row and one pixel to a sum. Depth 4 or more.
uint32_t mnf_dot_long(const uint32_t *x, const int8_t *row, int32_t depth, uint32_t sum);

// Where the sums of one or more channels go, up to `end`. From the end of a channel's weights to the next channel's
// it is `skip` bytes.
typedef struct {
    uint32_t *to;
    const uint32_t *end;
    int32_t skip;
} mnf_sums_t;

// The same of several channels, whose sums begin as `from` says. Depth a multiple of 64, skip and row of 4.
void mnf_dot_rows(const uint32_t *x, const int8_t *row, int32_t depth, const uint32_t *from, const mnf_sums_t *sums);

static inline uint32_t mnf_dot_column(const uint32_t *x, const int8_t *row, int32_t depth, uint32_t sum) {
    if (depth >= 4) {
        return mnf_dot_long(x, row, depth, sum);
    }
    const uint32_t weights = mnf_few_bytes(row, depth);
    const uint32_t odd = mnf_sxtb16_odd(weights);
    const int32_t with_odd = __smlad((int16x2_t)x[1], (int16x2_t)odd, (int32_t)sum);
    return (uint32_t)__smlad((int16x2_t)x[0], __sxtb16((int8x4_t)weights), with_odd);
}

#endif
