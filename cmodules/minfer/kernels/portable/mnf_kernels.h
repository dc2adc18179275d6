// What the portable kernels share.
#ifndef MNF_KERNELS_H
#define MNF_KERNELS_H

#include "arm_nnfunctions.h"

// The taps of a window that lie inside the input, along one axis: begin <= tap < end. `start` is the input index of tap 0.
typedef struct {
    int32_t start;
    int32_t begin;
    int32_t end;
} mnf_taps_t;

static inline mnf_taps_t mnf_taps(int32_t out, int32_t stride, int32_t pad, int32_t dilation, int32_t kernel, int32_t size) {
    mnf_taps_t taps = {out * stride - pad, 0, 0};
    if (taps.start < 0) {
        taps.begin = (-taps.start + dilation - 1) / dilation;
    }
    if (taps.start < size) {
        taps.end = (size - taps.start + dilation - 1) / dilation;
    }
    if (taps.end > kernel) {
        taps.end = kernel;
    }
    return taps;
}

// n_columns (1 or 2) im2col columns of `depth` widened inputs, offset included, times `rows` rows of weights:
// output[column * column_step + row], requantised and clamped.
void mnf_mat_mult_s8_s16(
    const int8_t *weights, int32_t rows, int32_t depth,
    const int16_t *columns, int32_t column_stride, int32_t n_columns,
    const int32_t *bias, const int32_t *multiplier, const int32_t *shift,
    int32_t output_offset, cmsis_nn_activation activation,
    int8_t *output, int32_t column_step);

#endif
