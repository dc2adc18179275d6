#include "rows.h"

enum { CONDITION, X, Y };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *y = mnf_output(node);
    MNF_REQUIRE(y->dtype != MNF_INT64, OP_DTYPE, MNF_INT8, y->dtype);
    return mnf_check_dtype(mnf_input(node, CONDITION), MNF_BOOL, error)
        && mnf_check_dtype(mnf_input(node, X), (mnf_dtype_t)y->dtype, error)
        && mnf_check_dtype(mnf_input(node, Y), (mnf_dtype_t)y->dtype, error)
        && mnf_check_rows(node, 0, error);
}

static void choose(const mnf_node_t *node, int32_t x[][MNF_PIECE], int32_t n) {
    (void)node;
    for (int32_t i = 0; i < n; i++) {
        x[0][i] = x[CONDITION][i] ? x[X][i] : x[Y][i];
    }
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    mnf_run_rows(node, node->params, choose);
    return 0;
}

const mnf_op_def_t mnf_op_select = {3, 0, 7, MNF_ANY, check, NULL, run, NULL};
