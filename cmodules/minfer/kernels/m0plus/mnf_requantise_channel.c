#include "kernels/core.h"

#if MNF_CORE_M0PLUS

#include "mnf_dw3x3.h"

// An estimate is off by what the multiplier lost when it was shortened to `factor`, as long as the output is in an int8's reach (past
// that both are clamped), and by the first of the two roundings.
void mnf_requant_estimate(mnf_requant_channel_t *channel, int32_t most) {
    const uint32_t multiplier = (uint32_t)channel->multiplier_high << 16 | (uint32_t)channel->multiplier_low;
    const int32_t right = channel->right;
    channel->shift = 0;
    if (right > 13 || multiplier < 1u << 30 || most >= 1 << 28) {
        return;
    }
    int32_t bits = most >> 15 > 0 ? 16 : most >> 11 > 0 ? 12 : 1;
    while (most >> bits > 0) {
        bits++;
    }
    int32_t dropped = bits > right + 9 ? bits : right + 9;
    for (;; dropped++) {
        const int32_t shift = 31 + right - dropped; // at most 22
        if (shift <= right) {
            return;
        }
        const uint32_t factor = (multiplier + (1u << (dropped - 1))) >> dropped;
        const int32_t lost = (int32_t)(multiplier - (factor << dropped));
        const uint32_t part = ((uint32_t)(lost < 0 ? -lost : lost) >> (dropped - 8)) + 1; // of 256
        // |sum| * 2^30 <= 257 * 2^(31 + right) in reach
        const uint32_t wrong = (((257u << (right + 1)) * part) >> 8) + (1u << (shift - right - 1)) + 2;
        const uint32_t half = 1u << (shift - 1);
        // bits <= dropped and factor <= 2^(31 - dropped): the product is at most 2^31.
        if ((uint32_t)most * factor + (130u << shift) + half + wrong >= 1u << 31) {
            continue;
        }
        const uint32_t constant = (uint32_t)channel->bias * factor + ((uint32_t)channel->offset << shift) + half;
        channel->factor = (int32_t)factor;
        channel->less = (int32_t)(constant - wrong);
        channel->more = (int32_t)(constant + wrong);
        channel->shift = shift;
        return;
    }
}

#pragma GCC diagnostic ignored "-Wunused-parameter" // the assembly takes them

// r1 becomes the output before clamping: r4 and r5 the multiplier's halves, r6 right, r7 offset; r2 and r3 are used up. 19 cycles.
// With a = ah 2^16 + al (al signed) and b = bh 2^16 + bl: 2ab / 2^32 is 2 ah bh plus (ah bl + al bh + al bl / 2^16) / 2^15, whose last
// bit shifted out, the carry, rounds it. Of the shift that follows, too, the carry rounds (halves away from zero).
#define REQUANTISE \
    "sxth r2, r1\n" \
    "subs r1, r1, r2\n" \
    "asrs r1, r1, #16\n" \
    "mov r3, r4\n" \
    "muls r3, r2, r3\n" \
    "asrs r3, r3, #16\n" \
    "muls r2, r5, r2\n" \
    "adds r2, r2, r3\n" \
    "mov r3, r4\n" \
    "muls r3, r1, r3\n" \
    "adds r2, r2, r3\n" \
    "muls r1, r5, r1\n" \
    "lsls r1, r1, #1\n" \
    "asrs r2, r2, #15\n" \
    "adcs r1, r2\n" \
    "asrs r2, r1, #31\n" \
    "adds r1, r1, r2\n" \
    "asrs r1, r6\n" \
    "adcs r1, r7\n"

// r0 next sum, r1-r3 at work, r4 factor, r5 less, r6 more, r7 shift; r8 channel, r9 min, r10 max, r11 the output, r12 step, lr where the
// sums end. 52 bytes of stack. 20 cycles an output, and 45 more where the estimate does not decide, which is one in twenty or fewer;
// 33 where all are computed in full.
MNF_HOT __attribute__((naked)) void mnf_requantise_channel(
    const int32_t *sums, int32_t n, int8_t *output, const mnf_requant_channel_t *channel) {
    __asm__ volatile (
        ".syntax unified\n"
        "   push {r4-r7, lr}\n"
        "   mov r4, r8\n"
        "   mov r5, r9\n"
        "   mov r6, r10\n"
        "   mov r7, r11\n"
        "   push {r4-r7}\n"
        "   mov r11, r2\n"
        "   mov r8, r3\n"
        "   lsls r1, r1, #2\n"
        "   adds r1, r1, r0\n"
        "   mov lr, r1\n"
        "   adds r3, #20\n"
        "   ldm r3!, {r1, r2, r4}\n"
        "   mov r9, r1\n"
        "   mov r10, r2\n"
        "   mov r12, r4\n"
        "   ldm r3!, {r4-r7}\n"
        "   cmp r7, #0\n"
        "   beq 5f\n"
        "1:\n"
        "   ldm r0!, {r1}\n"
        "   muls r1, r4, r1\n"
        "   adds r2, r1, r5\n"
        "   adds r1, r1, r6\n"
        "   asrs r2, r7\n"
        "   asrs r1, r7\n"
        "   cmp r1, r2\n"
        "   bne 6f\n"
        "2:\n"
        "   cmp r1, r9\n"
        "   blt 3f\n"
        "   cmp r1, r10\n"
        "   bgt 4f\n"
        "7:\n"
        "   mov r3, r11\n"
        "   strb r1, [r3]\n"
        "   add r11, r12\n"
        "   cmp r0, lr\n"
        "   bne 1b\n"
        "10:\n"
        "   pop {r4-r7}\n"
        "   mov r8, r4\n"
        "   mov r9, r5\n"
        "   mov r10, r6\n"
        "   mov r11, r7\n"
        "   pop {r4-r7, pc}\n"
        "3:\n"
        "   mov r1, r9\n"
        "   b 7b\n"
        "4:\n"
        "   mov r1, r10\n"
        "   b 7b\n"
        "5:\n" // all in full: r8 the bias
        "   mov r3, r8\n"
        "   ldm r3!, {r4-r7}\n"
        "   ldr r1, [r3]\n"
        "   mov r8, r1\n"
        "8:\n"
        "   ldm r0!, {r1}\n"
        "   add r1, r8\n"
        REQUANTISE
        "   cmp r1, r9\n"
        "   bge 9f\n"
        "   mov r1, r9\n"
        "9:\n"
        "   cmp r1, r10\n"
        "   ble 9f\n"
        "   mov r1, r10\n"
        "9:\n"
        "   mov r3, r11\n"
        "   strb r1, [r3]\n"
        "   add r11, r12\n"
        "   cmp r0, lr\n"
        "   bne 8b\n"
        "   b 10b\n"
        "6:\n"
        "   push {r4-r7}\n"
        "   subs r0, #4\n"
        "   ldm r0!, {r1}\n"
        "   mov r3, r8\n"
        "   ldm r3!, {r4-r7}\n"
        "   ldr r2, [r3]\n"
        "   adds r1, r1, r2\n"
        REQUANTISE
        "   pop {r4-r7}\n"
        "   b 2b\n");
}

#endif
