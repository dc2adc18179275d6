// Windows of 3x3 over packed pairs of rows, a column of four outputs at a time: of a window's three columns each output
// takes SMLAD of one pair of rows, and SMLABT of the next or SMLATB of the one before. 28 of 60 instructions are loads
// and products of inputs. With stride 2 it is two outputs, 15 of 35. In assembly, since a window's weights, sums and
// inputs take all registers.
//
// r0-r5 weights, then what makes outputs of sums; r6-r9 sums; r10 packed inputs; r11, r12, lr inputs, then r11 the
// output. The stack holds mnf_depthwise_t up to `packed`.
#include "kernels/core.h"
#if MNF_CORE_DSP
#include <stddef.h>

#include "mnf_dsp_depthwise.h"

_Static_assert(offsetof(mnf_depthwise_t, quick) == 40 && offsetof(mnf_depthwise_t, rows) == 52
    && offsetof(mnf_depthwise_t, out) == 64 && offsetof(mnf_depthwise_t, step) == 68
    && offsetof(mnf_depthwise_t, packed) == 76 && offsetof(mnf_quick_t, add) == 8, "the assembly knows these");

#define BEGIN \
    "push {r4-r11, lr}\n" \
    "sub sp, #76\n" \
    "ldm r0!, {r1-r10}\n" \
    "stm sp, {r1-r10}\n" \
    "ldm r0, {r1-r10}\n" \
    "add r11, sp, #40\n" \
    "stm r11, {r1-r9}\n" \
    "1:\n" \
    "ldm sp, {r0-r9}\n"
#define PARAMETERS \
    "add lr, sp, #40\n" \
    "ldm lr, {r0-r5, r11}\n" /* multiplier, right, add, rows, out */
#define OUTPUT(sum) \
    "lsl " sum ", " sum ", #1\n add r12, r2, " sum ", asr #31\n smmlar " sum ", " sum ", r0, r12\n" \
    "asr " sum ", r1\n ssat " sum ", #8, " sum "\n"
#define END \
    "strb r7, [r11, r3]\n" \
    "strb r6, [r11]\n" \
    "ldrd r0, r1, [sp, #68]\n" /* step, end */ \
    "add r11, r0\n" \
    "str r11, [sp, #64]\n" \
    "cmp r10, r1\n" \
    "bne 1b\n" \
    "add sp, #76\n" \
    "pop {r4-r11, pc}\n"

// x, y, z: the three pairs of rows. Rows 0 and 1, then 2 and 3; with stride 2 rows 0 and 1 at once.
#define ROWS_01(x, y, z, a, b) \
    "smlad r6, " x ", " a ", r6\n smlatb r7, " x ", " a ", r7\n" \
    "smlabt r6, " y ", " b ", r6\n smlad r7, " y ", " b ", r7\n"
#define ROWS_0123(x, y, z, a, b) \
    ROWS_01(x, y, z, a, b) \
    "smlad r8, " y ", " a ", r8\n smlatb r9, " y ", " a ", r9\n" \
    "smlabt r8, " z ", " b ", r8\n smlad r9, " z ", " b ", r9\n"
#define ROWS_02(x, y, z, a, b) \
    "smlad r6, " x ", " a ", r6\n smlabt r6, " y ", " b ", r6\n" \
    "smlad r7, " y ", " a ", r7\n smlabt r7, " z ", " b ", r7\n"
#define WINDOWS(rows, x, z) \
    BEGIN \
    "ldm r10!, {r11, r12, lr}\n" rows(x, "r12", z, "r0", "r1") \
    "ldm r10!, {r11, r12, lr}\n" rows(x, "r12", z, "r2", "r3") \
    "ldm r10, {r11, r12, lr}\n" rows(x, "r12", z, "r4", "r5")
#define FOUR(x, z) \
    WINDOWS(ROWS_0123, x, z) "sub r10, #12\n" \
    PARAMETERS OUTPUT("r9") OUTPUT("r8") OUTPUT("r7") OUTPUT("r6") \
    "strb r9, [r11, r5]\n strb r8, [r11, r4]\n" \
    END
#define TWO(x, z) WINDOWS(ROWS_01, x, z) "sub r10, #12\n" PARAMETERS OUTPUT("r7") OUTPUT("r6") END
#define STRIDE_2(x, z) WINDOWS(ROWS_02, x, z) PARAMETERS OUTPUT("r7") OUTPUT("r6") END

#define DEFINE(name, text) \
    MNF_HOT __attribute__((naked)) void name(__attribute__((unused)) const mnf_depthwise_t *channel) { \
        __asm__ (text); \
    }
DEFINE(mnf_depthwise_4_even, FOUR("r11", "lr"))
DEFINE(mnf_depthwise_4_odd, FOUR("lr", "r11"))
DEFINE(mnf_depthwise_2_even, TWO("r11", "lr"))
DEFINE(mnf_depthwise_2_odd, TWO("lr", "r11"))
DEFINE(mnf_depthwise_2_even_stride_2, STRIDE_2("r11", "lr"))
DEFINE(mnf_depthwise_2_odd_stride_2, STRIDE_2("lr", "r11"))
#endif
