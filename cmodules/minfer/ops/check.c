#include "ops.h"

#define MAX_SPAN (1 << 30) // keeps every index along an axis, and its distance to any other, within an int32_t
#define MAX_STEP (1 << 15) // keeps a row of scratch times one step within an int32_t, where there is no second step as well

static int32_t saturate(int64_t value) {
    return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int32_t)value;
}

bool mnf_refuse(mnf_error_t *error, mnf_reason_t reason, int64_t expected, int64_t found) {
    error->reason = reason;
    error->expected = saturate(expected);
    error->found = saturate(found);
    return false;
}

bool mnf_check_shape(const mnf_tensor_t *a, const mnf_tensor_t *b, mnf_error_t *error) {
    MNF_REQUIRE(a->rank == b->rank, OP_RANK, a->rank, b->rank);
    for (uint32_t i = 0; i < MNF_MAX_RANK; i++) {
        MNF_REQUIRE(a->dims[i] == b->dims[i], OP_SHAPE, a->dims[i], b->dims[i]);
    }
    return true;
}

bool mnf_check_dtype(const mnf_tensor_t *tensor, mnf_dtype_t dtype, mnf_error_t *error) {
    MNF_REQUIRE(tensor->dtype == dtype, OP_DTYPE, dtype, tensor->dtype);
    return true;
}

bool mnf_check_const(const mnf_tensor_t *tensor, mnf_dtype_t dtype, mnf_error_t *error) {
    MNF_REQUIRE(tensor->kind == MNF_CONST, OP_KIND, MNF_CONST, tensor->kind);
    return mnf_check_dtype(tensor, dtype, error);
}

bool mnf_check_activation(const mnf_tensor_t *tensor, mnf_error_t *error) {
    MNF_REQUIRE(tensor->dtype == MNF_INT8 || tensor->dtype == MNF_INT16, OP_DTYPE, MNF_INT8, tensor->dtype);
    MNF_REQUIRE(tensor->dtype == MNF_INT8 || tensor->zero_point == 0, ZERO_POINT, 0, tensor->zero_point);
    return true;
}

bool mnf_check_activations(const mnf_tensor_t *x, const mnf_tensor_t *y, mnf_error_t *error) {
    return mnf_check_activation(x, error) && mnf_check_dtype(y, x->dtype, error) && mnf_check_activation(y, error);
}

bool mnf_check_clamp(int32_t min, int32_t max, mnf_dtype_t dtype, mnf_error_t *error) {
    const int32_t most = dtype == MNF_INT8 ? INT8_MAX : dtype == MNF_UINT8 ? UINT8_MAX : INT16_MAX;
    const int32_t least = dtype == MNF_UINT8 ? 0 : -most - 1;
    MNF_REQUIRE(least <= min && min <= max && max <= most, CLAMP, min, max);
    return true;
}

bool mnf_check_multiplier(int32_t multiplier, int32_t shift, int32_t max_shift, mnf_error_t *error) {
    MNF_REQUIRE(multiplier >= 0, MULTIPLIER, 0, multiplier);
    MNF_REQUIRE(shift >= -31 && shift <= max_shift, SHIFT, max_shift, shift);
    return true;
}

bool mnf_check_weights(const mnf_node_t *node, uint32_t x, uint32_t weights, bool packed, mnf_error_t *error) {
    const mnf_tensor_t *in = mnf_input(node, x), *w = mnf_input(node, weights);
    const bool int4 = packed && in->dtype == MNF_INT8 && w->dtype == MNF_INT4;
    return mnf_check_activations(in, mnf_output(node), error) && mnf_check_const(w, int4 ? MNF_INT4 : MNF_INT8, error);
}

mnf_width_t mnf_width(const mnf_tensor_t *x, const mnf_tensor_t *weights) {
    return x->dtype == MNF_INT16 ? MNF_WIDTH_S16 : weights->dtype == MNF_INT4 ? MNF_WIDTH_S4 : MNF_WIDTH_S8;
}

bool mnf_check_requant(const mnf_node_t *node, uint32_t bias, uint32_t requant, int32_t channels, bool per_tensor, mnf_error_t *error) {
    const mnf_tensor_t *b = mnf_input(node, bias);
    const bool wide = mnf_output(node)->dtype == MNF_INT16;
    const bool wide_bias = wide && b != NULL && b->dtype == MNF_INT64;
    MNF_REQUIRE(b != NULL || !wide, OP_ABSENT, bias, MNF_ABSENT);
    if (b != NULL) {
        if (!mnf_check_const(b, wide_bias ? MNF_INT64 : MNF_INT32, error)) {
            return false;
        }
        MNF_REQUIRE(b->rank == 1, OP_RANK, 1, b->rank);
        MNF_REQUIRE(b->dims[0] == channels, OP_SHAPE, channels, b->dims[0]);
    }
    const mnf_tensor_t *q = mnf_input(node, requant);
    if (!mnf_check_const(q, MNF_INT32, error)) {
        return false;
    }
    MNF_REQUIRE(q->rank == 2, OP_RANK, 2, q->rank);
    MNF_REQUIRE(q->dims[0] == 2, OP_SHAPE, 2, q->dims[0]);
    const int32_t n = q->dims[1];
    MNF_REQUIRE(n == channels || (per_tensor && n == 1), OP_SHAPE, channels, n);
    const int32_t *multipliers = mnf_input_data(node, requant);
    for (int32_t i = 0; i < n; i++) {
        if (!mnf_check_multiplier(multipliers[i], multipliers[n + i], wide_bias ? 14 : 30, error)) {
            return false;
        }
    }
    return true;
}

bool mnf_check_axis(const mnf_axis_t *axis, mnf_error_t *error) {
    MNF_REQUIRE(axis->kernel >= 1, DIM, 1, axis->kernel);
    MNF_REQUIRE(axis->stride >= 1, DIM, 1, axis->stride);
    MNF_REQUIRE(axis->dilation >= 1, DIM, 1, axis->dilation);
    const int64_t reach = (int64_t)(axis->kernel - 1) * axis->dilation;
    const int64_t last = (int64_t)(axis->out - 1) * axis->stride;
    MNF_REQUIRE(axis->in <= MAX_SPAN, RANGE, MAX_SPAN, axis->in);
    MNF_REQUIRE(axis->stride <= MAX_STEP, RANGE, MAX_STEP, axis->stride);
    MNF_REQUIRE(axis->dilation <= MAX_STEP, RANGE, MAX_STEP, axis->dilation);
    MNF_REQUIRE(reach + last <= MAX_SPAN, RANGE, MAX_SPAN, reach + last);
    MNF_REQUIRE(axis->pad >= 0 && axis->pad <= reach, RANGE, reach, axis->pad);
    MNF_REQUIRE(last - axis->pad < axis->in, WINDOW, axis->in - 1, last - axis->pad);
    const int64_t room = (int64_t)axis->in + axis->pad - reach - 1;
    const int64_t fewest = room < 0 ? 1 : room / axis->stride + 1;
    MNF_REQUIRE(axis->out >= fewest, OP_SHAPE, fewest, axis->out);
    return true;
}
