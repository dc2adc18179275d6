#include "convolution.h"
#include "kernels/overlap.h"

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    if (!mnf_check_conv(node, true, error)) {
        return false;
    }
    const mnf_tensor_t *x = mnf_input(node, MNF_CONV_X), *w = mnf_input(node, MNF_CONV_WEIGHTS), *y = mnf_output(node);
    MNF_REQUIRE(w->dims[0] == y->dims[3], OP_SHAPE, w->dims[0], y->dims[3]);
    const int32_t groups = x->dims[3] / w->dims[3];
    MNF_REQUIRE(groups * w->dims[3] == x->dims[3], OP_SHAPE, x->dims[3], w->dims[3]);
    MNF_REQUIRE(y->dims[3] % groups == 0, OP_SHAPE, groups, y->dims[3]);
    MNF_REQUIRE(groups == 1 || mnf_width(x, w) == MNF_WIDTH_S8, OP_SHAPE, x->dims[3], w->dims[3]);
    // Scratch is at most 24 bytes an element of one filter.
    const int32_t filter = mnf_elements(w) / w->dims[0];
    MNF_REQUIRE(filter <= INT32_MAX / 32, RANGE, INT32_MAX / 32, filter);
    return mnf_check_conv_params(node, error);
}

static uint32_t scratch(const mnf_node_t *node) {
    const cmsis_nn_conv_params params = mnf_conv_params(node);
    const mnf_conv_shape_t s = mnf_conv_shape(node);
    switch (s.width) {
        case MNF_WIDTH_S4:
            return (uint32_t)arm_convolve_wrapper_s4_get_buffer_size(&params, &s.in, &s.filter, &s.out);
        case MNF_WIDTH_S16:
            return (uint32_t)arm_convolve_wrapper_s16_get_buffer_size(&params, &s.in, &s.filter, &s.out);
        default:
            return (uint32_t)arm_convolve_wrapper_s8_get_buffer_size(&params, &s.in, &s.filter, &s.out);
    }
}

static int32_t run(const mnf_node_t *node, void *buffer, uint32_t size) {
    const cmsis_nn_context context = {buffer, (int32_t)size};
    const cmsis_nn_conv_params params = mnf_conv_params(node);
    const mnf_conv_shape_t s = mnf_conv_shape(node);
    const mnf_conv_data_t c = mnf_conv_data(node);
    switch (s.width) {
        case MNF_WIDTH_S4:
            return arm_convolve_wrapper_s4(&context, &params, &c.quant, &s.in, c.x, &s.filter, c.weights,
                &c.bias_dims, c.bias, &s.out, c.y);
        case MNF_WIDTH_S16: {
            const cmsis_nn_bias_data bias = {c.bias, c.is_int32_bias};
            return arm_convolve_wrapper_s16(&context, &params, &c.quant, &s.in, c.x, &s.filter, c.weights,
                &c.bias_dims, &bias, &s.out, c.y);
        }
        default:
            return arm_convolve_wrapper_s8(&context, &params, &c.quant, &s.in, c.x, &s.filter, c.weights,
                &c.bias_dims, c.bias, &s.out, c.y);
    }
}

static uint32_t lead(const mnf_node_t *node) {
    const cmsis_nn_conv_params params = mnf_conv_params(node);
    const mnf_conv_shape_t s = mnf_conv_shape(node);
    return s.width == MNF_WIDTH_S4 || s.filter.c != s.in.c // channel after channel, or group after group
        ? MNF_APART
        : mnf_raster_lead(&s.in, &s.filter, &s.out, &params.stride, &params.padding, s.width == MNF_WIDTH_S16 ? 2 : 1);
}

const mnf_op_def_t mnf_op_conv_2d = {MNF_CONV_N_INPUTS, 1 << MNF_CONV_BIAS, 0, MNF_CONV_N_PARAMS, check, scratch, run, lead};
