#include "ops.h"

// A switch, not an array of addresses: it needs no relocation, so it also lives in a native module.
const mnf_op_def_t *mnf_op_def(uint32_t opcode) {
    switch (opcode) {
        case MNF_OP_ADD:
            return &mnf_op_add;
        case MNF_OP_AVERAGE_POOL_2D:
            return &mnf_op_average_pool_2d;
        case MNF_OP_CONV_2D:
            return &mnf_op_conv_2d;
        case MNF_OP_DEPTHWISE_CONV_2D:
            return &mnf_op_depthwise_conv_2d;
        case MNF_OP_FULLY_CONNECTED:
            return &mnf_op_fully_connected;
        case MNF_OP_LOOKUP:
            return &mnf_op_lookup;
        case MNF_OP_MAX_POOL_2D:
            return &mnf_op_max_pool_2d;
        case MNF_OP_COPY:
            return &mnf_op_copy;
        case MNF_OP_SOFTMAX:
            return &mnf_op_softmax;
        case MNF_OP_TRANSPOSE_CONV:
            return &mnf_op_transpose_conv;
        case MNF_OP_BATCH_MATMUL:
            return &mnf_op_batch_matmul;
        default:
            return NULL;
    }
}
