#include "kernels/portable/mnf_four_pixels.h"

#if MNF_CORE_RV32

// Four pixels by four channels: the pixels' windows lie in scratch with the four inputs of the same weight side by side.

// One weight of each channel by four inputs, at k and 4 * k: 40 instructions for 16 products. The next channel's weight is
// loaded between a product and its sum, where a core that would wait for either need not.
#define PRODUCTS(next, s0, s1, s2, s3) \
    "mul ra, t2, a6\n" \
    "add " #s0 ", " #s0 ", ra\n" \
    "mul ra, t2, a7\n" \
    "add " #s1 ", " #s1 ", ra\n" \
    "mul ra, t2, t0\n" \
    "add " #s2 ", " #s2 ", ra\n" \
    "mul ra, t2, t1\n" \
    next \
    "add " #s3 ", " #s3 ", ra\n"

#define STEP(k) \
    "lb t2, " #k "(a1)\n" \
    "lh a6, " #k "*8(a0)\n" \
    "lh a7, " #k "*8+2(a0)\n" \
    "lh t0, " #k "*8+4(a0)\n" \
    "lh t1, " #k "*8+6(a0)\n" \
    PRODUCTS("lb t2, " #k "(a2)\n", t3, t4, t5, t6) \
    PRODUCTS("lb t2, " #k "(a3)\n", s0, s1, s2, s3) \
    PRODUCTS("lb t2, " #k "(a4)\n", s4, s5, s6, s7) \
    PRODUCTS("", s8, s9, s10, s11)

#define ADVANCE(k) \
    "addi a0, a0, " #k "*8\n" \
    "addi a1, a1, " #k "\n" \
    "addi a2, a2, " #k "\n" \
    "addi a3, a3, " #k "\n" \
    "addi a4, a4, " #k "\n"

// sums[4 * channel + pixel] of `depth` products, 1 or more. 166 instructions for four weights of 16 sums: 2.6 a product; the compiler's
// own loop spills, and needs 3.6. Registers: a0 inputs, a1 to a4 the channels' weights, a5 where a loop ends; a6 a7 t0 t1 inputs,
// t2 a weight, ra a product; t3 to t6 and s0 to s11 sums. 64 bytes of stack.
__attribute__((naked, noinline)) MNF_HOT static void dot_4x4(
    const int16_t *columns, const int8_t *const rows[4], int32_t depth, uint32_t *sums) {
    (void)columns;
    (void)rows;
    (void)depth;
    (void)sums;
    __asm__ volatile (
        "addi sp, sp, -64\n"
        "sw ra, 0(sp)\n"
        "sw s0, 4(sp)\n"
        "sw s1, 8(sp)\n"
        "sw s2, 12(sp)\n"
        "sw s3, 16(sp)\n"
        "sw s4, 20(sp)\n"
        "sw s5, 24(sp)\n"
        "sw s6, 28(sp)\n"
        "sw s7, 32(sp)\n"
        "sw s8, 36(sp)\n"
        "sw s9, 40(sp)\n"
        "sw s10, 44(sp)\n"
        "sw s11, 48(sp)\n"
        "sw a3, 52(sp)\n"
        "slli a5, a2, 3\n"
        "add a5, a5, a0\n"
        "sw a5, 56(sp)\n"
        "andi a2, a2, 3\n"
        "slli a2, a2, 3\n"
        "sub a5, a5, a2\n"
        "lw a4, 12(a1)\n"
        "lw a3, 8(a1)\n"
        "lw a2, 4(a1)\n"
        "lw a1, 0(a1)\n"
        "li t3, 0\n"
        "li t4, 0\n"
        "li t5, 0\n"
        "li t6, 0\n"
        "li s0, 0\n"
        "li s1, 0\n"
        "li s2, 0\n"
        "li s3, 0\n"
        "li s4, 0\n"
        "li s5, 0\n"
        "li s6, 0\n"
        "li s7, 0\n"
        "li s8, 0\n"
        "li s9, 0\n"
        "li s10, 0\n"
        "li s11, 0\n"
        "beq a0, a5, 2f\n"
        "1:\n"
        STEP(0)
        STEP(1)
        STEP(2)
        STEP(3)
        ADVANCE(4)
        "bne a0, a5, 1b\n"
        "2:\n"
        "lw a5, 56(sp)\n"
        "beq a0, a5, 4f\n"
        "3:\n"
        STEP(0)
        ADVANCE(1)
        "bne a0, a5, 3b\n"
        "4:\n"
        "lw a3, 52(sp)\n"
        "sw t3, 0(a3)\n"
        "sw t4, 4(a3)\n"
        "sw t5, 8(a3)\n"
        "sw t6, 12(a3)\n"
        "sw s0, 16(a3)\n"
        "sw s1, 20(a3)\n"
        "sw s2, 24(a3)\n"
        "sw s3, 28(a3)\n"
        "sw s4, 32(a3)\n"
        "sw s5, 36(a3)\n"
        "sw s6, 40(a3)\n"
        "sw s7, 44(a3)\n"
        "sw s8, 48(a3)\n"
        "sw s9, 52(a3)\n"
        "sw s10, 56(a3)\n"
        "sw s11, 60(a3)\n"
        "lw ra, 0(sp)\n"
        "lw s0, 4(sp)\n"
        "lw s1, 8(sp)\n"
        "lw s2, 12(sp)\n"
        "lw s3, 16(sp)\n"
        "lw s4, 20(sp)\n"
        "lw s5, 24(sp)\n"
        "lw s6, 28(sp)\n"
        "lw s7, 32(sp)\n"
        "lw s8, 36(sp)\n"
        "lw s9, 40(sp)\n"
        "lw s10, 44(sp)\n"
        "lw s11, 48(sp)\n"
        "addi sp, sp, 64\n"
        "ret\n"
        );
}

MNF_HOT int16_t *mnf_put_inputs(int16_t *to, const int8_t *x, int32_t n, int32_t offset) {
    for (; n >= 4; n -= 4) {
        const int32_t a = x[0], b = x[1], c = x[2], d = x[3];
        to[0] = (int16_t)(a + offset);
        to[4] = (int16_t)(b + offset);
        to[8] = (int16_t)(c + offset);
        to[12] = (int16_t)(d + offset);
        x += 4;
        to += 16;
    }
    for (; n > 0; n--) {
        *to = (int16_t)(*x++ + offset);
        to += 4;
    }
    return to;
}

int16_t *mnf_put_zeros(int16_t *to, int32_t n) {
    for (; n > 0; n--) {
        *to = 0;
        to += 4;
    }
    return to;
}

void mnf_pack_pixel(const mnf_four_pixels_t *job, int32_t i, int32_t y, int32_t x) {
    mnf_im2col(job, (int16_t *)job->scratch + i, y, x);
}

MNF_HOT void mnf_convolve_pixels(const mnf_four_pixels_t *job, int32_t o, int32_t end, int32_t count, int8_t *output) {
    for (; o < end; o += 4) {
        const int32_t channels = end - o < 4 ? end - o : 4;
        const int8_t *rows[4];
        for (int32_t i = 0; i < 4; i++) {
            rows[i] = job->weights + (i < channels ? o + i : end - 1) * job->depth;
        }
        uint32_t sums[16];
        dot_4x4(job->scratch, rows, job->depth, sums);
        for (int32_t i = 0; i < channels; i++) {
            const uint32_t bias = job->bias ? (uint32_t)job->bias[o + i] : 0;
            mnf_output_pixels(job, o + i, sums + 4 * i, bias, count, output);
        }
    }
}

#endif
