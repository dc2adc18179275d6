#include <string.h>

#include "ops.h"

// Parameters: the value, then before and after of each dimension.
static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    const int32_t *p = node->params;
    if (!mnf_check_type(x, MNF_INT8, MNF_ARENA, error) || !mnf_check_type(y, MNF_INT8, MNF_ARENA, error)) {
        return false;
    }
    MNF_REQUIRE(x->rank == y->rank, OP_RANK, x->rank, y->rank);
    MNF_REQUIRE(mnf_n_params(node->op) == 1 + 2u * x->rank, OP_PARAMS, 1 + 2 * x->rank, mnf_n_params(node->op));
    MNF_REQUIRE(p[0] >= INT8_MIN && p[0] <= INT8_MAX, RANGE, INT8_MAX, p[0]);
    for (uint32_t i = 0; i < x->rank; i++) {
        const int32_t before = p[1 + 2 * i], after = p[2 + 2 * i];
        MNF_REQUIRE(before >= 0, DIM, 0, before);
        MNF_REQUIRE(after >= 0, DIM, 0, after);
        const int64_t padded = (int64_t)before + x->dims[i] + after;
        MNF_REQUIRE(padded == y->dims[i], OP_SHAPE, padded, y->dims[i]);
    }
    return true;
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    const int32_t *before = node->params + 1;
    memset(mnf_output_data(node), node->params[0], y->size);
    if (x->rank == 0) {
        memcpy(mnf_output_data(node), mnf_input_data(node, 0), 1);
        return 0;
    }
    const int8_t *from = mnf_input_data(node, 0);
    const int32_t row = x->dims[x->rank - 1];
    int32_t index[MNF_MAX_RANK] = {0}; // of the input's row being copied
    for (int32_t rows = mnf_elements(x) / row; rows > 0; rows--) {
        int32_t at = 0;
        for (uint32_t i = 0; i < x->rank; i++) {
            at = at * y->dims[i] + before[2 * i] + index[i];
        }
        memcpy((int8_t *)mnf_output_data(node) + at, from, (size_t)row);
        from += row;
        for (int32_t i = x->rank - 2; i >= 0 && ++index[i] == x->dims[i]; i--) {
            index[i] = 0;
        }
    }
    return 0;
}

const mnf_op_def_t mnf_op_pad = {"PAD", 1, 0, 0, -1, check, NULL, run};
