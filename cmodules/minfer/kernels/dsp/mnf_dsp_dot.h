// Sums of products of rows of int8 weights with columns as mnf_dsp_columns.h makes them.
#ifndef MNF_DSP_DOT_H
#define MNF_DSP_DOT_H

#include "mnf_dsp_columns.h"

// What mnf_dot_columns works on: the columns of four pixels, and channels of which each has a row of weights. It begins with what
// the assembly takes into registers at once.
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

// Outputs of channels, unclamped, up to one whose shift is not quick, or to the last. Depth 4 or more. On return r->channel is where it
// stopped, r->sums what that channel's four pixels have; whether it did is the result.
bool mnf_dot_columns(mnf_rows_t *r);

// The last 1 to 3 weights of a row of `depth`, the rest of the word 0 or weights before them at its low end.
static inline uint32_t mnf_last_weights(const int8_t *row, int32_t depth) {
    const int32_t n = depth & 3;
    if (depth > 4) {
        return mnf_load(row + depth - 4) >> (32 - 8 * n);
    }
    uint32_t word = 0;
    for (int32_t i = 0; i < n; i++) {
        word |= (uint32_t)(uint8_t)row[i] << 8 * i;
    }
    return word;
}

// One pixel. Per 16 weights: LDM of four words of weights, two LDM of inputs, eight SXTB16, eight SMLAD: 1.19 a product.
// In assembly, as gcc 12 spills.
#define MNF_DOT_1(weights, even, odd) \
    "sxtb16 r11, " weights "\n sxtb16 " weights ", " weights ", ror #8\n" \
    "smlad %[s], r11, " even ", %[s]\n smlad %[s], " weights ", " odd ", %[s]\n"
#define MNF_DOT_16(load) \
    load "ldm %[x]!, {r4, r5, r6, r8}\n" MNF_DOT_1("r0", "r4", "r5") MNF_DOT_1("r1", "r6", "r8") \
    "ldm %[x]!, {r4, r5, r6, r8}\n" MNF_DOT_1("r9", "r4", "r5") MNF_DOT_1("r10", "r6", "r8")
#define MNF_LDM_ALIGNED "ldm %[w]!, {r0, r1, r9, r10}\n"
#define MNF_LDM_ANYWHERE "ldr r0, [%[w]], #4\n ldr r1, [%[w]], #4\n ldr r9, [%[w]], #4\n ldr r10, [%[w]], #4\n"
#define MNF_DOT_16_LOOP(load) \
    __asm__ volatile ("1:\n" MNF_DOT_16(load) "cmp %[x], %[end]\n bne 1b" \
        : [s] "+r" (s), [w] "+r" (w), [x] "+r" (x) : [end] "r" (x + (depth >> 4) * 8) \
        : "r0", "r1", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "cc", "memory")

static inline __attribute__((always_inline)) uint32_t mnf_dot_column(
    const uint32_t *x, const int8_t *row, int32_t depth, uint32_t bias) {
    uint32_t s = bias;
    const int8_t *w = row;
    if (depth >= 16) {
        if ((((uintptr_t)row | (uint32_t)depth) & 3) == 0) {
            MNF_DOT_16_LOOP(MNF_LDM_ALIGNED);
        } else {
            MNF_DOT_16_LOOP(MNF_LDM_ANYWHERE);
        }
    }
    for (int32_t left = (depth & 15) >> 2; left > 0; left--, w += 4, x += 2) {
        const uint32_t word = mnf_load(w);
        s = (uint32_t)__smlad((int16x2_t)x[0], __sxtb16((int8x4_t)word), (int32_t)s);
        s = (uint32_t)__smlad((int16x2_t)x[1], (int16x2_t)mnf_sxtb16_odd(word), (int32_t)s);
    }
    if (depth & 3) {
        const uint32_t last = mnf_last_weights(row, depth);
        s = (uint32_t)__smlad((int16x2_t)x[0], __sxtb16((int8x4_t)last), (int32_t)s);
        s = (uint32_t)__smlad((int16x2_t)x[1], (int16x2_t)mnf_sxtb16_odd(last), (int32_t)s);
    }
    return s;
}

#endif
