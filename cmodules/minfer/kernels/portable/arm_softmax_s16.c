#include "mnf_arith.h"
#include "mnf_kernels.h"

#define LEAST_SUM 16384 // a row sums to exp(0), twice as much, at least, unless its table is broken

// A value of a table of 513, each 128 integers apart, with straight lines between them.
static int32_t look_up(const int16_t *table, int32_t x) {
    const int32_t distance = mnf_clamp(x, INT16_MIN, INT16_MAX) - INT16_MIN;
    const int16_t *value = table + (distance >> 7);
    const int32_t slope = (int16_t)(value[1] - value[0]);
    return (int16_t)(value[0] + ((slope * (distance & 127) + 64) >> 7));
}

arm_cmsis_nn_status arm_softmax_s16(
    const int16_t *input, const int32_t num_rows, const int32_t row_size, const int32_t mult, const int32_t shift,
    const cmsis_nn_softmax_lut_s16 *softmax_params, int16_t *output) {
    for (int32_t row = 0; row < num_rows; row++) {
        int32_t max = INT16_MIN, sum = 0;
        for (int32_t i = 0; i < row_size; i++) {
            max = input[i] > max ? input[i] : max;
        }
        for (int32_t i = 0; i < row_size; i++) {
            // -65535 to 0 stand for -10 to 0, and the table begins at -10.
            const int32_t scaled = mnf_requantise(input[i] - max, mult, shift);
            output[i] = (int16_t)look_up(softmax_params->exp_lut, mnf_add_wrap(scaled, INT16_MAX));
            sum = mnf_add_wrap(sum, output[i]);
        }
        sum = sum < LEAST_SUM ? LEAST_SUM : sum;
        int32_t headroom = 0;
        while (!((uint32_t)sum << headroom & 0x40000000u)) {
            headroom++;
        }
        const int32_t rest = (int32_t)((((int64_t)sum << headroom) + (1 << 13)) >> 14) - (1 << 16) + INT16_MIN;
        const int64_t reciprocal = look_up(softmax_params->one_by_one_lut, rest);
        const int32_t out_shift = 30 - headroom;
        for (int32_t i = 0; i < row_size; i++) {
            const int64_t value = (output[i] * reciprocal + (1 << (out_shift - 1))) >> out_shift;
            output[i] = (int16_t)mnf_clamp((int32_t)value, 0, INT16_MAX);
        }
        input += row_size;
        output += row_size;
    }
    return ARM_CMSIS_NN_SUCCESS;
}
