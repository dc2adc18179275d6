#include "arm_nnfunctions.h"
#include "ops.h"

#define MAX_ROW 4095 // the kernel sums exponentials in 12 integer bits

enum { MULTIPLIER, LEFT_SHIFT, DIFF_MIN, N_PARAMS };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    const int32_t *p = node->params;
    if (!mnf_check_dtype(x, MNF_INT8, error) || !mnf_check_dtype(y, MNF_INT8, error)) {
        return false;
    }
    MNF_REQUIRE(x->rank >= 1, OP_RANK, 1, x->rank);
    MNF_REQUIRE(x->dims[x->rank - 1] <= MAX_ROW, RANGE, MAX_ROW, x->dims[x->rank - 1]);
    MNF_REQUIRE(y->zero_point == -128, ZERO_POINT, -128, y->zero_point);
    MNF_REQUIRE(p[LEFT_SHIFT] >= 0, SHIFT, 31, p[LEFT_SHIFT]);
    MNF_REQUIRE(p[DIFF_MIN] <= 0, RANGE, 0, p[DIFF_MIN]);
    return mnf_check_multiplier(p[MULTIPLIER], p[LEFT_SHIFT], 31, error) && mnf_check_shape(x, y, error);
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    const mnf_tensor_t *x = mnf_input(node, 0);
    const int32_t row = x->dims[x->rank - 1];
    const int32_t *p = node->params;
    arm_softmax_s8(mnf_input_data(node, 0), mnf_elements(x) / row, row,
        p[MULTIPLIER], p[LEFT_SHIFT], p[DIFF_MIN], mnf_output_data(node));
    return 0;
}

const mnf_op_def_t mnf_op_softmax = {"SOFTMAX", 1, 0, 1, N_PARAMS, check, NULL, run};
