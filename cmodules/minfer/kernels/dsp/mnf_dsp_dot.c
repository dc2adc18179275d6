// Per 8 weights and 4 pixels: LDRD of two words of weights, four SXTB16, four LDM of four pixels, 16 SMLAD: 25 instructions for 32
// products, 0.78 a product; 0.81 with the loop's own two for each 64. A channel's four outputs need another 57.
// In assembly, since it takes all registers but SP and gcc 12 spills: C around the same inner loop needs twice as many for the rest.
//
// r0-r3 sums; r4-r7 inputs of four pixels; r8 next input; r9 next weight; r10, r11 weights; lr weights widened; r12 end of the loop.
// The stack holds mnf_rows_t up to `quick` and its address: 96 bytes in all.
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

_Static_assert(offsetof(mnf_rows_t, channels) == 32 && offsetof(mnf_rows_t, quick) == 52 && offsetof(mnf_rows_t, row) == 56
    && offsetof(mnf_rows_t, sums) == 60, "the assembly knows these");

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

        "8:\n" // another shift
        "ldr r5, [sp, #56]\n"
        "str r4, [r5, #0]\n"
        "str r9, [r5, #56]\n"
        "add r5, #60\n"
        "stm r5, {r0-r3}\n"
        "movs r0, #1\n"
        "add sp, #60\n"
        "pop {r4-r11, pc}\n");
}
#endif
