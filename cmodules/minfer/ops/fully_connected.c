#include "arm_nnfunctions.h"
#include "ops.h"

enum { X, WEIGHTS, BIAS, REQUANT, N_INPUTS };
enum { WEIGHTS_ZERO_POINT, MIN, MAX, N_PARAMS };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, X), *w = mnf_input(node, WEIGHTS), *y = mnf_output(node);
    const int32_t *p = node->params;
    if (!mnf_check_dtype(x, MNF_INT8, error) || !mnf_check_dtype(y, MNF_INT8, error)
        || !mnf_check_const(w, MNF_INT8, error)) {
        return false;
    }
    MNF_REQUIRE(w->rank == 2, OP_RANK, 2, w->rank);
    const int32_t depth = w->dims[1], channels = w->dims[0], rows = mnf_elements(x) / depth;
    MNF_REQUIRE(rows * depth == mnf_elements(x), OP_SHAPE, depth, mnf_elements(x));
    MNF_REQUIRE((int64_t)rows * channels == mnf_elements(y), OP_SHAPE, (int64_t)rows * channels, mnf_elements(y));
    MNF_REQUIRE(depth <= INT32_MAX / 512, RANGE, INT32_MAX / 512, depth);
    MNF_REQUIRE(channels <= INT32_MAX / 16, RANGE, INT32_MAX / 16, channels);
    MNF_REQUIRE(p[WEIGHTS_ZERO_POINT] >= INT8_MIN && p[WEIGHTS_ZERO_POINT] <= INT8_MAX, ZERO_POINT, 0, p[WEIGHTS_ZERO_POINT]);
    return mnf_check_clamp(p[MIN], p[MAX], MNF_INT8, error)
        && mnf_check_requant(node, BIAS, REQUANT, channels, true, error);
}

static cmsis_nn_dims filter_dims(const mnf_node_t *node) {
    const mnf_tensor_t *w = mnf_input(node, WEIGHTS);
    return (cmsis_nn_dims) {w->dims[1], 1, 1, w->dims[0]};
}

static uint32_t scratch(const mnf_node_t *node) {
    const cmsis_nn_dims filter = filter_dims(node);
    return (uint32_t)arm_fully_connected_s8_get_buffer_size(&filter);
}

static int32_t run(const mnf_node_t *node, void *buffer, uint32_t size) {
    const cmsis_nn_context context = {buffer, (int32_t)size};
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
    if (size > 0) {
        // Only kernels that work with sums of the weights ask for scratch.
        arm_vector_sum_s8(buffer, filter.n, filter.c, mnf_input_data(node, WEIGHTS),
            params.input_offset, params.filter_offset, mnf_input_data(node, BIAS));
    }
    return arm_fully_connected_wrapper_s8(&context, &params, &quant, &in, mnf_input_data(node, X),
        &filter, mnf_input_data(node, WEIGHTS), &bias, mnf_input_data(node, BIAS), &out, mnf_output_data(node));
}

const mnf_op_def_t mnf_op_fully_connected = {"FULLY_CONNECTED", N_INPUTS, 1 << BIAS, 0, N_PARAMS, check, scratch, run};
