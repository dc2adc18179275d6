// Integers to integers of another type, cut off where they do not fit; to bool whether they are not 0.
#include "rows.h"

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    MNF_REQUIRE(x->dtype != MNF_FLOAT32 && x->dtype != MNF_INT4, OP_DTYPE, MNF_INT8, x->dtype);
    MNF_REQUIRE(y->dtype != MNF_FLOAT32, OP_DTYPE, MNF_INT8, y->dtype);
    // The upper half of an int64 is not looked at.
    MNF_REQUIRE(x->dtype != MNF_INT64 || (y->dtype != MNF_BOOL && y->dtype != MNF_INT64), OP_DTYPE, MNF_INT32, y->dtype);
    return mnf_check_shape(x, y, error);
}

static void keep(const mnf_node_t *node, int32_t x[][MNF_PIECE], int32_t n) {
    (void)node;
    (void)x;
    (void)n;
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    mnf_run_flat(node, keep);
    return 0;
}

const mnf_op_def_t mnf_op_cast = {1, 0, 0, 0, check, NULL, run, NULL};
