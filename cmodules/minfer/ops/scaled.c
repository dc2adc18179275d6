#include "scaled.h"

#include "kernels/portable/mnf_arith.h"

bool mnf_check_scaled(const mnf_node_t *node, int32_t most, mnf_error_t *error) {
    const mnf_tensor_t *y = mnf_output(node);
    const int32_t *p = node->params;
    if (!mnf_check_activations(mnf_input(node, 0), y, error) || !mnf_check_activations(mnf_input(node, 1), y, error)
        || !mnf_check_rows(node, MNF_SCALED_WALK, error)) {
        return false;
    }
    // 255 << 22 and 32768 << 15 are the largest that stay within 30 bits, so that the sum of two stays within 31.
    const int32_t widest = y->dtype == MNF_INT8 ? 22 : 15;
    const int32_t left_shift = p[MNF_SCALED_LEFT_SHIFT];
    MNF_REQUIRE(left_shift >= 0 && left_shift <= widest, RANGE, widest, left_shift);
    return mnf_check_multiplier(p[MNF_SCALED_A_MULTIPLIER], p[MNF_SCALED_A_SHIFT], 0, error)
        && mnf_check_multiplier(p[MNF_SCALED_B_MULTIPLIER], p[MNF_SCALED_B_SHIFT], 0, error)
        && mnf_check_multiplier(p[MNF_SCALED_OUT_MULTIPLIER], p[MNF_SCALED_OUT_SHIFT], most, error)
        && mnf_check_clamp(p[MNF_SCALED_MIN], p[MNF_SCALED_MAX], y->dtype, error);
}

void mnf_scaled_differences(const mnf_node_t *node, int32_t x[][MNF_PIECE], int32_t n) {
    const int32_t *p = node->params;
    const int32_t a_zero = mnf_input(node, 0)->zero_point, b_zero = mnf_input(node, 1)->zero_point;
    const int32_t left_shift = p[MNF_SCALED_LEFT_SHIFT];
    for (int32_t i = 0; i < n; i++) {
        const int32_t a = mnf_shift_left_wrap(x[0][i] - a_zero, left_shift);
        const int32_t b = mnf_shift_left_wrap(x[1][i] - b_zero, left_shift);
        x[0][i] = mnf_sub_wrap(mnf_requantise(a, p[MNF_SCALED_A_MULTIPLIER], p[MNF_SCALED_A_SHIFT]),
            mnf_requantise(b, p[MNF_SCALED_B_MULTIPLIER], p[MNF_SCALED_B_SHIFT]));
    }
}

void mnf_scale_results(const mnf_node_t *node, int32_t *y, int32_t n) {
    const int32_t *p = node->params;
    const int32_t zero_point = mnf_output(node)->zero_point;
    for (int32_t i = 0; i < n; i++) {
        const int32_t scaled = mnf_requantise(y[i], p[MNF_SCALED_OUT_MULTIPLIER], p[MNF_SCALED_OUT_SHIFT]);
        y[i] = mnf_clamp(mnf_add_wrap(scaled, zero_point), p[MNF_SCALED_MIN], p[MNF_SCALED_MAX]);
    }
}
