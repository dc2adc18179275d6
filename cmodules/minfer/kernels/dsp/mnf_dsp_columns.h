// im2col for the DSP extension. Of each four inputs of a window, those of bytes 0 and 2 make one word and those of bytes 1 and 3
// another, widened, the input's offset added: what SXTB16 makes of weights in their usual order. Words of four pixels lie side by
// side, [depth / 4][even, odd][pixel]; those of a single pixel as [depth / 4][even, odd].
#ifndef MNF_DSP_COLUMNS_H
#define MNF_DSP_COLUMNS_H

#include "mnf_dsp.h"

#define MNF_COLUMNS 4

typedef struct {
    uint32_t *to;     // next word
    uint32_t bytes;   // pending inputs, fewer than four
    uint32_t bits;    // of them
    uint32_t offset;  // the input's offset, twice
    uint32_t padding; // the input that the offset makes 0, four times
} mnf_packer_t;

static inline void mnf_pack_word(mnf_packer_t *packer, uint32_t bytes, int32_t pixels) {
    packer->to[0] = mnf_sxtab16(packer->offset, bytes);
    packer->to[pixels] = mnf_sxtab16_odd(packer->offset, bytes);
    packer->to += 2 * pixels;
}

static inline void mnf_pack_byte(mnf_packer_t *packer, uint32_t byte, int32_t pixels) {
    packer->bytes |= byte << packer->bits;
    packer->bits += 8;
    if (packer->bits == 32) {
        mnf_pack_word(packer, packer->bytes, pixels);
        packer->bytes = packer->bits = 0;
    }
}

// n inputs.
static inline void mnf_pack(mnf_packer_t *packer, const int8_t *from, int32_t n, int32_t pixels) {
    const uint32_t bits = packer->bits;
    if (bits == 0) {
        for (; n >= 4; n -= 4, from += 4) {
            mnf_pack_word(packer, mnf_load(from), pixels);
        }
    } else {
        for (; n >= 4; n -= 4, from += 4) {
            const uint32_t word = mnf_load(from);
            mnf_pack_word(packer, packer->bytes | word << bits, pixels);
            packer->bytes = word >> (32 - bits);
        }
    }
    for (; n > 0; n--) {
        mnf_pack_byte(packer, (uint8_t)*from++, pixels);
    }
}

// n inputs outside the image.
static inline void mnf_pack_padding(mnf_packer_t *packer, int32_t n, int32_t pixels) {
    for (; n > 0 && packer->bits != 0; n--) {
        mnf_pack_byte(packer, packer->padding & 0xff, pixels);
    }
    for (; n >= 4; n -= 4) {
        mnf_pack_word(packer, packer->padding, pixels);
    }
    for (; n > 0; n--) {
        mnf_pack_byte(packer, packer->padding & 0xff, pixels);
    }
}

// One column of `pixels` (1 or MNF_COLUMNS) side by side: a window's inputs in the order of the weights.
static inline mnf_packer_t mnf_packer(uint32_t *to, int32_t input_offset) {
    return (mnf_packer_t) {
        .to = to,
        .offset = (uint32_t)input_offset << 16 | ((uint32_t)input_offset & 0xffff),
        .padding = (uint32_t)(-input_offset & 0xff) * 0x01010101u,
    };
}

// What is left of the last word is 0 after the offset, whatever its weights.
static inline void mnf_pack_end(mnf_packer_t *packer, int32_t pixels) {
    if (packer->bits != 0) {
        mnf_pack_word(packer, packer->bytes | packer->padding << packer->bits, pixels);
    }
}

#endif
