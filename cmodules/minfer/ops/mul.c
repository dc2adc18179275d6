#include "arm_nnfunctions.h"
#include "kernels/portable/mnf_arith.h"
#include "rows.h"

enum { MULTIPLIER, SHIFT, MIN, MAX, WALK };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *y = mnf_output(node);
    const int32_t *p = node->params;
    if (y->dtype == MNF_INT32) {
        return mnf_check_whole(node, WALK, error);
    }
    return mnf_check_activations(mnf_input(node, 0), y, error) && mnf_check_activations(mnf_input(node, 1), y, error)
        && mnf_check_rows(node, WALK, error)
        && mnf_check_multiplier(p[MULTIPLIER], p[SHIFT], 30, error)
        && mnf_check_clamp(p[MIN], p[MAX], y->dtype, error);
}

static int32_t multiply(const mnf_node_t *node, const void *a, const void *b, void *y, int32_t n) {
    const int32_t *p = node->params;
    const int32_t a_offset = -mnf_input(node, 0)->zero_point, b_offset = -mnf_input(node, 1)->zero_point;
    const int32_t y_offset = mnf_output(node)->zero_point;
    if (mnf_output(node)->dtype == MNF_INT8) {
        return arm_elementwise_mul_s8(a, b, a_offset, b_offset, y, y_offset, p[MULTIPLIER], p[SHIFT], p[MIN], p[MAX], n);
    }
    return arm_elementwise_mul_s16(a, b, a_offset, b_offset, y, y_offset, p[MULTIPLIER], p[SHIFT], p[MIN], p[MAX], n);
}

static void multiply_whole(const mnf_node_t *node, int32_t x[][MNF_PIECE], int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        x[0][i] = mnf_clamp(mnf_mul_wrap(x[0][i], x[1][i]), node->params[MIN], node->params[MAX]);
    }
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    if (mnf_output(node)->dtype == MNF_INT32) {
        mnf_run_rows(node, node->params + WALK, multiply_whole);
        return 0;
    }
    return mnf_run_vectors(node, node->params + WALK, multiply);
}

const mnf_op_def_t mnf_op_mul = {2, 0, 3, MNF_ANY, check, NULL, run, NULL};
