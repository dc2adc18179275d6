#include "kernels/core.h"

#if MNF_CORE_DSP

#include "kernels/dsp/mnf_dsp.h"
#include "mnf_columns.h"

// Two inputs that are not zero, and their columns. A pair with a zero fills up the last two pairs, one of zeros ends a list.
typedef struct {
    uint32_t inputs;
    uint32_t columns[2];
} pair_t;

void mnf_pair_columns(mnf_column_t *list) {
    pair_t *to = (pair_t *)(void *)list; // never past the two that it is made of
    for (; list[0].column != MNF_NO_COLUMN && list[1].column != MNF_NO_COLUMN; list += 2) {
        *to++ = (pair_t) {mnf_low_halves((uint32_t)list[0].x, (uint32_t)list[1].x), {list[0].column, list[1].column}};
    }
    if (list->column != MNF_NO_COLUMN) {
        *to++ = (pair_t) {(uint32_t)list->x & 0xffff, {list->column, list->column}};
    }
    to[0] = to[1] = (pair_t) {0, {0, 0}};
}

// Two columns' words, of four rows each, times two inputs: 10 instructions.
#define TWO(word, other, inputs) \
    "pkhbt r3, " word ", " other ", lsl #16\n" \
    "pkhtb " other ", " other ", " word ", asr #16\n" \
    "uxtb16 " word ", r3\n" \
    "uxtb16 r3, r3, ror #8\n" \
    "smlad r4, " word ", " inputs ", r4\n" \
    "smlad r5, r3, " inputs ", r5\n" \
    "uxtb16 " word ", " other "\n" \
    "uxtb16 " other ", " other ", ror #8\n" \
    "smlad r6, " word ", " inputs ", r6\n" \
    "smlad r7, " other ", " inputs ", r7\n"

// Four rows of a block: 27 instructions for four columns. r0 list, r1 weights, r3 at work, r4-r7 sums, r8 r11 inputs, the others
// columns, then words. 40 bytes of stack.
MNF_HOT __attribute__((naked, noinline)) static void add_to_4(
    __attribute__((unused)) const mnf_column_t *list, __attribute__((unused)) const uint8_t *weights, __attribute__((unused)) uint32_t *sums) {
    __asm__ volatile (
        "push {r2, r4, r5, r6, r7, r8, r9, r10, r11, lr}\n"
        "ldm r2, {r4, r5, r6, r7}\n"
        "ldm r0!, {r8, r9, r10, r11, r12, lr}\n"
        "1:\n"
        "ldr r9, [r1, r9]\n"
        "ldr r10, [r1, r10]\n"
        "ldr r12, [r1, r12]\n"
        "ldr lr, [r1, lr]\n"
        TWO("r9", "r10", "r8")
        TWO("r12", "lr", "r11")
        "ldm r0!, {r8, r9, r10, r11, r12, lr}\n"
        "cmp r8, #0\n"
        "bne 1b\n"
        "pop {r2}\n"
        "stm r2, {r4, r5, r6, r7}\n"
        "pop {r4, r5, r6, r7, r8, r9, r10, r11, pc}\n");
}

void mnf_add_columns(const mnf_column_t *list, const uint8_t *weights, int32_t depth, uint32_t *sums, int32_t rows) {
    for (const uint32_t *end = sums + rows; sums != end; sums += 8, weights += 8 * depth) {
        add_to_4(list, weights, sums);
        add_to_4(list, weights + 4, sums + 4);
    }
}

void mnf_output_rows(uint32_t *sums, uint32_t added, int32_t row, int32_t rows, const mnf_rows_output_t *how) {
    uint32_t high = 0;
#pragma GCC unroll 4
    for (int32_t i = 0; i < rows; i++) {
        sums[i] += added + (how->bias ? (uint32_t)how->bias[row + i] : 0);
        high |= sums[i] + (1u << 29);
    }
    int8_t *const output = how->output + row;
    if (!how->per_channel && mnf_is_quick(*how->shift, high >> 30 == 0 ? 22 : 0)) {
        const mnf_quick_t quick = mnf_quick(*how->multiplier, *how->shift, how->offset);
#pragma GCC unroll 4
        for (int32_t i = 0; i < rows; i++) {
            output[i] = (int8_t)mnf_quick_output(quick, sums[i]);
        }
        if (!mnf_is_whole_range(how->clamp)) {
            mnf_clamp_bytes(output, rows, how->clamp);
        }
        return;
    }
    for (int32_t i = 0; i < rows; i++) {
        const int32_t q = how->per_channel ? row + i : 0;
        output[i] = mnf_output_s8(sums[i], how->multiplier[q], how->shift[q], how->offset, how->clamp);
    }
}

#endif
