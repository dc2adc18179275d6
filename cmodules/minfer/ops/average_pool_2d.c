#include "pool_2d.h"

static uint32_t scratch(const mnf_node_t *node) {
    return (uint32_t)arm_avgpool_s8_get_buffer_size(mnf_output(node)->dims[2], mnf_input(node, 0)->dims[3]);
}

static int32_t run(const mnf_node_t *node, void *buffer, uint32_t size) {
    return mnf_pool_run(node, buffer, size, arm_avgpool_s8);
}

const mnf_op_def_t mnf_op_average_pool_2d = {"AVERAGE_POOL_2D", 1, 0, 0, MNF_POOL_N_PARAMS, mnf_pool_check, scratch, run};
