// A libFuzzer target over the loader and one run: any bytes are refused, or run within the file, the arena and the state.
//
// The mutator knows the file: it changes fields of the header, the tensors, the operators, their parameters and the constants,
// keeps what hangs together (a shape and its size, a record and its length) together more often than not, and mends the checksum.
// At exit it prints how many inputs were valid and run, and how often each refusal was reached.
#include "bounded.h"

#define N_REASONS 64

static uint32_t refusals[N_REASONS];
static uint32_t valid, run, cut_off, too_large;

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static void report(void) {
    printf("\nvalid %u, of which run to the end %u, cut off %u, too large %u\n", valid, run, cut_off, too_large);
    for (int reason = MNF_E_OK + 1; reason < N_REASONS && mnf_reason_name((mnf_reason_t)reason)[0] != '\0'; reason++) {
        printf("refused %s %u\n", mnf_reason_name((mnf_reason_t)reason), refusals[reason]);
    }
    fflush(stdout);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    return atexit(report);
}

static bool load(mnf_model_t *model, const uint8_t *file, size_t size) {
    mnf_error_t error;
    if (mnf_load(model, file, size, &error)) {
        return true;
    }
    char words[256];
    snprintf(words, sizeof(words), mnf_reason_text(error.reason), error.expected, error.found);
    refusals[error.reason]++;
    return false;
}

// An input or output, as a caller fills or reads it through its face; any bits make a value.
static void use_edge(const mnf_model_t *model, uint32_t i, uint8_t *arena) {
    const mnf_io_t *io = &model->io[i];
    const mnf_tensor_t *tensor = &model->tensors[io->tensor];
    const size_t n = tensor->size / mnf_dtype_size(tensor->dtype), size = n * mnf_dtype_size(io->face);
    uint8_t *values = exactly(size);
    for (size_t at = 0; at < size; at++) {
        values[at] = (uint8_t)(at * 73 + 41 + i);
    }
    if (i < model->header->n_inputs) {
        mnf_put(tensor, io->face, values, mnf_tensor_data(model, tensor, arena), n);
    } else {
        mnf_take(tensor, io->face, mnf_tensor_data(model, tensor, arena), values, n);
    }
    free(values);
}

static bool run_model(mnf_model_t *model) {
    bool whole = true;
    uint8_t *arena_block = exactly(4 + (size_t)model->arena_size), *arena = arena_block + 4; // aligned to 4 bytes and no more
    uint8_t *state_block = exactly(4 + (size_t)model->header->state_size);
    model->state = state_block + 4;
    mnf_reset(model);
    memset(arena, 0x5a, model->arena_size);
    for (uint32_t i = 0; i < model->header->n_inputs; i++) {
        use_edge(model, i, arena);
    }
    for (const mnf_op_t *op = mnf_first_op(model); op != NULL && whole; op = mnf_next_op(model, op)) {
        whole = run_bounded(model, op, arena);
    }
    for (uint32_t i = 0; i < model->header->n_outputs; i++) {
        use_edge(model, model->header->n_inputs + i, arena);
    }
    uint32_t length;
    const volatile uint8_t *name = mnf_meta(model, "name", &length);
    if (name != NULL && length > 0) {
        (void)name[length - 1];
    }
    free(state_block);
    free(arena_block);
    return whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const size_t askew = size % 16 == 15 ? 1 : 4; // at a multiple of 4 and no more, but some at an odd address
    uint8_t *block = exactly(size + askew);
    uint8_t *file = block + askew;
    memcpy(file, data, size);
    mnf_model_t model;
    if (load(&model, file, size)) {
        valid++;
        if (model.arena_size > MOST_ARENA || model.header->state_size > MOST_ARENA) {
            too_large++;
        } else if (run_model(&model)) {
            run++;
        } else {
            cut_off++;
        }
    }
    free(block);
    return 0;
}

// The mutator. Everything it reads may be broken already: each step stays inside the bytes.

static uint64_t random_state;

static uint32_t random_below(uint32_t n) { // xorshift64*
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * 2685821657736338717ull) >> 32) % n;
}

static uint32_t get(const uint8_t *at, uint32_t width) {
    uint32_t value = 0;
    memcpy(&value, at, width);
    return value;
}

static uint32_t telling_value(uint32_t old) {
    static const uint32_t telling[] = {
        0, 1, 2, 3, 4, 7, 8, 15, 16, 30, 31, 32, 127, 128, 255, 256, 0x7fff, 0x8000, 0xffff, 0x3fffffff, 0x40000000, 0x7ffffff0,
        0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0, 0xffffff80, 0xffff8000, 0xffffffe1, 0x10000, 0x100000, 0x7f800000,
    };
    switch (random_below(6)) {
        case 0:
            return old + 1;
        case 1:
            return old - 1;
        case 2:
            return random_below(2) ? old * 2 : old / 2;
        case 3:
            return old + (random_below(2) ? 16 : (uint32_t)-16);
        case 4:
            return random_below(17);
        default:
            return telling[random_below(sizeof(telling) / sizeof(telling[0]))];
    }
}

static void set(uint8_t *at, uint32_t width) {
    const uint32_t value = telling_value(get(at, width));
    memcpy(at, &value, width);
}

typedef struct {
    uint8_t *data;
    size_t size;
    mnf_header_t header;
} file_t;

// A record of `size` bytes in a section that has `n` of them, NULL where it reaches outside.
static uint8_t *any_record(const file_t *file, uint32_t offset, uint32_t n, uint32_t size) {
    if (n == 0) {
        return NULL;
    }
    const uint64_t at = (uint64_t)offset + (uint64_t)random_below(n) * size;
    return at + size <= file->size ? file->data + at : NULL;
}

// An operator's record with all its bytes inside.
static mnf_op_t *any_op(const file_t *file) {
    if (file->header.n_ops == 0) {
        return NULL;
    }
    uint64_t at = file->header.ops_offset;
    for (uint32_t left = random_below(file->header.n_ops);; left--) {
        if (at % 4 != 0 || at + sizeof(mnf_op_t) > file->size) {
            return NULL;
        }
        mnf_op_t *op = (mnf_op_t *)(void *)(file->data + at);
        if (op->size < sizeof(mnf_op_t) || at + op->size > file->size) {
            return NULL;
        }
        if (left == 0) {
            return op;
        }
        at += op->size;
    }
}

static uint32_t n_words(const mnf_op_t *op) {
    return (op->size - (uint32_t)sizeof(mnf_op_t)) / 4;
}

static void mutate_header(file_t *file) {
    static const uint8_t fields[][2] = {
        {0, 4}, {4, 4}, {8, 4}, {12, 2}, {14, 2}, {16, 4}, {20, 2}, {22, 2}, {24, 2}, {26, 2},
        {28, 4}, {32, 4}, {36, 4}, {40, 4}, {44, 4}, {48, 4}, {52, 4}, {56, 4}, {60, 4},
    };
    const uint8_t *field = fields[random_below(sizeof(fields) / sizeof(fields[0]))];
    set(file->data + field[0], field[1]);
}

static void mutate_tensor(file_t *file) {
    mnf_tensor_t *t = (mnf_tensor_t *)(void *)any_record(file, file->header.tensors_offset, file->header.n_tensors, sizeof(mnf_tensor_t));
    if (t == NULL || (uintptr_t)t % 4 != 0) {
        return;
    }
    static const uint8_t fields[][2] = {{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 4}, {8, 4}, {12, 4}, {16, 4}};
    switch (random_below(4)) {
        case 0: {
            const uint8_t *field = fields[random_below(sizeof(fields) / sizeof(fields[0]))];
            set((uint8_t *)t + field[0], field[1]);
            break;
        }
        case 1:
            t->dtype = (uint8_t)(MNF_INT8 + random_below(MNF_INT4));
            break;
        case 2:
            t->zero_point = (int32_t)random_below(256) - 128;
            break;
        default:
            set((uint8_t *)&t->dims[random_below(t->rank > 0 && t->rank <= MNF_MAX_RANK ? t->rank : MNF_MAX_RANK)], 4);
            break;
    }
    if (random_below(4) != 0) {
        uint64_t elements = 1;
        for (uint32_t i = 0; i < MNF_MAX_RANK; i++) {
            elements *= (uint32_t)t->dims[i];
        }
        t->size = (uint32_t)((elements * mnf_dtype_bits(t->dtype) + 7) / 8);
        // Where it grew, the arena grows with it more often than not.
        const uint64_t end = (uint64_t)t->offset + t->size;
        if (t->kind == MNF_ARENA && end > file->header.arena_size && end <= MOST_ARENA && random_below(4) != 0) {
            const uint32_t arena_size = (uint32_t)((end + MNF_ALIGN - 1) / MNF_ALIGN * MNF_ALIGN);
            memcpy(file->data + offsetof(mnf_header_t, arena_size), &arena_size, sizeof(arena_size));
        }
    }
}

// Inserts or takes away a word of an operator's parameters; the bytes behind its section stay where they are.
static void resize_op(file_t *file, mnf_op_t *op) {
    uint8_t *end = (uint8_t *)op + op->size;
    const uint64_t section_end = (uint64_t)file->header.ops_offset + file->header.ops_size;
    if (section_end + 4 > file->size || end > file->data + section_end) {
        return;
    }
    const bool more = random_below(2) && section_end + 4 <= file->header.io_offset;
    if (!more && n_words(op) == 0) {
        return;
    }
    const size_t behind = (size_t)(file->data + section_end - end);
    memmove(more ? end + 4 : end - 4, end, behind);
    const int32_t step = more ? 4 : -4;
    op->size = (uint16_t)(op->size + step);
    const uint32_t ops_size = file->header.ops_size + (uint32_t)step;
    memcpy(file->data + offsetof(mnf_header_t, ops_size), &ops_size, sizeof(ops_size));
}

static void mutate_op(file_t *file) {
    mnf_op_t *op = any_op(file), *other = any_op(file);
    if (op == NULL) {
        return;
    }
    const uint32_t n = (uint32_t)op->n_inputs + op->n_outputs;
    const bool tensors = n > 0 && n <= 2 * n_words(op);
    static const uint8_t fields[][2] = {{0, 2}, {2, 2}, {4, 1}, {5, 1}, {6, 1}, {7, 1}, {8, 4}, {12, 4}, {16, 4}};
    switch (random_below(8)) {
        case 0: {
            const uint8_t *field = fields[random_below(sizeof(fields) / sizeof(fields[0]))];
            set((uint8_t *)op + field[0], field[1]);
            break;
        }
        case 1:
            op->opcode = (uint16_t)random_below(MNF_N_OPS + 1);
            break;
        case 2:
            if (tensors) {
                op->tensors[random_below(n)] = (uint16_t)random_below(file->header.n_tensors + 1u);
            }
            break;
        case 3:
            if (tensors) {
                op->tensors[random_below(n)] = random_below(2) ? MNF_ABSENT : op->tensors[random_below(n)];
            }
            break;
        case 4:
            resize_op(file, op);
            break;
        case 5:
            if (other != NULL && other->size == op->size) {
                memcpy(op, other, op->size);
            }
            break;
        default:
            if (n_words(op) > 0) {
                set((uint8_t *)op->tensors + 4 * random_below(n_words(op)), 4);
            }
            break;
    }
}

static void mutate_io(file_t *file) {
    uint8_t *io = any_record(file, file->header.io_offset, (uint32_t)file->header.n_inputs + file->header.n_outputs, sizeof(mnf_io_t));
    if (io == NULL) {
        return;
    }
    static const uint8_t fields[][2] = {{0, 2}, {2, 1}, {3, 1}};
    const uint8_t *field = fields[random_below(3)];
    set(io + field[0], field[1]);
}

// A word of the constants (multipliers, shifts, tables, weights) or of the metadata.
static void mutate_data(file_t *file) {
    const bool meta = random_below(8) == 0;
    const uint32_t offset = meta ? file->header.meta_offset : file->header.data_offset;
    uint8_t *word = any_record(file, offset, (meta ? file->header.meta_size : file->header.data_size) / 4, 4);
    if (word != NULL) {
        set(word, 4);
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed) {
    random_state = 0x9e3779b97f4a7c15ull * (seed + 1ull);
    random_below(2);
    if (size < sizeof(mnf_header_t) || random_below(32) == 0) {
        size = LLVMFuzzerMutate(data, size, max_size);
    } else {
        for (uint32_t n = random_below(2) ? 1 : 1 + random_below(4); n > 0; n--) {
            file_t file = {data, size, {0}};
            memcpy(&file.header, data, sizeof(file.header));
            const uint32_t what = random_below(32);
            if (what == 0) {
                mutate_header(&file);
            } else if (what < 10) {
                mutate_tensor(&file);
            } else if (what < 24) {
                mutate_op(&file);
            } else if (what == 24) {
                mutate_io(&file);
            } else {
                mutate_data(&file);
            }
        }
    }
    if (random_below(64) != 0) {
        mend_crc(data, size);
    }
    return size;
}
