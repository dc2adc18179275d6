// Slices of x that int32 indices name: y[b, o, i, :] = x[b, o, indices[b, i], :].
// An index outside x ends the run with an error, as in TensorFlow Lite: indices may come from the caller.
#include <string.h>

#include "arm_nn_types.h"
#include "ops.h"

enum { BATCH, OUTER, SIZE, INNER, N_PARAMS };

// Whether dimensions have the product that a tensor of so many elements needs.
static bool check_product(const int32_t *dims, int32_t n, int32_t elements, mnf_error_t *error) {
    int64_t product = 1;
    for (int32_t i = 0; i < n; i++) {
        MNF_REQUIRE(dims[i] >= 1, DIM, 1, dims[i]);
        product *= dims[i];
        MNF_REQUIRE(product <= elements, OP_SHAPE, elements, product);
    }
    MNF_REQUIRE(product == elements, OP_SHAPE, elements, product);
    return true;
}

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, 0), *indices = mnf_input(node, 1), *y = mnf_output(node);
    MNF_REQUIRE(x->dtype != MNF_INT4, OP_DTYPE, MNF_INT8, x->dtype);
    if (!mnf_check_dtype(y, (mnf_dtype_t)x->dtype, error) || !mnf_check_dtype(indices, MNF_INT32, error)
        || !check_product(node->params, N_PARAMS, mnf_elements(x), error)) {
        return false;
    }
    const int32_t batch = node->params[BATCH], n = mnf_elements(indices);
    MNF_REQUIRE(n % batch == 0, OP_SHAPE, batch, n);
    const int32_t gathered[] = {batch, node->params[OUTER], n / batch, node->params[INNER]};
    return check_product(gathered, 4, mnf_elements(y), error);
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t scratch_size) {
    (void)scratch;
    (void)scratch_size;
    const int32_t *p = node->params;
    const size_t slice = (size_t)p[INNER] * mnf_dtype_size(mnf_output(node)->dtype);
    const int32_t n = mnf_elements(mnf_input(node, 1)) / p[BATCH];
    const uint8_t *x = mnf_input_data(node, 0);
    const int32_t *indices = mnf_input_data(node, 1);
    uint8_t *y = mnf_output_data(node);
    for (int32_t batch = 0; batch < p[BATCH]; batch++, indices += n) {
        for (int32_t outer = 0; outer < p[OUTER]; outer++, x += (size_t)p[SIZE] * slice) {
            for (int32_t i = 0; i < n; i++, y += slice) {
                if (indices[i] < 0 || indices[i] >= p[SIZE]) {
                    return ARM_CMSIS_NN_ARG_ERROR;
                }
                memcpy(y, x + (size_t)indices[i] * slice, slice);
            }
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}

const mnf_op_def_t mnf_op_gather = {2, 0, 0, N_PARAMS, check, NULL, run, NULL};
