#include "convolution.h"

bool mnf_check_conv(const mnf_node_t *node, bool packed, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, MNF_CONV_X), *w = mnf_input(node, MNF_CONV_WEIGHTS), *y = mnf_output(node);
    if (!mnf_check_weights(node, MNF_CONV_X, MNF_CONV_WEIGHTS, packed, error)) {
        return false;
    }
    MNF_REQUIRE(x->rank == 4, OP_RANK, 4, x->rank);
    MNF_REQUIRE(w->rank == 4, OP_RANK, 4, w->rank);
    MNF_REQUIRE(y->rank == 4, OP_RANK, 4, y->rank);
    MNF_REQUIRE(x->dims[0] == y->dims[0], OP_SHAPE, x->dims[0], y->dims[0]);
    return mnf_check_requant(node, MNF_CONV_BIAS, MNF_CONV_REQUANT, y->dims[3], false, error);
}

cmsis_nn_conv_params mnf_conv_params(const mnf_node_t *node) {
    const int32_t *p = node->params;
    return (cmsis_nn_conv_params) {
        .input_offset = -mnf_input(node, MNF_CONV_X)->zero_point,
        .output_offset = mnf_output(node)->zero_point,
        .stride = {.w = p[MNF_CONV_STRIDE_W], .h = p[MNF_CONV_STRIDE_H]},
        .padding = {.w = p[MNF_CONV_PAD_W], .h = p[MNF_CONV_PAD_H]},
        .dilation = {.w = p[MNF_CONV_DILATION_W], .h = p[MNF_CONV_DILATION_H]},
        .activation = {p[MNF_CONV_MIN], p[MNF_CONV_MAX]},
    };
}

bool mnf_check_conv_params(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, MNF_CONV_X), *w = mnf_input(node, MNF_CONV_WEIGHTS), *y = mnf_output(node);
    const cmsis_nn_conv_params c = mnf_conv_params(node);
    const mnf_axis_t rows = {x->dims[1], y->dims[1], w->dims[1], c.stride.h, c.padding.h, c.dilation.h};
    const mnf_axis_t cols = {x->dims[2], y->dims[2], w->dims[2], c.stride.w, c.padding.w, c.dilation.w};
    return mnf_check_axis(&rows, error) && mnf_check_axis(&cols, error)
        && mnf_check_clamp(c.activation.min, c.activation.max, x->dtype, error);
}

static cmsis_nn_dims dims(const mnf_tensor_t *tensor) {
    return (cmsis_nn_dims) {tensor->dims[0], tensor->dims[1], tensor->dims[2], tensor->dims[3]};
}

mnf_conv_shape_t mnf_conv_shape(const mnf_node_t *node) {
    const mnf_tensor_t *x = mnf_input(node, MNF_CONV_X), *w = mnf_input(node, MNF_CONV_WEIGHTS);
    return (mnf_conv_shape_t) {dims(x), dims(w), dims(mnf_output(node)), mnf_width(x, w)};
}

mnf_conv_data_t mnf_conv_data(const mnf_node_t *node) {
    const mnf_tensor_t *bias = mnf_input(node, MNF_CONV_BIAS);
    const int32_t channels = mnf_output(node)->dims[3];
    int32_t *requant = mnf_input_data(node, MNF_CONV_REQUANT);
    return (mnf_conv_data_t) {
        .x = mnf_input_data(node, MNF_CONV_X),
        .weights = mnf_input_data(node, MNF_CONV_WEIGHTS),
        .bias = mnf_input_data(node, MNF_CONV_BIAS),
        .y = mnf_output_data(node),
        .bias_dims = {1, 1, 1, channels},
        .is_int32_bias = bias != NULL && bias->dtype == MNF_INT32,
        .quant = {requant, requant + channels},
    };
}
