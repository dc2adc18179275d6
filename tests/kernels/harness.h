// What the C test programs share: files and arenas in malloc'd buffers of exactly their size, so that the sanitizers see every step outside.
#ifndef HARNESS_H
#define HARNESS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mnf.h"

static inline void *exactly(size_t size) {
    void *buffer = malloc(size);
    if (buffer == NULL) {
        fprintf(stderr, "out of memory: %zu bytes\n", size);
        exit(2);
    }
    return buffer;
}

static inline uint8_t *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(2);
    }
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = exactly(*size);
    if (fread(data, 1, *size, file) != *size) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(2);
    }
    fclose(file);
    return data;
}

static inline void print_error(const mnf_error_t *error) {
    printf("%s op %d tensor %d: ", mnf_reason_name(error->reason), error->op, error->tensor);
    printf(mnf_reason_text(error->reason), error->expected, error->found);
    printf("\n");
}

#endif
