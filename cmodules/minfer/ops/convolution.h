// What CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV share: their inputs, and these as their kernels take them.
#ifndef MNF_CONVOLUTION_H
#define MNF_CONVOLUTION_H

#include "arm_nnfunctions.h"
#include "ops.h"

enum { MNF_CONV_X, MNF_CONV_WEIGHTS, MNF_CONV_BIAS, MNF_CONV_REQUANT, MNF_CONV_N_INPUTS };

// Parameters of the first two.
enum { MNF_CONV_STRIDE_H, MNF_CONV_STRIDE_W, MNF_CONV_PAD_H, MNF_CONV_PAD_W,
       MNF_CONV_DILATION_H, MNF_CONV_DILATION_W, MNF_CONV_MIN, MNF_CONV_MAX, MNF_CONV_N_PARAMS };

typedef struct {
    cmsis_nn_dims in;
    cmsis_nn_dims filter;
    cmsis_nn_dims out;
    mnf_width_t width;
} mnf_conv_shape_t;

typedef struct {
    const void *x;
    const void *weights;
    const void *bias;
    void *y;
    cmsis_nn_dims bias_dims;
    bool is_int32_bias; // kernels of 16 bits ask for it
    cmsis_nn_per_channel_quant_params quant;
} mnf_conv_data_t;

// Types, ranks, batches, and what requantises each channel of the output; `packed` as in mnf_check_weights.
bool mnf_check_conv(const mnf_node_t *node, bool packed, mnf_error_t *error);

// Parameters of the first two.
bool mnf_check_conv_params(const mnf_node_t *node, mnf_error_t *error);
cmsis_nn_conv_params mnf_conv_params(const mnf_node_t *node);

mnf_conv_shape_t mnf_conv_shape(const mnf_node_t *node);

// Where they lie: not before there is an arena.
mnf_conv_data_t mnf_conv_data(const mnf_node_t *node);

#endif
