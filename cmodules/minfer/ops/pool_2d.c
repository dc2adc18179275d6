#include "pool_2d.h"

bool mnf_pool_check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    const int32_t *p = node->params;
    if (!mnf_check_dtype(x, MNF_INT8, error) || !mnf_check_dtype(y, MNF_INT8, error)) {
        return false;
    }
    MNF_REQUIRE(x->rank == 4, OP_RANK, 4, x->rank);
    MNF_REQUIRE(y->rank == 4, OP_RANK, 4, y->rank);
    MNF_REQUIRE(x->dims[0] == y->dims[0], OP_SHAPE, x->dims[0], y->dims[0]);
    MNF_REQUIRE(x->dims[3] == y->dims[3], OP_SHAPE, x->dims[3], y->dims[3]);
    MNF_REQUIRE(x->dims[3] <= INT32_MAX / 16, RANGE, INT32_MAX / 16, x->dims[3]);
    // A pool neither rescales nor shifts. A window sums at most as many elements as the input has, so 2^23 keep the sum in 31 bits.
    MNF_REQUIRE(x->zero_point == y->zero_point, ZERO_POINT, x->zero_point, y->zero_point);
    MNF_REQUIRE((int64_t)x->dims[1] * x->dims[2] <= 1 << 23, RANGE, 1 << 23, (int64_t)x->dims[1] * x->dims[2]);
    const mnf_axis_t rows = {x->dims[1], y->dims[1], p[MNF_POOL_KERNEL_H], p[MNF_POOL_STRIDE_H], p[MNF_POOL_PAD_H], 1};
    const mnf_axis_t cols = {x->dims[2], y->dims[2], p[MNF_POOL_KERNEL_W], p[MNF_POOL_STRIDE_W], p[MNF_POOL_PAD_W], 1};
    return mnf_check_axis(&rows, error) && mnf_check_axis(&cols, error)
        && mnf_check_clamp(p[MNF_POOL_MIN], p[MNF_POOL_MAX], MNF_INT8, error);
}

int32_t mnf_pool_run(const mnf_node_t *node, void *buffer, uint32_t size, mnf_pool_kernel_t kernel) {
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    const int32_t *p = node->params;
    const cmsis_nn_context context = {buffer, (int32_t)size};
    const cmsis_nn_pool_params params = {
        .stride = {.w = p[MNF_POOL_STRIDE_W], .h = p[MNF_POOL_STRIDE_H]},
        .padding = {.w = p[MNF_POOL_PAD_W], .h = p[MNF_POOL_PAD_H]},
        .activation = {p[MNF_POOL_MIN], p[MNF_POOL_MAX]},
    };
    const cmsis_nn_dims in = {1, x->dims[1], x->dims[2], x->dims[3]}, out = {1, y->dims[1], y->dims[2], y->dims[3]};
    const cmsis_nn_dims window = {1, p[MNF_POOL_KERNEL_H], p[MNF_POOL_KERNEL_W], 1};
    const int8_t *from = mnf_input_data(node, 0);
    int8_t *to = mnf_output_data(node);
    int32_t status = ARM_CMSIS_NN_SUCCESS;
    for (int32_t n = 0; n < y->dims[0] && status == ARM_CMSIS_NN_SUCCESS; n++) {
        status = kernel(&context, &params, &in, from, &window, &out, to);
        from += in.h * in.w * in.c;
        to += out.h * out.w * out.c;
    }
    return status;
}
