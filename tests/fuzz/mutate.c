// mutate SEED TRUNCATIONS MUTATIONS MODEL.mnf: breaks a good model in many ways; each is refused by the loader or runs in bounds
// (the sanitizers watch). Prints how often each refusal was reached.
//
// Truncations are spread evenly over the length (all of them where the file is short). Of the mutations, one in four keeps the
// stale checksum, the others mend it. Most hit the structure of the file, where a change can mean something.
#include "bounded.h"

#define REASONS 64

static uint32_t refusals[REASONS];
static uint32_t ran, ops_run, too_large;
static uint64_t random_state;

static uint32_t random_below(uint32_t n) { // xorshift64*
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * 2685821657736338717ull) >> 32) % n;
}

// Whether a mutation can have changed what an operator touches: its record, the records of its tensors, its constants.
// (What it reads from the arena cannot: no address depends on an activation.)
static bool touched(const mnf_model_t *model, const mnf_op_t *op, const uint8_t *original) {
    const size_t at = (size_t)((const uint8_t *)op - model->file);
    if (memcmp(op, original + at, op->size) != 0 || memcmp(model->file + 12, original + 12, sizeof(mnf_header_t) - 12) != 0) {
        return true;
    }
    for (uint32_t i = 0; i < (uint32_t)op->n_inputs + op->n_outputs; i++) {
        if (op->tensors[i] == MNF_ABSENT) {
            continue;
        }
        const mnf_tensor_t *t = &model->tensors[op->tensors[i]];
        const size_t record = (size_t)((const uint8_t *)t - model->file);
        if (memcmp(t, original + record, sizeof(*t)) != 0
            || (t->kind == MNF_CONST && memcmp(model->file + t->offset, original + t->offset, t->size) != 0)) {
            return true;
        }
    }
    return false;
}

static void try_file(const uint8_t *file, size_t size, const uint8_t *original) {
    mnf_model_t model;
    mnf_error_t error;
    if (!mnf_load(&model, file, size, &error)) {
        char words[256];
        snprintf(words, sizeof(words), mnf_reason_text(error.reason), error.expected, error.found);
        refusals[error.reason]++;
        return;
    }
    ran++;
    if (model.arena_size > MOST_ARENA) {
        too_large++;
        return;
    }
    uint8_t *arena = exactly(model.arena_size);
    model.state = exactly(model.header->state_size);
    mnf_reset(&model);
    memset(arena, 0x5a, model.arena_size);
    for (const mnf_op_t *op = mnf_first_op(&model); op != NULL; op = mnf_next_op(&model, op)) {
        if (!touched(&model, op, original)) {
            continue;
        }
        if (run_bounded(&model, op, arena)) {
            ops_run++;
        } else {
            too_large++;
        }
    }
    free(model.state);
    free(arena);
}

static void mutate_byte(uint8_t *file, size_t size, const mnf_header_t *good) {
    size_t at;
    switch (random_below(8)) {
        case 0:
            at = random_below((uint32_t)size);
            break;
        case 1:
            at = random_below(sizeof(mnf_header_t));
            break;
        case 2:
            at = good->tensors_offset + random_below(good->n_tensors * (uint32_t)sizeof(mnf_tensor_t));
            break;
        case 3:
            at = good->io_offset + random_below((uint32_t)size - good->io_offset);
            break;
        default:
            at = good->ops_offset + random_below(good->ops_size);
            break;
    }
    static const uint8_t telling[] = {0, 1, 2, 0x7f, 0x80, 0xff};
    switch (random_below(4)) {
        case 0:
            file[at] ^= (uint8_t)(1u << random_below(8));
            break;
        case 1:
            file[at] = telling[random_below(sizeof(telling))];
            break;
        case 2:
            file[at] = (uint8_t)(file[at] + (random_below(2) ? 1 : -1));
            break;
        default:
            file[at] = (uint8_t)random_below(256);
            break;
    }
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: mutate SEED TRUNCATIONS MUTATIONS MODEL.mnf\n");
        return 2;
    }
    random_state = 0x9e3779b97f4a7c15ull * (strtoull(argv[1], NULL, 10) + 1);
    const uint32_t truncations = (uint32_t)atoi(argv[2]), mutations = (uint32_t)atoi(argv[3]);
    size_t size;
    uint8_t *original = read_file(argv[4], &size);
    mnf_header_t good;
    memcpy(&good, original, sizeof(good));

    const size_t lengths = truncations < size ? truncations : size;
    for (size_t i = 0; i < lengths; i++) {
        const size_t length = i * size / lengths;
        uint8_t *file = exactly(length);
        memcpy(file, original, length);
        try_file(file, length, original);
        free(file);
    }
    if (ran != 0) {
        fprintf(stderr, "%s: a truncated file was accepted\n", argv[4]);
        return 1;
    }
    uint8_t *file = exactly(size);
    uint32_t stale = 0;
    for (uint32_t i = 0; i < mutations; i++) {
        memcpy(file, original, size);
        for (uint32_t n = 1 + random_below(3); n > 0; n--) {
            mutate_byte(file, size, &good);
        }
        if (i % 4 != 0) {
            mend_crc(file, size);
        } else if (memcmp(file + 12, original + 12, size - 12) != 0) {
            stale++;
        }
        try_file(file, size, original);
    }
    // A stale checksum is refused, if nothing before it was.
    if (refusals[MNF_E_CRC] > stale || (stale > 0 && refusals[MNF_E_CRC] == 0)) {
        fprintf(stderr, "%s: %u mutations left a stale checksum, %u were refused for it\n", argv[4], stale, refusals[MNF_E_CRC]);
        return 1;
    }
    printf("%zu truncations, %u mutations: %u valid, %u operators run, %u too large to run\n", lengths, mutations, ran, ops_run, too_large);
    for (uint32_t i = 1; i < REASONS; i++) {
        if (refusals[i] > 0) {
            printf("%s %u\n", mnf_reason_name((mnf_reason_t)i), refusals[i]);
        }
    }
    free(file);
    free(original);
    return 0;
}
