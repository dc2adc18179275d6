#include <string.h>

#include "kernels/core.h"
#include "kernels/parallel.h"
#include "kernels/portable/mnf_scale.h"

#if MNF_CORE_RV32

// Four pixels at a time by four channels: the pixels' windows are widened, offset included, into scratch, four inputs of the same
// weight side by side. Cores share the pixels, then the channels; an output is written after all inputs of its block are read.

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
    const int16_t *columns, const int8_t *const rows[4], int32_t depth, int32_t *sums) {
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

typedef struct {
    const cmsis_nn_conv_params *conv;
    const cmsis_nn_per_channel_quant_params *quant;
    cmsis_nn_dims in;
    cmsis_nn_dims filter;
    cmsis_nn_dims out;
    const int8_t *input;
    const int8_t *weights;
    const int32_t *bias;
    int8_t *output;
    int32_t depth;
    int16_t *columns;
} job_t;

// n inputs, every fourth place of a column.
static inline int16_t *widen(int16_t *column, const int8_t *x, int32_t n, int32_t offset) {
    for (; n >= 4; n -= 4) {
        const int32_t a = x[0], b = x[1], c = x[2], d = x[3];
        column[0] = (int16_t)(a + offset);
        column[4] = (int16_t)(b + offset);
        column[8] = (int16_t)(c + offset);
        column[12] = (int16_t)(d + offset);
        x += 4;
        column += 16;
    }
    for (; n > 0; n--) {
        *column = (int16_t)(*x++ + offset);
        column += 4;
    }
    return column;
}

static int16_t *no_inputs(int16_t *column, int32_t n) {
    for (; n > 0; n--) {
        *column = 0;
        column += 4;
    }
    return column;
}

// The window of output pixel (y, x).
MNF_HOT static void im2col(const job_t *job, int16_t *column, int32_t y, int32_t x) {
    const cmsis_nn_conv_params *conv = job->conv;
    const int32_t channels = job->in.c, offset = conv->input_offset;
    const mnf_taps_t rows = mnf_taps(y, conv->stride.h, conv->padding.h, conv->dilation.h, job->filter.h, job->in.h);
    const mnf_taps_t cols = mnf_taps(x, conv->stride.w, conv->padding.w, conv->dilation.w, job->filter.w, job->in.w);
    for (int32_t ky = 0; ky < job->filter.h; ky++) {
        if (ky < rows.begin || ky >= rows.end || cols.begin >= cols.end) {
            column = no_inputs(column, job->filter.w * channels);
            continue;
        }
        const int32_t first = (rows.start + ky * conv->dilation.h) * job->in.w + cols.start;
        column = no_inputs(column, cols.begin * channels);
        if (conv->dilation.w == 1) {
            column = widen(column, job->input + (first + cols.begin) * channels, (cols.end - cols.begin) * channels, offset);
        } else {
            for (int32_t kx = cols.begin; kx < cols.end; kx++) {
                column = widen(column, job->input + (first + kx * conv->dilation.w) * channels, channels, offset);
            }
        }
        column = no_inputs(column, (job->filter.w - cols.end) * channels);
    }
}

// Output channel o of `count` pixels.
__attribute__((noinline)) MNF_HOT static void write_outputs(const job_t *job, int32_t o, const int32_t *sums, int32_t count, int8_t *y) {
    const uint32_t bias = job->bias ? (uint32_t)job->bias[o] : 0;
    const mnf_scale_t scale = mnf_scale(
        job->quant->multiplier[o], job->quant->shift[o], job->conv->output_offset, job->conv->activation);
    const int32_t *const end = sums + count;
    const int32_t step = job->out.c;
    y += o;
    if (scale.last >= 0) {
        for (; sums < end; y += step) {
            *y = (int8_t)mnf_scale_right((uint32_t)*sums++ + bias, &scale);
        }
    } else {
        for (; sums < end; y += step) {
            *y = mnf_output_s8((uint32_t)*sums++ + bias, scale.multiplier, scale.shift, scale.offset, scale.clamp);
        }
    }
}

// Channels [o, end) of `count` pixels, whose outputs begin at y.
MNF_HOT static void block(const job_t *job, int32_t o, int32_t end, int32_t count, int8_t *y) {
    for (; o < end; o += 4) {
        const int32_t channels = end - o < 4 ? end - o : 4;
        const int8_t *rows[4];
        for (int32_t i = 0; i < 4; i++) {
            rows[i] = job->weights + (i < channels ? o + i : end - 1) * job->depth;
        }
        int32_t sums[16];
        dot_4x4(job->columns, rows, job->depth, sums);
        for (int32_t i = 0; i < channels; i++) {
            write_outputs(job, o + i, sums + 4 * i, count, y);
        }
    }
}

static void run_part(void *data, uint32_t part, uint32_t parts) {
    const job_t *job = data;
    const mnf_share_t share = mnf_share(job->filter.n, 4, part, parts);
    const int32_t pixels = job->out.h * job->out.w;
    int32_t y = 0, x = 0;
    for (int32_t first = 0; first < pixels; first += 4) {
        const int32_t count = pixels - first < 4 ? pixels - first : 4;
        for (int32_t i = 0; i < count; i++) {
            if ((uint32_t)i % parts == part) {
                im2col(job, job->columns + i, y, x);
            }
            if (++x == job->out.w) {
                x = 0;
                y++;
            }
        }
        mnf_barrier();
        block(job, share.begin, share.end, count, job->output + first * job->out.c);
        mnf_barrier();
    }
}

bool mnf_convolve_s8(
    void *buffer, const cmsis_nn_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
    if (in->c != filter->c) {
        return false;
    }
    job_t job = {
        conv, quant, *in, *filter, *out, input, weights, bias, output, filter->h * filter->w * filter->c, buffer,
    };
    for (int32_t n = 0; n < in->n; n++) {
        mnf_parallel(run_part, &job);
        job.input += in->h * in->w * in->c;
        job.output += out->h * out->w * out->c;
    }
    return true;
}

#endif
