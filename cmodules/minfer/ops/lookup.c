// A function of one byte: int8, uint8 or bool, its bits read as an int8.
#include "ops.h"

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, 0), *table = mnf_input(node, 1), *y = mnf_output(node);
    MNF_REQUIRE(mnf_dtype_size(x->dtype) == 1, OP_DTYPE, MNF_INT8, x->dtype);
    MNF_REQUIRE(mnf_dtype_size(y->dtype) == 1, OP_DTYPE, MNF_INT8, y->dtype);
    if (!mnf_check_const(table, (mnf_dtype_t)y->dtype, error)) {
        return false;
    }
    MNF_REQUIRE(mnf_elements(table) == 256, OP_SHAPE, 256, mnf_elements(table));
    return mnf_check_shape(x, y, error);
}

static void look_up(void *job, uint32_t part, uint32_t parts) {
    const mnf_node_t *node = job;
    const int8_t *x = mnf_input_data(node, 0);
    const int8_t *table = (const int8_t *)mnf_input_data(node, 1) + 128;
    int8_t *y = mnf_output_data(node);
    const mnf_share_t share = mnf_share(mnf_elements(mnf_output(node)), 4, part, parts);
    for (int32_t i = share.begin; i < share.end; i++) {
        y[i] = table[x[i]];
    }
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t size) {
    (void)scratch;
    (void)size;
    mnf_node_t job = *node;
    mnf_share_output(node, true, look_up, &job);
    return 0;
}

const mnf_op_def_t mnf_op_lookup = {2, 0, 1, 0, check, NULL, run, NULL};
