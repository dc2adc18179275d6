#include "arm_nnfunctions.h"
#include "ops.h"

enum { LEFT_SHIFT, A_MULTIPLIER, A_SHIFT, B_MULTIPLIER, B_SHIFT, OUT_MULTIPLIER, OUT_SHIFT, MIN, MAX, N_PARAMS };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *y = mnf_output(node);
    const int32_t *p = node->params;
    for (uint32_t i = 0; i < 2; i++) {
        const mnf_tensor_t *x = mnf_input(node, i);
        MNF_REQUIRE(x->dtype == MNF_INT8, OP_DTYPE, MNF_INT8, x->dtype);
        if (!mnf_check_shape(y, x, error)) {
            return false;
        }
    }
    // 255 << 22 is the largest that stays within 30 bits, so that the sum of two stays within 31.
    MNF_REQUIRE(p[LEFT_SHIFT] >= 0 && p[LEFT_SHIFT] <= 22, RANGE, 22, p[LEFT_SHIFT]);
    return mnf_check_dtype(y, MNF_INT8, error)
        && mnf_check_multiplier(p[A_MULTIPLIER], p[A_SHIFT], 0, error)
        && mnf_check_multiplier(p[B_MULTIPLIER], p[B_SHIFT], 0, error)
        && mnf_check_multiplier(p[OUT_MULTIPLIER], p[OUT_SHIFT], 0, error)
        && mnf_check_clamp(p[MIN], p[MAX], MNF_INT8, error);
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    const int32_t *p = node->params;
    return arm_elementwise_add_s8(mnf_input_data(node, 0), mnf_input_data(node, 1),
        -mnf_input(node, 0)->zero_point, p[A_MULTIPLIER], p[A_SHIFT],
        -mnf_input(node, 1)->zero_point, p[B_MULTIPLIER], p[B_SHIFT],
        p[LEFT_SHIFT], mnf_output_data(node),
        mnf_output(node)->zero_point, p[OUT_MULTIPLIER], p[OUT_SHIFT], p[MIN], p[MAX], mnf_elements(mnf_output(node)));
}

const mnf_op_def_t mnf_op_add = {"ADD", 2, 0, 3, N_PARAMS, check, NULL, run};
