#include <stddef.h>

#include "kernels/portable/mnf_four_pixels.h"
#include "mnf_mac16.h"

#if MNF_CORE_MAC16

// Inputs are widened, offset included, some at a time for some channels. Weights, of which each is used once, are put apart on
// their way to the unit: 10 instructions for four. Those of rows that do not begin in a word are widened before.
enum {
    CHUNK = 128,
    TOGETHER = 64,
};

// Adds the products of n inputs and the weights of `channels` rows to their sums.
__attribute__((noinline)) MNF_HOT static void add_products(
    const int16_t *x, const int8_t *weights, int32_t depth, int32_t n, int32_t channels, uint32_t *sums) {
    if ((((uintptr_t)weights | (uintptr_t)depth | (uintptr_t)n) & 3) == 0) {
        for (const uint32_t *end = sums + channels; sums < end; sums++) {
            *sums = mnf_mac16_dot_bytes(x, weights, n >> 2, *sums);
            weights += depth;
        }
        return;
    }
    uint32_t widened[CHUNK / 2 + 2]; // and what mnf_mac16_dot() loads in vain
    for (const uint32_t *end = sums + channels; sums < end; sums++) {
        mnf_mac16_widen(widened, weights, n);
        *sums = mnf_mac16_dot(x, widened, (n + 3) >> 2, *sums);
        weights += depth;
    }
}

bool mnf_fully_connected_s8(
    const cmsis_nn_fc_params *params, const cmsis_nn_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
    const int32_t depth = filter->n;
    int16_t x[CHUNK + 6] __attribute__((aligned(4))); // filled up to a multiple of 4, and what the unit loads in vain
    uint32_t sums[TOGETHER];
    for (int32_t n = 0; n < in->n; n++) {
        for (int32_t o = 0; o < out->c; o += TOGETHER) {
            const int32_t channels = out->c - o < TOGETHER ? out->c - o : TOGETHER;
            for (int32_t i = 0; i < channels; i++) {
                sums[i] = bias ? (uint32_t)bias[o + i] : 0;
            }
            uint32_t total = 0;
            for (int32_t k = 0; k < depth; k += CHUNK) {
                const int32_t count = depth - k < CHUNK ? depth - k : CHUNK;
                int16_t *end = mnf_put_inputs(x, input + k, count, params->input_offset);
                end[0] = end[1] = end[2] = 0;
                for (int32_t i = 0; i < count; i++) {
                    total += (uint32_t)x[i];
                }
                add_products(x, weights + o * depth + k, depth, count, channels, sums);
            }
            // Weights were taken plus 128, and have an offset of their own.
            const uint32_t added = total * ((uint32_t)params->filter_offset - 128);
            output = mnf_output_channels(params, quant, NULL, o, channels, sums, added, output);
        }
        input += depth;
    }
    return true;
}

#endif
