// Windows of 3x3 over packed pairs of rows. Of two outputs one below the other, 15 instructions of 37 are loads and
// products: of a window's three columns the upper output takes SMLAD of the upper pair and SMLABT of the lower one,
// the lower output SMLATB and SMLAD. With stride 2 it is 9 of 23, for one output. In assembly, since a window's
// weights, sums and pointers take all registers.
//
// r0-r5 weights; r6, r7 sums; r8 packed inputs; r9 output; r10, r11 inputs, r12 more; lr step to the second row.
// The stack holds bias, quick (multiplier, right, add), step and end.
#include "kernels/core.h"
#if MNF_CORE_DSP
#include <stddef.h>

#include "mnf_dsp_depthwise.h"

_Static_assert(offsetof(mnf_depthwise_t, bias) == 24 && offsetof(mnf_depthwise_t, quick) == 28
    && offsetof(mnf_quick_t, right) == 4 && offsetof(mnf_quick_t, add) == 8
    && offsetof(mnf_depthwise_row_t, row_step) == 16, "the assembly knows these");

#define BEGIN \
    "push {r4-r11, lr}\n" \
    "ldm r1, {r8, r10, r11, r12, lr}\n"  /* packed, end, out, step, row_step */ \
    "mov r9, r11\n" \
    "add r2, r0, #24\n" \
    "ldm r2, {r4, r5, r6, r7}\n"         /* bias, multiplier, right, add */ \
    "mov r11, r10\n mov r10, r12\n" \
    "push {r4, r5, r6, r7, r10, r11}\n" \
    "ldm r0, {r0-r5}\n" \
    "1:\n"
#define END \
    "ldrd r10, r11, [sp, #16]\n" \
    "add r9, r10\n" \
    "cmp r8, r11\n" \
    "bne 1b\n" \
    "add sp, #24\n" \
    "pop {r4-r11, pc}\n"
#define OUTPUT(sum) \
    "lsl " sum ", #1\n smmulr " sum ", " sum ", r10\n add " sum ", " sum ", " sum ", asr #31\n" \
    "add " sum ", r12\n asr " sum ", r11\n ssat " sum ", #8, " sum "\n"
#define PARAMETERS "add r12, sp, #4\n ldm r12, {r10, r11, r12}\n" /* multiplier, right, add */

#define COLUMN_1(upper, lower, a, b) \
    "smlad r6, " upper ", " a ", r6\n smlatb r7, " upper ", " a ", r7\n" \
    "smlabt r6, " lower ", " b ", r6\n smlad r7, " lower ", " b ", r7\n"
#define STRIDE_1(upper, lower) \
    BEGIN \
    "ldr r6, [sp]\n mov r7, r6\n" \
    "ldrd r10, r11, [r8], #8\n" COLUMN_1(upper, lower, "r0", "r1") \
    "ldrd r10, r11, [r8]\n" COLUMN_1(upper, lower, "r2", "r3") \
    "ldrd r10, r11, [r8, #8]\n" COLUMN_1(upper, lower, "r4", "r5") \
    PARAMETERS OUTPUT("r7") OUTPUT("r6") \
    "strb r7, [r9, lr]\n" \
    "strb r6, [r9]\n" \
    END

#define COLUMN_2(upper, lower, a, b) "smlad r6, " upper ", " a ", r6\n smlabt r6, " lower ", " b ", r6\n"
#define STRIDE_2(upper, lower) \
    BEGIN \
    "ldr r6, [sp]\n" \
    "ldrd r10, r11, [r8], #16\n" COLUMN_2(upper, lower, "r0", "r1") \
    "ldrd r10, r11, [r8, #-8]\n" COLUMN_2(upper, lower, "r2", "r3") \
    "ldrd r10, r11, [r8]\n" COLUMN_2(upper, lower, "r4", "r5") \
    PARAMETERS OUTPUT("r6") \
    "strb r6, [r9]\n" \
    END

#define DEFINE(name, text) \
    MNF_HOT __attribute__((naked)) void name( \
        __attribute__((unused)) const mnf_depthwise_t *channel, \
        __attribute__((unused)) const mnf_depthwise_row_t *row) { \
        __asm__ (text); \
    }
DEFINE(mnf_depthwise_1_even, STRIDE_1("r10", "r11"))
DEFINE(mnf_depthwise_1_odd, STRIDE_1("r11", "r10"))
DEFINE(mnf_depthwise_2_even, STRIDE_2("r10", "r11"))
DEFINE(mnf_depthwise_2_odd, STRIDE_2("r11", "r10"))
#endif
