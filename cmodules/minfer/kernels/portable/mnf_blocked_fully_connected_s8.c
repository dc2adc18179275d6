#include "kernels/core.h"
#include "mnf_scale.h"

#if MNF_BLOCKED && !MNF_CORE_MAC16

enum { TOGETHER = 8 };

// Sums of `depth` products of widened inputs by the weights of eight channels, whose rows follow one another: 26 instructions for
// eight products, and the steps of the pointers once in four weights. Without the barriers the compiler would load ahead until
// sums have to leave their registers.
__attribute__((noinline)) MNF_HOT static void dot_1x8(
    const int8_t *x, int32_t offset, const int8_t *weights, int32_t depth, uint32_t sums[TOGETHER]) {
    const int8_t *w0 = weights, *w1 = w0 + depth, *w2 = w1 + depth, *w3 = w2 + depth;
    const int8_t *w4 = w3 + depth, *w5 = w4 + depth, *w6 = w5 + depth, *w7 = w6 + depth;
    uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
#define STEP(k) do { \
        const int32_t in = x[k] + offset; \
        s0 += (uint32_t)(in * w0[k]); \
        s1 += (uint32_t)(in * w1[k]); \
        s2 += (uint32_t)(in * w2[k]); \
        s3 += (uint32_t)(in * w3[k]); \
        __asm__ volatile ("" ::: "memory"); \
        s4 += (uint32_t)(in * w4[k]); \
        s5 += (uint32_t)(in * w5[k]); \
        s6 += (uint32_t)(in * w6[k]); \
        s7 += (uint32_t)(in * w7[k]); \
        __asm__ volatile ("" ::: "memory"); \
    } while (0)
#define ADVANCE(k) x += k, w0 += k, w1 += k, w2 += k, w3 += k, w4 += k, w5 += k, w6 += k, w7 += k
    const int8_t *end = x + (depth & ~3);
    while (x < end) {
        STEP(0);
        STEP(1);
        STEP(2);
        STEP(3);
        ADVANCE(4);
    }
    end += depth & 3;
    while (x < end) {
        STEP(0);
        ADVANCE(1);
    }
#undef STEP
#undef ADVANCE
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
    sums[4] = s4;
    sums[5] = s5;
    sums[6] = s6;
    sums[7] = s7;
}

static uint32_t dot(const int8_t *x, int32_t offset, const int8_t *w, int32_t depth) {
    uint32_t sum = 0;
    for (const int8_t *end = x + depth; x < end;) {
        sum += (uint32_t)((*x++ + offset) * *w++);
    }
    return sum;
}

bool mnf_fully_connected_s8(
    const cmsis_nn_fc_params *params, const cmsis_nn_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
    const int32_t depth = filter->n, channels = out->c, offset = params->input_offset;
    for (int32_t n = 0; n < in->n; n++) {
        // What the weights' offset adds to every sum.
        uint32_t added = 0;
        if (params->filter_offset != 0) {
            for (int32_t k = 0; k < depth; k++) {
                added += (uint32_t)((input[k] + offset) * params->filter_offset);
            }
        }
        for (int32_t o = 0; o < channels; o += TOGETHER) {
            const int32_t count = channels - o < TOGETHER ? channels - o : TOGETHER;
            const int8_t *w = weights + o * depth;
            uint32_t sums[TOGETHER];
            if (count == TOGETHER) {
                dot_1x8(input, offset, w, depth, sums);
            } else {
                for (int32_t i = 0; i < count; i++) {
                    sums[i] = dot(input, offset, w + i * depth, depth);
                }
            }
            output = mnf_output_channels(params, quant, bias, o, count, sums, added, output);
        }
        input += depth;
    }
    return true;
}

#endif
