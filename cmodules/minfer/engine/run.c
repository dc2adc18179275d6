#include <string.h>

#include "kernels/core.h"
#include "kernels/overlap.h"
#include "ops/ops.h"

const mnf_op_t *mnf_first_op(const mnf_model_t *model) {
    const mnf_header_t *header = model->header;
    return header->ops_size == 0 ? NULL : (const mnf_op_t *)(const void *)(model->file + header->ops_offset);
}

const mnf_op_t *mnf_next_op(const mnf_model_t *model, const mnf_op_t *op) {
    const uint8_t *next = (const uint8_t *)op + op->size;
    const uint8_t *end = model->file + model->header->ops_offset + model->header->ops_size;
    return next == end ? NULL : (const mnf_op_t *)(const void *)next;
}

bool mnf_has_op(uint32_t opcode) {
    return mnf_op_def(opcode) != NULL;
}

// Bytes of scratch for a copy of input 0: where the output lies over it, and kernels take no such.
static uint32_t copy_size(const mnf_node_t *node) {
#if MNF_COPIES_INPUT
    const mnf_tensor_t *x = mnf_input(node, 0);
    if (mnf_op_def(node->op->opcode)->lead != NULL && mnf_overlap(x, mnf_output(node))) {
        return (x->size + MNF_ALIGN - 1) & ~(MNF_ALIGN - 1u);
    }
#endif
    (void)node;
    return 0;
}

uint32_t mnf_op_scratch(const mnf_model_t *model, const mnf_op_t *op) {
    const mnf_op_def_t *def = mnf_op_def(op->opcode);
    const mnf_node_t node = mnf_node(model, op, NULL);
    return copy_size(&node) + (def->scratch == NULL ? 0 : def->scratch(&node));
}

uint32_t mnf_op_lead(const mnf_model_t *model, const mnf_op_t *op) {
    const mnf_op_def_t *def = mnf_op_def(op->opcode);
    const mnf_node_t node = mnf_node(model, op, NULL);
    return def->lead == NULL ? MNF_APART : def->lead(&node);
}

// Whether an operator is done before a second core would have joined in: some 700 cycles, an element of output being worth about 16
// multiply-accumulates.
static bool is_little(const mnf_node_t *node) {
    return node->op->macs + 16 * (uint64_t)mnf_output(node)->size <= 512;
}

int32_t mnf_run_op(const mnf_model_t *model, const mnf_op_t *op, uint8_t *arena) {
    mnf_node_t node = mnf_node(model, op, arena);
    const uint32_t need = mnf_op_scratch(model, op), copied = copy_size(&node);
    // Kernels that need more than the file planned for find it behind the plan (mnf_load made the arena that much larger).
    const uint32_t at = need <= op->scratch_size ? op->scratch_offset : model->header->arena_size;
    uint8_t *const scratch = arena + at;
    if (copied > 0) {
        memcpy(scratch, mnf_input_data(&node, 0), mnf_input(&node, 0)->size);
        node.copy = scratch;
    }
    const uint32_t cores = mnf_use_cores(1);
    mnf_use_cores(is_little(&node) ? 1 : cores);
    const int32_t status = mnf_op_def(op->opcode)->run(&node, need == copied ? NULL : scratch + copied, need - copied);
    mnf_use_cores(cores);
    return status;
}
