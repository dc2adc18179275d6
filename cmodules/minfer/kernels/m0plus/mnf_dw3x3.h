// The loops of depthwise convolution on ARMv6-M.
//
// Pixels are packed in pairs: a word is x[i] + (x[i + apart] << 16), both signed, so one product with a weight serves two outputs
// of a row, `apart` columns from each other (the lanes). A sum of such products is exact in both lanes as long as the lower one
// stays within 16 bits: every now and then the sum is split (the upper half, plus one where the lower one is negative, is
// added to the upper lane's result), while the sum of all, modulo 2^32, gives the lower lane's result in the end.
#ifndef MNF_DW3X3_H
#define MNF_DW3X3_H

#include <stdint.h>

// How rows of one channel become packed words. Read by the assembly: words in this order.
typedef struct {
    int32_t step;   // bytes from one element of the channel to the next
    int32_t skip;   // bytes from behind a row's last left lane to the next row's first
    int32_t before; // words whose left lane is outside the input, the right one inside
    int32_t inside; // words, at least one, with both lanes inside
    int32_t after;  // words whose right lane is outside
    int32_t high;   // bytes from the left lane's element to the right one's
    int32_t zero;   // what a lane outside holds
} mnf_pack_t;

// Packs `rows` rows from `row` on, where the first left lane is or would be. Returns the end of packed.
uint32_t *mnf_pack_rows(const int8_t *row, int32_t rows, uint32_t *packed, const mnf_pack_t *pack);

// Moves n words to a lower address.
void mnf_move_down(uint32_t *to, const uint32_t *from, int32_t n);

// One channel of one band of rows. Read by the assembly: words in this order.
typedef struct {
    int32_t weights[9];
    int32_t rows;        // output rows
    int32_t pair_bytes;  // of the lower lane's results that are computed by twos: half rounded down to even, times 4
    int32_t odd;         // 1 where one more is left
    int32_t back;        // bytes from behind the last word that two columns read to the first that the next two do
    int32_t next_in;     // bytes from there, after all columns by twos, to the next output row's first word
    int32_t next_out;    // bytes from behind the lower lane's results by twos to the next row's
    int32_t row_step;    // bytes from behind the words that two columns read of a row to the next row's
    int32_t high;        // bytes from behind two results of the lower lane to the upper lane's
} mnf_dw3x3_t;

// 3x3 taps, stride 1 or 2 along a row: sums[rows][out_w] of packed[.][pitch]. `rows_fit`: three products of a row of taps stay
// within 16 bits, which saves a third of the splits; else the first two must.
typedef void (*mnf_dw3x3_rows_t)(const uint32_t *packed, int32_t *sums, const mnf_dw3x3_t *band);
void mnf_dw3x3_s1(const uint32_t *packed, int32_t *sums, const mnf_dw3x3_t *band);
void mnf_dw3x3_s1_fit(const uint32_t *packed, int32_t *sums, const mnf_dw3x3_t *band);
void mnf_dw3x3_s2(const uint32_t *packed, int32_t *sums, const mnf_dw3x3_t *band);
void mnf_dw3x3_s2_fit(const uint32_t *packed, int32_t *sums, const mnf_dw3x3_t *band);

// Two columns (four outputs) of any other taps, at least two in a row; the columns' first words are 1 or 2 apart, weights' `step` bytes.
typedef struct {
    int32_t step;
    int32_t pairs;   // bytes of a row's words that are taken by twos
    int32_t odd;     // 1 where a tap is left
    int32_t next;    // bytes from behind the words of a row of taps to the next row's
    const int8_t *end; // of the weights
} mnf_dw_taps_t;

// results: both columns of the lower lane, then of the upper one. No two weights in a row of taps may both be -128.
typedef void (*mnf_dw_two_t)(const uint32_t *packed, const int8_t *weights, int32_t *results, const mnf_dw_taps_t *taps);
void mnf_dw_two_s1(const uint32_t *packed, const int8_t *weights, int32_t *results, const mnf_dw_taps_t *taps);
void mnf_dw_two_s2(const uint32_t *packed, const int8_t *weights, int32_t *results, const mnf_dw_taps_t *taps);

// How sums of one channel become outputs. Read by the assembly: words in this order.
typedef struct {
    int32_t multiplier_low;  // unsigned 16 bits
    int32_t multiplier_high;
    int32_t right;           // 1 to 31
    int32_t offset;          // of the output
    int32_t bias;            // added to each sum
    int32_t min;
    int32_t max;
    int32_t step;            // bytes from one output to the next
    // One product that is nearly the output: (sum * factor + a constant) >> shift. Where two constants, less and more than what it can
    // be wrong by, give the same, that is the output; else it is computed in full. Shift 0: always in full.
    int32_t factor;
    int32_t less;
    int32_t more;
    int32_t shift;
} mnf_requant_channel_t;

// Fills in the last four, for sums that with their bias are at most `most` in size.
void mnf_requant_estimate(mnf_requant_channel_t *channel, int32_t most);

// n > 0 outputs from sums which, with their bias, are less than 2^30 in size.
void mnf_requantise_channel(const int32_t *sums, int32_t n, int8_t *output, const mnf_requant_channel_t *channel);

#endif
