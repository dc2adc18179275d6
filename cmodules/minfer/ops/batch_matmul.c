// One matrix product a batch. The compiler has transposed what was not as the kernels want it; the batches are a walk over the
// places where the matrices begin, which broadcasts as well. An output of int32 holds sums of products of the integers as they are.
#include "arm_nnfunctions.h"
#include "kernels/portable/mnf_arith.h"
#include "walk.h"

enum { LHS, RHS, N_INPUTS };
enum { MULTIPLIER, SHIFT, WALK };
enum { WALK_Y, WALK_LHS, WALK_RHS, N_OPERANDS };

// A tensor's last two dimensions.
static cmsis_nn_dims matrix(const mnf_tensor_t *tensor) {
    return (cmsis_nn_dims) {1, 1, tensor->dims[tensor->rank - 2], tensor->dims[tensor->rank - 1]};
}

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *lhs = mnf_input(node, LHS), *rhs = mnf_input(node, RHS), *y = mnf_output(node);
    const mnf_tensor_t *operands[] = {y, lhs, rhs};
    const int32_t *p = node->params;
    const uint32_t n = mnf_n_params(node->op);
    MNF_REQUIRE(n >= WALK, OP_PARAMS, WALK, n);
    if (y->dtype == MNF_INT32
        ? !mnf_check_dtype(lhs, MNF_INT8, error) || !mnf_check_dtype(rhs, MNF_INT8, error)
        : !mnf_check_activations(lhs, y, error) || !mnf_check_activations(rhs, y, error)) {
        return false;
    }
    int32_t starts[N_OPERANDS]; // where a matrix may begin and still end inside its tensor
    for (uint32_t i = 0; i < N_OPERANDS; i++) {
        MNF_REQUIRE(operands[i]->rank >= 2, OP_RANK, 2, operands[i]->rank);
        const cmsis_nn_dims m = matrix(operands[i]);
        starts[i] = mnf_elements(operands[i]) - m.w * m.c + 1;
    }
    MNF_REQUIRE(matrix(lhs).c == matrix(rhs).c, OP_SHAPE, matrix(lhs).c, matrix(rhs).c);
    MNF_REQUIRE(matrix(lhs).w == matrix(y).w, OP_SHAPE, matrix(lhs).w, matrix(y).w);
    MNF_REQUIRE(matrix(rhs).w == matrix(y).c, OP_SHAPE, matrix(rhs).w, matrix(y).c);
    MNF_REQUIRE(matrix(y).c <= INT32_MAX / 16, RANGE, INT32_MAX / 16, matrix(y).c);
    uint32_t used;
    if (!mnf_check_multiplier(p[MULTIPLIER], p[SHIFT], y->dtype == MNF_INT16 ? 14 : 30, error)
        || !mnf_check_walk(p + WALK, n - WALK, N_OPERANDS, starts, &used, error)) {
        return false;
    }
    MNF_REQUIRE(n == WALK + used, OP_PARAMS, WALK + used, n);
    return true;
}

static uint32_t scratch(const mnf_node_t *node) {
    const cmsis_nn_dims out = matrix(mnf_output(node));
    return mnf_output(node)->dtype == MNF_INT8 ? (uint32_t)arm_fully_connected_s8_get_buffer_size(&out) : 0;
}

static void multiply(
    const cmsis_nn_dims *lhs_dims, const int8_t *lhs, const cmsis_nn_dims *rhs_dims, const int8_t *rhs, int32_t *out) {
    const int32_t depth = lhs_dims->c;
    for (int32_t row = 0; row < lhs_dims->w; row++) {
        for (int32_t column = 0; column < rhs_dims->w; column++) {
            int32_t sum = 0;
            for (int32_t k = 0; k < depth; k++) {
                sum = mnf_add_wrap(sum, lhs[row * depth + k] * rhs[column * depth + k]);
            }
            *out++ = sum;
        }
    }
}

static int32_t run(const mnf_node_t *node, void *buffer, uint32_t size) {
    const mnf_tensor_t *lhs = mnf_input(node, LHS), *rhs = mnf_input(node, RHS), *y = mnf_output(node);
    const bool wide = y->dtype == MNF_INT16;
    const cmsis_nn_context context = {buffer, (int32_t)size};
    const cmsis_nn_bmm_params params = {
        .fc_params = {
            .input_offset = -lhs->zero_point,
            .filter_offset = -rhs->zero_point,
            .output_offset = y->zero_point,
            .activation = {wide ? INT16_MIN : INT8_MIN, wide ? INT16_MAX : INT8_MAX},
        },
    };
    const cmsis_nn_per_tensor_quant_params quant = {node->params[MULTIPLIER], node->params[SHIFT]};
    const cmsis_nn_dims lhs_dims = matrix(lhs), rhs_dims = matrix(rhs), out_dims = matrix(y);
    const void *a = mnf_input_data(node, LHS), *b = mnf_input_data(node, RHS);
    void *out = mnf_output_data(node);
    int32_t status = ARM_CMSIS_NN_SUCCESS;
    mnf_walk_t row = mnf_walk(node->params + WALK, N_OPERANDS);
    do {
        for (int32_t i = 0; i < row.count && status == ARM_CMSIS_NN_SUCCESS; i++) {
            const int32_t a_at = row.at[WALK_LHS] + i * row.stride[WALK_LHS];
            const int32_t b_at = row.at[WALK_RHS] + i * row.stride[WALK_RHS];
            const int32_t y_at = row.at[WALK_Y] + i * row.stride[WALK_Y];
            if (y->dtype == MNF_INT32) {
                multiply(&lhs_dims, (const int8_t *)a + a_at, &rhs_dims, (const int8_t *)b + b_at, (int32_t *)out + y_at);
            } else if (wide) {
                status = arm_batch_matmul_s16(&context, &params, &quant, &lhs_dims, (const int16_t *)a + a_at,
                    &rhs_dims, (const int16_t *)b + b_at, &out_dims, (int16_t *)out + y_at);
            } else {
                status = arm_batch_matmul_s8(&context, &params, &quant, &lhs_dims, (const int8_t *)a + a_at,
                    &rhs_dims, (const int8_t *)b + b_at, &out_dims, (int8_t *)out + y_at);
            }
        }
    } while (status == ARM_CMSIS_NN_SUCCESS && mnf_walk_next(&row));
    return status;
}

const mnf_op_def_t mnf_op_batch_matmul = {N_INPUTS, 0, 0, MNF_ANY, check, scratch, run, NULL};
