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

// A block of up to four pixels times some channels. mnf_block.c knows the offsets.
typedef struct {
    const int32_t *columns; // of weight 0. Three weights before and after the column must be zeros
    const int8_t *row; // the first channel's weights; a row need not begin at a multiple of 4
    int32_t depth; // weights a channel
    const int32_t *bias; // with the input offset's part
    const int32_t *multiplier;
    const int32_t *shift;
    int8_t *output; // of pixel 0
    int32_t step; // from one pixel's output to the next one's
    int32_t channels; // 1 or more
    int32_t pixels;
    int32_t output_offset;
    int32_t min;
    int32_t max;
    int32_t even; // whether every row begins at a multiple of 4. If so, where columns end: those of depth % 16, and all
    const int32_t *rest_end;
    const int32_t *end;
} mnf_block_t;

// 3 or 4 pixels: columns of two words a weight, the second one for pixels 2 and 3. The fields of a block are used up.
void mnf_block_of_4(mnf_block_t *block);

// 1 or 2 pixels: columns of one word a weight.
void mnf_block_of_2(mnf_block_t *block);

// Packs n (1 or more) inputs of two pixels into every second word, or into every word. Returns the place of the next one.
int32_t *mnf_pack_by_2(int32_t *words, const int8_t *a, const int8_t *b, int32_t n);
int32_t *mnf_pack_by_1(int32_t *words, const int8_t *a, const int8_t *b, int32_t n);

#endif
