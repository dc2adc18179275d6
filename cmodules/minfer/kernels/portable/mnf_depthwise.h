// How a depthwise convolution lays its scratch. Channels have nothing to do with one another, so each is computed on its own, band of rows by
// band: the input's rows are first packed into scratch, two columns a word, then the band's outputs are written.
//
// So the output may lie over the input, starting at the same byte (see mnf_depthwise_in_place).
#ifndef MNF_DEPTHWISE_H
#define MNF_DEPTHWISE_H

#include <stdbool.h>

#include "arm_nnfunctions.h"
#include "kernels/parallel.h"

// A row of outputs has two lanes, the columns up to `half` and the last `half` ones, `apart` columns to their right. Where their
// number is odd the middle one is in both.
typedef struct {
    int32_t half;
    int32_t apart;
    int32_t pitch;  // words of a packed row: inputs of the left lane, with those of the right one above them
    int32_t reach;  // rows of input that a row of outputs needs
    int32_t rows;   // of outputs in a band, 0 where a band needs too much scratch
    int32_t packed; // words
    int32_t bytes;  // of scratch for one part: packed, then the sums of a band, a word each; more where other cores need it
} mnf_depthwise_band_t;

// Bands are as large as fit MNF_DEPTHWISE_SCRATCH, and one row where that needs more, up to MNF_DEPTHWISE_SCRATCH_MAX.
#define MNF_DEPTHWISE_SCRATCH 432
#define MNF_DEPTHWISE_SCRATCH_MAX 8192

static inline mnf_depthwise_band_t mnf_depthwise_band(
    const cmsis_nn_dw_conv_params *conv, const cmsis_nn_dims *filter, const cmsis_nn_dims *out) {
    mnf_depthwise_band_t band = {.half = (out->w + 1) / 2, .apart = out->w / 2};
    const int64_t reach = (int64_t)(filter->h - 1) * conv->dilation.h + 1;
    const int64_t pitch = (int64_t)(band.half - 1) * conv->stride.w + (int64_t)(filter->w - 1) * conv->dilation.w + 1;
    if (reach > MNF_DEPTHWISE_SCRATCH_MAX / 4 || pitch > MNF_DEPTHWISE_SCRATCH_MAX / 4
        || reach * pitch + out->w > MNF_DEPTHWISE_SCRATCH_MAX / 4) {
        return band;
    }
    band.reach = (int32_t)reach;
    band.pitch = (int32_t)pitch;
    const int64_t one = (reach * pitch + out->w) * 4, more = ((int64_t)conv->stride.h * pitch + out->w) * 4;
    const int64_t fit = one < MNF_DEPTHWISE_SCRATCH ? (MNF_DEPTHWISE_SCRATCH - one) / more + 1 : 1;
    band.rows = fit < out->h ? (int32_t)fit : out->h;
    band.packed = ((band.rows - 1) * conv->stride.h + band.reach) * band.pitch;
    band.bytes = (band.packed + band.rows * out->w) * 4;
    // DSP cores pack three words a column for windows of 3x3 and strides of 1 or 2.
    if (filter->h == 3 && filter->w == 3 && conv->stride.w <= 2) {
        const int32_t dsp = 12 * ((out->w - 1) * conv->stride.w + 3);
        band.bytes = dsp > band.bytes && dsp <= MNF_DEPTHWISE_SCRATCH_MAX ? dsp : band.bytes;
    }
    return band;
}

// Whether the output of so many rows and columns may start where the input does: one channel for one, and the outputs of a band end
// before the first row of input that is packed later.
static inline bool mnf_depthwise_in_place(
    const cmsis_nn_dw_conv_params *conv, const cmsis_nn_dims *in, const cmsis_nn_dims *filter, const cmsis_nn_dims *out) {
    const mnf_depthwise_band_t band = mnf_depthwise_band(conv, filter, out);
    if (conv->ch_mult != 1 || band.rows == 0) {
        return false;
    }
    // From here on sizes are small, those of a band.
    const uint32_t width = (uint32_t)((out->w - 1) * conv->stride.w + (filter->w - 1) * conv->dilation.w + 1);
    // Row y of the outputs ends at pixel (y + 1) out->w, and rows up to y * stride - padding + reach are packed by then. Both are linear
    // in y: what holds of the first row and the last but one holds of all.
    const uint32_t in_w = (uint32_t)in->w, out_w = (uint32_t)out->w, packed = (uint32_t)(band.reach - conv->padding.h);
    const uint32_t last = (uint32_t)out->h - 2;
    // Families that keep rows as bytes need the whole width at once, and a word behind it.
    return (uint32_t)band.reach * width + 3 <= (uint32_t)band.bytes
        && (out->h == 1
            || (out_w <= packed * in_w && (last + 1) * out_w <= (last * (uint32_t)conv->stride.h + packed) * in_w));
}

#endif
