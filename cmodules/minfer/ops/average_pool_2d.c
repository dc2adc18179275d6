#include "pool_2d.h"

static uint32_t scratch(const mnf_node_t *node) {
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    return (uint32_t)(x->dtype == MNF_INT8 ? arm_avgpool_s8_get_buffer_size(y->dims[2], x->dims[3])
        : arm_avgpool_s16_get_buffer_size(y->dims[2], x->dims[3]));
}

static int32_t run(const mnf_node_t *node, void *buffer, uint32_t size) {
    return mnf_pool_run(node, buffer, size, (mnf_pool_kernels_t) {arm_avgpool_s8, arm_avgpool_s16});
}

const mnf_op_def_t mnf_op_average_pool_2d = {1, 0, 0, MNF_POOL_N_PARAMS, mnf_pool_check, scratch, run, mnf_pool_lead};
