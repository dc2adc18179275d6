// The table of operators, and what their files share. An operator is one file with
//   check    at load: everything run relies on; nothing it says is trusted before
//   scratch  bytes of scratch its kernel needs, NULL where it needs none
//   run      trusts; returns a CMSIS-NN status
#ifndef MNF_OPS_H
#define MNF_OPS_H

#include "kernels/parallel.h"
#include "mnf.h"

// One operator of a loaded model, as check, scratch and run see it.
typedef struct {
    const mnf_model_t *model;
    const mnf_op_t *op;
    const int32_t *params;
    uint8_t *arena; // NULL at load
    const void *copy; // of input 0, where the kernel is not to read it where it lies; NULL mostly
} mnf_node_t;

#define MNF_ANY -1 // as many as it likes: check counts them

typedef struct {
    int16_t n_inputs;   // or MNF_ANY
    uint8_t optional;   // bit i: input i may be absent
    uint8_t in_place;   // bit i: the output may start where input i does
    int8_t n_params;    // or MNF_ANY
    bool (*check)(const mnf_node_t *node, mnf_error_t *error);
    uint32_t (*scratch)(const mnf_node_t *node);
    int32_t (*run)(const mnf_node_t *node, void *scratch, uint32_t scratch_size);
    uint32_t (*lead)(const mnf_node_t *node); // of a checked node: see kernels/overlap.h; NULL where in_place says it all
} mnf_op_def_t;

#define MNF_EXTERN(opcode, name, definition) extern const mnf_op_def_t mnf_op_##definition;
MNF_OPS(MNF_EXTERN)
#undef MNF_EXTERN

// Definition of an opcode, NULL where this build has no such operator.
const mnf_op_def_t *mnf_op_def(uint32_t opcode);

mnf_node_t mnf_node(const mnf_model_t *model, const mnf_op_t *op, uint8_t *arena);
uint32_t mnf_n_params(const mnf_op_t *op);

// Whether bytes of two tensors are the same ones.
bool mnf_overlap(const mnf_tensor_t *a, const mnf_tensor_t *b);

// Tensors of a node; NULL where an optional input is absent.
const mnf_tensor_t *mnf_input(const mnf_node_t *node, uint32_t i);
const mnf_tensor_t *mnf_output(const mnf_node_t *node);
void *mnf_input_data(const mnf_node_t *node, uint32_t i);
void *mnf_output_data(const mnf_node_t *node);

// Number of elements.
int32_t mnf_elements(const mnf_tensor_t *tensor);

// mnf_parallel for parts that write the output in no order: one part where an input lies over it. `elementwise` says that
// the output's element i takes no more of an input than its element i, of the same size: such may lie at the very place.
void mnf_share_output(const mnf_node_t *node, bool elementwise, mnf_run_part_t run, void *job);

// For checks: on a false condition the reason is noted and the check returns false.
bool mnf_refuse(mnf_error_t *error, mnf_reason_t reason, int64_t expected, int64_t found);
#define MNF_REQUIRE(condition, reason, expected, found) \
    do { \
        if (!(condition)) { \
            return mnf_refuse(error, MNF_E_##reason, expected, found); \
        } \
    } while (0)

bool mnf_check_shape(const mnf_tensor_t *a, const mnf_tensor_t *b, mnf_error_t *error);
bool mnf_check_const(const mnf_tensor_t *tensor, mnf_dtype_t dtype, mnf_error_t *error);
bool mnf_check_dtype(const mnf_tensor_t *tensor, mnf_dtype_t dtype, mnf_error_t *error);

// int8, or int16 with zero point 0; an output besides of its input's type.
bool mnf_check_activation(const mnf_tensor_t *tensor, mnf_error_t *error);
bool mnf_check_activations(const mnf_tensor_t *x, const mnf_tensor_t *y, mnf_error_t *error);

// min <= max, both values of the type, which is int8, uint8 or int16.
bool mnf_check_clamp(int32_t min, int32_t max, mnf_dtype_t dtype, mnf_error_t *error);
bool mnf_check_multiplier(int32_t multiplier, int32_t shift, int32_t max_shift, mnf_error_t *error);

// Input x, int8 weights (int4 as well with int8 activations, where `packed` allows it) and output of a convolution or its like.
bool mnf_check_weights(const mnf_node_t *node, uint32_t x, uint32_t weights, bool packed, mnf_error_t *error);

// Widths of activations and weights, which name the kernels of such an operator: S4 is int8 by int4, S16 is int16 by int8.
typedef enum {
    MNF_WIDTH_S8,
    MNF_WIDTH_S4,
    MNF_WIDTH_S16,
} mnf_width_t;
mnf_width_t mnf_width(const mnf_tensor_t *x, const mnf_tensor_t *weights);

// Bias and requant int32[2, channels] of a node; `per_tensor` allows [2, 1]. The bias is int32[channels] and may be absent where
// the output is int8; int64 or int32 and there where it is int16.
bool mnf_check_requant(const mnf_node_t *node, uint32_t bias, uint32_t requant, int32_t channels, bool per_tensor, mnf_error_t *error);

// Geometry of a window along one axis: every window begins inside the input or within its own length before it, none is missing.
typedef struct {
    int32_t in;
    int32_t out;
    int32_t kernel;
    int32_t stride;
    int32_t pad;
    int32_t dilation;
} mnf_axis_t;
bool mnf_check_axis(const mnf_axis_t *axis, mnf_error_t *error);

#endif
