#include "scaled.h"

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    return mnf_check_dtype(mnf_output(node), MNF_INT8, error) && mnf_check_scaled(node, 30, error);
}

static void square_difference(const mnf_node_t *node, int32_t x[][MNF_PIECE], int32_t n) {
    mnf_scaled_differences(node, x, n);
    for (int32_t i = 0; i < n; i++) {
        const uint32_t difference = (uint32_t)x[0][i];
        x[0][i] = (int32_t)(difference * difference);
    }
    mnf_scale_results(node, x[0], n);
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    mnf_run_rows(node, node->params + MNF_SCALED_WALK, square_difference);
    return 0;
}

const mnf_op_def_t mnf_op_squared_difference = {2, 0, 3, MNF_ANY, check, NULL, run, NULL};
