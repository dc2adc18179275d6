// Moves elements from one or several inputs into the output: PAD, CONCATENATION, SLICE, SPLIT, TRANSPOSE and their kin.
// Parameters: whether to fill first, with which value, then regions to the end: the input's number, a walk through output and input.
#include <string.h>

#include "walk.h"

enum { FILL, VALUE, REGIONS };
enum { Y, X, N_OPERANDS };

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *y = mnf_output(node);
    const uint32_t n = mnf_n_params(node->op);
    MNF_REQUIRE(n >= REGIONS, OP_PARAMS, REGIONS, n);
    for (uint32_t i = 0; i < node->op->n_inputs; i++) {
        const mnf_tensor_t *x = mnf_input(node, i);
        MNF_REQUIRE(x->dtype == y->dtype, OP_DTYPE, y->dtype, x->dtype);
    }
    MNF_REQUIRE(y->dtype != MNF_INT4, OP_DTYPE, MNF_INT8, y->dtype);
    for (uint32_t at = REGIONS, used; at < n; at += 1 + used) {
        const int32_t input = node->params[at];
        MNF_REQUIRE(input >= 0 && input < node->op->n_inputs, RANGE, node->op->n_inputs - 1, input);
        const int32_t sizes[] = {mnf_elements(y), mnf_elements(mnf_input(node, (uint32_t)input))};
        if (!mnf_check_walk(node->params + at + 1, n - at - 1, N_OPERANDS, sizes, &used, error)) {
            return false;
        }
    }
    return true;
}

static void fill(void *data, int32_t value, int32_t n, uint32_t element) {
    if (element == 1) {
        memset(data, (int8_t)value, (size_t)n);
        return;
    }
    for (int32_t i = 0; i < n; i++) {
        if (element == 2) {
            ((int16_t *)data)[i] = (int16_t)value;
        } else if (element == 4) {
            ((int32_t *)data)[i] = value;
        } else {
            const int64_t wide = value;
            memcpy((int32_t *)data + 2 * i, &wide, 8);
        }
    }
}

#define COPY_ELEMENTS(type) \
    for (int32_t i = 0; i < n; i++) { \
        ((type *)y)[i * y_stride] = ((const type *)x)[i * x_stride]; \
    }

static void copy_row(const mnf_walk_t *row, void *y, const void *x, uint32_t element) {
    const int32_t n = row->count, y_stride = row->stride[Y], x_stride = row->stride[X];
    if (y_stride == 1 && x_stride == 1) {
        memcpy(y, x, (size_t)n * element);
    } else if (element == 1) {
        COPY_ELEMENTS(int8_t)
    } else if (element == 2) {
        COPY_ELEMENTS(int16_t)
    } else if (element == 4) {
        COPY_ELEMENTS(int32_t)
    } else {
        // The arena need not begin where an int64_t may lie.
        for (int32_t i = 0; i < n; i++) {
            memcpy((int32_t *)y + 2 * i * y_stride, (const int32_t *)x + 2 * i * x_stride, 8);
        }
    }
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    const uint32_t element = mnf_dtype_size(mnf_output(node)->dtype);
    uint8_t *y = mnf_output_data(node);
    if (node->params[FILL]) {
        fill(y, node->params[VALUE], mnf_elements(mnf_output(node)), element);
    }
    for (uint32_t at = REGIONS; at < mnf_n_params(node->op); at += 1 + mnf_walk_size(node->params[at + 1], N_OPERANDS)) {
        const uint8_t *x = mnf_input_data(node, (uint32_t)node->params[at]);
        mnf_walk_t row = mnf_walk(node->params + at + 1, N_OPERANDS);
        do {
            // Offsets in bytes stay below 2^31, as the tensors do.
            copy_row(&row, y + row.at[Y] * (int32_t)element, x + row.at[X] * (int32_t)element, element);
        } while (mnf_walk_next(&row));
    }
    return 0;
}

const mnf_op_def_t mnf_op_copy = {MNF_ANY, 0, 0, MNF_ANY, check, NULL, run, NULL};
