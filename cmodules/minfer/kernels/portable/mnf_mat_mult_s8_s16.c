#include "mnf_kernels.h"

void mnf_mat_mult_s8_s16(
    const int8_t *weights, int32_t rows, int32_t depth,
    const int16_t *columns, int32_t column_stride, int32_t n_columns,
    const int32_t *bias, const int32_t *multiplier, const int32_t *shift,
    int32_t output_offset, cmsis_nn_activation activation,
    int8_t *output, int32_t column_step) {
    for (int32_t row = 0; row < rows; row += 2) {
        // Two rows by two columns share every load. A missing second row or column repeats the first: no tail code.
        const int32_t row1 = row + 1 < rows ? row + 1 : row;
        const int32_t index[2] = {row, row1};
        const int8_t *w0 = weights + row * depth;
        const int8_t *w1 = weights + row1 * depth;
        const uint32_t bias0 = bias ? (uint32_t)bias[row] : 0;
        const uint32_t bias1 = bias ? (uint32_t)bias[row1] : 0;
        uint32_t sum[2][2] = {{bias0, bias1}, {bias0, bias1}};
        const int16_t *x0 = columns;
        if (n_columns == 2) {
            const int16_t *x1 = columns + column_stride;
            uint32_t s00 = bias0, s01 = bias1, s10 = bias0, s11 = bias1;
            for (int32_t k = 0; k < depth; k++) {
                const int32_t a = *w0++, b = *w1++, x = *x0++, y = *x1++;
                s00 += (uint32_t)(a * x);
                s01 += (uint32_t)(b * x);
                s10 += (uint32_t)(a * y);
                s11 += (uint32_t)(b * y);
            }
            sum[0][0] = s00;
            sum[0][1] = s01;
            sum[1][0] = s10;
            sum[1][1] = s11;
        } else {
            uint32_t s0 = bias0, s1 = bias1;
            for (int32_t k = 0; k < depth; k++) {
                const int32_t x = *x0++;
                s0 += (uint32_t)(*w0++ * x);
                s1 += (uint32_t)(*w1++ * x);
            }
            sum[0][0] = s0;
            sum[0][1] = s1;
        }
        for (int32_t column = 0; column < n_columns; column++) {
            for (int32_t i = 0; i < 2; i++) {
                const int32_t o = index[i];
                output[column * column_step + o] = mnf_output_s8(sum[column][i], multiplier[o], shift[o], output_offset, activation);
            }
        }
    }
}
