// LOGISTIC and TANH of int16: the logistic function of 0 to 10.6 by a table, straight lines between its values, mirrored below 0.
#include "ops.h"

#define N_VALUES 256 // about 2^16 times the logistic function of i / 24, less 2^15 so that it is an int16

enum { TANH, MULTIPLIER, RIGHT_SHIFT, N_PARAMS };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, 0), *table = mnf_input(node, 1), *y = mnf_output(node);
    const int32_t *p = node->params;
    if (!mnf_check_dtype(x, MNF_INT16, error) || !mnf_check_dtype(y, MNF_INT16, error)
        || !mnf_check_const(table, MNF_INT16, error)) {
        return false;
    }
    MNF_REQUIRE(mnf_elements(table) == N_VALUES, OP_SHAPE, N_VALUES, mnf_elements(table));
    MNF_REQUIRE(p[TANH] == 0 || p[TANH] == 1, RANGE, 1, p[TANH]);
    MNF_REQUIRE(p[MULTIPLIER] >= 0 && p[MULTIPLIER] <= INT16_MAX, RANGE, INT16_MAX, p[MULTIPLIER]);
    MNF_REQUIRE(p[RIGHT_SHIFT] >= 0 && p[RIGHT_SHIFT] <= 31, RANGE, 31, p[RIGHT_SHIFT]);
    return mnf_check_shape(x, y, error);
}

// 2^(16 + bits) times the logistic function of value / (24 x 2^bits); what lies beyond the table has no fraction.
static uint32_t logistic(const int16_t *table, uint32_t value, uint32_t bits, uint32_t beyond) {
    const uint32_t index = value >> bits;
    if (index >= N_VALUES - 1) {
        return beyond;
    }
    const uint32_t low = (uint32_t)(table[index] - INT16_MIN), high = (uint32_t)(table[index + 1] - INT16_MIN);
    return (low << bits) + (value & ((1u << bits) - 1)) * (high - low);
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    const int32_t *p = node->params;
    const int16_t *x = mnf_input_data(node, 0), *table = mnf_input_data(node, 1);
    int16_t *y = mnf_output_data(node);
    const int32_t half = (int32_t)((1u << p[RIGHT_SHIFT]) >> 1);
    for (int32_t n = mnf_elements(mnf_output(node)); n > 0; n--) {
        // A shift of 31 has half a unit of 2^30: with a product of up to 2^30 it still fits.
        const int32_t value = (*x++ * p[MULTIPLIER] + half) >> p[RIGHT_SHIFT];
        const uint32_t size_of = (uint32_t)(value < 0 ? -value : value);
        if (p[TANH]) {
            // tanh(v) = 2 logistic(2 v) - 1
            const int32_t result = (int32_t)logistic(table, size_of, 8, 0xffffu << 8) - (1 << 23);
            *y++ = (int16_t)((value < 0 ? -result + (1 << 7) - 1 : result + (1 << 7)) >> 8);
        } else {
            const uint32_t result = logistic(table, size_of, 9, 0x7fffu << 10);
            *y++ = (int16_t)((value < 0 ? (1u << 25) - result + (1 << 9) - 1 : result + (1 << 9)) >> 10);
        }
    }
    return 0;
}

const mnf_op_def_t mnf_op_logistic_int16 = {2, 0, 1, N_PARAMS, check, NULL, run, NULL};
