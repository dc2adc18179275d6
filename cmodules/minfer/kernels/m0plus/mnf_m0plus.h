// What the Cortex-M0+ kernels share.
//
// A packed word holds two pixels' inputs for the same weight, x0 + (x1 << 16): one MULS makes both products. A lane of 16 bits
// holds two products of an int8 by a weight of -127..127 (2 * 128 * 127 < 2^15), so every second product the word is split:
// ASRS #16 leaves the sign of the low lane in the carry, and ADCS adds the high lane with it. The low lane's total is what
// remains of the sum of all words, modulo 2^32.
#ifndef MNF_M0PLUS_H
#define MNF_M0PLUS_H

#include "kernels/core.h"
#include "kernels/portable/mnf_kernels.h"

// What an output channel adds to its sums, and how they become outputs; made once a layer.
//
// One product nearly gives an output: with t the sum without its low `shift` bits, (t * factor) >> 20 is the output less its offset.
// Where two constants, less and more than all of that can be wrong by, give the same, that is the output; else it is computed in full. So are
// sums that do not fit `limit` bits: 2^limit / 2 is added to all, and those that are negative or too large then have upper bits set.
typedef struct {
    uint32_t bias; // with the input offset's part, and 2^limit / 2
    uint32_t how; // factor << 18 | MNF_UNUSUAL | MNF_LAST | limit << 8 | shift
} mnf_channel_t;

#define MNF_LAST 0x10000 // no channel follows
// The limit is below 17, the shift 0, and the factor to be shifted to the left by 17 - limit. Or all sums are computed in full: the factor
// is 0, the limit, none, and the shift MNF_NONE.
#define MNF_UNUSUAL 0x20000
#define MNF_NONE 0xff

// Four pixels, or two, times some channels. mnf_block.c knows the offsets.
typedef struct {
    // How all rows lie in words, filled in by the block: where in the loop they begin (0: not all alike), bytes from the end of one to the
    // beginning of the next, where columns end and begin.
    uint32_t entry;
    int32_t back;
    const int32_t *end;
    const int32_t *columns; // of weight 0. Three weights before and after the column must be zeros
    const int8_t *row; // the first channel's weights; a row need not begin at a multiple of 4
    int32_t depth; // weights a channel
    const mnf_channel_t *channel;
    int8_t *output; // of pixel 0
    int32_t step; // from one pixel's output to the next one's
    int32_t less;
    int32_t more;
    int32_t min;
    int32_t max;
    // For what is computed in full:
    const mnf_channel_t *channels; // the first
    const int32_t *multiplier;
    const int32_t *shift;
    int32_t output_offset;
} mnf_block_t;

// Columns of two words a weight, the second one for pixels 2 and 3. The fields of a block are used up.
void mnf_block_of_4(mnf_block_t *block);

// Columns of one word a weight.
void mnf_block_of_2(mnf_block_t *block);

// Packs n (1 or more) inputs of two pixels into every second word, or into every word. Returns the place of the next one.
int32_t *mnf_pack_by_2(int32_t *words, const int8_t *a, const int8_t *b, int32_t n);
int32_t *mnf_pack_by_1(int32_t *words, const int8_t *a, const int8_t *b, int32_t n);

// Sum of the bytes of 1 to 128 words plus 128 for each, in the lower half; the upper half has bits of 0x80808080 set where a byte is -128.
uint64_t mnf_sum_words(const uint32_t *words, uint32_t n);

#endif
