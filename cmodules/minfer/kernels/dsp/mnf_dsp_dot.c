// Sums of products, see mnf_dsp_dot.h.
//
// Five pixels. Per four weights of each: LDR, two SXTB16, two LDM of five pixels, ten SMLAD: 15 instructions for 20
// products, 0.75 a product; 0.77 with the loop's own three for each 32 weights, whose first turn may begin anywhere in
// it. A channel's five outputs need another 48. In assembly, since it takes all registers but SP and gcc 12 spills.
// With four pixels it is 0.81, 0.84 and 42.
//
// r0-r4 sums; r5-r9 inputs; r10 next input; r11 next weight; r12 weights, lr widened. The stack holds mnf_rows_t up to
// `last`, with addresses of code for `words`, and two more of these.
#include "kernels/core.h"
#if MNF_CORE_DSP
#include <stddef.h>

#include "mnf_dsp_dot.h"

_Static_assert(offsetof(mnf_rows_t, words) == 12 && offsetof(mnf_rows_t, out) == 28
    && offsetof(mnf_rows_t, columns_end) == 36 && offsetof(mnf_rows_t, rest) == 44
    && offsetof(mnf_rows_t, row) == 52, "the assembly knows these");

// Four weights of each pixel, from r12.
#define SMLAD_4(weights) \
    "smlad r0, r5, " weights ", r0\n smlad r1, r6, " weights ", r1\n smlad r2, r7, " weights ", r2\n" \
    "smlad r3, r8, " weights ", r3\n"
#define SMLAD_5(weights) SMLAD_4(weights) "smlad r4, r9, " weights ", r4\n"
#define WORD(smlad, inputs) \
    "sxtb16 lr, r12\n ldm.w r10!, {r5-" inputs "}\n" smlad("lr") \
    "sxtb16 r12, r12, ror #8\n ldm.w r10!, {r5-" inputs "}\n" smlad("r12")
#define NEXT_WORD(smlad, inputs) "ldr.w r12, [r11], #4\n" WORD(smlad, inputs)

// A rounded, shifted, saturated output from a sum: mnf_quick_output. lr: one less than the shift.
#define OUTPUT(sum) \
    "lsl " sum ", " sum ", #1\n add r10, r12, " sum ", asr #31\n smmlar " sum ", " sum ", r9, r10\n" \
    "asr " sum ", lr\n ssat " sum ", #8, " sum ", asr #1\n"
#define OUTPUT_4 OUTPUT("r0") OUTPUT("r1") OUTPUT("r2") OUTPUT("r3")
#define STORE_4 "strb r3, [r6, r8]\n strb r0, [r6]\n strb r1, [r6, r7]\n strb r2, [r6, r7, lsl #1]\n"
#define STORE_5 \
    "strb r0, [r6]\n strb r1, [r6, r7]\n strb r2, [r6, r7, lsl #1]\n strb r4, [r6, r7, lsl #2]\n" \
    "add r6, r7\n strb r3, [r6, r7, lsl #1]\n"

// smlad: of each pixel, which have r5 to `inputs`; size: bytes of NEXT_WORD.
#define DOT(smlad, inputs, size, outputs, store) \
    "push {r4-r11, lr}\n" \
    "sub sp, #60\n" \
    "ldm r0!, {r2-r8}\n" \
    "stm sp, {r2-r8}\n" \
    "ldm r0, {r6-r11, r12}\n"         /* out, step, columns_end, last_step, rest, last, row */ \
    "add r1, sp, #28\n" \
    "stm r1, {r6-r11}\n" \
    "mov r11, r12\n" \
    /* Where a channel begins in the code: the loop, before that the rest, before that without biases. */ \
    "subs r5, #1\n" \
    "and r5, #7\n" \
    "add r5, #1\n" \
    "movs r4, #" size "\n" \
    "adr.w r2, 9f\n" \
    "mls r2, r5, r4, r2\n" \
    "orr r2, #1\n" \
    "str r2, [sp, #52]\n" \
    "cmp r10, #0\n beq 1f\n" \
    "sub r11, r10\n" \
    "adr.w r2, 4f\n" \
    "orr r2, #1\n" \
    "1:\n" \
    "str r2, [sp, #56]\n" \
    "cbnz r3, 2f\n" \
    "adr.w r2, 3f\n" \
    "orr r2, #1\n" \
    "ldr r3, [sp, #16]\n"             /* anything that can be read */ \
    "str r3, [sp, #4]\n" \
    "2:\n" \
    "str r2, [sp, #12]\n" \
    \
    "8:\n"                            /* next channel */ \
    "ldm sp, {r5, r6, r10, r12}\n" \
    "ldr r0, [r6, r5, lsl #2]\n" \
    "mov r1, r0\n mov r2, r0\n mov r3, r0\n mov r4, r0\n" \
    "bx r12\n" \
    \
    "3:\n"                            /* without bias */ \
    "ldr r12, [sp, #56]\n" \
    "movs r0, #0\n movs r1, #0\n movs r2, #0\n movs r3, #0\n movs r4, #0\n" \
    "bx r12\n" \
    \
    "4:\n"                            /* the last four weights of a row that has a rest */ \
    "ldrd r5, r6, [sp, #44]\n" \
    "add r11, r5\n" \
    "ldr r12, [r11, r6]\n" \
    WORD(smlad, inputs) \
    "ldr r12, [sp, #52]\n" \
    "bx r12\n" \
    \
    "5:\n" \
    NEXT_WORD(smlad, inputs) NEXT_WORD(smlad, inputs) NEXT_WORD(smlad, inputs) NEXT_WORD(smlad, inputs) \
    NEXT_WORD(smlad, inputs) NEXT_WORD(smlad, inputs) NEXT_WORD(smlad, inputs) NEXT_WORD(smlad, inputs) \
    "9:\n" \
    "ldr r12, [sp, #36]\n" \
    "cmp r10, r12\n" \
    "bne.w 5b\n" \
    \
    "ldm sp, {r5-r10, r12}\n"         /* channel, -, -, -, multiplier, shift, two_offsets */ \
    "ldr r9, [r9, r5, lsl #2]\n" \
    "ldr r10, [r10, r5, lsl #2]\n" \
    "mvn lr, r10\n" \
    "lsl r12, r12, lr\n" \
    outputs \
    "ldrd r6, r7, [sp, #28]\n"        /* out, step */ \
    "add r6, r5\n" \
    store \
    "adds r5, #1\n" \
    "str r5, [sp]\n" \
    "bne.w 8b\n" \
    "add sp, #60\n" \
    "pop {r4-r11, pc}\n"

MNF_HOT __attribute__((naked)) void mnf_dot_5(__attribute__((unused)) const mnf_rows_t *r) {
    __asm__ (DOT(SMLAD_5, "r9", "60", OUTPUT_4 OUTPUT("r4"), STORE_5));
}

MNF_HOT __attribute__((naked)) void mnf_dot_4(__attribute__((unused)) const mnf_rows_t *r) {
    __asm__ (DOT(SMLAD_4, "r8", "52", OUTPUT_4, "ldr r8, [sp, #40]\n" STORE_4));
}

// One pixel. Per 16 weights: LDM of four words of them, two LDM of inputs, eight SXTB16, eight SMLAD: 1.19
// instructions a product; 1.22 with the loop's own two for each 64.
//
// r0 next input; r1 next weight; r2 depth; r3 sum; r4-r7 inputs; r8-r11 weights; r12 weights widened; lr end of the
// loop.
#define DOT_1(weights, even, odd) \
    "sxtb16 r12, " weights "\n sxtb16 " weights ", " weights ", ror #8\n" \
    "smlad r3, r12, " even ", r3\n smlad r3, " weights ", " odd ", r3\n"
#define DOT_1_BY_16(load) \
    load "ldm r0!, {r4, r5, r6, r7}\n" DOT_1("r8", "r4", "r5") DOT_1("r9", "r6", "r7") \
    "ldm r0!, {r4, r5, r6, r7}\n" DOT_1("r10", "r4", "r5") DOT_1("r11", "r6", "r7")
#define LDM_ALIGNED "ldm r1!, {r8, r9, r10, r11}\n"
#define LDM_ANYWHERE "ldr r8, [r1], #4\n ldr r9, [r1], #4\n ldr r10, [r1], #4\n ldr r11, [r1], #4\n"
#define LOOP_1(label, body) "add lr, r0, r4, lsl #1\n" label ":\n" body "cmp r0, lr\n bne " label "b\n"

MNF_HOT __attribute__((naked)) uint32_t mnf_dot_long(
    __attribute__((unused)) const uint32_t *column, __attribute__((unused)) const int8_t *row,
    __attribute__((unused)) int32_t n, __attribute__((unused)) uint32_t sum) {
    __asm__ (
        "push {r4-r11, lr}\n"
        "lsls r4, r2, #30\n"
        "beq 9f\n"
        "add r4, r1, r2\n" // the last 1 to 3 weights, and some before them
        "ldr r8, [r4, #-4]\n"
        "ldm r0!, {r4, r5}\n"
        DOT_1("r8", "r4", "r5")
        "9:\n"
        "lsls r4, r1, #30\n"
        "bne 4f\n"
        "bics r4, r2, #63\n"
        "beq 2f\n"
        LOOP_1("1", DOT_1_BY_16(LDM_ALIGNED) DOT_1_BY_16(LDM_ALIGNED) DOT_1_BY_16(LDM_ALIGNED) DOT_1_BY_16(LDM_ALIGNED))
        "2:\n"
        "ands r4, r2, #48\n"
        "beq 6f\n"
        LOOP_1("3", DOT_1_BY_16(LDM_ALIGNED))
        "b 6f\n"
        "4:\n"
        "bics r4, r2, #15\n"
        "beq 6f\n"
        LOOP_1("5", DOT_1_BY_16(LDM_ANYWHERE))
        "6:\n"
        "ands r4, r2, #12\n"
        "beq 8f\n"
        LOOP_1("7", "ldr r8, [r1], #4\n ldm r0!, {r4, r5}\n" DOT_1("r8", "r4", "r5"))
        "8:\n"
        "mov r0, r3\n"
        "pop {r4-r11, pc}\n");
}

// The same of several channels, whose outputs need another 12 instructions each, or sums 7.
//
// r2: the channel. The stack holds mnf_vector_t up to `first`, then where a channel begins in the code, and where the
// whole 16s do.
#define DOT_16 \
    "ldm r1!, {r8, r9, r10, r11}\n" \
    "ldm.w r0!, {r4, r5, r6, r7}\n" DOT_1("r8", "r4", "r5") DOT_1("r9", "r6", "r7") \
    "ldm.w r0!, {r4, r5, r6, r7}\n" DOT_1("r10", "r4", "r5") DOT_1("r11", "r6", "r7")
#define DOT_WORD "ldr.w r8, [r1], #4\n ldm.w r0!, {r4, r5}\n" DOT_1("r8", "r4", "r5")
#define DOT_ROWS(store) \
    "push {r4-r11, lr}\n" \
    "sub sp, #36\n" \
    "ldm r0, {r3-r12}\n"              /* ..., words, row, channel */ \
    "add lr, r3, r10, lsl #3\n" \
    "lsrs r0, r10, #2\n"              /* 16s: 1 to 4 in the first turn, if any */ \
    "subs r1, r0, #1\n" \
    "and r1, #3\n" \
    "add r1, #1\n" \
    "cmp r0, #0\n" \
    "it eq\n moveq r1, #0\n" \
    "adr.w r2, 4f\n" \
    "movs r0, #76\n" \
    "mls r2, r1, r0, r2\n" \
    "orr r2, #1\n" \
    "str r2, [sp, #32]\n" \
    "ands r0, r10, #3\n" \
    "beq 1f\n" \
    "adr.w r2, 2f\n" \
    "movs r1, #24\n" \
    "mls r2, r0, r1, r2\n" \
    "orr r2, #1\n" \
    "1:\n" \
    "mov r10, r2\n" \
    "stm sp, {r3-r10}\n" \
    "mov r0, r3\n mov r1, r11\n mov r2, r12\n" \
    "ldr r3, [r9, r2, lsl #2]\n" \
    "bx r10\n" \
    \
    DOT_WORD DOT_WORD DOT_WORD \
    "2:\n" \
    "ldr r10, [sp, #32]\n" \
    "bx r10\n" \
    \
    "3:\n" \
    DOT_16 DOT_16 DOT_16 DOT_16 \
    "4:\n" \
    "cmp r0, lr\n" \
    "bne 3b\n" \
    "ldm sp, {r0, r4-r10}\n"          /* column, multiplier, right, add, skip, out, first, where to go on */ \
    store \
    "adds r2, #1\n" \
    "beq 5f\n" \
    "ldr r3, [r9, r2, lsl #2]\n" \
    "add r1, r7\n" \
    "bx r10\n" \
    "5:\n" \
    "add sp, #36\n" \
    "pop {r4-r11, pc}\n"

_Static_assert(offsetof(mnf_vector_t, quick) == 4 && offsetof(mnf_vector_t, skip) == 16
    && offsetof(mnf_vector_t, words) == 28 && offsetof(mnf_quick_t, add) == 8, "the assembly knows these");

MNF_HOT __attribute__((naked)) void mnf_dot_outputs(__attribute__((unused)) const mnf_vector_t *v) {
    __asm__ (DOT_ROWS(
        "lsl r3, r3, #1\n add r12, r6, r3, asr #31\n smmlar r3, r3, r4, r12\n asr r3, r5\n ssat r3, #8, r3\n"
        "strb r3, [r8, r2]\n"));
}

MNF_HOT __attribute__((naked)) void mnf_dot_sums(__attribute__((unused)) const mnf_vector_t *v) {
    __asm__ (DOT_ROWS("str r3, [r8, r2, lsl #2]\n"));
}
#endif
