#include "mnf_kernels.h"

arm_cmsis_nn_status arm_vector_sum_s8(
    int32_t *vector_sum_buf, const int32_t vector_cols, const int32_t vector_rows,
    const int8_t *vector_data, const int32_t lhs_offset, const int32_t rhs_offset,
    const int32_t *bias_data) {
    for (int32_t row = 0; row < vector_rows; row++) {
        int32_t sum = 0;
        for (int32_t col = 0; col < vector_cols; col++) {
            sum += *vector_data++ + rhs_offset;
        }
        const uint32_t bias = bias_data ? (uint32_t)bias_data[row] : 0;
        vector_sum_buf[row] = (int32_t)(bias + (uint32_t)sum * (uint32_t)lhs_offset);
    }
    return ARM_CMSIS_NN_SUCCESS;
}
