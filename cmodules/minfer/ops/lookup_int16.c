// A function of int16 by a table of 513 values, each 128 integers apart, and straight lines between them.
#include "ops.h"

#define N_VALUES 513

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, 0), *table = mnf_input(node, 1), *y = mnf_output(node);
    if (!mnf_check_dtype(x, MNF_INT16, error) || !mnf_check_dtype(y, MNF_INT16, error)
        || !mnf_check_const(table, MNF_INT16, error)) {
        return false;
    }
    MNF_REQUIRE(mnf_elements(table) == N_VALUES, OP_SHAPE, N_VALUES, mnf_elements(table));
    return mnf_check_shape(x, y, error);
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    const int16_t *x = mnf_input_data(node, 0), *table = mnf_input_data(node, 1);
    int16_t *y = mnf_output_data(node);
    for (int32_t n = mnf_elements(mnf_output(node)); n > 0; n--) {
        const int32_t distance = *x++ - INT16_MIN;
        const int16_t *value = table + (distance >> 7);
        const int16_t slope = (int16_t)(value[1] - value[0]); // wraps, as the reference's does
        *y++ = (int16_t)(value[0] + ((slope * (distance & 127) + 64) >> 7));
    }
    return 0;
}

const mnf_op_def_t mnf_op_lookup_int16 = {2, 0, 1, 0, check, NULL, run, NULL};
