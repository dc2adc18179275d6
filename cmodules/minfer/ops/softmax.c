#include "arm_nnfunctions.h"
#include "ops.h"

#define MAX_ROW 4095 // the kernel sums exponentials in 12 integer bits
#define MAX_ROW_INT16 65535
#define N_VALUES 513

enum { X, EXP_TABLE, RECIPROCAL_TABLE, N_INPUTS };
enum { MULTIPLIER, LEFT_SHIFT, DIFF_MIN, N_PARAMS };

static bool check_tables(const mnf_node_t *node, mnf_error_t *error) {
    MNF_REQUIRE(node->op->n_inputs == N_INPUTS, OP_INPUTS, N_INPUTS, node->op->n_inputs);
    for (uint32_t i = EXP_TABLE; i < N_INPUTS; i++) {
        const mnf_tensor_t *table = mnf_input(node, i);
        MNF_REQUIRE(mnf_elements(table) == N_VALUES, OP_SHAPE, N_VALUES, mnf_elements(table));
        if (!mnf_check_const(table, MNF_INT16, error)) {
            return false;
        }
    }
    return true;
}

// int8 to int8, with zero point -128; int8 to int16, with -32768; or int16 to int16, with 0.
static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, X), *y = mnf_output(node);
    const int32_t *p = node->params;
    MNF_REQUIRE(x->rank >= 1, OP_RANK, 1, x->rank);
    MNF_REQUIRE(p[LEFT_SHIFT] >= 0 || x->dtype == MNF_INT16, SHIFT, 31, p[LEFT_SHIFT]);
    MNF_REQUIRE(p[DIFF_MIN] <= 0, RANGE, 0, p[DIFF_MIN]);
    const bool is_int16 = x->dtype == MNF_INT16;
    const int32_t max_row = is_int16 ? MAX_ROW_INT16 : MAX_ROW;
    MNF_REQUIRE(x->dims[x->rank - 1] <= max_row, RANGE, max_row, x->dims[x->rank - 1]);
    if (is_int16) {
        if (!mnf_check_activations(x, y, error) || !check_tables(node, error)) {
            return false;
        }
    } else {
        const int32_t zero_point = y->dtype == MNF_INT16 ? INT16_MIN : INT8_MIN;
        MNF_REQUIRE(node->op->n_inputs == 1, OP_INPUTS, 1, node->op->n_inputs);
        MNF_REQUIRE(y->dtype == MNF_INT8 || y->dtype == MNF_INT16, OP_DTYPE, MNF_INT8, y->dtype);
        MNF_REQUIRE(y->zero_point == zero_point, ZERO_POINT, zero_point, y->zero_point);
        if (!mnf_check_dtype(x, MNF_INT8, error)) {
            return false;
        }
    }
    return mnf_check_multiplier(p[MULTIPLIER], p[LEFT_SHIFT], is_int16 ? 30 : 31, error) && mnf_check_shape(x, y, error);
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    const mnf_tensor_t *x = mnf_input(node, X);
    const int32_t row = x->dims[x->rank - 1], rows = mnf_elements(x) / row;
    const int32_t *p = node->params;
    const void *in = mnf_input_data(node, X);
    void *out = mnf_output_data(node);
    if (x->dtype == MNF_INT16) {
        const cmsis_nn_softmax_lut_s16 tables = {mnf_input_data(node, EXP_TABLE), mnf_input_data(node, RECIPROCAL_TABLE)};
        return arm_softmax_s16(in, rows, row, p[MULTIPLIER], p[LEFT_SHIFT], &tables, out);
    }
    if (mnf_output(node)->dtype == MNF_INT16) {
        arm_softmax_s8_s16(in, rows, row, p[MULTIPLIER], p[LEFT_SHIFT], p[DIFF_MIN], out);
    } else {
        arm_softmax_s8(in, rows, row, p[MULTIPLIER], p[LEFT_SHIFT], p[DIFF_MIN], out);
    }
    return 0;
}

const mnf_op_def_t mnf_op_softmax = {MNF_ANY, 0, 1, N_PARAMS, check, NULL, run, NULL};
