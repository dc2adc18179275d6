#include "kernels/core.h"

#if MNF_CORE_M0PLUS

#include "kernels/portable/mnf_kernels.h"

// Two products nearly give a sum: with a and b the inputs, (a * factor_a + b * factor_b + a constant) >> 18. Where two constants, less
// and more than all of that can be wrong by, give the same, that is the output; else it is computed in full.
// Read by the assembly: words in this order.
typedef struct {
    int32_t factor_a;
    int32_t factor_b;
    int32_t less;
    int32_t more;
    int32_t min;
    int32_t max;
} estimate_t;

#define SCALE 18

#pragma GCC diagnostic ignored "-Wunused-parameter" // the assembly takes them

// Adds until a sum is not decided, and returns the elements left then: 25 cycles each.
// r0 r1 r2 where inputs and outputs end, r3 minus the elements left, r4 r5 factors, r6 r7 at work; r8 less, r9 more, r10 min, r11 max.
// (noipa: the compiler cannot know which registers it uses.)
MNF_HOT __attribute__((naked, noipa)) static int32_t add(
    const int8_t *a, const int8_t *b, int8_t *output, int32_t n, const estimate_t *estimate) {
    __asm__ volatile (
        ".syntax unified\n"
        "push {r4-r7, lr}\n"
        "mov r4, r8\n"
        "mov r5, r9\n"
        "mov r6, r10\n"
        "mov r7, r11\n"
        "push {r4-r7}\n"
        "adds r0, r0, r3\n"
        "adds r1, r1, r3\n"
        "adds r2, r2, r3\n"
        "rsbs r3, r3, #0\n"
        "ldr r7, [sp, #36]\n"
        "ldm r7!, {r4, r5, r6}\n"
        "mov r8, r6\n"
        "ldr r6, [r7]\n"
        "mov r9, r6\n"
        "ldr r6, [r7, #4]\n"
        "mov r10, r6\n"
        "ldr r6, [r7, #8]\n"
        "mov r11, r6\n"
        "1:\n"
        "ldrsb r6, [r0, r3]\n"
        "muls r6, r4, r6\n"
        "ldrsb r7, [r1, r3]\n"
        "muls r7, r5, r7\n"
        "adds r6, r6, r7\n"
        "mov r7, r6\n"
        "add r6, r9\n"
        "add r7, r8\n"
        "asrs r6, r6, #18\n"
        "asrs r7, r7, #18\n"
        "cmp r6, r7\n"
        "bne 4f\n"
        "cmp r6, r10\n"
        "blt 2f\n"
        "cmp r6, r11\n"
        "bgt 3f\n"
        "5:\n"
        "strb r6, [r2, r3]\n"
        "adds r3, #1\n"
        "bne 1b\n"
        "4:\n"
        "rsbs r0, r3, #0\n"
        "pop {r4-r7}\n"
        "mov r8, r4\n"
        "mov r9, r5\n"
        "mov r10, r6\n"
        "mov r11, r7\n"
        "pop {r4-r7, pc}\n"
        "2:\n"
        "mov r6, r10\n"
        "b 5b\n"
        "3:\n"
        "mov r6, r11\n"
        "b 5b\n");
}

arm_cmsis_nn_status arm_elementwise_add_s8(
    const int8_t *input_1_vect, const int8_t *input_2_vect,
    const int32_t input_1_offset, const int32_t input_1_mult, const int32_t input_1_shift,
    const int32_t input_2_offset, const int32_t input_2_mult, const int32_t input_2_shift,
    const int32_t left_shift, int8_t *output,
    const int32_t out_offset, const int32_t out_mult, const int32_t out_shift,
    const int32_t out_activation_min, const int32_t out_activation_max,
    const int32_t block_size) {
    // A factor is 2^left_shift * in_mult * out_mult * 2^(in_shift + out_shift - 62), in units of 2^-18: the high product of the multipliers,
    // shifted to the right, which is off by no more than 3/4.
    const int32_t right = 31 - SCALE - left_shift - out_shift, right_1 = right - input_1_shift, right_2 = right - input_2_shift;
    int32_t left = block_size;
    estimate_t estimate;
    // Inputs of less than 2^28 in size, scaled, which are off by no more than 1 each.
    bool quick = left_shift <= 20 && out_shift <= 0 && input_1_shift <= 0 && input_2_shift <= 0
        && right_1 >= 1 && right_1 <= 30 && right_2 >= 1 && right_2 <= 30;
    if (quick) {
        estimate.factor_a = mnf_rounding_shift_right(mnf_doubling_high_mul(input_1_mult, out_mult), right_1);
        estimate.factor_b = mnf_rounding_shift_right(mnf_doubling_high_mul(input_2_mult, out_mult), right_2);
        quick = estimate.factor_a <= 1 << 20 && estimate.factor_b <= 1 << 20;
    }
    if (quick) {
        // Two factors times 255, both scaled inputs, and the first rounding of their sum.
        const int32_t wrong = 2 * 255 * 3 / 4 + 2 + (int32_t)(5u << (SCALE - 1) >> -out_shift);
        const int32_t middle = input_1_offset * estimate.factor_a + input_2_offset * estimate.factor_b
            + out_offset * (1 << SCALE) + (1 << (SCALE - 1));
        estimate.less = middle - wrong;
        estimate.more = middle + wrong;
        estimate.min = out_activation_min;
        estimate.max = out_activation_max;
    }
    while (left > 0) {
        const int32_t at = block_size - left;
        left = quick ? add(input_1_vect + at, input_2_vect + at, output + at, left, &estimate) : left;
        if (left > 0) {
            const int32_t full = quick ? 1 : left, from = block_size - left;
            mnf_elementwise_add_s8(input_1_vect + from, input_2_vect + from, input_1_offset, input_1_mult, input_1_shift, input_2_offset,
                input_2_mult, input_2_shift, left_shift, output + from, out_offset, out_mult, out_shift, out_activation_min,
                out_activation_max, full);
            left -= full;
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}

#endif
