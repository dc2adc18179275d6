// Sums of products, see mnf_dsp_dot.h.
//
// Four pixels. Per 8 weights of each: LDRD of two words of weights, four SXTB16, four LDM of four pixels, 16 SMLAD:
// 25 instructions for 32 products, 0.78 a product; 0.81 with the loop's own two for each 64. A channel's four outputs
// need another 57. In assembly, since it takes all registers but SP and gcc 12 spills: C around the same inner loop
// needs twice as many for the rest.
//
// r0-r3 sums; r4-r7 inputs of four pixels; r8 next input; r9 next weight; r10, r11 weights; lr weights widened; r12
// end of the loop. The stack holds mnf_rows_t up to `quick` and its address: 96 bytes in all.
#include "kernels/core.h"
#if MNF_CORE_DSP
#include <stddef.h>

#include "mnf_dsp_dot.h"

#define LDRD_ALIGNED "ldrd r10, r11, [r9], #8\n"
#define LDRD_ANYWHERE "ldr r10, [r9], #4\n ldr r11, [r9], #4\n"
#define SMLAD_4 \
    "ldm r8!, {r4, r5, r6, r7}\n" \
    "smlad r0, r4, lr, r0\n smlad r1, r5, lr, r1\n smlad r2, r6, lr, r2\n smlad r3, r7, lr, r3\n"
#define DOT_4(weights) "sxtb16 lr, " weights "\n" SMLAD_4 "sxtb16 lr, " weights ", ror #8\n" SMLAD_4
#define DOT_16(load) load DOT_4("r10") DOT_4("r11") load DOT_4("r10") DOT_4("r11")
#define LOOP(label, load) label ":\n" DOT_16(load) "cmp r8, r12\n bne " label "b\n"

// A rounded, shifted, saturated output from a sum: mnf_quick_output.
#define OUTPUT(sum) \
    "lsl " sum ", " sum ", #1\n smmulr " sum ", " sum ", r7\n add " sum ", " sum ", " sum ", asr #31\n" \
    "add " sum ", r10\n asr " sum ", lr\n ssat " sum ", #8, " sum "\n"

// The same for any sum and shift to the right; lr is one less than that. Twice the instructions.
#define FAR_OUTPUT(sum) \
    "smull r12, " sum ", " sum ", r7\n adds r12, r12, #0x40000000\n adc " sum ", " sum ", #0\n" \
    "lsl " sum ", " sum ", #1\n orr " sum ", " sum ", r12, lsr #31\n add " sum ", " sum ", " sum ", asr #31\n" \
    "asr " sum ", lr\n add " sum ", #1\n add " sum ", r10, " sum ", asr #1\n ssat " sum ", #8, " sum "\n"

_Static_assert(offsetof(mnf_rows_t, channels) == 32 && offsetof(mnf_rows_t, quick) == 52
    && offsetof(mnf_rows_t, row) == 56 && offsetof(mnf_rows_t, sums) == 60, "the assembly knows these");

MNF_HOT __attribute__((naked)) bool mnf_dot_columns(__attribute__((unused)) mnf_rows_t *r) {
    __asm__ (
        "push {r0, r4-r11, lr}\n"
        "ldr r9, [r0, #56]\n"
        "sub sp, #56\n"
        "ldm r0!, {r2-r8}\n"
        "stm sp, {r2-r8}\n"
        "add r1, sp, #28\n"
        "ldm r0, {r2-r8}\n"
        "stm r1, {r2-r8}\n"

        "1:\n" // next channel
        "ldm sp, {r4, r5, r6, r7, r8, r10, r11, r12}\n"
        "movs r0, #0\n"
        "cbz r5, 2f\n"
        "ldr r0, [r5, r4, lsl #2]\n"
        "2:\n"
        "mov r1, r0\n mov r2, r0\n mov r3, r0\n"
        "cmp r8, r12\n"
        "beq 5f\n"
        "ldr r4, [sp, #44]\n" // rest
        "orr r4, r9\n"
        "tst r4, #3\n"
        "bne 4f\n"
        LOOP("3", LDRD_ALIGNED)
        "b 5f\n"
        LOOP("4", LDRD_ANYWHERE)
        "5:\n"
        "ldr r12, [sp, #44]\n"
        "cmp r12, #0\n beq 9f\n"
        "tst r12, #8\n"
        "beq 6f\n"
        LDRD_ANYWHERE DOT_4("r10") DOT_4("r11")
        "6:\n"
        "tst r12, #4\n"
        "beq 7f\n"
        "ldr r10, [r9], #4\n" DOT_4("r10")
        "7:\n"
        "ands r12, #3\n"
        "beq 9f\n"
        "add r9, r12\n"
        "ldr r10, [r9, #-4]\n" // the last 1 to 3 weights, and some before them
        "ldr r11, [sp, #48]\n"
        "lsr r10, r11\n" DOT_4("r10")

        "9:\n" // outputs
        "ldm sp, {r4, r5, r6, r7, r8, r10, r11}\n"
        "ldr r6, [r6, r4, lsl #2]\n"  // shift
        "ldr r12, [sp, #52]\n"
        "ldr r7, [r7, r4, lsl #2]\n"  // multiplier
        "mvn lr, r6\n"
        "cmp lr, r12\n"
        "bhs 8f\n"
        "lsl r10, r10, lr\n"
        "add lr, #1\n"
        OUTPUT("r3") OUTPUT("r0") OUTPUT("r1") OUTPUT("r2")
        "10:\n"
        "add r8, sp, #32\n"
        "ldm r8, {r5, r6, r12}\n"     // channels, step, last_step
        "add r11, r4\n"
        "strb r3, [r11, r12]\n"
        "strb r0, [r11]\n"
        "strb r1, [r11, r6]\n"
        "strb r2, [r11, r6, lsl #1]\n"
        "add r4, #1\n"
        "str r4, [sp]\n"
        "cmp r4, r5\n"
        "bne 1b\n"
        "movs r0, #0\n"
        "add sp, #60\n"
        "pop {r4-r11, pc}\n"

        "8:\n" // not a quick one
        "cmp lr, #31\n"
        "bhs 11f\n"
        "asr r10, #1\n"
        FAR_OUTPUT("r3") FAR_OUTPUT("r0") FAR_OUTPUT("r1") FAR_OUTPUT("r2")
        "b 10b\n"

        "11:\n" // not to the right
        "ldr r5, [sp, #56]\n"
        "str r4, [r5, #0]\n"
        "str r9, [r5, #56]\n"
        "add r5, #60\n"
        "stm r5, {r0-r3}\n"
        "movs r0, #1\n"
        "add sp, #60\n"
        "pop {r4-r11, pc}\n");
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
    __attribute__((unused)) const uint32_t *x, __attribute__((unused)) const int8_t *row,
    __attribute__((unused)) int32_t depth, __attribute__((unused)) uint32_t sum) {
    __asm__ (
        "push {r4-r11, lr}\n"
        "orr r4, r1, r2\n"
        "tst r4, #3\n"
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
        "ands r4, r2, #3\n"
        "beq 9f\n"
        "add r1, r4\n"
        "ldr r8, [r1, #-4]\n" // the last 1 to 3 weights, and some before them
        "lsl r4, #3\n"
        "rsb r4, r4, #32\n"
        "lsr r8, r4\n"
        "ldm r0!, {r4, r5}\n"
        DOT_1("r8", "r4", "r5")
        "9:\n"
        "mov r0, r3\n"
        "pop {r4-r11, pc}\n");
}

// The same of several channels, in 8 instructions each besides. The stack holds x, then `to`, `from` less `to`,
// `end` and `skip`.
MNF_HOT __attribute__((naked)) void mnf_dot_rows(
    __attribute__((unused)) const uint32_t *x, __attribute__((unused)) const int8_t *row,
    __attribute__((unused)) int32_t depth, __attribute__((unused)) const uint32_t *from,
    __attribute__((unused)) const mnf_sums_t *sums) {
    __asm__ (
        "push {r4-r11, lr}\n"
        "ldr r7, [sp, #36]\n"
        "mov r4, r0\n"
        "ldm r7, {r5, r7, r8}\n" // to, end, skip
        "sub r6, r3, r5\n"
        "push {r4, r5, r6, r7, r8}\n"
        "ldr r3, [r3]\n"
        "add lr, r0, r2, lsl #1\n"
        "2:\n"
        DOT_1_BY_16(LDM_ALIGNED) DOT_1_BY_16(LDM_ALIGNED) DOT_1_BY_16(LDM_ALIGNED) DOT_1_BY_16(LDM_ALIGNED)
        "cmp r0, lr\n"
        "bne 2b\n"
        "ldm sp, {r0, r4, r5, r6, r7}\n"
        "str r3, [r4], #4\n"
        "cmp r4, r6\n"
        "beq 3f\n"
        "ldr r3, [r4, r5]\n"
        "str r4, [sp, #4]\n"
        "add r1, r7\n"
        "b 2b\n"
        "3:\n"
        "add sp, #20\n"
        "pop {r4-r11, pc}\n");
}
#endif
