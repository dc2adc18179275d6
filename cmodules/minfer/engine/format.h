// The model file, as docs/FORMAT.md defines it. Structures are read in place: little-endian cores only.
#ifndef MNF_FORMAT_H
#define MNF_FORMAT_H

#include <stdint.h>

#define MNF_MAGIC 0x31464e4du // "MNF1"
#define MNF_VERSION 1
#define MNF_ALIGN 16
#define MNF_MAX_RANK 6
#define MNF_ABSENT 0xffffu

typedef enum {
    MNF_INT8 = 1,
    MNF_UINT8,
    MNF_INT16,
    MNF_INT32,
    MNF_INT64,
    MNF_FLOAT32,
    MNF_BOOL,
    MNF_INT4, // two to a byte, the first in the low half; constants only
} mnf_dtype_t;

typedef enum {
    MNF_ARENA = 0,
    MNF_CONST = 1,
    MNF_STATE = 2,
} mnf_kind_t;

typedef enum {
    MNF_OP_ADD,
    MNF_OP_AVERAGE_POOL_2D,
    MNF_OP_CONV_2D,
    MNF_OP_DEPTHWISE_CONV_2D,
    MNF_OP_FULLY_CONNECTED,
    MNF_OP_LOOKUP,
    MNF_OP_MAX_POOL_2D,
    MNF_OP_COPY,
    MNF_OP_SOFTMAX,
    MNF_OP_TRANSPOSE_CONV = 11,
    MNF_OP_BATCH_MATMUL = 12,
    MNF_OP_SUB = 13,
    MNF_OP_MUL = 14,
    MNF_OP_MAXIMUM = 15,
    MNF_OP_MINIMUM = 16,
    MNF_OP_SQUARED_DIFFERENCE = 17,
    MNF_OP_COMPARE = 18,
    MNF_OP_SELECT = 19,
    MNF_OP_PRELU = 20,
    MNF_OP_REQUANTISE = 21,
    MNF_OP_CAST = 22,
    MNF_OP_LOOKUP_INT16 = 23,
    MNF_OP_LOGISTIC_INT16 = 24,
    MNF_OP_SUM = 26,
    MNF_OP_REDUCE_MAX = 27,
    MNF_OP_ARG_MAX = 29,
    MNF_OP_L2_NORMALIZATION = 31,
    MNF_OP_LOG_SOFTMAX = 32,
    MNF_OP_SVDF = 33,
    MNF_OP_UNIDIRECTIONAL_SEQUENCE_LSTM = 34,
    MNF_N_OPS,
} mnf_opcode_t;

typedef struct {
    uint32_t magic;
    uint32_t file_size;
    uint32_t crc;
    uint16_t version;
    uint16_t zero;
    uint32_t arena_size;
    uint16_t n_tensors;
    uint16_t n_ops;
    uint16_t n_inputs;
    uint16_t n_outputs;
    uint32_t tensors_offset;
    uint32_t ops_offset;
    uint32_t ops_size;
    uint32_t io_offset;
    uint32_t data_offset;
    uint32_t data_size;
    uint32_t meta_offset;
    uint32_t meta_size;
    uint32_t state_size;
} mnf_header_t;

typedef struct {
    uint8_t dtype;
    uint8_t rank;
    uint8_t kind;
    uint8_t zero;
    uint32_t offset;
    uint32_t size;
    float scale;
    int32_t zero_point;
    int32_t dims[MNF_MAX_RANK];
} mnf_tensor_t;

typedef struct {
    uint16_t opcode;
    uint16_t size;
    uint8_t version;
    uint8_t layout;
    uint8_t n_inputs;
    uint8_t n_outputs;
    uint32_t scratch_offset;
    uint32_t scratch_size;
    uint32_t macs;
    uint16_t tensors[]; // inputs, outputs, padding to 4 bytes; then int32_t params
} mnf_op_t;

typedef struct {
    uint16_t tensor;
    uint8_t face;
    uint8_t zero;
} mnf_io_t;

#endif
