// The greatest element; of the elements' complements, and so the least one, where `complement` is -1 (REDUCE_MIN).
#include "reduce.h"

enum { COMPLEMENT, WALK };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const uint32_t n = mnf_n_params(node->op);
    MNF_REQUIRE(n >= WALK, OP_PARAMS, WALK, n);
    const int32_t complement = node->params[COMPLEMENT];
    MNF_REQUIRE(complement == 0 || complement == -1, RANGE, -1, complement);
    return mnf_check_dtype(mnf_output(node), mnf_input(node, 0)->dtype, error) && mnf_check_reduce(node, WALK, error);
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    const uint32_t dtype = mnf_input(node, 0)->dtype;
    const void *x = mnf_input_data(node, 0);
    void *y = mnf_output_data(node);
    const int32_t complement = node->params[COMPLEMENT];
    mnf_walk_t row = mnf_walk(node->params + WALK, MNF_REDUCE_OPERANDS);
    int32_t max = INT32_MIN;
    bool more;
    do {
        const int32_t at = row.at[MNF_REDUCE_Y];
        for (int32_t i = 0; i < row.count; i++) {
            const int32_t value = mnf_element(x, dtype, row.at[MNF_REDUCE_X] + i * row.stride[MNF_REDUCE_X]) ^ complement;
            max = value > max ? value : max;
        }
        more = mnf_walk_next(&row);
        if (!more || row.at[MNF_REDUCE_Y] != at) {
            mnf_set_element(y, dtype, at, max ^ complement);
            max = INT32_MIN;
        }
    } while (more);
    return 0;
}

const mnf_op_def_t mnf_op_reduce_max = {1, 0, 0, MNF_ANY, check, NULL, run, NULL};
