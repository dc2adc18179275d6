#include "kernels/core.h"

#if MNF_CORE_M0PLUS

#include "kernels/m0plus/mnf_output.h"
#include "kernels/portable/mnf_kernels.h"
#include "mnf_columns.h"

// A word of four rows times the input in r2, to four sums: 11 cycles.
#define FOUR(word, add0, add1, add2, add3) \
    "lsrs r5, " #word ", #8\n" \
    "muls r5, r2, r5\n" \
    add1 "\n" \
    "lsrs r5, " #word ", #16\n" \
    "muls r5, r2, r5\n" \
    add2 "\n" \
    "lsrs r5, " #word ", #24\n" \
    "muls r5, r2, r5\n" \
    add3 "\n" \
    "muls " #word ", r2, " #word "\n" \
    add0 "\n"

// An input and where its column lies, which carries behind the last one.
#define NEXT \
    "ldm r0!, {r2, r3}\n" \
    "adds r3, r3, r1\n"

#define EIGHT \
    "ldm r3, {r3, r4}\n" \
    FOUR(r3, "add r8, r3", "add r9, r5", "add r10, r5", "add r11, r5") \
    FOUR(r4, "add r12, r4", "add lr, r5", "adds r6, r6, r5", "adds r7, r7, r5") \
    NEXT

// Offsets in blocks_t: list 0, weights 4, sums 8, end 12, step 16.
typedef struct {
    const mnf_column_t *list;
    const uint8_t *weights;
    uint32_t *sums;
    const uint32_t *end;
    int32_t step; // bytes from one block's weights to the next one's
} blocks_t;

// One or more blocks of 8 rows: 30.5 cycles a column, 60 a block. r0 list, r1 weights, r2 input, r3 r4 two words, r5 products,
// r8-r12 lr r6 r7 sums. The stack holds the address of the blocks; 40 bytes of it.
MNF_HOT __attribute__((naked)) static void add_blocks(__attribute__((unused)) blocks_t *blocks) {
    __asm__ volatile (
        ".syntax unified\n"
        "push {r4, r5, r6, r7, lr}\n"
        "mov r3, r8\n"
        "mov r4, r9\n"
        "mov r5, r10\n"
        "mov r6, r11\n"
        "push {r0, r3, r4, r5, r6}\n"
        "1:\n"
        "ldm r0!, {r4, r5}\n"
        "ldr r2, [r0]\n"
        "movs r0, r4\n"
        "movs r1, r5\n"
        "ldm r2!, {r3, r4, r5, r6, r7}\n"
        "mov r8, r3\n"
        "mov r9, r4\n"
        "mov r10, r5\n"
        "mov r11, r6\n"
        "mov r12, r7\n"
        "ldm r2!, {r5, r6, r7}\n"
        "mov lr, r5\n"
        NEXT
        "2:\n"
        EIGHT
        "bcs 3f\n"
        EIGHT
        "bcc 2b\n"
        "3:\n"
        "ldr r0, [sp]\n"
        "ldr r5, [r0, #16]\n"
        "adds r1, r1, r5\n"
        "str r1, [r0, #4]\n"
        "ldr r5, [r0, #8]\n"
        "mov r1, r8\n"
        "mov r2, r9\n"
        "mov r3, r10\n"
        "mov r4, r11\n"
        "stm r5!, {r1, r2, r3, r4}\n"
        "mov r3, r12\n"
        "mov r4, lr\n"
        "stm r5!, {r3, r4, r6, r7}\n"
        "str r5, [r0, #8]\n"
        "ldr r1, [r0, #12]\n"
        "cmp r5, r1\n"
        "bne 1b\n"
        "pop {r0, r3, r4, r5, r6}\n"
        "mov r8, r3\n"
        "mov r9, r4\n"
        "mov r10, r5\n"
        "mov r11, r6\n"
        "pop {r4, r5, r6, r7, pc}\n");
}

void mnf_add_columns(const mnf_column_t *list, const uint8_t *weights, int32_t depth, uint32_t *sums, int32_t rows) {
    blocks_t blocks = {list, weights, sums, sums + rows, 8 * depth};
    add_blocks(&blocks);
}

// Offsets: sums 0, bias 4, multiplier 8, shift 12, added 16, end 20, output 24, output_offset 28, min 32, max 36, bias_step 40, step 44.
typedef struct {
    const uint32_t *sums;
    const int32_t *bias;
    const int32_t *multiplier;
    const int32_t *shift;
    uint32_t added;
    const uint32_t *end;
    int8_t *output;
    int32_t output_offset;
    int32_t min;
    int32_t max;
    int32_t bias_step; // bytes to the next row's
    int32_t step; // bytes to the next row's multiplier and shift
} outputs_t;

// r8 the next sum, r9 the next bias, r10 what is added, r11 where sums end, r5 output, r6 output offset.
#define BEGIN_OUTPUTS \
    ENTER(32, 36) \
    "ldm r0!, {r1, r2, r3, r7}\n" \
    "mov r8, r1\n" \
    "mov r9, r2\n" \
    "ldm r0!, {r1, r2, r5, r6}\n" \
    "mov r10, r1\n" \
    "mov r11, r2\n"

#define NEXT_SUM \
    "mov r1, r8\n" \
    "ldm r1!, {r0}\n" \
    "mov r8, r1\n" \
    "add r0, r10\n"

#define STORE_OUTPUT \
    OUTPUT \
    "adds r5, #1\n" \
    "cmp r8, r11\n" \
    "bne 1b\n"

// Outputs of rows' own sums, each with its bias, all by the same multiplier and shift to the right: 41 cycles. 44 bytes of stack.
__attribute__((naked)) static void output_alike(__attribute__((unused)) outputs_t *outputs) {
    __asm__ volatile (
        BEGIN_OUTPUTS
        "ldr r3, [r3]\n"
        "ldr r7, [r7]\n"
        "rsbs r7, r7, #0\n"
        HALVES
        "1:\n"
        NEXT_SUM
        "mov r1, r9\n"
        "ldm r1!, {r4}\n"
        "mov r9, r1\n"
        "adds r0, r0, r4\n"
        STORE_OUTPUT
        LEAVE);
}

// The same by any multipliers and shifts: 72 cycles.
__attribute__((naked)) static void output_each(__attribute__((unused)) outputs_t *outputs) {
    __asm__ volatile (
        BEGIN_OUTPUTS
        "1:\n"
        NEXT_SUM
        "ldr r4, [sp]\n"
        "ldr r1, [r4, #4]\n"
        "ldr r2, [r1]\n"
        "adds r0, r0, r2\n"
        "ldr r2, [r4, #40]\n"
        "adds r1, r1, r2\n"
        "str r1, [r4, #4]\n"
        "ldr r2, [r4, #44]\n"
        "ldr r1, [r4, #8]\n"
        "ldr r3, [r1]\n"
        "adds r1, r1, r2\n"
        "str r1, [r4, #8]\n"
        "ldr r1, [r4, #12]\n"
        "ldr r7, [r1]\n"
        "adds r1, r1, r2\n"
        "str r1, [r4, #12]\n"
        "cmp r7, #0\n"
        "ble 2f\n"
        "lsls r0, r7\n"
        "movs r7, #0\n"
        "2: rsbs r7, r7, #0\n"
        HALVES
        STORE_OUTPUT
        LEAVE);
}

void mnf_output_own_sums(const uint32_t *sums, uint32_t added, int32_t row, int32_t rows, const mnf_rows_output_t *how) {
    static const int32_t no_bias = 0;
    const int32_t first = how->per_channel ? row : 0;
    outputs_t outputs = {
        .sums = sums,
        .bias = how->bias ? how->bias + row : &no_bias,
        .multiplier = how->multiplier + first,
        .shift = how->shift + first,
        .added = added,
        .end = sums + rows,
        .output = how->output + row,
        .output_offset = how->offset,
        .min = how->clamp.min,
        .max = how->clamp.max,
        .bias_step = how->bias ? 4 : 0,
        .step = how->per_channel ? 4 : 0,
    };
    (outputs.step == 0 && *outputs.shift <= 0 && how->bias ? output_alike : output_each)(&outputs);
}

void mnf_output_rows(uint32_t *sums, uint32_t added, int32_t row, int32_t rows, const mnf_rows_output_t *how) {
    for (uint32_t *s = sums; s < sums + rows; s += 4) {
        const uint32_t next1 = s[1], next2 = s[2];
        s[0] -= next1 << 8;
        s[1] = next1 - (next2 << 8);
        s[2] = next2 - (s[3] << 8);
    }
    mnf_output_own_sums(sums, added, row, rows, how);
}

#endif
