// The MAC16 unit of Xtensa's LX6 and LX7: a sum of 40 bits, four registers of two int16, and a product with a load in one instruction. What
// saves registers at interrupts saves these. LDINC adds 4 to the address before it loads.
#ifndef MNF_MAC16_H
#define MNF_MAC16_H

#include <stdint.h>

typedef uint32_t __attribute__((may_alias)) mnf_word_t;

// Puts n weights plus 128, which takes fewer instructions than their signs, as mnf_mac16_dot wants them: 0 and 2, then 1 and 3 in a
// word. n is 1 or more; the last words are filled up with anything.
void mnf_mac16_widen(uint32_t *to, const int8_t *w, int32_t n);

// Adds 4 * n products to a sum, n 1 or more. m0 and m1 are weights, m2 and m3 inputs; a word of inputs and two of weights behind
// the last are loaded in vain.
static inline __attribute__((always_inline)) uint32_t mnf_mac16_dot(const int16_t *x, const uint32_t *w, int32_t n, uint32_t sum) {
    x -= 2;
    w -= 1;
    __asm__ volatile (
        "wsr %0, acclo\n"
        "ldinc m2, %1\n"
        "ldinc m0, %2\n"
        "ldinc m1, %2\n"
        "loop %3, 1f\n"
        "mula.dd.ll.ldinc m3, %1, m0, m2\n"
        "mula.dd.lh.ldinc m2, %1, m1, m2\n"
        "mula.dd.hl.ldinc m0, %2, m0, m3\n"
        "mula.dd.hh.ldinc m1, %2, m1, m3\n"
        "1:\n"
        "rsr %0, acclo\n"
        : "+r" (sum), "+r" (x), "+r" (w) : "r" (n) : "memory");
    return sum;
}

// The same of weights as they lie in the file, which must begin in a word. m0 and m1 are inputs.
static inline __attribute__((always_inline)) uint32_t mnf_mac16_dot_bytes(const int16_t *x, const int8_t *w, int32_t n, uint32_t sum) {
    uint32_t even, odd;
    x -= 2;
    __asm__ volatile (
        "wsr %0, acclo\n"
        "ldinc m0, %1\n"
        "loop %5, 1f\n"
        "l32i %3, %2, 0\n"
        "addi %2, %2, 4\n"
        "xor %3, %3, %6\n"
        "srli %4, %3, 8\n"
        "and %3, %3, %7\n"
        "and %4, %4, %7\n"
        "mula.da.ll.ldinc m1, %1, m0, %3\n"
        "mula.da.hl.ldinc m0, %1, m0, %4\n"
        "mula.da.lh m1, %3\n"
        "mula.da.hh m1, %4\n"
        "1:\n"
        "rsr %0, acclo\n"
        : "+r" (sum), "+r" (x), "+r" (w), "=&r" (even), "=&r" (odd)
        : "r" (n), "r" (0x80808080), "r" (0x00ff00ff) : "memory");
    return sum;
}

#endif
