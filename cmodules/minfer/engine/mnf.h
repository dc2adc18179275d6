// The engine: loads a model file, validates it once, runs it. No allocation, no mutable statics, nothing of MicroPython.
//
//     mnf_model_t model;
//     mnf_error_t error;
//     if (mnf_load(&model, file, size, &error)) {                  // file stays where it is, 4-byte aligned
//         for (const mnf_op_t *op = mnf_first_op(&model); op != NULL; op = mnf_next_op(&model, op)) {
//             mnf_run_op(&model, op, arena);                       // arena: model.arena_size bytes, 4-byte aligned
//         }
//     }
//
// Between two operators a caller may do anything: look for Ctrl-C, take the time, let another task run.
#ifndef MNF_H
#define MNF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format.h"

typedef struct {
    const uint8_t *file;
    const mnf_header_t *header;
    const mnf_tensor_t *tensors;
    const mnf_io_t *io;  // inputs, then outputs
    uint32_t arena_size; // bytes of RAM with the kernels of this build; the header's arena_size, or a little more
    uint8_t *state;      // header->state_size bytes that outlive a run, 4-byte aligned; the caller's to set before mnf_reset
} mnf_model_t;

// Why a file is refused: name, then the words a person reads. `expected` and `found` of mnf_error_t fill the two %d, in that order.
#define MNF_REASONS(X) \
    X(OK, "valid") \
    X(ADDRESS, "model at an address that is no multiple of 4: expected remainder %d, found %d") \
    X(TOO_SHORT, "file too short for a model: expected at least %d bytes, found %d") \
    X(MAGIC, "not a minfer model: expected magic %d, found %d") \
    X(FILE_VERSION, "file of another format version: expected %d, found %d; update the firmware or convert again") \
    X(FILE_SIZE, "truncated file: expected %d bytes, found %d") \
    X(CRC, "damaged file: expected checksum %d, found %d") \
    X(NOT_ZERO, "reserved field in use: expected %d, found %d") \
    X(ARENA_SIZE, "arena size out of range: expected at most %d and a multiple of 16, found %d") \
    X(SECTION_ORDER, "section out of place: expected offset %d or later and a multiple of 16, found %d") \
    X(SECTION_SIZE, "section reaches outside the file: expected at most %d bytes, found %d") \
    X(STATE_SIZE, "state larger than its image: expected at most %d bytes, found %d") \
    X(IO_COUNT, "too few inputs or outputs: expected %d or more, found %d") \
    X(META, "metadata record reaches outside its section: expected at most %d bytes, found %d") \
    X(DTYPE, "unknown data type: expected 1 to %d, found %d") \
    X(RANK, "too many dimensions: expected at most %d, found %d") \
    X(KIND, "unknown kind of tensor: expected at most %d, found %d") \
    X(DIM, "dimension out of range: expected at least %d, found %d") \
    X(TENSOR_SIZE, "size of a tensor and its shape disagree: expected %d, found %d") \
    X(TENSOR_ALIGN, "tensor not aligned: expected a multiple of %d, found offset %d") \
    X(TENSOR_BOUNDS, "tensor reaches outside its section: expected an end of at most %d, found %d") \
    X(SCALE, "scale is no number of 0 or more: expected sign and exponent below %d, found bits %d") \
    X(IO_TENSOR, "input or output is no tensor of the arena: expected an index below %d, found %d") \
    X(FACE, "face an edge cannot have: expected data type %d, found %d") \
    X(OP_SIZE, "operator record of a wrong size: expected %d bytes, found %d") \
    X(OP_UNKNOWN, "operator this firmware does not have: expected an opcode below %d, found %d; update the firmware") \
    X(OP_LEFT_OUT, "operator left out when this firmware was built: expected one of its %d, found opcode %d; build it with this one in MINFER_OPS") \
    X(OP_VERSION, "operator newer than this firmware: expected version %d, found %d; update the firmware") \
    X(OP_LAYOUT, "weight layout this firmware does not have: expected at most %d, found %d; update the firmware") \
    X(OP_INPUTS, "wrong number of inputs: expected %d, found %d") \
    X(OP_OUTPUTS, "wrong number of outputs: expected %d, found %d") \
    X(OP_PARAMS, "wrong number of parameters: expected %d, found %d") \
    X(OP_TENSOR, "tensor index out of range: expected below %d, found %d") \
    X(OP_ABSENT, "a tensor is missing: expected one at place %d, found index %d") \
    X(OP_WRITES_CONST, "output is a constant: expected kind %d, found %d") \
    X(OP_OVERLAP, "output overlaps an input: expected one at offset %d or beyond, found one at %d") \
    X(UNWRITTEN, "a tensor is read that nobody wrote: expected %d bytes written before at offset %d") \
    X(SCRATCH_ALIGN, "scratch not aligned: expected a multiple of %d, found offset %d") \
    X(SCRATCH_BOUNDS, "scratch reaches outside the arena: expected an end of at most %d, found %d") \
    X(SCRATCH_OVERLAP, "scratch overlaps a tensor: expected none at offset %d, found one at %d") \
    X(WALK, "walk leaves a tensor: expected below %d elements, found %d") \
    X(OP_DTYPE, "data type an operator does not take: expected %d, found %d") \
    X(OP_KIND, "operand of a wrong kind: expected %d, found %d") \
    X(OP_RANK, "wrong number of dimensions: expected %d, found %d") \
    X(OP_SHAPE, "shapes that do not fit: expected %d, found %d") \
    X(ZERO_POINT, "zero point past its type, or not the one it must be: expected %d, found %d") \
    X(RANGE, "parameter out of range: expected at most %d in size, found %d") \
    X(CLAMP, "clamp out of order or past the output's type: found min %d, max %d") \
    X(MULTIPLIER, "multiplier out of range: expected at least %d, found %d") \
    X(SHIFT, "shift out of range: expected -31 to %d, found %d") \
    X(WINDOW, "window outside the input: expected a start of at most %d, found %d")

typedef enum {
#define MNF_ENUM(name, text) MNF_E_##name,
    MNF_REASONS(MNF_ENUM)
#undef MNF_ENUM
} mnf_reason_t;

typedef struct {
    mnf_reason_t reason;
    int32_t op;     // index of the operator, -1 where the file as a whole is meant
    int32_t opcode; // of it, -1 likewise
    int32_t tensor; // index of the tensor a record of the tensor table is refused for, -1 otherwise
    int32_t expected;
    int32_t found;
} mnf_error_t;

// The words of a reason, a format string with two %d (none for MNF_E_OK).
const char *mnf_reason_text(mnf_reason_t reason);

// The name of the enumerator, without its prefix.
const char *mnf_reason_name(mnf_reason_t reason);

// Validates `size` bytes at `file` and fills `model`. On false, `error` says why and `model` must not be used.
// Nothing is copied: `file` must stay in place as long as the model is used.
bool mnf_load(mnf_model_t *model, const void *file, size_t size, mnf_error_t *error);

// The operators in execution order; NULL past the last one.
const mnf_op_t *mnf_first_op(const mnf_model_t *model);
const mnf_op_t *mnf_next_op(const mnf_model_t *model, const mnf_op_t *op);

// Puts the state back to what it is before the first run.
void mnf_reset(const mnf_model_t *model);

// Name of an operator, NULL for an unknown opcode; and whether this build has it (see MINFER_OPS in ops/table.c).
const char *mnf_op_name(uint32_t opcode);
bool mnf_has_op(uint32_t opcode);

// Runs one operator. `arena` has model->arena_size bytes, 4-byte aligned. Returns 0, or the status of a kernel that refused:
// of ours GATHER alone does, for an index out of range; a CMSIS-NN linked instead may.
int32_t mnf_run_op(const mnf_model_t *model, const mnf_op_t *op, uint8_t *arena);

// Bytes of scratch an operator needs with the kernels of this build (the compiler plans with it).
uint32_t mnf_op_scratch(const mnf_model_t *model, const mnf_op_t *op);

// Bytes that an operator's output must at least begin before its first input for both to overlap; of 0, that both begin at the same
// byte; UINT32_MAX where they must not (the compiler plans with it). What else an operator may write over, docs/FORMAT.md says.
uint32_t mnf_op_lead(const mnf_model_t *model, const mnf_op_t *op);

// Address of a tensor's first byte: in the arena, in the file, or in the state.
void *mnf_tensor_data(const mnf_model_t *model, const mnf_tensor_t *tensor, uint8_t *arena);

// Bits of one element, 0 for an unknown data type.
uint32_t mnf_dtype_bits(uint32_t dtype);

// Bytes of one element; of int4, which has no address of its own, 0.
uint32_t mnf_dtype_size(uint32_t dtype);

// Metadata of a tag ("name", "labl", …): its bytes and their number, NULL and 0 where there is none.
const void *mnf_meta(const mnf_model_t *model, const char *tag, uint32_t *length);

// Whether a caller may see a tensor as elements of type `face`: its own, float32 where it is quantised, uint8 where it is int8.
bool mnf_has_face(const mnf_tensor_t *tensor, uint32_t face);

// n values of such a face into elements of the tensor, and back, as docs/FORMAT.md ("Inputs and outputs") says.
void mnf_put(const mnf_tensor_t *tensor, uint32_t face, const void *values, void *data, size_t n);
void mnf_take(const mnf_tensor_t *tensor, uint32_t face, const void *data, void *values, size_t n);

#endif
