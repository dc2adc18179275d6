// Types of the CMSIS-NN interface, release 7.0.0, as far as the engine uses them. Written from the published interface,
// so that Arm's library can stand in for our kernels: names, fields and their order are Arm's, the words are ours.
#ifndef ARM_NN_TYPES_H
#define ARM_NN_TYPES_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    ARM_CMSIS_NN_SUCCESS = 0,
    ARM_CMSIS_NN_ARG_ERROR = -1,
    ARM_CMSIS_NN_NO_IMPL_ERROR = -2,
    ARM_CMSIS_NN_FAILURE = -3,
} arm_cmsis_nn_status;

typedef struct {
    int32_t w;
    int32_t h;
} cmsis_nn_tile;

// Scratch: as many bytes as the function's *_get_buffer_size says, 4-byte aligned.
typedef struct {
    void *buf;
    int32_t size;
} cmsis_nn_context;

// Bias of 16-bit operators: int32_t, or int64_t where is_int32_bias is false.
typedef struct {
    const void *data;
    const bool is_int32_bias;
} cmsis_nn_bias_data;

typedef struct {
    int32_t n; // batches, or output channels of a filter
    int32_t h;
    int32_t w;
    int32_t c;
} cmsis_nn_dims;

// One multiplier and shift (positive: to the left) an output channel.
typedef struct {
    int32_t *multiplier;
    int32_t *shift;
} cmsis_nn_per_channel_quant_params;

typedef struct {
    int32_t multiplier;
    int32_t shift;
} cmsis_nn_per_tensor_quant_params;

typedef struct {
    int32_t *multiplier;
    int32_t *shift;
    int32_t is_per_channel;
} cmsis_nn_quant_params;

typedef struct {
    int32_t min;
    int32_t max;
} cmsis_nn_activation;

// Everywhere: input_offset is minus the input's zero point, output_offset the output's zero point.
typedef struct {
    int32_t input_offset;
    int32_t output_offset;
    cmsis_nn_tile stride;
    cmsis_nn_tile padding; // before the first row and column
    cmsis_nn_tile dilation;
    cmsis_nn_activation activation;
} cmsis_nn_conv_params;

typedef struct {
    int32_t input_offset;
    int32_t output_offset;
    cmsis_nn_tile stride;
    cmsis_nn_tile padding;         // rows and columns cut off before the first
    cmsis_nn_tile padding_offsets; // how many more are cut off after the last
    cmsis_nn_tile dilation;
    cmsis_nn_activation activation;
} cmsis_nn_transpose_conv_params;

typedef struct {
    int32_t input_offset;
    int32_t output_offset;
    int32_t ch_mult;
    cmsis_nn_tile stride;
    cmsis_nn_tile padding;
    cmsis_nn_tile dilation;
    cmsis_nn_activation activation;
} cmsis_nn_dw_conv_params;

typedef struct {
    int32_t input_offset;
    int32_t filter_offset; // minus the weights' zero point
    int32_t output_offset;
    cmsis_nn_activation activation;
} cmsis_nn_fc_params;

// Nothing is transposed by the kernels: the caller has done it.
typedef struct {
    const bool adj_x;
    const bool adj_y;
    const cmsis_nn_fc_params fc_params;
} cmsis_nn_bmm_params;

typedef struct {
    cmsis_nn_tile stride;
    cmsis_nn_tile padding;
    cmsis_nn_activation activation;
} cmsis_nn_pool_params;

// input_offset is the input's zero point, not its negative.
typedef struct {
    int32_t rank;
    int32_t input_offset;
    int32_t output_offset;
    cmsis_nn_activation input_activation; // of what goes into the state
    cmsis_nn_activation output_activation;
} cmsis_nn_svdf_params;

// Tables of 513 values: exp from -10 to 0, and 1 / (1 + x) from 0 to 1.
typedef struct {
    const int16_t *exp_lut;
    const int16_t *one_by_one_lut;
} cmsis_nn_softmax_lut_s16;

#endif
