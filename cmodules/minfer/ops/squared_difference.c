#include "kernels/portable/mnf_arith.h"
#include "rows.h"

enum { LEFT_SHIFT, A_MULTIPLIER, A_SHIFT, B_MULTIPLIER, B_SHIFT, OUT_MULTIPLIER, OUT_SHIFT, MIN, MAX, WALK };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const int32_t *p = node->params;
    if (!mnf_check_dtype(mnf_output(node), MNF_INT8, error) || !mnf_check_one_dtype(node, error)
        || !mnf_check_rows(node, WALK, error)) {
        return false;
    }
    MNF_REQUIRE(p[LEFT_SHIFT] >= 0 && p[LEFT_SHIFT] <= 22, RANGE, 22, p[LEFT_SHIFT]);
    return mnf_check_multiplier(p[A_MULTIPLIER], p[A_SHIFT], 0, error)
        && mnf_check_multiplier(p[B_MULTIPLIER], p[B_SHIFT], 0, error)
        && mnf_check_multiplier(p[OUT_MULTIPLIER], p[OUT_SHIFT], 30, error)
        && mnf_check_clamp(p[MIN], p[MAX], MNF_INT8, error);
}

static void square_difference(const mnf_node_t *node, int32_t x[][MNF_PIECE], int32_t n) {
    const int32_t *p = node->params;
    const int32_t a_zero = mnf_input(node, 0)->zero_point, b_zero = mnf_input(node, 1)->zero_point;
    const int32_t y_zero = mnf_output(node)->zero_point;
    for (int32_t i = 0; i < n; i++) {
        const int32_t a = mnf_requantise(mnf_shift_left_wrap(x[0][i] - a_zero, p[LEFT_SHIFT]), p[A_MULTIPLIER], p[A_SHIFT]);
        const int32_t b = mnf_requantise(mnf_shift_left_wrap(x[1][i] - b_zero, p[LEFT_SHIFT]), p[B_MULTIPLIER], p[B_SHIFT]);
        const uint32_t difference = (uint32_t)mnf_sub_wrap(a, b);
        const int32_t scaled = mnf_requantise((int32_t)(difference * difference), p[OUT_MULTIPLIER], p[OUT_SHIFT]);
        x[0][i] = mnf_clamp(mnf_add_wrap(scaled, y_zero), p[MIN], p[MAX]);
    }
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    mnf_run_rows(node, node->params + WALK, square_difference);
    return 0;
}

const mnf_op_def_t mnf_op_squared_difference = {2, 0, 3, MNF_ANY, check, NULL, run};
