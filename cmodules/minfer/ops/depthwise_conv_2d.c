#include "convolution.h"
#include "kernels/overlap.h"
#include "kernels/portable/mnf_depthwise.h"

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    if (!mnf_check_conv(node, true, error)) {
        return false;
    }
    const mnf_tensor_t *x = mnf_input(node, MNF_CONV_X), *w = mnf_input(node, MNF_CONV_WEIGHTS), *y = mnf_output(node);
    MNF_REQUIRE(w->dims[0] == 1, OP_SHAPE, 1, w->dims[0]);
    MNF_REQUIRE(w->dims[3] == y->dims[3], OP_SHAPE, y->dims[3], w->dims[3]);
    MNF_REQUIRE(y->dims[3] % x->dims[3] == 0, OP_SHAPE, x->dims[3], y->dims[3]);
    const int64_t taps = (int64_t)w->dims[1] * w->dims[2];
    MNF_REQUIRE(taps <= INT32_MAX / 16, RANGE, INT32_MAX / 16, taps);
    // int4 weights are unpacked into scratch.
    MNF_REQUIRE(mnf_elements(w) <= INT32_MAX / 2, RANGE, INT32_MAX / 2, mnf_elements(w));
    return mnf_check_conv_params(node, error)
        && (x->dtype == MNF_INT8 || mnf_check_dtype(mnf_input(node, MNF_CONV_BIAS), MNF_INT64, error));
}

// Kernels take one batch: run() counts the batches.
static mnf_conv_shape_t shape(const mnf_node_t *node) {
    mnf_conv_shape_t shape = mnf_conv_shape(node);
    shape.in.n = shape.out.n = 1;
    return shape;
}

static cmsis_nn_dw_conv_params conv_params(const mnf_node_t *node) {
    const cmsis_nn_conv_params conv = mnf_conv_params(node);
    return (cmsis_nn_dw_conv_params) {
        .input_offset = conv.input_offset,
        .output_offset = conv.output_offset,
        .ch_mult = mnf_output(node)->dims[3] / mnf_input(node, MNF_CONV_X)->dims[3],
        .stride = conv.stride,
        .padding = conv.padding,
        .dilation = conv.dilation,
        .activation = conv.activation,
    };
}

static uint32_t scratch(const mnf_node_t *node) {
    const cmsis_nn_dw_conv_params params = conv_params(node);
    const mnf_conv_shape_t s = shape(node);
    switch (s.width) {
        case MNF_WIDTH_S4:
            return (uint32_t)arm_depthwise_conv_wrapper_s4_get_buffer_size(&params, &s.in, &s.filter, &s.out);
        case MNF_WIDTH_S16:
            return (uint32_t)arm_depthwise_conv_wrapper_s16_get_buffer_size(&params, &s.in, &s.filter, &s.out);
        default:
            return (uint32_t)arm_depthwise_conv_wrapper_s8_get_buffer_size(&params, &s.in, &s.filter, &s.out);
    }
}

static int32_t run(const mnf_node_t *node, void *buffer, uint32_t size) {
    const cmsis_nn_context context = {buffer, (int32_t)size};
    const cmsis_nn_dw_conv_params params = conv_params(node);
    const mnf_conv_shape_t s = shape(node);
    const mnf_conv_data_t c = mnf_conv_data(node);
    int32_t status = ARM_CMSIS_NN_SUCCESS;
    for (int32_t n = 0; n < mnf_output(node)->dims[0] && status == ARM_CMSIS_NN_SUCCESS; n++) {
        const int32_t x_at = n * s.in.h * s.in.w * s.in.c, y_at = n * s.out.h * s.out.w * s.out.c;
        switch (s.width) {
            case MNF_WIDTH_S4:
                status = arm_depthwise_conv_wrapper_s4(&context, &params, &c.quant, &s.in, (const int8_t *)c.x + x_at,
                    &s.filter, c.weights, &c.bias_dims, c.bias, &s.out, (int8_t *)c.y + y_at);
                break;
            case MNF_WIDTH_S16:
                status = arm_depthwise_conv_wrapper_s16(&context, &params, &c.quant, &s.in, (const int16_t *)c.x + x_at,
                    &s.filter, c.weights, &c.bias_dims, c.bias, &s.out, (int16_t *)c.y + y_at);
                break;
            default:
                status = arm_depthwise_conv_wrapper_s8(&context, &params, &c.quant, &s.in, (const int8_t *)c.x + x_at,
                    &s.filter, c.weights, &c.bias_dims, c.bias, &s.out, (int8_t *)c.y + y_at);
        }
    }
    return status;
}

static uint32_t lead(const mnf_node_t *node) {
    const cmsis_nn_dw_conv_params params = conv_params(node);
    const mnf_conv_shape_t s = shape(node);
    const bool in_place = s.width == MNF_WIDTH_S8 && mnf_input(node, MNF_CONV_X)->dims[0] == 1
        && mnf_depthwise_in_place(&params, &s.in, &s.filter, &s.out);
    return in_place ? 0 : MNF_APART;
}

const mnf_op_def_t mnf_op_depthwise_conv_2d = {
    MNF_CONV_N_INPUTS, 1 << MNF_CONV_BIAS, 0, MNF_CONV_N_PARAMS, check, scratch, run, lead,
};
