// QUANTIZE between integers, and the clamps of int16: RELU and RELU6.
#include "kernels/portable/mnf_arith.h"
#include "rows.h"

enum { MULTIPLIER, SHIFT, MIN, MAX, N_PARAMS };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    const int32_t *p = node->params;
    MNF_REQUIRE(x->dtype >= MNF_INT8 && x->dtype <= MNF_INT32, OP_DTYPE, MNF_INT8, x->dtype);
    MNF_REQUIRE(y->dtype >= MNF_INT8 && y->dtype <= MNF_INT16, OP_DTYPE, MNF_INT8, y->dtype);
    return mnf_check_shape(x, y, error)
        && mnf_check_multiplier(p[MULTIPLIER], p[SHIFT], 30, error)
        && mnf_check_clamp(p[MIN], p[MAX], (mnf_dtype_t)y->dtype, error);
}

static void requantise(const mnf_node_t *node, int32_t x[][MNF_PIECE], int32_t n) {
    const int32_t *p = node->params;
    const int32_t x_zero = mnf_input(node, 0)->zero_point, y_zero = mnf_output(node)->zero_point;
    for (int32_t i = 0; i < n; i++) {
        const int32_t scaled = mnf_requantise(mnf_sub_wrap(x[0][i], x_zero), p[MULTIPLIER], p[SHIFT]);
        x[0][i] = mnf_clamp(mnf_add_wrap(scaled, y_zero), p[MIN], p[MAX]);
    }
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    mnf_run_flat(node, requantise);
    return 0;
}

const mnf_op_def_t mnf_op_requantise = {1, 0, 1, N_PARAMS, check, NULL, run, NULL};
