// Depthwise convolution with windows of 3x3, stride 1 or 2: what its parts in C and in assembly share.
//
// Two rows of the input make one of words, each an input of the upper row (low half) and the one below it, widened,
// the offset added. Such pairs of rows j, of rows 2j - padding and the next, are packed once each. Three of them hold
// the windows of four rows of outputs, or of two where the stride is 2: pairs 2g to 2g + 2 those of group g. They lie
// in [column][slot]: odd ones in slot 1, the others by turns in slots 0 and 2.
#ifndef MNF_DSP_DEPTHWISE_H
#define MNF_DSP_DEPTHWISE_H

#include "mnf_dsp.h"

#define MNF_SLOTS 3

// An output channel and where its next rows go. The assembly's stack is a copy of all up to `packed`.
typedef struct {
    uint32_t weights[6]; // of each column the upper and the middle one, then the middle and the lower one
    int32_t bias[4];     // the same four times
    mnf_quick_t quick;
    int32_t rows[3]; // from the first row to the others; 0 where there is none
    int8_t *out;
    int32_t step;           // from output to output
    const uint32_t *end;    // of the window past the last
    const uint32_t *packed; // of the first window
    bool is_quick;
    int32_t channel;
} mnf_depthwise_t;

// Unclamped outputs of a group, four rows or two, whose first pair of rows is in slot 0 (even) or 2 (odd).
void mnf_depthwise_4_even(const mnf_depthwise_t *channel);
void mnf_depthwise_4_odd(const mnf_depthwise_t *channel);
void mnf_depthwise_2_even(const mnf_depthwise_t *channel);
void mnf_depthwise_2_odd(const mnf_depthwise_t *channel);
void mnf_depthwise_2_even_stride_2(const mnf_depthwise_t *channel);
void mnf_depthwise_2_odd_stride_2(const mnf_depthwise_t *channel);

// Any window; false, with nothing done, where its rows do not fit the scratch. Output and input may be the same
// (mnf_depthwise_in_place).
bool mnf_depthwise_any(
    const cmsis_nn_context *ctx, const cmsis_nn_dw_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output);

#endif
