#include "kernels/overlap.h"
#include "pool_2d.h"

static int32_t least(int32_t a, int32_t b) {
    return a < b ? a : b;
}

bool mnf_pool_check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    const int32_t *p = node->params;
    if (!mnf_check_activations(x, y, error)) {
        return false;
    }
    MNF_REQUIRE(x->rank == 4, OP_RANK, 4, x->rank);
    MNF_REQUIRE(y->rank == 4, OP_RANK, 4, y->rank);
    MNF_REQUIRE(x->dims[0] == y->dims[0], OP_SHAPE, x->dims[0], y->dims[0]);
    MNF_REQUIRE(x->dims[3] == y->dims[3], OP_SHAPE, x->dims[3], y->dims[3]);
    MNF_REQUIRE(x->dims[3] <= INT32_MAX / 16, RANGE, INT32_MAX / 16, x->dims[3]);
    // A pool neither rescales nor shifts.
    MNF_REQUIRE(x->zero_point == y->zero_point, ZERO_POINT, x->zero_point, y->zero_point);
    // The sum of a window, and half its size to round it, stay within 31 bits.
    const int32_t most = x->dtype == MNF_INT8 ? 1 << 23 : 1 << 15;
    const int64_t window = (int64_t)least(x->dims[1], p[MNF_POOL_KERNEL_H]) * least(x->dims[2], p[MNF_POOL_KERNEL_W]);
    MNF_REQUIRE(window <= most, RANGE, most, window);
    const mnf_axis_t rows = {x->dims[1], y->dims[1], p[MNF_POOL_KERNEL_H], p[MNF_POOL_STRIDE_H], p[MNF_POOL_PAD_H], 1};
    const mnf_axis_t cols = {x->dims[2], y->dims[2], p[MNF_POOL_KERNEL_W], p[MNF_POOL_STRIDE_W], p[MNF_POOL_PAD_W], 1};
    return mnf_check_axis(&rows, error) && mnf_check_axis(&cols, error)
        && mnf_check_clamp(p[MNF_POOL_MIN], p[MNF_POOL_MAX], x->dtype, error);
}

uint32_t mnf_pool_lead(const mnf_node_t *node) {
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    const int32_t *p = node->params;
    const cmsis_nn_dims in = {x->dims[0], x->dims[1], x->dims[2], x->dims[3]}, out = {y->dims[0], y->dims[1], y->dims[2], y->dims[3]};
    const cmsis_nn_dims window = {1, p[MNF_POOL_KERNEL_H], p[MNF_POOL_KERNEL_W], 1};
    const cmsis_nn_tile stride = {.w = p[MNF_POOL_STRIDE_W], .h = p[MNF_POOL_STRIDE_H]};
    const cmsis_nn_tile pad = {.w = p[MNF_POOL_PAD_W], .h = p[MNF_POOL_PAD_H]};
    return mnf_raster_lead(&in, &window, &out, &stride, &pad, mnf_dtype_size(x->dtype));
}

typedef struct {
    const mnf_node_t *node;
    cmsis_nn_context context;
    mnf_pool_kernels_t kernels;
    int32_t status[MNF_MAX_PARTS];
} pool_t;

// Each part computes its share of the output's rows, from the rows of the input that these begin at.
static void run_part(void *job, uint32_t part, uint32_t parts) {
    pool_t *pool = job;
    const mnf_node_t *node = pool->node;
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    const int32_t *p = node->params;
    const mnf_share_t rows = mnf_share(y->dims[1], 1, part, parts);
    const int32_t first = rows.begin * p[MNF_POOL_STRIDE_H] - p[MNF_POOL_PAD_H];
    const int32_t skipped = first > 0 ? first : 0;
    const cmsis_nn_pool_params params = {
        .stride = {.w = p[MNF_POOL_STRIDE_W], .h = p[MNF_POOL_STRIDE_H]},
        .padding = {.w = p[MNF_POOL_PAD_W], .h = skipped - first},
        .activation = {p[MNF_POOL_MIN], p[MNF_POOL_MAX]},
    };
    const cmsis_nn_dims in = {1, x->dims[1] - skipped, x->dims[2], x->dims[3]};
    const cmsis_nn_dims out = {1, rows.end - rows.begin, y->dims[2], y->dims[3]};
    const cmsis_nn_dims window = {1, p[MNF_POOL_KERNEL_H], p[MNF_POOL_KERNEL_W], 1};
    const void *from = mnf_input_data(node, 0);
    void *to = mnf_output_data(node);
    int32_t status = ARM_CMSIS_NN_SUCCESS;
    for (int32_t n = 0; out.h > 0 && n < y->dims[0] && status == ARM_CMSIS_NN_SUCCESS; n++) {
        const int32_t x_at = (n * x->dims[1] + skipped) * in.w * in.c;
        const int32_t y_at = (n * y->dims[1] + rows.begin) * out.w * out.c;
        if (x->dtype == MNF_INT8) {
            status = pool->kernels.s8(&pool->context, &params, &in, (const int8_t *)from + x_at, &window, &out,
                (int8_t *)to + y_at);
        } else {
            status = pool->kernels.s16(&pool->context, &params, &in, (const int16_t *)from + x_at, &window, &out,
                (int16_t *)to + y_at);
        }
    }
    pool->status[part] = status;
}

int32_t mnf_pool_run(const mnf_node_t *node, void *buffer, uint32_t size, mnf_pool_kernels_t kernels) {
    pool_t job = {node, {buffer, (int32_t)size}, kernels, {0}};
    if (size > 0) { // which parts would have to share
        run_part(&job, 0, 1);
    } else {
        mnf_share_output(node, false, run_part, &job);
    }
    return job.status[0] != 0 ? job.status[0] : job.status[1];
}
