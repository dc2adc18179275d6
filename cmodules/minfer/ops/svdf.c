#include "arm_nnfunctions.h"
#include "ops.h"

enum { X, FEATURE, TIME, BIAS, STATE, N_INPUTS };
enum { RANK, IN_MULTIPLIER, IN_SHIFT, OUT_MULTIPLIER, OUT_SHIFT, MIN, MAX, N_PARAMS };

// Of the state and of the weights over time.
static mnf_dtype_t state_width(const mnf_node_t *node) {
    return mnf_input(node, STATE)->dtype == MNF_INT8 ? MNF_INT8 : MNF_INT16;
}

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, X), *y = mnf_output(node), *state = mnf_input(node, STATE);
    const mnf_tensor_t *feature = mnf_input(node, FEATURE), *time = mnf_input(node, TIME), *bias = mnf_input(node, BIAS);
    const int32_t *p = node->params;
    const mnf_dtype_t width = state_width(node);
    if (!mnf_check_dtype(x, MNF_INT8, error) || !mnf_check_dtype(y, MNF_INT8, error) || !mnf_check_dtype(state, width, error)
        || !mnf_check_const(feature, MNF_INT8, error) || !mnf_check_const(time, width, error)) {
        return false;
    }
    const mnf_tensor_t *matrices[] = {x, y, feature, time};
    for (uint32_t i = 0; i < 4; i++) {
        MNF_REQUIRE(matrices[i]->rank == 2, OP_RANK, 2, matrices[i]->rank);
    }
    MNF_REQUIRE(state->kind == MNF_STATE, OP_KIND, MNF_STATE, state->kind);
    const int32_t filters = feature->dims[0], units = y->dims[1];
    MNF_REQUIRE(feature->dims[1] == x->dims[1], OP_SHAPE, x->dims[1], feature->dims[1]);
    MNF_REQUIRE(time->dims[0] == filters, OP_SHAPE, filters, time->dims[0]);
    MNF_REQUIRE(y->dims[0] == x->dims[0], OP_SHAPE, x->dims[0], y->dims[0]);
    MNF_REQUIRE(p[RANK] >= 1 && p[RANK] <= INT16_MAX, RANGE, INT16_MAX, p[RANK]);
    MNF_REQUIRE((int64_t)units * p[RANK] == filters, OP_SHAPE, filters, (int64_t)units * p[RANK]);
    const int64_t sums = (int64_t)x->dims[0] * filters;
    MNF_REQUIRE(sums <= INT32_MAX / 16, RANGE, INT32_MAX / 16, sums);
    const int64_t elements = (int64_t)x->dims[0] * mnf_elements(time);
    MNF_REQUIRE(mnf_elements(state) == elements, OP_SHAPE, elements, mnf_elements(state));
    if (bias != NULL) {
        MNF_REQUIRE(mnf_elements(bias) == units, OP_SHAPE, units, mnf_elements(bias));
        if (!mnf_check_const(bias, MNF_INT32, error)) {
            return false;
        }
    }
    return mnf_check_multiplier(p[IN_MULTIPLIER], p[IN_SHIFT], 30, error)
        && mnf_check_multiplier(p[OUT_MULTIPLIER], p[OUT_SHIFT], 30, error) && mnf_check_clamp(p[MIN], p[MAX], MNF_INT8, error);
}

static cmsis_nn_dims feature_dims(const mnf_node_t *node) {
    const mnf_tensor_t *feature = mnf_input(node, FEATURE);
    return (cmsis_nn_dims) {feature->dims[0], feature->dims[1], 1, 1};
}

// Scratch: sums of every filter, then of every unit, then what else the kernel wants.
static uint32_t filter_sums(const mnf_node_t *node) {
    return (uint32_t)mnf_input(node, X)->dims[0] * (uint32_t)mnf_input(node, FEATURE)->dims[0] * 4;
}

static uint32_t unit_sums(const mnf_node_t *node) {
    return (uint32_t)mnf_elements(mnf_output(node)) * 4;
}

static uint32_t scratch(const mnf_node_t *node) {
    const cmsis_nn_dims feature = feature_dims(node);
    const uint32_t more = state_width(node) == MNF_INT8 ? (uint32_t)arm_svdf_s8_get_buffer_size(&feature) : 0;
    return filter_sums(node) + unit_sums(node) + more;
}

static int32_t run(const mnf_node_t *node, void *buffer, uint32_t size) {
    const mnf_tensor_t *x = mnf_input(node, X), *y = mnf_output(node), *time = mnf_input(node, TIME);
    const int32_t *p = node->params;
    const cmsis_nn_context filters = {buffer, (int32_t)filter_sums(node)};
    const cmsis_nn_context units = {(uint8_t *)buffer + filters.size, (int32_t)unit_sums(node)};
    const cmsis_nn_context weights = {(uint8_t *)units.buf + units.size, (int32_t)size - filters.size - units.size};
    const bool narrow = state_width(node) == MNF_INT8;
    const cmsis_nn_svdf_params params = {
        .rank = p[RANK],
        .input_offset = x->zero_point, // not negated, unlike elsewhere
        .output_offset = y->zero_point,
        .input_activation = {narrow ? INT8_MIN : INT16_MIN, narrow ? INT8_MAX : INT16_MAX},
        .output_activation = {p[MIN], p[MAX]},
    };
    const cmsis_nn_per_tensor_quant_params in = {p[IN_MULTIPLIER], p[IN_SHIFT]}, out = {p[OUT_MULTIPLIER], p[OUT_SHIFT]};
    const cmsis_nn_dims x_dims = {x->dims[0], x->dims[1], 1, 1}, y_dims = {y->dims[0], y->dims[1], 1, 1};
    const cmsis_nn_dims f_dims = feature_dims(node), t_dims = {time->dims[0], time->dims[1], 1, 1};
    const cmsis_nn_dims bias_dims = {y->dims[1], 1, 1, 1}, state_dims = {x->dims[0], mnf_elements(time), 1, 1};
    const void *input = mnf_input_data(node, X), *feature = mnf_input_data(node, FEATURE);
    const void *t = mnf_input_data(node, TIME), *bias = mnf_input_data(node, BIAS);
    void *state = mnf_input_data(node, STATE), *output = mnf_output_data(node);
    if (!narrow) {
        return arm_svdf_state_s16_s8(&filters, &units, &params, &in, &out, &x_dims, input, &state_dims, state,
            &f_dims, feature, &t_dims, t, &bias_dims, bias, &y_dims, output);
    }
    if (weights.size > 0) {
        arm_vector_sum_s8(weights.buf, f_dims.h, f_dims.n, feature, -params.input_offset, 0, NULL);
    }
    return arm_svdf_s8(&weights, &filters, &units, &params, &in, &out, &x_dims, input, &state_dims, state,
        &f_dims, feature, &t_dims, t, &bias_dims, bias, &y_dims, output);
}

const mnf_op_def_t mnf_op_svdf = {N_INPUTS, 1 << BIAS, 0, N_PARAMS, check, scratch, run, NULL};
