#include "kernels/core.h"

#if MNF_CORE_M0PLUS

#include "kernels/portable/mnf_kernels.h"
#include "mnf_dw3x3.h"

// How an input is scaled. Read by the assembly: words in this order.
typedef struct {
    int32_t multiplier_low; // unsigned 16 bits
    int32_t multiplier_high;
    int32_t right;
    int32_t offset;
} scale_t;

#pragma GCC diagnostic ignored "-Wunused-parameter" // the assembly takes them

// r0 the inputs' end, r1 at work, r2 sums, r3 minus the inputs left, r4 and r5 the multiplier's halves, r6 right, r7 at work; r8 offset.
// A left shift of 20 leaves nothing in the lower half of an input, so that the doubling high product by b is x b / 2^11. 24 bytes of stack.
#define SCALE(STORE) \
    ".syntax unified\n" \
    "push {r4-r7, lr}\n" \
    "mov r4, r8\n" \
    "push {r4}\n" \
    "ldm r3!, {r4-r7}\n" \
    "mov r8, r7\n" \
    "adds r0, r0, r1\n" \
    "rsbs r3, r1, #0\n" \
    "1:\n" \
    "ldrsb r1, [r0, r3]\n" \
    "add r1, r8\n" \
    "mov r7, r4\n" \
    "muls r7, r1, r7\n" \
    "muls r1, r5, r1\n" \
    "lsls r1, r1, #5\n" \
    "asrs r7, r7, #11\n" \
    "adcs r1, r7\n" \
    "asrs r7, r1, #31\n" \
    "adds r1, r1, r7\n" \
    "asrs r1, r6\n" \
    "movs r7, #0\n" \
    "adcs r1, r7\n" \
    STORE \
    "stm r2!, {r1}\n" \
    "adds r3, #1\n" \
    "bne 1b\n" \
    "pop {r4}\n" \
    "mov r8, r4\n" \
    "pop {r4-r7, pc}\n"

// n > 0 inputs, scaled, become sums: 20 cycles each. (noipa: the compiler cannot know which registers they use.)
MNF_HOT __attribute__((naked, noipa)) static void scale(const int8_t *x, int32_t n, int32_t *sums, const scale_t *by) {
    __asm__ volatile (SCALE(""));
}

// The same, added to sums: 23 cycles.
MNF_HOT __attribute__((naked, noipa)) static void scale_and_add(const int8_t *x, int32_t n, int32_t *sums, const scale_t *by) {
    __asm__ volatile (SCALE("ldr r7, [r2]\n adds r1, r1, r7\n"));
}

#define PIECE 32 // elements whose sums lie on the stack

arm_cmsis_nn_status arm_elementwise_add_s8(
    const int8_t *input_1_vect, const int8_t *input_2_vect,
    const int32_t input_1_offset, const int32_t input_1_mult, const int32_t input_1_shift,
    const int32_t input_2_offset, const int32_t input_2_mult, const int32_t input_2_shift,
    const int32_t left_shift, int8_t *output,
    const int32_t out_offset, const int32_t out_mult, const int32_t out_shift,
    const int32_t out_activation_min, const int32_t out_activation_max,
    const int32_t block_size) {
    if (left_shift != 20 || input_1_shift > 0 || input_2_shift > 0 || out_shift >= 0) {
        return mnf_elementwise_add_s8(input_1_vect, input_2_vect, input_1_offset, input_1_mult, input_1_shift, input_2_offset, input_2_mult,
            input_2_shift, left_shift, output, out_offset, out_mult, out_shift, out_activation_min, out_activation_max, block_size);
    }
    const scale_t first = {input_1_mult & 0xffff, input_1_mult >> 16, -input_1_shift, input_1_offset};
    const scale_t second = {input_2_mult & 0xffff, input_2_mult >> 16, -input_2_shift, input_2_offset};
    // Both scaled inputs are at most 2^28 in size.
    const mnf_requant_channel_t requant = {
        out_mult & 0xffff, out_mult >> 16, -out_shift, out_offset, 0, out_activation_min, out_activation_max, 1, 0, 0, 0, 0,
    };
    for (int32_t i = 0; i < block_size; i += PIECE) {
        const int32_t n = block_size - i < PIECE ? block_size - i : PIECE;
        int32_t sums[PIECE];
        scale(input_1_vect + i, n, sums, &first);
        scale_and_add(input_2_vect + i, n, sums, &second);
        mnf_requantise_channel(sums, n, output + i, &requant);
    }
    return ARM_CMSIS_NN_SUCCESS;
}

#endif
