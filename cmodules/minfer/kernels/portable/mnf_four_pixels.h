// Convolution of four output pixels at a time, for families that widen inputs to 16 bits: what they have in common.
#ifndef MNF_FOUR_PIXELS_H
#define MNF_FOUR_PIXELS_H

#include "kernels/core.h"
#include "mnf_scale.h"

#define MNF_BLOCK_PIXELS 4

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
    int32_t depth; // weights of a channel
    bool pointwise; // 1x1, and no window leaves the input
    void *scratch; // 8 bytes a weight of a channel, and 48
} mnf_four_pixels_t;

// A family's own

// Puts the window of output pixel (y, x) into scratch, as the i-th of the block.
void mnf_pack_pixel(const mnf_four_pixels_t *job, int32_t i, int32_t y, int32_t x);

// Computes channels [o, end) of the `count` pixels in scratch, whose outputs begin at `output`.
void mnf_convolve_pixels(const mnf_four_pixels_t *job, int32_t o, int32_t end, int32_t count, int8_t *output);

// Puts n inputs, offset included, or n zeros at `to`, as the columns of scratch want them. Both return where the next go.
int16_t *mnf_put_inputs(int16_t *to, const int8_t *x, int32_t n, int32_t offset);
int16_t *mnf_put_zeros(int16_t *to, int32_t n);

// For them to call

// Puts the window of output pixel (y, x) at `to`. Returns where it ends.
int16_t *mnf_im2col(const mnf_four_pixels_t *job, int16_t *to, int32_t y, int32_t x);

// Output channel o of `count` pixels, of the sums plus `added`.
void mnf_output_pixels(const mnf_four_pixels_t *job, int32_t o, const uint32_t *sums, uint32_t added, int32_t count, int8_t *output);

#endif
