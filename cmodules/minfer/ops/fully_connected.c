#include "arm_nnfunctions.h"
#include "kernels/extra/mnf_columns.h"
#include "kernels/portable/mnf_kernels.h"
#include "ops.h"

enum { X, WEIGHTS, BIAS, REQUANT, N_INPUTS };
enum { WEIGHTS_ZERO_POINT, MIN, MAX, N_PARAMS };

// With 16-bit activations and with packed weights it runs as the convolution by a 1x1 kernel that it is: CMSIS-NN's functions
// for those take no multiplier a channel. They have no zero point of weights either: such weights, of 16-bit activations, have
// their own loop.
static bool is_convolution(const mnf_node_t *node) {
    return mnf_width(mnf_input(node, X), mnf_input(node, WEIGHTS)) != MNF_WIDTH_S8;
}

static bool by_columns(const mnf_node_t *node) {
    return node->op->layout == MNF_COLUMNS;
}

static bool check_dtypes(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, X), *w = mnf_input(node, WEIGHTS), *y = mnf_output(node);
    if (by_columns(node)) {
        return mnf_check_dtype(x, MNF_INT8, error) && mnf_check_dtype(y, MNF_INT8, error) && mnf_check_const(w, MNF_UINT8, error);
    }
    if (w->kind != MNF_CONST) { // computed
        return mnf_check_dtype(w, MNF_INT8, error) && mnf_check_activations(x, y, error);
    }
    return mnf_check_weights(node, X, WEIGHTS, true, error);
}

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, X), *w = mnf_input(node, WEIGHTS), *y = mnf_output(node);
    const int32_t *p = node->params;
    if (!check_dtypes(node, error)) {
        return false;
    }
    MNF_REQUIRE(w->rank == 2, OP_RANK, 2, w->rank);
    const int32_t depth = w->dims[1], rows = mnf_elements(x) / depth;
    MNF_REQUIRE(rows > 0 && rows * depth == mnf_elements(x), OP_SHAPE, depth, mnf_elements(x));
    const int32_t channels = mnf_elements(y) / rows;
    MNF_REQUIRE(channels > 0 && rows * channels == mnf_elements(y), OP_SHAPE, (int64_t)rows * w->dims[0], mnf_elements(y));
    MNF_REQUIRE(depth <= INT32_MAX / 512, RANGE, INT32_MAX / 512, depth);
    MNF_REQUIRE(channels <= INT32_MAX / 16, RANGE, INT32_MAX / 16, channels);
    const int32_t stored = by_columns(node) ? (channels + 7) & ~7 : channels;
    MNF_REQUIRE(w->dims[0] == stored, OP_SHAPE, stored, w->dims[0]);
    const int32_t lowest = w->dtype == MNF_INT4 ? 0 : INT8_MIN, highest = w->dtype == MNF_INT4 ? 0 : INT8_MAX;
    MNF_REQUIRE(p[WEIGHTS_ZERO_POINT] >= lowest && p[WEIGHTS_ZERO_POINT] <= highest, ZERO_POINT, 0, p[WEIGHTS_ZERO_POINT]);
    return mnf_check_clamp(p[MIN], p[MAX], x->dtype, error)
        && mnf_check_requant(node, BIAS, REQUANT, channels, !is_convolution(node), error);
}

static cmsis_nn_dims filter_dims(const mnf_node_t *node) {
    const mnf_tensor_t *w = mnf_input(node, WEIGHTS);
    const int32_t depth = w->dims[1], rows = mnf_elements(mnf_input(node, X)) / depth;
    return (cmsis_nn_dims) {depth, 1, 1, mnf_elements(mnf_output(node)) / rows};
}

// The same layer as a convolution: an image of one column, a row of it for each row of the input.
typedef struct {
    cmsis_nn_conv_params params;
    cmsis_nn_dims in;
    cmsis_nn_dims filter;
    cmsis_nn_dims out;
} convolution_t;

static convolution_t convolution(const mnf_node_t *node) {
    const mnf_tensor_t *x = mnf_input(node, X), *w = mnf_input(node, WEIGHTS);
    const int32_t depth = w->dims[1], channels = w->dims[0], rows = mnf_elements(x) / depth;
    return (convolution_t) {
        .params = {
            .input_offset = -x->zero_point,
            .output_offset = mnf_output(node)->zero_point,
            .stride = {1, 1},
            .dilation = {1, 1},
            .activation = {node->params[MIN], node->params[MAX]},
        },
        .in = {1, rows, 1, depth},
        .filter = {channels, 1, 1, depth},
        .out = {1, rows, 1, channels},
    };
}

static uint32_t scratch(const mnf_node_t *node) {
    if (by_columns(node)) {
        return 0;
    }
    if (!is_convolution(node)) {
        const cmsis_nn_dims filter = filter_dims(node);
        return (uint32_t)arm_fully_connected_s8_get_buffer_size(&filter);
    }
    const convolution_t c = convolution(node);
    return (uint32_t)(mnf_input(node, X)->dtype == MNF_INT16
        ? arm_convolve_wrapper_s16_get_buffer_size(&c.params, &c.in, &c.filter, &c.out)
        : arm_convolve_wrapper_s4_get_buffer_size(&c.params, &c.in, &c.filter, &c.out));
}

// 16-bit rows times weights less their zero point.
static void run_shifted(const mnf_node_t *node) {
    const convolution_t c = convolution(node);
    const int32_t *multiplier = mnf_input_data(node, REQUANT), *shift = multiplier + c.out.c;
    const cmsis_nn_bias_data bias = {mnf_input_data(node, BIAS), mnf_input(node, BIAS)->dtype == MNF_INT32};
    const int16_t *x = mnf_input_data(node, X);
    int16_t *y = mnf_output_data(node);
    for (int32_t row = 0; row < c.in.h; row++) {
        const int8_t *w = mnf_input_data(node, WEIGHTS);
        for (int32_t o = 0; o < c.out.c; o++) {
            int64_t sum = 0;
            for (int32_t i = 0; i < c.in.c; i++) {
                sum += x[i] * (*w++ - node->params[WEIGHTS_ZERO_POINT]);
            }
            *y++ = mnf_output_s16(sum, bias, o, multiplier[o], shift[o], c.params.activation);
        }
        x += c.in.c;
    }
}

static int32_t run_convolution(const mnf_node_t *node, const cmsis_nn_context *context) {
    const convolution_t c = convolution(node);
    const cmsis_nn_dims bias_dims = {1, 1, 1, c.out.c};
    int32_t *requant = mnf_input_data(node, REQUANT);
    const cmsis_nn_per_channel_quant_params quant = {requant, requant + c.out.c};
    const void *x = mnf_input_data(node, X), *w = mnf_input_data(node, WEIGHTS), *bias = mnf_input_data(node, BIAS);
    void *y = mnf_output_data(node);
    if (mnf_input(node, X)->dtype == MNF_INT16) {
        if (node->params[WEIGHTS_ZERO_POINT] != 0) {
            run_shifted(node);
            return ARM_CMSIS_NN_SUCCESS;
        }
        const cmsis_nn_bias_data wide = {bias, mnf_input(node, BIAS)->dtype == MNF_INT32};
        return arm_convolve_wrapper_s16(context, &c.params, &quant, &c.in, x, &c.filter, w, &bias_dims, &wide, &c.out, y);
    }
    return arm_convolve_wrapper_s4(context, &c.params, &quant, &c.in, x, &c.filter, w, &bias_dims, bias, &c.out, y);
}

static int32_t run(const mnf_node_t *node, void *buffer, uint32_t size) {
    const cmsis_nn_context context = {buffer, (int32_t)size};
    if (is_convolution(node)) {
        return run_convolution(node, &context);
    }
    const int32_t *p = node->params;
    const cmsis_nn_dims filter = filter_dims(node);
    const int32_t rows = mnf_elements(mnf_input(node, X)) / filter.n;
    const cmsis_nn_dims in = {rows, 1, 1, filter.n}, bias = {1, 1, 1, filter.c}, out = {rows, 1, 1, filter.c};
    const cmsis_nn_fc_params params = {
        .input_offset = -mnf_input(node, X)->zero_point,
        .filter_offset = -p[WEIGHTS_ZERO_POINT],
        .output_offset = mnf_output(node)->zero_point,
        .activation = {p[MIN], p[MAX]},
    };
    int32_t *requant = mnf_input_data(node, REQUANT);
    const int32_t n = mnf_input(node, REQUANT)->dims[1];
    const cmsis_nn_quant_params quant = {requant, requant + n, n > 1};
    if (by_columns(node)) {
        mnf_fully_connected_columns_s8(&params, &quant, &in, mnf_input_data(node, X), &filter, mnf_input_data(node, WEIGHTS),
            mnf_input_data(node, BIAS), &out, mnf_output_data(node));
        return ARM_CMSIS_NN_SUCCESS;
    }
    if (size > 0) {
        // Only kernels that work with sums of the weights ask for scratch.
        arm_vector_sum_s8(buffer, filter.n, filter.c, mnf_input_data(node, WEIGHTS),
            params.input_offset, params.filter_offset, mnf_input_data(node, BIAS));
    }
    return arm_fully_connected_wrapper_s8(&context, &params, &quant, &in, mnf_input_data(node, X),
        &filter, mnf_input_data(node, WEIGHTS), &bias, mnf_input_data(node, BIAS), &out, mnf_output_data(node));
}

const mnf_op_def_t mnf_op_fully_connected = {N_INPUTS, 1 << BIAS, 0, N_PARAMS, check, scratch, run, NULL};
