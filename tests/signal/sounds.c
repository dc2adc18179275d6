// Sounds through front ends in buffers of exactly their size: sounds INPUT OUTPUT, as tests/host/sounds.py packs them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signal/audio.h"

static const mnf_audio_kind_t *const kinds[] = { &mnf_micro_speech, &mnf_log_mel, &mnf_mfcc };

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

static uint32_t number(FILE *file) {
    uint32_t value;
    if (fread(&value, sizeof(value), 1, file) != 1) {
        fail("input too short");
    }
    return value;
}

// One sound: the number of its kind, the parameters, the samples. Taken in pieces, none of which is aligned.
static void run(FILE *input, FILE *output) {
    const uint32_t index = number(input);
    if (index >= sizeof(kinds) / sizeof(*kinds)) {
        fail("no such kind");
    }
    const mnf_audio_kind_t *kind = kinds[index];
    mnf_value_t *params = buffer(kind->n_params * sizeof(*params));
    for (uint32_t i = 0; i < kind->n_params; i++) {
        params[i].integer = (int32_t)number(input);
    }
    mnf_refusal_t refusal;
    const size_t size = mnf_audio_size(kind, params, &refusal);
    if (size == 0) {
        fail(refusal.name);
    }
    void *memory = buffer(size);
    mnf_audio_t audio;
    mnf_audio_init(&audio, memory, kind, params);
    uint8_t *features = buffer(mnf_audio_features_size(&audio));
    size_t piece_size = 1;
    for (size_t n = number(input); n > 0;) {
        const size_t some = n < piece_size ? n : piece_size;
        uint8_t *piece = (uint8_t *)buffer(2 * some + 1);
        if (fread(piece + 1, 2, some, input) != some) {
            fail("input too short");
        }
        for (size_t taken = 0; taken < some;) {
            taken += mnf_audio_write(&audio, piece + 1 + 2 * taken, some - taken);
            if (mnf_audio_due(&audio)) {
                mnf_audio_take(&audio, features);
                fwrite(features, 1, mnf_audio_features_size(&audio), output);
            }
        }
        free(piece);
        n -= some;
        piece_size = piece_size * 5 % 997;
    }
    free(features);
    free(memory);
    free(params);
}

int main(int argc, char **argv) {
    FILE *input = argc == 3 ? fopen(argv[1], "rb") : NULL;
    FILE *output = argc == 3 ? fopen(argv[2], "wb") : NULL;
    if (input == NULL || output == NULL) {
        fail("usage: sounds INPUT OUTPUT");
    }
    for (uint32_t n = number(input); n > 0; n--) {
        run(input, output);
    }
    fclose(input);
    return fclose(output);
}
