#include <string.h>

#include "kernels/portable/mnf_four_pixels.h"
#include "mnf_mac16.h"

#if MNF_CORE_MAC16

// The pixels' windows lie in scratch one column after the other. Each channel's weights are widened on the stack, once for the four,
// and the MAC16 unit, which has one sum, runs down one column after the other. It loads while it multiplies: one instruction a product.
enum { CHUNK = 256 }; // weights on the stack

// mnf_mac16_dot of `count` columns. A function of its own, whose loops are not inside of one that the compiler makes.
__attribute__((noinline)) MNF_HOT static void dot_columns(
    const int16_t *x, int32_t stride, const uint32_t *w, int32_t n, int32_t count, uint32_t *sums) {
    sums[0] = mnf_mac16_dot(x, w, n, sums[0]);
    if (count > 1) {
        x += stride;
        sums[1] = mnf_mac16_dot(x, w, n, sums[1]);
    }
    if (count > 2) {
        x += stride;
        sums[2] = mnf_mac16_dot(x, w, n, sums[2]);
    }
    if (count > 3) {
        x += stride;
        sums[3] = mnf_mac16_dot(x, w, n, sums[3]);
    }
}

MNF_HOT int16_t *mnf_put_inputs(int16_t *to, const int8_t *x, int32_t n, int32_t offset) {
    for (; n >= 4; n -= 4) {
        to[0] = (int16_t)(x[0] + offset);
        to[1] = (int16_t)(x[1] + offset);
        to[2] = (int16_t)(x[2] + offset);
        to[3] = (int16_t)(x[3] + offset);
        x += 4;
        to += 4;
    }
    for (; n > 0; n--) {
        *to++ = (int16_t)(*x++ + offset);
    }
    return to;
}

int16_t *mnf_put_zeros(int16_t *to, int32_t n) {
    memset(to, 0, (size_t)n * sizeof(int16_t));
    return to + n;
}

// Of scratch: the columns' sums, then the columns. The ends of these and a word that is loaded in vain take 28 bytes.
static uint32_t *totals(const mnf_four_pixels_t *job) {
    return job->scratch;
}

// From a column to the next: depth, a multiple of 4.
static int32_t stride(const mnf_four_pixels_t *job) {
    return (job->depth + 3) & ~3;
}

static int16_t *column(const mnf_four_pixels_t *job, int32_t i) {
    return (int16_t *)(void *)(totals(job) + MNF_BLOCK_PIXELS) + i * stride(job);
}

MNF_HOT void mnf_pack_pixel(const mnf_four_pixels_t *job, int32_t i, int32_t y, int32_t x) {
    const int16_t *at = column(job, i), *end = at + stride(job);
    mnf_put_zeros(mnf_im2col(job, column(job, i), y, x), stride(job) - job->depth);
    uint32_t total = 0;
    for (; at < end; at += 4) {
        total += (uint32_t)(at[0] + at[1] + at[2] + at[3]);
    }
    totals(job)[i] = total;
}

MNF_HOT void mnf_convolve_pixels(const mnf_four_pixels_t *job, int32_t o, int32_t end, int32_t count, int8_t *output) {
    uint32_t weights[CHUNK / 2 + 2]; // and what mnf_mac16_dot() loads in vain
    for (; o < end; o++) {
        const int8_t *row = job->weights + o * job->depth;
        uint32_t sums[MNF_BLOCK_PIXELS];
        for (int32_t i = 0; i < count; i++) {
            sums[i] = 0 - (totals(job)[i] << 7); // the weights are taken plus 128
        }
        for (int32_t k = 0; k < job->depth; k += CHUNK) {
            const int32_t n = job->depth - k < CHUNK ? job->depth - k : CHUNK;
            mnf_mac16_widen(weights, row + k, n);
            dot_columns(column(job, 0) + k, stride(job), weights, (n + 3) >> 2, count, sums);
        }
        mnf_output_pixels(job, o, sums, job->bias ? (uint32_t)job->bias[o] : 0, count, output);
    }
}

#endif
