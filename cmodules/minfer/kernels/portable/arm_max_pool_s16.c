#include "mnf_arith.h"
#include "mnf_kernels.h"

arm_cmsis_nn_status arm_max_pool_s16(
    const cmsis_nn_context *ctx, const cmsis_nn_pool_params *pool_params,
    const cmsis_nn_dims *input_dims, const int16_t *input_data,
    const cmsis_nn_dims *filter_dims,
    const cmsis_nn_dims *output_dims, int16_t *output_data) {
    (void)ctx;
    const cmsis_nn_pool_params *pool = pool_params;
    for (int32_t y = 0; y < output_dims->h; y++) {
        const mnf_taps_t rows = mnf_taps(y, pool->stride.h, pool->padding.h, 1, filter_dims->h, input_dims->h);
        for (int32_t x = 0; x < output_dims->w; x++) {
            const mnf_taps_t cols = mnf_taps(x, pool->stride.w, pool->padding.w, 1, filter_dims->w, input_dims->w);
            for (int32_t c = 0; c < output_dims->c; c++) {
                int32_t max = INT16_MIN;
                for (int32_t ky = rows.begin; ky < rows.end; ky++) {
                    const int32_t first = (rows.start + ky) * input_dims->w + cols.start + cols.begin;
                    const int16_t *in = input_data + (first * input_dims->c + c);
                    for (int32_t kx = cols.begin; kx < cols.end; kx++) {
                        if (*in > max) {
                            max = *in;
                        }
                        in += input_dims->c;
                    }
                }
                *output_data++ = (int16_t)mnf_clamp(max, pool->activation.min, pool->activation.max);
            }
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}
