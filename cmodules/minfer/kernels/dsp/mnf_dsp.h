// What the kernels for cores with the DSP extension share: two products of 16 bits in one instruction (SMLAD), signed
// bytes of a word as halves of two (SXTB16), a rounded high product (SMMULR).
#ifndef MNF_DSP_H
#define MNF_DSP_H

#include <arm_acle.h>
#include <string.h>

#include "kernels/portable/mnf_kernels.h"

// A word from any address. The families with this extension read across word boundaries.
static inline uint32_t mnf_load(const void *from) {
    uint32_t word;
    memcpy(&word, from, sizeof(word));
    return word;
}

// 1 to 3 bytes, then zeros.
static inline uint32_t mnf_few_bytes(const void *from, int32_t n) {
    const uint8_t *bytes = from;
    uint32_t word = bytes[0];
    for (int32_t i = 1; i < n; i++) {
        word |= (uint32_t)bytes[i] << 8 * i;
    }
    return word;
}

static inline uint32_t mnf_sxtab16(uint32_t offset, uint32_t bytes) {
    return (uint32_t)__sxtab16((int16x2_t)offset, (int8x4_t)bytes);
}

// Bytes 1 and 3 of a word, sign extended, plus the halves of `offset`;
// mnf_sxtab16 does bytes 0 and 2.
static inline uint32_t mnf_sxtab16_odd(uint32_t offset, uint32_t bytes) {
    uint32_t halves;
    __asm__ ("sxtab16 %0, %1, %2, ror #8" : "=r" (halves) : "r" (offset), "r" (bytes));
    return halves;
}

static inline uint32_t mnf_sxtb16_odd(uint32_t bytes) {
    uint32_t halves;
    __asm__ ("sxtb16 %0, %1, ror #8" : "=r" (halves) : "r" (bytes));
    return halves;
}

// The low halves of two words, b's above a's.
static inline uint32_t mnf_low_halves(uint32_t a, uint32_t b) {
    uint32_t halves;
    __asm__ ("pkhbt %0, %1, %2, lsl #16" : "=r" (halves) : "r" (a), "r" (b));
    return halves;
}

// The high word of a * b, rounded half up: with a doubled, mnf_doubling_high_mul.
static inline int32_t mnf_smmulr(int32_t a, int32_t b) {
    int32_t high;
    __asm__ ("smmulr %0, %1, %2" : "=r" (high) : "r" (a), "r" (b));
    return high;
}

// The same plus `add`.
static inline int32_t mnf_smmlar(int32_t a, int32_t b, int32_t add) {
    int32_t high;
    __asm__ ("smmlar %0, %1, %2, %3" : "=r" (high) : "r" (a), "r" (b), "r" (add));
    return high;
}

// 8-bit outputs of one channel in five instructions each, for sums below 2^30 and shifts that leave room for the
// offset.
typedef struct {
    int32_t multiplier;
    int32_t right; // 1 to 22
    int32_t add;   // half of 2^right to round, and the output's zero point times 2^right
} mnf_quick_t;

// Up to which shift to the right a layer's channels may go the quick way: 22, less where a channel's sum may reach
// 2^30, which no sum does where the bias is below 2^29 and the products are no more than 2^14, each at most 255 *
// 128. (Converters give channels without any use such biases, and shifts of more than 22.)
static inline uint32_t mnf_quick_shifts(
    const int32_t *bias, const int32_t *shift, bool per_channel, int32_t channels, int32_t depth) {
    uint32_t high = 0, most = 22;
    const int32_t *const end = bias == NULL ? NULL : bias + channels;
#pragma GCC unroll 4
    for (const int32_t *b = bias; b != end; b++) {
        high |= (uint32_t)*b + (1u << 29);
    }
    for (int32_t o = 0; high >> 30 != 0 && o < channels; o++) {
        const uint32_t right = ~(uint32_t)shift[per_channel ? o : 0];
        if (((uint32_t)bias[o] + (1u << 29)) >> 30 != 0 && right < most) {
            most = right;
        }
    }
    return depth <= 1 << 14 ? most : 0;
}

static inline bool mnf_is_quick(int32_t shift, uint32_t quick_shifts) {
    return ~(uint32_t)shift < quick_shifts;
}

static inline mnf_quick_t mnf_quick(int32_t multiplier, int32_t shift, int32_t offset) {
    return (mnf_quick_t) {multiplier, -shift, (int32_t)((uint32_t)(2 * offset + 1) << (-shift - 1))};
}

// mnf_output_s8 without its clamp. Halves away from 0: below 0 a little less than half is added. The sign is that of
// the sum: where this is below 0 and its product is not, that is 0, and so is the output either way.
static inline int32_t mnf_quick_output(mnf_quick_t q, uint32_t sum) {
    const int32_t add = q.add + ((int32_t)sum >> 31);
    return __ssat(mnf_smmlar((int32_t)(sum << 1), q.multiplier, add) >> q.right, 8);
}

static inline bool mnf_is_whole_range(cmsis_nn_activation activation) {
    return activation.min <= INT8_MIN && activation.max >= INT8_MAX;
}

static inline void mnf_clamp_bytes(int8_t *data, int32_t n, cmsis_nn_activation activation) {
    for (int32_t i = 0; i < n; i++) {
        data[i] = (int8_t)mnf_clamp(data[i], activation.min, activation.max);
    }
}

#endif
