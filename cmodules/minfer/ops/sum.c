// Sums, requantised: SUM, and MEAN with the division in the multiplier.
#include "kernels/portable/mnf_arith.h"
#include "reduce.h"

enum { MULTIPLIER, SHIFT, MASK, OFFSET, MIN, MAX, WALK };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, 0);
    const uint32_t n = mnf_n_params(node->op);
    MNF_REQUIRE(n >= WALK, OP_PARAMS, WALK, n);
    const int32_t *p = node->params;
    MNF_REQUIRE(p[MIN] <= p[MAX], CLAMP, p[MIN], p[MAX]);
    MNF_REQUIRE(x->dtype != MNF_BOOL, OP_DTYPE, MNF_INT8, x->dtype);
    return mnf_check_dtype(mnf_output(node), x->dtype, error)
        && mnf_check_multiplier(p[MULTIPLIER], p[SHIFT], 30, error) && mnf_check_reduce(node, WALK, error);
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    const void *x_data = mnf_input_data(node, 0);
    void *y_data = mnf_output_data(node);
    const int32_t *p = node->params;
    mnf_walk_t row = mnf_walk(p + WALK, MNF_REDUCE_OPERANDS);
    int32_t sum = p[OFFSET];
    bool more;
    do {
        const int32_t at = row.at[MNF_REDUCE_Y];
        for (int32_t i = 0; i < row.count; i++) {
            const int32_t value = mnf_element(x_data, x->dtype, row.at[MNF_REDUCE_X] + i * row.stride[MNF_REDUCE_X]);
            sum = mnf_add_wrap(sum, value & p[MASK]);
        }
        more = mnf_walk_next(&row);
        if (!more || row.at[MNF_REDUCE_Y] != at) {
            const int32_t value = mnf_add_wrap(mnf_requantise(sum, p[MULTIPLIER], p[SHIFT]), y->zero_point);
            mnf_set_element(y_data, y->dtype, at, mnf_clamp(value, p[MIN], p[MAX]));
            sum = p[OFFSET];
        }
    } while (more);
    return 0;
}

const mnf_op_def_t mnf_op_sum = {1, 0, 0, MNF_ANY, check, NULL, run, NULL};
