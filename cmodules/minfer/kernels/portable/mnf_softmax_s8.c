#include "mnf_fixed.h"
#include "mnf_kernels.h"

#define SUM_BITS 12 // integer bits of the sum of exponentials: rows of up to 4095 elements cannot overflow it

// exp of an input `diff` below its row's maximum.
static int32_t exp_of(int32_t diff, int32_t mult, int32_t shift) {
    return mnf_exp_on_negative(mnf_doubling_high_mul(mnf_shift_left_wrap(diff, shift), mult));
}

void mnf_softmax_s8(
    const int8_t *input, int32_t num_rows, int32_t row_size, int32_t mult, int32_t shift, int32_t diff_min, int32_t bits, void *output) {
    int8_t *output_s8 = output;
    int16_t *output_s16 = output;
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
        const int32_t scale = mnf_reciprocal_of_one_plus((int32_t)(((uint32_t)sum << headroom) & INT32_MAX));
        const int32_t out_shift = SUM_BITS - headroom + 31 - bits;
        for (int32_t i = 0; i < row_size; i++) {
            int32_t result = 0;
            // A sum of 512 and more leaves nothing of the result; the reference does not define that shift.
            if (input[i] - max >= diff_min && out_shift <= 31) {
                result = mnf_rounding_shift_right(mnf_doubling_high_mul(scale, exp_of(input[i] - max, mult, shift)), out_shift);
            }
            if (bits == 8) {
                *output_s8++ = (int8_t)mnf_clamp(result + INT8_MIN, INT8_MIN, INT8_MAX);
            } else {
                *output_s16++ = (int16_t)mnf_clamp(result + INT16_MIN, INT16_MIN, INT16_MAX);
            }
        }
        input += row_size;
    }
}
