#include "arm_nnfunctions.h"
#include "rows.h"

enum { LEFT_SHIFT, A_MULTIPLIER, A_SHIFT, B_MULTIPLIER, B_SHIFT, OUT_MULTIPLIER, OUT_SHIFT, MIN, MAX, WALK };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *y = mnf_output(node);
    const int32_t *p = node->params;
    if (!mnf_check_activations(mnf_input(node, 0), y, error) || !mnf_check_activations(mnf_input(node, 1), y, error)
        || !mnf_check_rows(node, WALK, error)) {
        return false;
    }
    // 255 << 22 and 32768 << 15 are the largest that stay within 30 bits, so that the sum of two stays within 31.
    const int32_t most = y->dtype == MNF_INT8 ? 22 : 15;
    MNF_REQUIRE(p[LEFT_SHIFT] >= 0 && p[LEFT_SHIFT] <= most, RANGE, most, p[LEFT_SHIFT]);
    return mnf_check_multiplier(p[A_MULTIPLIER], p[A_SHIFT], 0, error)
        && mnf_check_multiplier(p[B_MULTIPLIER], p[B_SHIFT], 0, error)
        && mnf_check_multiplier(p[OUT_MULTIPLIER], p[OUT_SHIFT], 1, error)
        && mnf_check_clamp(p[MIN], p[MAX], y->dtype, error);
}

static int32_t add(const mnf_node_t *node, const void *a, const void *b, void *y, int32_t n) {
    const int32_t *p = node->params;
    const int32_t a_offset = -mnf_input(node, 0)->zero_point, b_offset = -mnf_input(node, 1)->zero_point;
    const int32_t y_offset = mnf_output(node)->zero_point;
    if (mnf_output(node)->dtype == MNF_INT8) {
        return arm_elementwise_add_s8(a, b, a_offset, p[A_MULTIPLIER], p[A_SHIFT], b_offset, p[B_MULTIPLIER], p[B_SHIFT],
            p[LEFT_SHIFT], y, y_offset, p[OUT_MULTIPLIER], p[OUT_SHIFT], p[MIN], p[MAX], n);
    }
    return arm_elementwise_add_s16(a, b, a_offset, p[A_MULTIPLIER], p[A_SHIFT], b_offset, p[B_MULTIPLIER], p[B_SHIFT],
        p[LEFT_SHIFT], y, y_offset, p[OUT_MULTIPLIER], p[OUT_SHIFT], p[MIN], p[MAX], n);
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    return mnf_run_vectors(node, node->params + WALK, add);
}

const mnf_op_def_t mnf_op_add = {2, 0, 3, MNF_ANY, check, NULL, run};
