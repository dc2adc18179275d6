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

// How an operator's weights are ordered: as TensorFlow Lite does, or as FULLY_CONNECTED alone may, by columns.
typedef enum {
    MNF_ROWS = 0,
    MNF_COLUMNS = 1,
} mnf_layout_t;

// The operators, by their opcodes: X(opcode, name, mnf_op_... its definition in ops/).
#define MNF_OPS(X) \
    X(0, ADD, add) \
    X(1, AVERAGE_POOL_2D, average_pool_2d) \
    X(2, CONV_2D, conv_2d) \
    X(3, DEPTHWISE_CONV_2D, depthwise_conv_2d) \
    X(4, FULLY_CONNECTED, fully_connected) \
    X(5, LOOKUP, lookup) \
    X(6, MAX_POOL_2D, max_pool_2d) \
    X(7, COPY, copy) \
    X(8, SOFTMAX, softmax) \
    X(9, GATHER, gather) \
    X(10, RESIZE_BILINEAR, resize_bilinear) \
    X(11, TRANSPOSE_CONV, transpose_conv) \
    X(12, BATCH_MATMUL, batch_matmul) \
    X(13, SUB, sub) \
    X(14, MUL, mul) \
    X(15, MAXIMUM, maximum) \
    X(16, MINIMUM, minimum) \
    X(17, SQUARED_DIFFERENCE, squared_difference) \
    X(18, COMPARE, compare) \
    X(19, SELECT, select) \
    X(20, PRELU, prelu) \
    X(21, REQUANTISE, requantise) \
    X(22, CAST, cast) \
    X(23, LOOKUP_INT16, lookup_int16) \
    X(24, LOGISTIC_INT16, logistic_int16) \
    X(26, SUM, sum) \
    X(27, REDUCE_MAX, reduce_max) \
    X(29, ARG_MAX, arg_max) \
    X(31, L2_NORMALIZATION, l2_normalization) \
    X(32, LOG_SOFTMAX, log_softmax) \
    X(33, SVDF, svdf) \
    X(34, UNIDIRECTIONAL_SEQUENCE_LSTM, unidirectional_sequence_lstm)

typedef enum {
#define MNF_OPCODE(opcode, name, definition) MNF_OP_##name = opcode,
    MNF_OPS(MNF_OPCODE)
#undef MNF_OPCODE
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
