// Frames through mnf_picture in buffers of exactly their size: pictures.c INPUT OUTPUT, as tests/host/pictures.py packs
// them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signal/image.h"

static void fail(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static void *buffer(size_t size) {
    void *memory = malloc(size);
    if (memory == NULL) {
        fail("no memory");
    }
    memset(memory, 0xA5, size);
    return memory;
}

// The parameters, then a frame, taken in pieces.
static void run(const mnf_picture_params_t *params, FILE *input, FILE *output) {
    mnf_refusal_t refusal;
    const size_t size = mnf_picture_size(params, &refusal);
    if (size == 0) {
        fail(refusal.name);
    }
    void *memory = buffer(size);
    mnf_picture_t picture;
    mnf_picture_init(&picture, memory, params);
    uint8_t *out = buffer(mnf_picture_out_size(&picture));
    size_t piece_size = 1;
    while (!mnf_picture_due(&picture)) {
        const size_t missing = mnf_picture_missing(&picture);
        const size_t some = missing < piece_size ? missing : piece_size;
        uint8_t *piece = buffer(some);
        if (fread(piece, 1, some, input) != some || mnf_picture_write(&picture, piece, some, out) != some) {
            fail("input too short");
        }
        free(piece);
        piece_size = piece_size * 5 % 997;
    }
    fwrite(out, 1, mnf_picture_out_size(&picture), output);
    free(out);
    free(memory);
}

int main(int argc, char **argv) {
    FILE *input = argc == 3 ? fopen(argv[1], "rb") : NULL;
    FILE *output = argc == 3 ? fopen(argv[2], "wb") : NULL;
    if (input == NULL || output == NULL) {
        fail("usage: pictures INPUT OUTPUT");
    }
    mnf_picture_params_t params;
    while (fread(&params, sizeof(params), 1, input) == 1) {
        run(&params, input, output);
    }
    fclose(input);
    return fclose(output);
}
