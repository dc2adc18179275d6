// "Qm" is a 16-bit number with m integer bits, held in an int32_t.
#include "gates.h"

#define ONE INT16_MAX // the most that Q0 can say

static int32_t multiply(int32_t a, int32_t b) {
    const int32_t product = (a * b + (1 << 14)) >> 15;
    return product > INT16_MAX ? INT16_MAX : product;
}

static int32_t saturating_shift_left(int32_t a, int32_t shift) {
    const int32_t shifted = a * (1 << shift);
    return shifted > INT16_MAX ? INT16_MAX : shifted < INT16_MIN ? INT16_MIN : shifted;
}

// a / 2^shift, halves away from zero.
static int32_t rounding_shift_right(int32_t a, int32_t shift) {
    const int32_t mask = (1 << shift) - 1;
    return (a >> shift) + ((a & mask) > (mask >> 1) + (a < 0));
}

// exp(a) in Q0 for a <= 0: a Taylor polynomial around -1/8 for the quarter, then a factor exp(-2^k) for each further bit.
static int32_t exp_on_negative(int32_t a, int32_t integer_bits) {
    static const int16_t factor[7] = {25520, 19875, 12055, 4435, 600, 11, 0};
    const int32_t fraction_bits = 15 - integer_bits;
    if (a == 0) {
        return ONE;
    }
    if (integer_bits > 5 && a < -(1 << (fraction_bits + 5))) {
        return 0;
    }
    const int32_t quarter = 1 << (fraction_bits - 2);
    const int32_t within = (a & (quarter - 1)) - quarter;
    const int32_t x = within * (1 << integer_bits) + (1 << 12);
    const int32_t x2 = multiply(x, x);
    const int32_t x3 = multiply(x2, x);
    const int32_t x4 = multiply(x2, x2);
    const int32_t third = multiply(rounding_shift_right(x4, 2) + x3, 10923);
    const int32_t series = x + rounding_shift_right(third + x2, 1);
    int32_t result = 28918 + multiply(28918, series);
    result = result > INT16_MAX ? INT16_MAX : result;
    for (int32_t i = 0; i < integer_bits + 2 && i < 7; i++) {
        if ((within - a) & (quarter << i)) {
            result = multiply(result, factor[i]);
        }
    }
    return result;
}

// 2 / (1 + a) in Q2 for a in Q0, 0 <= a: Newton's method.
static int32_t two_over_one_plus(int32_t a) {
    const int32_t half_denominator = (a + ONE + 1) / 2;
    int32_t x = 23130 + multiply(half_denominator, -15420);
    for (int32_t i = 0; i < 3; i++) {
        const int32_t error = (1 << 13) - multiply(half_denominator, x);
        x += saturating_shift_left(multiply(x, error), 2);
    }
    return x;
}

int32_t mnf_sigmoid_s16(int32_t a) {
    if (a == 0) {
        return 1 << 14;
    }
    const int32_t positive = saturating_shift_left(two_over_one_plus(exp_on_negative(a > 0 ? -a : a, 3)), 1);
    return a > 0 ? positive : ONE - positive;
}

int32_t mnf_tanh_s16(int32_t a, int32_t integer_bits) {
    if (a == 0) {
        return 0;
    }
    const int32_t twice = two_over_one_plus(exp_on_negative(a > 0 ? -a : a, integer_bits + 1));
    const int32_t positive = saturating_shift_left(twice - (1 << 13), 2);
    return a > 0 ? positive : -positive;
}
