// Of bool it is LOGICAL_OR.
#include "arm_nnfunctions.h"
#include "rows.h"

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    MNF_REQUIRE(mnf_output(node)->dtype != MNF_INT64, OP_DTYPE, MNF_INT8, MNF_INT64);
    MNF_REQUIRE(mnf_output(node)->dtype != MNF_FLOAT32, OP_DTYPE, MNF_INT8, MNF_FLOAT32);
    return mnf_check_one_dtype(node, error) && mnf_check_rows(node, 0, error);
}

static int32_t greater_s8(const mnf_node_t *node, const void *a, const void *b, void *y, int32_t n) {
    (void)node;
    const cmsis_nn_context context = {NULL, 0};
    const cmsis_nn_dims dims = {1, 1, 1, n};
    return arm_maximum_s8(&context, a, &dims, b, &dims, y, &dims);
}

static void greater(const mnf_node_t *node, int32_t x[][MNF_PIECE], int32_t n) {
    (void)node;
    for (int32_t i = 0; i < n; i++) {
        x[0][i] = x[0][i] > x[1][i] ? x[0][i] : x[1][i];
    }
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    if (mnf_output(node)->dtype == MNF_INT8) {
        return mnf_run_vectors(node, node->params, greater_s8);
    }
    mnf_run_rows(node, node->params, greater);
    return 0;
}

const mnf_op_def_t mnf_op_maximum = {2, 0, 3, MNF_ANY, check, NULL, run, NULL};
