#include "mnf_arith.h"
#include "mnf_kernels.h"

int32_t arm_avgpool_s8_get_buffer_size(const int dim_dst_width, const int ch_src) {
    (void)dim_dst_width;
    (void)ch_src;
    return 0;
}

typedef struct {
    const int8_t *in; // the first tap of the window that is inside
    int32_t height, width;
    int32_t step, line; // from tap to tap, from row to row
} window_t;

// Sums of four channels: with as many of them at once the loop's own instructions count less.
static void add_up_4(const window_t *window, int32_t c, int32_t *sums) {
    int32_t sum_0 = 0, sum_1 = 0, sum_2 = 0, sum_3 = 0;
    const int8_t *row = window->in + c;
    const int32_t step = window->step;
    for (int32_t y = 0; y < window->height; y++, row += window->line) {
        const int8_t *in = row;
        for (int32_t x = window->width; x > 0; x--, in += step) {
            sum_0 += in[0];
            sum_1 += in[1];
            sum_2 += in[2];
            sum_3 += in[3];
        }
    }
    sums[0] = sum_0;
    sums[1] = sum_1;
    sums[2] = sum_2;
    sums[3] = sum_3;
}

static int32_t add_up(const window_t *window, int32_t c) {
    int32_t sum = 0;
    for (int32_t y = 0; y < window->height; y++) {
        const int8_t *in = window->in + y * window->line + c;
        for (int32_t x = window->width; x > 0; x--, in += window->step) {
            sum += *in;
        }
    }
    return sum;
}

arm_cmsis_nn_status arm_avgpool_s8(
    const cmsis_nn_context *ctx, const cmsis_nn_pool_params *pool_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *filter_dims,
    const cmsis_nn_dims *output_dims, int8_t *output_data) {
    (void)ctx;
    const cmsis_nn_pool_params *pool = pool_params;
    for (int32_t y = 0; y < output_dims->h; y++) {
        const mnf_taps_t rows = mnf_taps(y, pool->stride.h, pool->padding.h, 1, filter_dims->h, input_dims->h);
        for (int32_t x = 0; x < output_dims->w; x++) {
            const mnf_taps_t cols = mnf_taps(x, pool->stride.w, pool->padding.w, 1, filter_dims->w, input_dims->w);
            const int32_t count = (rows.end - rows.begin) * (cols.end - cols.begin);
            if (count <= 0) {
                return ARM_CMSIS_NN_ARG_ERROR;
            }
            const int32_t first = (rows.start + rows.begin) * input_dims->w + cols.start + cols.begin;
            const window_t window = {
                input_data + first * input_dims->c, rows.end - rows.begin, cols.end - cols.begin,
                input_dims->c, input_dims->w * input_dims->c,
            };
            for (int32_t c = 0, n; c < output_dims->c; c += n) {
                int32_t sums[4];
                n = output_dims->c - c >= 4 ? 4 : 1;
                if (n == 4) {
                    add_up_4(&window, c, sums);
                } else {
                    sums[0] = add_up(&window, c);
                }
                for (int32_t i = 0; i < n; i++) {
                    const int32_t half = sums[i] > 0 ? count / 2 : -(count / 2);
                    *output_data++ =
                        (int8_t)mnf_clamp((sums[i] + half) / count, pool->activation.min, pool->activation.max);
                }
            }
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}
