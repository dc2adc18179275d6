// Gates in the order input (absent where it is 1 - forget), forget, cell, output, each of one weight matrix for the input and one for
// the last output h. Gates and the cell state are int16, activations and h int8.
#include "gates.h"
#include "kernels/portable/mnf_arith.h"
#include "ops.h"

enum { X, WEIGHTS, RECURRENT, BIAS, H, C, N_INPUTS };
enum { TIME_MAJOR, CELL_SHIFT, CELL_CLIP, OUT_MULTIPLIER, OUT_SHIFT, OUT_ZERO_POINT, GATES };
enum { GATE_MULTIPLIER, GATE_SHIFT, GATE_RECURRENT_MULTIPLIER, GATE_RECURRENT_SHIFT, GATE_PARAMS };

static bool check_tensor(const mnf_tensor_t *t, mnf_kind_t kind, mnf_dtype_t dtype, int32_t n, mnf_error_t *error) {
    MNF_REQUIRE(t->kind == kind, OP_KIND, kind, t->kind);
    MNF_REQUIRE(mnf_elements(t) == n, OP_SHAPE, n, mnf_elements(t));
    return mnf_check_dtype(t, dtype, error);
}

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, X), *y = mnf_output(node);
    const mnf_tensor_t *w = mnf_input(node, WEIGHTS), *r = mnf_input(node, RECURRENT), *b = mnf_input(node, BIAS);
    const int32_t *p = node->params;
    MNF_REQUIRE(x->rank == 3, OP_RANK, 3, x->rank);
    MNF_REQUIRE(y->rank == 3, OP_RANK, 3, y->rank);
    MNF_REQUIRE(w->rank == 3, OP_RANK, 3, w->rank);
    MNF_REQUIRE(r->rank == 3, OP_RANK, 3, r->rank);
    MNF_REQUIRE(b->rank == 3, OP_RANK, 3, b->rank);
    const int32_t gates = w->dims[0], cells = y->dims[2];
    MNF_REQUIRE(gates == 3 || gates == 4, OP_SHAPE, 4, gates);
    const uint32_t n_params = GATES + (uint32_t)gates * GATE_PARAMS;
    MNF_REQUIRE(mnf_n_params(node->op) == n_params, OP_PARAMS, n_params, mnf_n_params(node->op));
    MNF_REQUIRE(p[TIME_MAJOR] == 0 || p[TIME_MAJOR] == 1, RANGE, 1, p[TIME_MAJOR]);
    MNF_REQUIRE(p[CELL_SHIFT] >= -15 && p[CELL_SHIFT] <= -9, RANGE, -9, p[CELL_SHIFT]);
    MNF_REQUIRE(p[CELL_CLIP] >= 0 && p[CELL_CLIP] <= INT16_MAX, RANGE, INT16_MAX, p[CELL_CLIP]);
    MNF_REQUIRE(x->dims[0] == y->dims[0], OP_SHAPE, x->dims[0], y->dims[0]);
    MNF_REQUIRE(x->dims[1] == y->dims[1], OP_SHAPE, x->dims[1], y->dims[1]);
    MNF_REQUIRE(w->dims[1] == cells, OP_SHAPE, cells, w->dims[1]);
    MNF_REQUIRE(w->dims[2] == x->dims[2], OP_SHAPE, x->dims[2], w->dims[2]);
    MNF_REQUIRE(r->dims[0] == gates, OP_SHAPE, gates, r->dims[0]);
    MNF_REQUIRE(r->dims[1] == cells, OP_SHAPE, cells, r->dims[1]);
    MNF_REQUIRE(r->dims[2] == cells, OP_SHAPE, cells, r->dims[2]);
    MNF_REQUIRE(b->dims[0] == gates, OP_SHAPE, gates, b->dims[0]);
    MNF_REQUIRE(b->dims[1] == 2, OP_SHAPE, 2, b->dims[1]);
    MNF_REQUIRE(b->dims[2] == cells, OP_SHAPE, cells, b->dims[2]);
    for (int32_t g = 0; g < gates; g++) {
        const int32_t *q = p + GATES + g * GATE_PARAMS;
        if (!mnf_check_multiplier(q[GATE_MULTIPLIER], q[GATE_SHIFT], 30, error)
            || !mnf_check_multiplier(q[GATE_RECURRENT_MULTIPLIER], q[GATE_RECURRENT_SHIFT], 30, error)) {
            return false;
        }
    }
    const int32_t state = x->dims[p[TIME_MAJOR]] * cells; // as many as the output has in one step
    return mnf_check_dtype(x, MNF_INT8, error) && mnf_check_dtype(y, MNF_INT8, error)
        && mnf_check_const(w, MNF_INT8, error) && mnf_check_const(r, MNF_INT8, error) && mnf_check_const(b, MNF_INT32, error)
        && mnf_check_multiplier(p[OUT_MULTIPLIER], p[OUT_SHIFT], 30, error)
        && check_tensor(mnf_input(node, H), MNF_STATE, MNF_INT8, state, error)
        && check_tensor(mnf_input(node, C), MNF_STATE, MNF_INT16, state, error);
}

static uint32_t scratch(const mnf_node_t *node) {
    return 4 * (uint32_t)mnf_output(node)->dims[2] * (uint32_t)sizeof(int16_t);
}

static int32_t clamp16(int32_t a) {
    return mnf_clamp(a, INT16_MIN, INT16_MAX);
}

static int32_t dot(const int8_t *a, const int8_t *b, int32_t n, int32_t sum) {
    for (int32_t i = 0; i < n; i++) {
        sum = mnf_add_wrap(sum, a[i] * b[i]);
    }
    return sum;
}

// All gates of one step of one batch: x and h times the weights, then the gate's function.
static void run_gates(const mnf_node_t *node, const int8_t *x, const int8_t *h, int16_t *out) {
    const mnf_tensor_t *weights = mnf_input(node, WEIGHTS);
    const int8_t *w = mnf_input_data(node, WEIGHTS), *r = mnf_input_data(node, RECURRENT);
    const int32_t *bias = mnf_input_data(node, BIAS);
    const int32_t gates = weights->dims[0], cells = weights->dims[1], inputs = weights->dims[2];
    for (int32_t g = 0; g < gates; g++, bias += 2 * cells) {
        const int32_t *q = node->params + GATES + g * GATE_PARAMS;
        const bool is_cell = g == gates - 2;
        for (int32_t c = 0; c < cells; c++, w += inputs, r += cells) {
            int32_t value = clamp16(mnf_requantise(dot(w, x, inputs, bias[c]), q[GATE_MULTIPLIER], q[GATE_SHIFT]));
            const int32_t recurrent = dot(r, h, cells, bias[cells + c]);
            value = clamp16(mnf_add_wrap(value, mnf_requantise(recurrent, q[GATE_RECURRENT_MULTIPLIER], q[GATE_RECURRENT_SHIFT])));
            *out++ = (int16_t)(is_cell ? mnf_tanh_s16(value, 3) : mnf_sigmoid_s16(value));
        }
    }
}

static void run_step(const mnf_node_t *node, const int16_t *gates, int8_t *h, int16_t *c, int8_t *y) {
    const int32_t *p = node->params;
    const int32_t cells = mnf_output(node)->dims[2];
    const bool has_input_gate = mnf_input(node, WEIGHTS)->dims[0] == 4;
    const int16_t *in = gates, *forget = has_input_gate ? gates + cells : gates, *cell = forget + cells, *out = cell + cells;
    for (int32_t i = 0; i < cells; i++) {
        const int32_t open = has_input_gate ? in[i] : INT16_MAX - forget[i];
        const int32_t kept = mnf_rounding_shift_right(forget[i] * c[i], 15);
        int32_t state = clamp16(kept + mnf_rounding_shift_right(open * cell[i], 30 + p[CELL_SHIFT]));
        if (p[CELL_CLIP] > 0) {
            state = mnf_clamp(state, -p[CELL_CLIP], p[CELL_CLIP]);
        }
        c[i] = (int16_t)state;
        const int32_t hidden = mnf_requantise(out[i] * mnf_tanh_s16(state, 15 + p[CELL_SHIFT]), p[OUT_MULTIPLIER], p[OUT_SHIFT]);
        y[i] = h[i] = (int8_t)mnf_clamp(mnf_add_wrap(hidden, p[OUT_ZERO_POINT]), INT8_MIN, INT8_MAX);
    }
}

static int32_t run(const mnf_node_t *node, void *buffer, uint32_t size) {
    (void)size;
    const mnf_tensor_t *x = mnf_input(node, X);
    const bool time_major = node->params[TIME_MAJOR];
    const int32_t batches = x->dims[time_major ? 1 : 0], steps = x->dims[time_major ? 0 : 1];
    const int32_t inputs = x->dims[2], cells = mnf_output(node)->dims[2];
    const int8_t *x_data = mnf_input_data(node, X);
    int8_t *h = mnf_input_data(node, H), *y = mnf_output_data(node);
    int16_t *c = mnf_input_data(node, C);
    for (int32_t step = 0; step < steps; step++) {
        for (int32_t batch = 0; batch < batches; batch++) {
            const int32_t row = time_major ? step * batches + batch : batch * steps + step;
            run_gates(node, x_data + row * inputs, h + batch * cells, buffer);
            run_step(node, buffer, h + batch * cells, c + batch * cells, y + row * cells);
        }
    }
    return 0;
}

const mnf_op_def_t mnf_op_unidirectional_sequence_lstm = {
    N_INPUTS, 0, 0, MNF_ANY, check, scratch, run, NULL
};
