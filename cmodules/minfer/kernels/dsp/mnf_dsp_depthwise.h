// Depthwise convolution with windows of 3x3, stride 1 or 2: what its parts in C and in assembly share.
//
// Two rows of the input make one of words, each an input of the upper row (low half) and the one below it, widened,
// the offset added. Such pairs of rows j, of rows 2j - padding and the next, are packed once each, into the slot j %
// 2 of [column][slot]. Pairs j and j + 1 hold the windows of two rows of outputs, or of one where the stride is 2.
#ifndef MNF_DSP_DEPTHWISE_H
#define MNF_DSP_DEPTHWISE_H

#include "mnf_dsp.h"

// One output channel. It begins with what the assembly takes into registers at once.
typedef struct {
    uint32_t weights[6]; // of each column the upper and the middle one, then the middle and the lower one
    int32_t bias;
    mnf_quick_t quick;
    bool is_quick;
    int32_t channel;
} mnf_depthwise_t;

// A row of outputs (two, with stride 1).
typedef struct {
    const uint32_t *packed; // of the first window
    const uint32_t *end;    // of the window past the last
    int8_t *out;
    int32_t step;     // from output to output
    int32_t row_step; // to the second row; 0 where there is none
} mnf_depthwise_row_t;

// Unclamped outputs. The pair of rows above is in slot 0 (even) or 1 (odd).
void mnf_depthwise_1_even(const mnf_depthwise_t *channel, const mnf_depthwise_row_t *row);
void mnf_depthwise_1_odd(const mnf_depthwise_t *channel, const mnf_depthwise_row_t *row);
void mnf_depthwise_2_even(const mnf_depthwise_t *channel, const mnf_depthwise_row_t *row);
void mnf_depthwise_2_odd(const mnf_depthwise_t *channel, const mnf_depthwise_row_t *row);

// Any window; false, with nothing done, where its rows do not fit the scratch. Output and input may be the same
// (mnf_depthwise_in_place).
bool mnf_depthwise_any(
    const cmsis_nn_context *ctx, const cmsis_nn_dw_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output);

#endif
