// PRELU, and LEAKY_RELU and ABS of int16: below the zero point another multiplier, times alpha.
#include "kernels/portable/mnf_arith.h"
#include "rows.h"

enum { MULTIPLIER, SHIFT, ALPHA_MULTIPLIER, ALPHA_SHIFT, MIN, MAX, WALK };
enum { X, ALPHA };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *y = mnf_output(node);
    const int32_t *p = node->params;
    return mnf_check_activations(mnf_input(node, X), y, error) && mnf_check_activations(mnf_input(node, ALPHA), y, error)
        && mnf_check_rows(node, WALK, error)
        && mnf_check_multiplier(p[MULTIPLIER], p[SHIFT], 30, error)
        && mnf_check_multiplier(p[ALPHA_MULTIPLIER], p[ALPHA_SHIFT], 30, error)
        && mnf_check_clamp(p[MIN], p[MAX], y->dtype, error);
}

static void prelu(const mnf_node_t *node, int32_t x[][MNF_PIECE], int32_t n) {
    const int32_t *p = node->params;
    const int32_t x_zero = mnf_input(node, X)->zero_point, alpha_zero = mnf_input(node, ALPHA)->zero_point;
    const int32_t y_zero = mnf_output(node)->zero_point;
    for (int32_t i = 0; i < n; i++) {
        const int32_t value = x[X][i] - x_zero;
        const int32_t scaled = value >= 0 ? mnf_requantise(value, p[MULTIPLIER], p[SHIFT])
            : mnf_requantise(value * (x[ALPHA][i] - alpha_zero), p[ALPHA_MULTIPLIER], p[ALPHA_SHIFT]);
        x[0][i] = mnf_clamp(mnf_add_wrap(scaled, y_zero), p[MIN], p[MAX]);
    }
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    mnf_run_rows(node, node->params + WALK, prelu);
    return 0;
}

const mnf_op_def_t mnf_op_prelu = {2, 0, 3, MNF_ANY, check, NULL, run, NULL};
