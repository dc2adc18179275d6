// subset MODEL.mnf: loads a model with an engine that has only some operators, and says why it does not.
#include "../../kernels/harness.h"

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: subset MODEL.mnf\n");
        return 2;
    }
    size_t size;
    uint8_t *file = read_file(argv[1], &size);
    mnf_model_t model;
    mnf_error_t error;
    if (mnf_load(&model, file, size, &error)) {
        printf("OK\n");
    } else {
        printf("%s ", mnf_op_name((uint32_t)error.opcode));
        print_error(&error);
    }
    free(file);
    return 0;
}
