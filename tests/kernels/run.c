// run MODEL.mnf INPUT OUTPUT: runs a model on raw samples (each: all inputs, one after the other) and writes the raw outputs.
#include "harness.h"

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: run MODEL.mnf INPUT OUTPUT\n");
        return 2;
    }
    size_t size, input_size;
    uint8_t *file = read_file(argv[1], &size);
    uint8_t *input = read_file(argv[2], &input_size);
    FILE *output = fopen(argv[3], "wb");
    mnf_model_t model;
    mnf_error_t error;
    if (!mnf_load(&model, file, size, &error)) {
        print_error(&error);
        return 1;
    }
    uint8_t *arena = exactly(model.arena_size);
    model.state = exactly(model.header->state_size);
    mnf_reset(&model);
    const uint32_t n_inputs = model.header->n_inputs, n_outputs = model.header->n_outputs;
    size_t at = 0;
    while (at < input_size) {
        memset(arena, 0xa5, model.arena_size); // nothing may depend on what an earlier run left
        for (uint32_t i = 0; i < n_inputs; i++) {
            const mnf_tensor_t *tensor = &model.tensors[model.io[i].tensor];
            if (tensor->size > input_size - at) {
                fprintf(stderr, "%s: ends within a sample\n", argv[2]);
                return 2;
            }
            memcpy(mnf_tensor_data(&model, tensor, arena), input + at, tensor->size);
            at += tensor->size;
        }
        for (const mnf_op_t *op = mnf_first_op(&model); op != NULL; op = mnf_next_op(&model, op)) {
            if (mnf_run_op(&model, op, arena) != 0) {
                fprintf(stderr, "%s: a kernel refused\n", mnf_op_name(op->opcode));
                return 1;
            }
        }
        for (uint32_t i = 0; i < n_outputs; i++) {
            const mnf_tensor_t *tensor = &model.tensors[model.io[n_inputs + i].tensor];
            fwrite(mnf_tensor_data(&model, tensor, arena), 1, tensor->size, output);
        }
    }
    fclose(output);
    free(model.state);
    free(arena);
    free(input);
    free(file);
    return 0;
}
