#include "pool_2d.h"

static int32_t run(const mnf_node_t *node, void *buffer, uint32_t size) {
    return mnf_pool_run(node, buffer, size, (mnf_pool_kernels_t) {arm_max_pool_s8, arm_max_pool_s16});
}

const mnf_op_def_t mnf_op_max_pool_2d = {1, 0, 0, MNF_POOL_N_PARAMS, mnf_pool_check, NULL, run, mnf_pool_lead};
