// What the portable kernels share.
#ifndef MNF_KERNELS_H
#define MNF_KERNELS_H

#include "arm_nnfunctions.h"
#include "mnf_arith.h"

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

// Where the taps of a transposed window that reach one output begin: taps tap, tap + stride, ... below the kernel's size
// read inputs in, in - 1, ... down to 0.
typedef struct {
    int32_t tap;
    int32_t in;
} mnf_transposed_taps_t;

static inline mnf_transposed_taps_t mnf_transposed_taps(int32_t out, int32_t stride, int32_t pad, int32_t size) {
    const int32_t at = out + pad;
    const int32_t in = at / stride < size ? at / stride : size - 1;
    return (mnf_transposed_taps_t) {at - in * stride, in};
}

// Elements [from, from + n) of packed int4, a byte each.
void mnf_unpack_int4(const int8_t *packed, int32_t from, int32_t n, int8_t *to);

// Sum of products. 256 of them stay within 31 bits.
static inline int64_t mnf_dot_s8_s16(const int8_t *weights, const int16_t *x, int32_t n) {
    int64_t sum = 0;
    while (n > 0) {
        int32_t part = 0;
        for (int32_t left = n < 256 ? n : 256; left > 0; left--, n--) {
            part += *weights++ * *x++;
        }
        sum += part;
    }
    return sum;
}

// An 8-bit output from a sum that has its bias.
static inline int8_t mnf_output_s8(
    uint32_t sum, int32_t multiplier, int32_t shift, int32_t offset, cmsis_nn_activation activation) {
    const int32_t scaled = mnf_requantise((int32_t)sum, multiplier, shift);
    return (int8_t)mnf_clamp(mnf_add_wrap(scaled, offset), activation.min, activation.max);
}

// A 16-bit output of channel o from a sum that has no bias. In words, since a file's int64 need not lie on a multiple of 8.
static inline int16_t mnf_output_s16(
    int64_t sum, cmsis_nn_bias_data bias, int32_t o, int32_t multiplier, int32_t shift, cmsis_nn_activation activation) {
    const uint32_t *words = bias.data;
    int32_t scaled;
    if (bias.is_int32_bias) {
        scaled = mnf_requantise((int32_t)((uint32_t)sum + words[o]), multiplier, shift);
    } else {
        const uint64_t biased = (uint64_t)sum + ((uint64_t)words[2 * o + 1] << 32 | words[2 * o]);
        scaled = mnf_requantise_s64((int64_t)biased, multiplier, shift);
    }
    return (int16_t)mnf_clamp(scaled, activation.min, activation.max);
}

// Convolution of int8, of the filter's channels (filter->n) into an output that may have more (out->c), in scratch of as many bytes as
// arm_convolve_wrapper_s8 asks for with that filter. The output must not lie over the input where filter->n is less.
arm_cmsis_nn_status mnf_convolve(
    void *buffer, const cmsis_nn_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output);

// Output channels of a convolution for which its Cortex-M0+ kernel has room on the stack: 8 bytes each.
#define MNF_M0PLUS_FEW_CHANNELS 64

// The core family's own, where it has one (kernels/core.h).
// False, with nothing written to the output, for a layer it leaves to the portable one.
bool mnf_convolve_s8(
    void *buffer, const cmsis_nn_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output);

// The same of depthwise convolution.
bool mnf_depthwise_s8(
    const cmsis_nn_context *ctx, const cmsis_nn_dw_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output);

// The same of a fully connected layer.
bool mnf_fully_connected_s8(
    const cmsis_nn_fc_params *params, const cmsis_nn_quant_params *quant, const cmsis_nn_dims *in, const int8_t *input,
    const cmsis_nn_dims *filter, const int8_t *weights, const int32_t *bias, const cmsis_nn_dims *out, int8_t *output);

// The portable arm_elementwise_add_s8, for a family whose own leaves it unusual shifts.
arm_cmsis_nn_status mnf_elementwise_add_s8(
    const int8_t *input_1_vect, const int8_t *input_2_vect,
    const int32_t input_1_offset, const int32_t input_1_mult, const int32_t input_1_shift,
    const int32_t input_2_offset, const int32_t input_2_mult, const int32_t input_2_shift,
    const int32_t left_shift, int8_t *output,
    const int32_t out_offset, const int32_t out_mult, const int32_t out_shift,
    const int32_t out_activation_min, const int32_t out_activation_max,
    const int32_t block_size);

// n_columns (1 or 2) im2col columns of `depth` widened inputs, offset included, times `rows` rows of weights:
// output[column * column_step + row], requantised and clamped.
void mnf_mat_mult_s8_s16(
    const int8_t *weights, int32_t rows, int32_t depth,
    const int16_t *columns, int32_t column_stride, int32_t n_columns,
    const int32_t *bias, const int32_t *multiplier, const int32_t *shift,
    int32_t output_offset, cmsis_nn_activation activation,
    int8_t *output, int32_t column_step);

// Softmax of int8 into int8 (bits 8) or int16 (bits 16).
void mnf_softmax_s8(
    const int8_t *input, int32_t num_rows, int32_t row_size, int32_t mult, int32_t shift, int32_t diff_min, int32_t bits, void *output);

#endif
