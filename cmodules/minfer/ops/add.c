#include "arm_nnfunctions.h"
#include "kernels/portable/mnf_arith.h"
#include "scaled.h"

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    return mnf_output(node)->dtype == MNF_INT32 ? mnf_check_whole(node, MNF_SCALED_WALK, error)
                                                : mnf_check_scaled(node, 1, error);
}

static void add_whole(const mnf_node_t *node, int32_t x[][MNF_PIECE], int32_t n) {
    const int32_t min = node->params[MNF_SCALED_MIN], max = node->params[MNF_SCALED_MAX];
    for (int32_t i = 0; i < n; i++) {
        x[0][i] = mnf_clamp(mnf_add_wrap(x[0][i], x[1][i]), min, max);
    }
}

static int32_t add(const mnf_node_t *node, const void *a, const void *b, void *y, int32_t n) {
    const int32_t *p = node->params;
    const int32_t a_offset = -mnf_input(node, 0)->zero_point, b_offset = -mnf_input(node, 1)->zero_point;
    const int32_t y_offset = mnf_output(node)->zero_point;
    const int32_t a_multiplier = p[MNF_SCALED_A_MULTIPLIER], a_shift = p[MNF_SCALED_A_SHIFT];
    const int32_t b_multiplier = p[MNF_SCALED_B_MULTIPLIER], b_shift = p[MNF_SCALED_B_SHIFT];
    const int32_t y_multiplier = p[MNF_SCALED_OUT_MULTIPLIER], y_shift = p[MNF_SCALED_OUT_SHIFT];
    const int32_t left_shift = p[MNF_SCALED_LEFT_SHIFT], min = p[MNF_SCALED_MIN], max = p[MNF_SCALED_MAX];
    if (mnf_output(node)->dtype == MNF_INT8) {
        return arm_elementwise_add_s8(a, b, a_offset, a_multiplier, a_shift, b_offset, b_multiplier, b_shift,
            left_shift, y, y_offset, y_multiplier, y_shift, min, max, n);
    }
    return arm_elementwise_add_s16(a, b, a_offset, a_multiplier, a_shift, b_offset, b_multiplier, b_shift,
        left_shift, y, y_offset, y_multiplier, y_shift, min, max, n);
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    if (mnf_output(node)->dtype == MNF_INT32) {
        mnf_run_rows(node, node->params + MNF_SCALED_WALK, add_whole);
        return 0;
    }
    return mnf_run_vectors(node, node->params + MNF_SCALED_WALK, add);
}

const mnf_op_def_t mnf_op_add = {2, 0, 3, MNF_ANY, check, NULL, run, NULL};
