// Over the last dimension; output scale 1/16, zero point 127. "Qm" is a 32-bit number with m integer bits.
#include "kernels/portable/mnf_fixed.h"
#include "ops.h"

#define MAX_ROW 4095 // sums of exponentials have 12 integer bits

enum { MULTIPLIER, SHIFT, REVERSE_MULTIPLIER, REVERSE_SHIFT, DIFF_MIN, N_PARAMS };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    const int32_t *p = node->params;
    MNF_REQUIRE(x->rank >= 1, OP_RANK, 1, x->rank);
    MNF_REQUIRE(x->dims[x->rank - 1] <= MAX_ROW, RANGE, MAX_ROW, x->dims[x->rank - 1]);
    MNF_REQUIRE(y->zero_point == 127, ZERO_POINT, 127, y->zero_point);
    MNF_REQUIRE(p[DIFF_MIN] <= 0, RANGE, 0, p[DIFF_MIN]);
    return mnf_check_dtype(x, MNF_INT8, error) && mnf_check_dtype(y, MNF_INT8, error) && mnf_check_shape(x, y, error)
        && mnf_check_multiplier(p[MULTIPLIER], p[SHIFT], 30, error)
        && mnf_check_multiplier(p[REVERSE_MULTIPLIER], p[REVERSE_SHIFT], 0, error);
}

static int32_t leading_zeros(int32_t a) {
    int32_t n = 0;
    while (n < 32 && !((uint32_t)a << n & 0x80000000u)) {
        n++;
    }
    return n;
}

// log(a) in Q5 for a in Q12, 1 <= a: a power of two nearest to a or to a * sqrt(2), and a rational function of what remains.
static int32_t log_of(int32_t a) {
    const int32_t fourth_root_half = 1805811301;
    const int32_t quarter = 1 << 23; // in Q6
    const int32_t a_zeros = leading_zeros(a);
    const int32_t half_root = mnf_doubling_high_mul(a, 1518500250);
    const int32_t b_headroom = leading_zeros(half_root) - 1;
    const int32_t a_scaled = mnf_saturating_shift_left(a, a_zeros - 1);
    const int32_t a_rest = mnf_saturating_shift_left(mnf_doubling_high_mul(a_scaled, 1518500250), 1);
    const int32_t b_rest = mnf_saturating_shift_left(a, b_headroom);
    const int32_t a_power = (12 - a_zeros) * (1 << 25) + quarter;
    const int32_t b_power = (12 - b_headroom) * (1 << 25) - quarter;
    const int32_t rest = a_rest < b_rest ? a_rest : b_rest;
    const int32_t power = a_power > b_power ? a_power : b_power;
    const int32_t p = (int32_t)(((int64_t)rest + fourth_root_half + 1) / 2);
    const int32_t q = 2 * (rest - fourth_root_half);
    const int32_t q2 = mnf_doubling_high_mul(q, q);
    const int32_t q3_part = mnf_doubling_high_mul(mnf_doubling_high_mul(q, q2), 117049297);
    const int32_t numerator = mnf_add_wrap(mnf_doubling_high_mul(q, rest), q3_part);
    const int32_t inner = mnf_add_wrap(mnf_add_wrap(1057819769, q), mnf_doubling_high_mul(127690142, q2));
    const int32_t denominator = mnf_add_wrap(mnf_doubling_high_mul(p, inner), mnf_doubling_high_mul(638450708, q));
    const int32_t reciprocal = mnf_reciprocal_of_one_plus(denominator);
    const int32_t fraction = mnf_doubling_high_mul(mnf_rounding_shift_right(numerator, 6), reciprocal);
    return mnf_saturating_shift_left(mnf_doubling_high_mul(power, 1488522236) + fraction, 1);
}

static void log_softmax(const int8_t *x, int8_t *y, int32_t row, const int32_t *p) {
    int32_t max = INT8_MIN;
    for (int32_t i = 0; i < row; i++) {
        max = x[i] > max ? x[i] : max;
    }
    int32_t sum = 0;
    for (int32_t i = 0; i < row; i++) {
        if (x[i] - max >= p[DIFF_MIN]) {
            const int32_t diff = mnf_requantise(x[i] - max, p[MULTIPLIER], p[SHIFT]);
            sum += mnf_rounding_shift_right(mnf_exp_on_negative(diff), 12);
        }
    }
    const int32_t log_sum = log_of(sum);
    const int32_t lowest = mnf_requantise(mnf_add_wrap(log_sum, INT32_MIN), p[REVERSE_MULTIPLIER], p[REVERSE_SHIFT]);
    for (int32_t i = 0; i < row; i++) {
        int32_t value = INT8_MIN;
        if (x[i] - max >= p[DIFF_MIN] && x[i] - max > lowest) {
            const int32_t diff = mnf_requantise(x[i] - max, p[MULTIPLIER], p[SHIFT]);
            value = mnf_clamp(mnf_rounding_shift_right(mnf_sub_wrap(diff, log_sum), 22) + 127, INT8_MIN, INT8_MAX);
        }
        y[i] = (int8_t)value;
    }
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    const mnf_tensor_t *tensor = mnf_input(node, 0);
    const int32_t row = tensor->dims[tensor->rank - 1];
    for (int32_t at = 0; at < mnf_elements(tensor); at += row) {
        log_softmax((const int8_t *)mnf_input_data(node, 0) + at, (int8_t *)mnf_output_data(node) + at, row, node->params);
    }
    return 0;
}

const mnf_op_def_t mnf_op_log_softmax = {1, 0, 1, N_PARAMS, check, NULL, run, NULL};
