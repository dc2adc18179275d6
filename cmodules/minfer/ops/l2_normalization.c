// Rows of the last dimension divided by their Euclidean length; output scale 1/128, zero point 0.
#include "kernels/portable/mnf_fixed.h"
#include "ops.h"

#define MAX_ROW 33025 // 255^2 of so many elements stay within 31 bits

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    MNF_REQUIRE(x->rank >= 1, OP_RANK, 1, x->rank);
    MNF_REQUIRE(x->dims[x->rank - 1] <= MAX_ROW, RANGE, MAX_ROW, x->dims[x->rank - 1]);
    MNF_REQUIRE(y->zero_point == 0, ZERO_POINT, 0, y->zero_point);
    return mnf_check_dtype(x, MNF_INT8, error) && mnf_check_dtype(y, MNF_INT8, error) && mnf_check_shape(x, y, error);
}

// A multiplier for 1 / sqrt(a), returned with its shift, 0 or to the right: five Newton steps from 1 with 3 integer bits.
static int32_t inverse_sqrt(int32_t a, int32_t *shift) {
    *shift = 0;
    if (a <= 1) {
        return INT32_MAX;
    }
    int32_t right = 11;
    for (; a >= 1 << 29; a /= 4) {
        right++;
    }
    for (; a < 1 << 27; a *= 4) {
        right--;
    }
    const int32_t half = mnf_rounding_shift_right(a >> 1, 1);
    const int32_t half_three = (1 << 28) + (1 << 27);
    int32_t root = 1 << 28;
    for (int32_t i = 0; i < 5; i++) {
        const int32_t cube = mnf_saturating_shift_left(mnf_doubling_high_mul(mnf_doubling_high_mul(root, root), root), 6);
        const int32_t next = mnf_sub_wrap(mnf_doubling_high_mul(half_three, root), mnf_doubling_high_mul(half, cube));
        root = mnf_saturating_shift_left(next, 3);
    }
    root = mnf_doubling_high_mul(root, 1518500250); // sqrt(1/2)
    if (right < 0) {
        return mnf_shift_left_wrap(root, -right);
    }
    *shift = -right;
    return root;
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    const mnf_tensor_t *tensor = mnf_input(node, 0);
    const int32_t row = tensor->dims[tensor->rank - 1];
    const int8_t *x = mnf_input_data(node, 0);
    int8_t *y = mnf_output_data(node);
    for (int32_t rows = mnf_elements(tensor) / row; rows > 0; rows--) {
        int32_t squares = 0, shift;
        for (int32_t i = 0; i < row; i++) {
            const int32_t value = x[i] - tensor->zero_point;
            squares += value * value;
        }
        const int32_t multiplier = inverse_sqrt(squares, &shift);
        for (int32_t i = 0; i < row; i++) {
            const int32_t value = mnf_requantise(x[i] - tensor->zero_point, multiplier, shift + 7);
            y[i] = (int8_t)mnf_clamp(value, INT8_MIN, INT8_MAX);
        }
        x += row;
        y += row;
    }
    return 0;
}

const mnf_op_def_t mnf_op_l2_normalization = {1, 0, 1, 0, check, NULL, run, NULL};
