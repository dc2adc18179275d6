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
        case MNF_OP_SUM:
            return &mnf_op_sum;
        case MNF_OP_REDUCE_MAX:
            return &mnf_op_reduce_max;
        case MNF_OP_ARG_MAX:
            return &mnf_op_arg_max;
        case MNF_OP_L2_NORMALIZATION:
            return &mnf_op_l2_normalization;
        case MNF_OP_LOG_SOFTMAX:
            return &mnf_op_log_softmax;
        case MNF_OP_SVDF:
            return &mnf_op_svdf;
        case MNF_OP_UNIDIRECTIONAL_SEQUENCE_LSTM:
            return &mnf_op_unidirectional_sequence_lstm;
        case MNF_OP_SUB:
            return &mnf_op_sub;
        case MNF_OP_MUL:
            return &mnf_op_mul;
        case MNF_OP_MAXIMUM:
            return &mnf_op_maximum;
        case MNF_OP_MINIMUM:
            return &mnf_op_minimum;
        case MNF_OP_SQUARED_DIFFERENCE:
            return &mnf_op_squared_difference;
        case MNF_OP_COMPARE:
            return &mnf_op_compare;
        case MNF_OP_SELECT:
            return &mnf_op_select;
        case MNF_OP_PRELU:
            return &mnf_op_prelu;
        case MNF_OP_REQUANTISE:
            return &mnf_op_requantise;
        case MNF_OP_CAST:
            return &mnf_op_cast;
        case MNF_OP_LOOKUP_INT16:
            return &mnf_op_lookup_int16;
        case MNF_OP_LOGISTIC_INT16:
            return &mnf_op_logistic_int16;
        default:
            return NULL;
    }
}
