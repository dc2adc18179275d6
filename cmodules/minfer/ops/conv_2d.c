#include "arm_nnfunctions.h"
#include "ops.h"

enum { X, WEIGHTS, BIAS, REQUANT, N_INPUTS };
enum { STRIDE_H, STRIDE_W, PAD_H, PAD_W, DILATION_H, DILATION_W, MIN, MAX, N_PARAMS };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, X), *w = mnf_input(node, WEIGHTS), *y = mnf_output(node);
    const int32_t *p = node->params;
    if (!mnf_check_weights(node, X, WEIGHTS, true, error)) {
        return false;
    }
    MNF_REQUIRE(x->rank == 4, OP_RANK, 4, x->rank);
    MNF_REQUIRE(w->rank == 4, OP_RANK, 4, w->rank);
    MNF_REQUIRE(y->rank == 4, OP_RANK, 4, y->rank);
    MNF_REQUIRE(x->dims[0] == y->dims[0], OP_SHAPE, x->dims[0], y->dims[0]);
    MNF_REQUIRE(w->dims[0] == y->dims[3], OP_SHAPE, w->dims[0], y->dims[3]);
    const int32_t groups = x->dims[3] / w->dims[3];
    MNF_REQUIRE(groups * w->dims[3] == x->dims[3], OP_SHAPE, x->dims[3], w->dims[3]);
    MNF_REQUIRE(y->dims[3] % groups == 0, OP_SHAPE, groups, y->dims[3]);
    MNF_REQUIRE(groups == 1 || mnf_width(x, w) == MNF_WIDTH_S8, OP_SHAPE, x->dims[3], w->dims[3]);
    // Scratch is a few bytes an element of one filter.
    const int32_t filter = mnf_elements(w) / w->dims[0];
    MNF_REQUIRE(filter <= INT32_MAX / 16, RANGE, INT32_MAX / 16, filter);
    const mnf_axis_t rows = {x->dims[1], y->dims[1], w->dims[1], p[STRIDE_H], p[PAD_H], p[DILATION_H]};
    const mnf_axis_t cols = {x->dims[2], y->dims[2], w->dims[2], p[STRIDE_W], p[PAD_W], p[DILATION_W]};
    return mnf_check_axis(&rows, error) && mnf_check_axis(&cols, error)
        && mnf_check_clamp(p[MIN], p[MAX], x->dtype, error)
        && mnf_check_requant(node, BIAS, REQUANT, y->dims[3], false, error);
}

static cmsis_nn_dims dims(const mnf_tensor_t *tensor) {
    return (cmsis_nn_dims) {tensor->dims[0], tensor->dims[1], tensor->dims[2], tensor->dims[3]};
}

static cmsis_nn_conv_params conv_params(const mnf_node_t *node) {
    const int32_t *p = node->params;
    return (cmsis_nn_conv_params) {
        .input_offset = -mnf_input(node, X)->zero_point,
        .output_offset = mnf_output(node)->zero_point,
        .stride = {.w = p[STRIDE_W], .h = p[STRIDE_H]},
        .padding = {.w = p[PAD_W], .h = p[PAD_H]},
        .dilation = {.w = p[DILATION_W], .h = p[DILATION_H]},
        .activation = {p[MIN], p[MAX]},
    };
}

static uint32_t scratch(const mnf_node_t *node) {
    const cmsis_nn_conv_params params = conv_params(node);
    const cmsis_nn_dims in = dims(mnf_input(node, X)), filter = dims(mnf_input(node, WEIGHTS)), out = dims(mnf_output(node));
    switch (mnf_width(mnf_input(node, X), mnf_input(node, WEIGHTS))) {
        case MNF_WIDTH_S4:
            return (uint32_t)arm_convolve_wrapper_s4_get_buffer_size(&params, &in, &filter, &out);
        case MNF_WIDTH_S16:
            return (uint32_t)arm_convolve_wrapper_s16_get_buffer_size(&params, &in, &filter, &out);
        default:
            return (uint32_t)arm_convolve_wrapper_s8_get_buffer_size(&params, &in, &filter, &out);
    }
}

static int32_t run(const mnf_node_t *node, void *buffer, uint32_t size) {
    const cmsis_nn_context context = {buffer, (int32_t)size};
    const cmsis_nn_conv_params params = conv_params(node);
    const cmsis_nn_dims in = dims(mnf_input(node, X)), filter = dims(mnf_input(node, WEIGHTS)), out = dims(mnf_output(node));
    const cmsis_nn_dims bias_dims = {1, 1, 1, out.c};
    int32_t *requant = mnf_input_data(node, REQUANT);
    const cmsis_nn_per_channel_quant_params quant = {requant, requant + out.c};
    const void *x = mnf_input_data(node, X), *w = mnf_input_data(node, WEIGHTS), *bias = mnf_input_data(node, BIAS);
    void *y = mnf_output_data(node);
    switch (mnf_width(mnf_input(node, X), mnf_input(node, WEIGHTS))) {
        case MNF_WIDTH_S4:
            return arm_convolve_wrapper_s4(&context, &params, &quant, &in, x, &filter, w, &bias_dims, bias, &out, y);
        case MNF_WIDTH_S16: {
            const cmsis_nn_bias_data wide = {bias, mnf_input(node, BIAS)->dtype == MNF_INT32};
            return arm_convolve_wrapper_s16(&context, &params, &quant, &in, x, &filter, w, &bias_dims, &wide, &out, y);
        }
        default:
            return arm_convolve_wrapper_s8(&context, &params, &quant, &in, x, &filter, w, &bias_dims, bias, &out, y);
    }
}

const mnf_op_def_t mnf_op_conv_2d = {N_INPUTS, 1 << BIAS, 0, N_PARAMS, check, scratch, run};
