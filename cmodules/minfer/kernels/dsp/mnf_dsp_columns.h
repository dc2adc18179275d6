// im2col for the DSP extension. Of each four inputs of a window, those of bytes 0 and 2 make one word and those of
// bytes 1 and 3 another, widened, the input's offset added, 0 outside the image: what SXTB16 makes of weights in
// their usual order. Words of four pixels lie side by side, [depth / 4][even, odd][pixel]; those of a single pixel as
// [depth / 4][even, odd].
#ifndef MNF_DSP_COLUMNS_H
#define MNF_DSP_COLUMNS_H

#include "mnf_dsp.h"

#define MNF_COLUMNS 4

// A word's four inputs, in 5 instructions beside others, in 4 alone: gcc 12 needs half as many again.
#define MNF_PACK_HALVES \
    "ldr %[a], [%[from]], #4\n sxtab16 %[b], %[offsets], %[a], ror #8\n sxtab16 %[a], %[offsets], %[a]\n"
#define MNF_PACK_BESIDE MNF_PACK_HALVES "str %[b], [%[to], #16]\n str %[a], [%[to]], #32\n"
#define MNF_PACK_ALONE MNF_PACK_HALVES "strd %[a], %[b], [%[to]], #8\n"
#define MNF_PACK(words) \
    __asm__ volatile (words : [a] "=&r" (a), [b] "=&r" (b), [from] "+r" (from), [to] "+r" (to) \
        : [offsets] "r" (offsets) : "memory")

// n inputs, the last word filled up with anything: its weights count as 0. Returns where the next words go.
static inline __attribute__((always_inline)) uint32_t *mnf_pack(
    uint32_t *to, const int8_t *from, int32_t n, uint32_t offsets, int32_t pixels) {
    uint32_t a, b;
    for (; n >= 16; n -= 16) {
        if (pixels == 1) {
            MNF_PACK(MNF_PACK_ALONE MNF_PACK_ALONE MNF_PACK_ALONE MNF_PACK_ALONE);
        } else {
            MNF_PACK(MNF_PACK_BESIDE MNF_PACK_BESIDE MNF_PACK_BESIDE MNF_PACK_BESIDE);
        }
    }
    for (; n >= 4; n -= 4) {
        if (pixels == 1) {
            MNF_PACK(MNF_PACK_ALONE);
        } else {
            MNF_PACK(MNF_PACK_BESIDE);
        }
    }
    if (n > 0) {
        const uint32_t word = mnf_few_bytes(from, n);
        to[0] = mnf_sxtab16(offsets, word);
        to[pixels] = mnf_sxtab16_odd(offsets, word);
        to += 2 * pixels;
    }
    return to;
}

// n inputs outside the image, a multiple of 4.
static inline uint32_t *mnf_pack_padding(uint32_t *to, int32_t n, int32_t pixels) {
    for (; n > 0; n -= 4, to += 2 * pixels) {
        to[0] = to[pixels] = 0;
    }
    return to;
}

// The input's offset in both halves.
static inline uint32_t mnf_offsets(int32_t input_offset) {
    return mnf_low_halves((uint32_t)input_offset, (uint32_t)input_offset);
}

#endif
