// Functions in fixed point, as gemmlowp and TensorFlow Lite's reference compute them. "Qm" is a 32-bit number with m integer bits.
#ifndef MNF_FIXED_H
#define MNF_FIXED_H

#include "mnf_arith.h"

// exp(a) in Q0 for a in Q5, a <= 0: a Taylor polynomial around -1/8 for the quarter, then a factor exp(-2^k) for each further bit.
static inline int32_t mnf_exp_on_negative(int32_t a) {
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

static inline int32_t mnf_saturating_shift_left(int32_t a, int32_t shift) {
    const int32_t limit = INT32_MAX >> shift;
    return a > limit ? INT32_MAX : a < -limit - 1 ? INT32_MIN : mnf_shift_left_wrap(a, shift);
}

// 1 / (1 + a) in Q0 for a in Q0, 0 <= a: Newton's method on half the denominator, x in Q2.
static inline int32_t mnf_reciprocal_of_one_plus(int32_t a) {
    const int32_t half_denominator = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2);
    int32_t x = 1515870810 + mnf_doubling_high_mul(half_denominator, -1010580540);
    for (int32_t i = 0; i < 3; i++) {
        const int32_t error = (1 << 29) - mnf_doubling_high_mul(half_denominator, x);
        x = mnf_add_wrap(x, mnf_saturating_shift_left(mnf_doubling_high_mul(x, error), 2));
    }
    return mnf_saturating_shift_left(x, 1);
}

#endif
