// What AVERAGE_POOL_2D and MAX_POOL_2D share: everything but the kernel.
#ifndef MNF_POOL_2D_H
#define MNF_POOL_2D_H

#include "arm_nnfunctions.h"
#include "ops.h"

enum { MNF_POOL_KERNEL_H, MNF_POOL_KERNEL_W, MNF_POOL_STRIDE_H, MNF_POOL_STRIDE_W,
       MNF_POOL_PAD_H, MNF_POOL_PAD_W, MNF_POOL_MIN, MNF_POOL_MAX, MNF_POOL_N_PARAMS };

// A pool's kernels, by type of the activations.
typedef struct {
    arm_cmsis_nn_status (*s8)(const cmsis_nn_context *, const cmsis_nn_pool_params *, const cmsis_nn_dims *, const int8_t *,
        const cmsis_nn_dims *, const cmsis_nn_dims *, int8_t *);
    arm_cmsis_nn_status (*s16)(const cmsis_nn_context *, const cmsis_nn_pool_params *, const cmsis_nn_dims *, const int16_t *,
        const cmsis_nn_dims *, const cmsis_nn_dims *, int16_t *);
} mnf_pool_kernels_t;

bool mnf_pool_check(const mnf_node_t *node, mnf_error_t *error);
uint32_t mnf_pool_lead(const mnf_node_t *node);
int32_t mnf_pool_run(const mnf_node_t *node, void *buffer, uint32_t size, mnf_pool_kernels_t kernels);

#endif
