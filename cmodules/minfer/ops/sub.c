#include "kernels/portable/mnf_arith.h"
#include "scaled.h"

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    return mnf_output(node)->dtype == MNF_INT32 ? mnf_check_whole(node, MNF_SCALED_WALK, error)
                                                : mnf_check_scaled(node, 1, error);
}

static void subtract_whole(const mnf_node_t *node, int32_t x[][MNF_PIECE], int32_t n) {
    const int32_t min = node->params[MNF_SCALED_MIN], max = node->params[MNF_SCALED_MAX];
    for (int32_t i = 0; i < n; i++) {
        x[0][i] = mnf_clamp(mnf_sub_wrap(x[0][i], x[1][i]), min, max);
    }
}

static void subtract(const mnf_node_t *node, int32_t x[][MNF_PIECE], int32_t n) {
    mnf_scaled_differences(node, x, n);
    mnf_scale_results(node, x[0], n);
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    mnf_run_rows(node, node->params + MNF_SCALED_WALK,
        mnf_output(node)->dtype == MNF_INT32 ? subtract_whole : subtract);
    return 0;
}

const mnf_op_def_t mnf_op_sub = {2, 0, 3, MNF_ANY, check, NULL, run, NULL};
