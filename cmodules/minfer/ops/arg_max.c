// The index of the greatest element along one axis, the first of equals; of the least one where `complement` is -1 (ARG_MIN).
#include "reduce.h"

enum { COMPLEMENT, WALK };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *y = mnf_output(node);
    const uint32_t n = mnf_n_params(node->op);
    MNF_REQUIRE(n >= WALK, OP_PARAMS, WALK, n);
    const int32_t complement = node->params[COMPLEMENT];
    MNF_REQUIRE(complement == 0 || complement == -1, RANGE, -1, complement);
    MNF_REQUIRE(y->dtype == MNF_INT32 || y->dtype == MNF_INT64, OP_DTYPE, MNF_INT32, y->dtype);
    return mnf_check_reduce(node, WALK, error);
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    const uint32_t dtype = mnf_input(node, 0)->dtype;
    const void *x = mnf_input_data(node, 0);
    int32_t *y = mnf_output_data(node);
    const int32_t words = mnf_output(node)->dtype == MNF_INT64 ? 2 : 1; // the arena is aligned to 4 bytes only
    const int32_t complement = node->params[COMPLEMENT];
    mnf_walk_t row = mnf_walk(node->params + WALK, MNF_REDUCE_OPERANDS);
    do {
        int32_t max = INT32_MIN, best = 0;
        for (int32_t i = 0; i < row.count; i++) {
            const int32_t value = mnf_element(x, dtype, row.at[MNF_REDUCE_X] + i * row.stride[MNF_REDUCE_X]) ^ complement;
            if (value > max) {
                max = value;
                best = i;
            }
        }
        y[row.at[MNF_REDUCE_Y] * words] = best;
        if (words == 2) {
            y[row.at[MNF_REDUCE_Y] * 2 + 1] = 0;
        }
    } while (mnf_walk_next(&row));
    return 0;
}

const mnf_op_def_t mnf_op_arg_max = {1, 0, 0, MNF_ANY, check, NULL, run, NULL};
