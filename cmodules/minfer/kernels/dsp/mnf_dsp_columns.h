// im2col for the DSP extension. Of each four inputs of a window, those of bytes 0 and 2 make one word and those of
// bytes 1 and 3 another, widened, the input's offset added, 0 outside the image: what SXTB16 makes of weights in
// their usual order. Words of several pixels lie side by side: [depth / 4][even, odd][pixel].
//
// Where the depth is no multiple of 4, a word of each pixel's last four inputs comes before all others, with 0 for
// those of them that are in the other words as well: so no word of weights is read that reaches beyond its row.
#ifndef MNF_DSP_COLUMNS_H
#define MNF_DSP_COLUMNS_H

#include "mnf_dsp.h"

#define MNF_COLUMNS 5 // the most

typedef struct {
    const cmsis_nn_conv_params *conv;
    const cmsis_nn_dims *in, *filter, *out;
    uint32_t *columns;
} mnf_im2col_t;

// Packs `count` pixels of the output from `pixel` on into as many columns or more, this part's share; in: the first
// input of the group.
void mnf_im2col(
    const mnf_im2col_t *job, const int8_t *in, int32_t pixel, int32_t count, int32_t columns,
    uint32_t part, uint32_t parts);

// The input's offset in both halves.
static inline uint32_t mnf_offsets(int32_t input_offset) {
    return mnf_low_halves((uint32_t)input_offset, (uint32_t)input_offset);
}

// Four inputs, as a word.
static inline void mnf_pack_word(uint32_t *to, uint32_t word, uint32_t offsets, int32_t columns) {
    to[0] = mnf_sxtab16(offsets, word);
    to[columns] = mnf_sxtab16_odd(offsets, word);
}

// The word of the last four inputs, of which `rest`, 1 to 3, are in no other.
static inline void mnf_pack_rest(uint32_t *to, uint32_t word, int32_t rest, uint32_t offsets, int32_t columns) {
    to[0] = rest == 1 ? 0 : mnf_sxtab16(offsets, word) & 0xffff0000u;
    to[columns] = mnf_sxtab16_odd(offsets, word) & (rest == 3 ? ~0u : 0xffff0000u);
}

// n inputs, 4 or more or, where 4 - n bytes before them can be read, fewer: in a column of their own.
static inline void mnf_pack_one(uint32_t *to, const int8_t *from, int32_t n, uint32_t offsets) {
    const int32_t rest = n & 3;
    if (rest != 0) {
        mnf_pack_rest(to, mnf_load(from + n - 4), rest, offsets, 1);
        to += 2;
    }
#pragma GCC unroll 4
    for (int32_t i = 0; i < (n & ~3); i += 4, to += 2) {
        mnf_pack_word(to, mnf_load(from + i), offsets, 1);
    }
}

#endif
