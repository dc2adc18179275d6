// Softmax in fixed point, as gemmlowp's and TensorFlow Lite's reference compute it. "Qm" is a 32-bit number with m integer bits.
#include "mnf_arith.h"
#include "mnf_kernels.h"

#define SUM_BITS 12 // integer bits of the sum of exponentials: rows of up to 4095 elements cannot overflow it

// exp(a) in Q0 for a in Q5, a <= 0: a Taylor polynomial around -1/8 for the quarter, then a factor exp(-2^k) for each further bit.
static int32_t exp_on_negative(int32_t a) {
    static const int32_t factor[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    const int32_t quarter = 1 << 24;
    const int32_t within = (a & (quarter - 1)) - quarter;
    const int32_t x = mnf_shift_left_wrap(within, 5) + (1 << 28);
    const int32_t x2 = mnf_doubling_high_mul(x, x);
    const int32_t x3 = mnf_doubling_high_mul(x2, x);
    const int32_t x4 = mnf_doubling_high_mul(x2, x2);
    const int32_t third = mnf_doubling_high_mul(mnf_rounding_shift_right(x4, 2) + x3, 715827883);
    const int32_t series = x + mnf_rounding_shift_right(third + x2, 1);
    int32_t result = 1895147668 + mnf_doubling_high_mul(1895147668, series);
    const int32_t remainder = mnf_sub_wrap(within, a);
    for (int32_t i = 0; i < 7; i++) {
        if (remainder & mnf_shift_left_wrap(quarter, i)) {
            result = mnf_doubling_high_mul(result, factor[i]);
        }
    }
    return a == 0 ? INT32_MAX : result;
}

static int32_t saturating_shift_left(int32_t a, int32_t shift) {
    const int32_t limit = INT32_MAX >> shift;
    return a > limit ? INT32_MAX : a < -limit - 1 ? INT32_MIN : mnf_shift_left_wrap(a, shift);
}

// 1 / (1 + a) in Q0 for a in Q0, 0 <= a: Newton's method on half the denominator, x in Q2.
static int32_t reciprocal_of_one_plus(int32_t a) {
    const int32_t half_denominator = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2);
    int32_t x = 1515870810 + mnf_doubling_high_mul(half_denominator, -1010580540);
    for (int32_t i = 0; i < 3; i++) {
        const int32_t error = (1 << 29) - mnf_doubling_high_mul(half_denominator, x);
        x = mnf_add_wrap(x, saturating_shift_left(mnf_doubling_high_mul(x, error), 2));
    }
    return saturating_shift_left(x, 1);
}

// exp of an input `diff` below its row's maximum.
static int32_t exp_of(int32_t diff, int32_t mult, int32_t shift) {
    return exp_on_negative(mnf_doubling_high_mul(mnf_shift_left_wrap(diff, shift), mult));
}

void arm_softmax_s8(
    const int8_t *input, const int32_t num_rows, const int32_t row_size,
    const int32_t mult, const int32_t shift, const int32_t diff_min, int8_t *output) {
    for (int32_t row = 0; row < num_rows; row++) {
        int32_t max = INT8_MIN;
        for (int32_t i = 0; i < row_size; i++) {
            max = input[i] > max ? input[i] : max;
        }
        int32_t sum = 0;
        for (int32_t i = 0; i < row_size; i++) {
            if (input[i] - max >= diff_min) {
                sum = mnf_add_wrap(sum, mnf_rounding_shift_right(exp_of(input[i] - max, mult, shift), SUM_BITS));
            }
        }
        int32_t headroom = 0;
        while (headroom < 31 && !((uint32_t)sum << headroom & 0x80000000u)) {
            headroom++;
        }
        const int32_t scale = reciprocal_of_one_plus((int32_t)(((uint32_t)sum << headroom) & INT32_MAX));
        const int32_t out_shift = SUM_BITS - headroom + 31 - 8;
        for (int32_t i = 0; i < row_size; i++) {
            int32_t result = 0;
            // A sum of 512 and more leaves nothing of the result; the reference does not define that shift.
            if (input[i] - max >= diff_min && out_shift <= 31) {
                result = mnf_rounding_shift_right(mnf_doubling_high_mul(scale, exp_of(input[i] - max, mult, shift)), out_shift);
            }
            output[i] = (int8_t)mnf_clamp(result - 128, INT8_MIN, INT8_MAX);
        }
        input += row_size;
        output += row_size;
    }
}
