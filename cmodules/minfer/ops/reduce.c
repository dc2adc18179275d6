#include "reduce.h"

bool mnf_check_reduce(const mnf_node_t *node, uint32_t at, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    const bool known = (x->dtype >= MNF_INT8 && x->dtype <= MNF_INT16) || x->dtype == MNF_BOOL;
    MNF_REQUIRE(known, OP_DTYPE, MNF_INT8, x->dtype);
    const uint32_t n = mnf_n_params(node->op);
    MNF_REQUIRE(n > at, OP_PARAMS, (int64_t)at + 1, n);
    const int32_t sizes[] = {mnf_elements(y), mnf_elements(x)};
    uint32_t used;
    if (!mnf_check_walk(node->params + at, n - at, MNF_REDUCE_OPERANDS, sizes, &used, error)) {
        return false;
    }
    MNF_REQUIRE(at + used == n, OP_PARAMS, (int64_t)at + used, n);
    return true;
}
