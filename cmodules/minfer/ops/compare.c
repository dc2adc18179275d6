// EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL.
#include "kernels/portable/mnf_arith.h"
#include "rows.h"

enum { KIND, SCALED, A_MULTIPLIER, A_SHIFT, B_MULTIPLIER, B_SHIFT, WALK };
enum { EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL };

#define LEFT_SHIFT 8

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *a = mnf_input(node, 0), *b = mnf_input(node, 1);
    const int32_t *p = node->params;
    if (!mnf_check_dtype(mnf_output(node), MNF_BOOL, error) || !mnf_check_dtype(b, (mnf_dtype_t)a->dtype, error)
        || !mnf_check_rows(node, WALK, error)) {
        return false;
    }
    MNF_REQUIRE(a->dtype != MNF_INT64 && a->dtype != MNF_FLOAT32, OP_DTYPE, MNF_INT8, a->dtype);
    MNF_REQUIRE(p[KIND] >= EQUAL && p[KIND] <= GREATER_EQUAL, RANGE, GREATER_EQUAL, p[KIND]);
    MNF_REQUIRE(p[SCALED] == 0 || p[SCALED] == 1, RANGE, 1, p[SCALED]);
    MNF_REQUIRE(p[SCALED] == 0 || a->dtype == MNF_INT8, OP_DTYPE, MNF_INT8, a->dtype);
    return mnf_check_multiplier(p[A_MULTIPLIER], p[A_SHIFT], 0, error)
        && mnf_check_multiplier(p[B_MULTIPLIER], p[B_SHIFT], 0, error);
}

static void scale(int32_t *x, int32_t zero_point, int32_t multiplier, int32_t shift, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        x[i] = mnf_requantise(mnf_shift_left_wrap(x[i] - zero_point, LEFT_SHIFT), multiplier, shift);
    }
}

static bool holds(int32_t kind, int32_t a, int32_t b) {
    switch (kind) {
        case EQUAL:
            return a == b;
        case NOT_EQUAL:
            return a != b;
        case LESS:
            return a < b;
        case LESS_EQUAL:
            return a <= b;
        case GREATER:
            return a > b;
        default:
            return a >= b;
    }
}

static void compare(const mnf_node_t *node, int32_t x[][MNF_PIECE], int32_t n) {
    const int32_t *p = node->params;
    if (p[SCALED]) {
        scale(x[0], mnf_input(node, 0)->zero_point, p[A_MULTIPLIER], p[A_SHIFT], n);
        scale(x[1], mnf_input(node, 1)->zero_point, p[B_MULTIPLIER], p[B_SHIFT], n);
    }
    for (int32_t i = 0; i < n; i++) {
        x[0][i] = holds(p[KIND], x[0][i], x[1][i]);
    }
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    mnf_run_rows(node, node->params + WALK, compare);
    return 0;
}

const mnf_op_def_t mnf_op_compare = {2, 0, 3, MNF_ANY, check, NULL, run, NULL};
