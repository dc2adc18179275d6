#include "ops.h"

static uint32_t tensor_words(const mnf_op_t *op) {
    return ((uint32_t)op->n_inputs + op->n_outputs + 1) / 2;
}

mnf_node_t mnf_node(const mnf_model_t *model, const mnf_op_t *op, uint8_t *arena) {
    const int32_t *params = (const int32_t *)(const void *)op->tensors + tensor_words(op);
    return (mnf_node_t) {model, op, params, arena, NULL};
}

uint32_t mnf_n_params(const mnf_op_t *op) {
    return (op->size - (uint32_t)sizeof(mnf_op_t)) / 4 - tensor_words(op);
}

const mnf_tensor_t *mnf_input(const mnf_node_t *node, uint32_t i) {
    const uint16_t index = node->op->tensors[i];
    return index == MNF_ABSENT ? NULL : &node->model->tensors[index];
}

const mnf_tensor_t *mnf_output(const mnf_node_t *node) {
    return mnf_input(node, node->op->n_inputs);
}

bool mnf_overlap(const mnf_tensor_t *a, const mnf_tensor_t *b) {
    return a->kind == b->kind && a->offset < (uint64_t)b->offset + b->size && b->offset < (uint64_t)a->offset + a->size;
}

void *mnf_input_data(const mnf_node_t *node, uint32_t i) {
    if (i == 0 && node->copy != NULL) {
        return (void *)(uintptr_t)node->copy;
    }
    const mnf_tensor_t *tensor = mnf_input(node, i);
    return tensor == NULL ? NULL : mnf_tensor_data(node->model, tensor, node->arena);
}

void *mnf_output_data(const mnf_node_t *node) {
    return mnf_tensor_data(node->model, mnf_output(node), node->arena);
}

int32_t mnf_elements(const mnf_tensor_t *tensor) {
    int32_t n = 1;
    for (uint32_t i = 0; i < tensor->rank; i++) {
        n *= tensor->dims[i];
    }
    return n;
}

void mnf_share_output(const mnf_node_t *node, bool elementwise, mnf_run_part_t run, void *job) {
    const mnf_tensor_t *y = mnf_output(node);
    const uint8_t *to = mnf_output_data(node);
    for (uint32_t i = 0; i < node->op->n_inputs; i++) {
        const mnf_tensor_t *x = mnf_input(node, i);
        const uint8_t *from = mnf_input_data(node, i);
        if (x != NULL && from < to + y->size && to < from + x->size && !(elementwise && from == to)) {
            run(job, 0, 1);
            return;
        }
    }
    mnf_parallel(run, job);
}
