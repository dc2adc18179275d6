// Validation. After mnf_load has said yes, no value in the file can make the engine read or write outside the file and the arena.
#include <string.h>

#include "crc32.h"
#include "kernels/overlap.h"
#include "ops/ops.h"

#define MAX_BYTES 0x7fffffffu // sizes and offsets are below 2^31, so that they fit the int32_t of the kernels' interface

static bool check_section(const mnf_header_t *header, uint32_t *end, uint32_t offset, uint64_t size, mnf_error_t *error) {
    MNF_REQUIRE(offset >= *end && offset % MNF_ALIGN == 0, SECTION_ORDER, *end, offset);
    MNF_REQUIRE(offset + size <= header->file_size, SECTION_SIZE, (int64_t)header->file_size - offset, (int64_t)size);
    *end = (uint32_t)(offset + size);
    return true;
}

static bool check_header(const uint8_t *file, size_t size, mnf_error_t *error) {
    MNF_REQUIRE((uintptr_t)file % 4 == 0, ADDRESS, 0, (int64_t)((uintptr_t)file % 4));
    MNF_REQUIRE(size >= sizeof(mnf_header_t), TOO_SHORT, sizeof(mnf_header_t), (int64_t)size);
    const mnf_header_t *h = (const mnf_header_t *)(const void *)file;
    MNF_REQUIRE(h->magic == MNF_MAGIC, MAGIC, MNF_MAGIC, (int32_t)h->magic);
    MNF_REQUIRE(h->version == MNF_VERSION, FILE_VERSION, MNF_VERSION, h->version);
    MNF_REQUIRE(h->file_size >= sizeof(mnf_header_t) && h->file_size <= size, FILE_SIZE, h->file_size, (int64_t)size);
    MNF_REQUIRE(h->file_size <= MAX_BYTES, FILE_SIZE, MAX_BYTES, h->file_size);
    const uint32_t crc = mnf_crc32(file + 12, h->file_size - 12);
    MNF_REQUIRE(crc == h->crc, CRC, (int32_t)h->crc, (int32_t)crc);
    MNF_REQUIRE(h->zero == 0, NOT_ZERO, 0, h->zero);
    MNF_REQUIRE(h->arena_size % MNF_ALIGN == 0 && h->arena_size <= MAX_BYTES / 2, ARENA_SIZE, MAX_BYTES / 2, h->arena_size);
    uint32_t end = sizeof(mnf_header_t);
    if (!check_section(h, &end, h->tensors_offset, (uint64_t)h->n_tensors * sizeof(mnf_tensor_t), error)
        || !check_section(h, &end, h->ops_offset, h->ops_size, error)
        || !check_section(h, &end, h->io_offset, ((uint64_t)h->n_inputs + h->n_outputs) * sizeof(mnf_io_t), error)
        || !check_section(h, &end, h->data_offset, h->data_size, error)
        || !check_section(h, &end, h->meta_offset, h->meta_size, error)) {
        return false;
    }
    MNF_REQUIRE(h->state_size <= h->data_size, STATE_SIZE, h->data_size, h->state_size);
    MNF_REQUIRE(h->n_inputs >= 1, IO_COUNT, 1, h->n_inputs);
    MNF_REQUIRE(h->n_outputs >= 1, IO_COUNT, 1, h->n_outputs);
    return true;
}

static bool check_meta(const mnf_model_t *model, mnf_error_t *error) {
    const uint8_t *meta = model->file + model->header->meta_offset;
    uint32_t left = model->header->meta_size;
    while (left > 0) {
        uint32_t length;
        MNF_REQUIRE(left >= 8, META, left, 8);
        memcpy(&length, meta + 4, 4);
        MNF_REQUIRE(length <= left - 8, META, left - 8, length);
        const uint32_t record = 8 + ((length + 3) & ~3u);
        MNF_REQUIRE(record <= left, META, left, record);
        meta += record;
        left -= record;
    }
    return true;
}

static bool check_tensor(const mnf_model_t *model, const mnf_tensor_t *t, mnf_error_t *error) {
    const mnf_header_t *h = model->header;
    const uint32_t bits = mnf_dtype_bits(t->dtype);
    MNF_REQUIRE(bits > 0, DTYPE, MNF_INT4, t->dtype);
    MNF_REQUIRE(t->rank <= MNF_MAX_RANK, RANK, MNF_MAX_RANK, t->rank);
    MNF_REQUIRE(t->kind <= MNF_STATE, KIND, MNF_STATE, t->kind);
    MNF_REQUIRE(t->kind == MNF_CONST || t->dtype != MNF_INT4, KIND, MNF_CONST, t->kind);
    MNF_REQUIRE(t->zero == 0, NOT_ZERO, 0, t->zero);
    uint64_t elements = 1;
    for (uint32_t i = 0; i < MNF_MAX_RANK; i++) {
        MNF_REQUIRE(t->dims[i] >= 1, DIM, 1, t->dims[i]);
        MNF_REQUIRE(i < t->rank || t->dims[i] == 1, RANK, t->rank, (int64_t)i + 1);
        elements *= (uint32_t)t->dims[i]; // both below 2^31: no overflow before it is looked at
        MNF_REQUIRE(elements <= MAX_BYTES, TENSOR_SIZE, MAX_BYTES, (int64_t)elements);
    }
    const uint64_t size = (elements * bits + 7) / 8;
    MNF_REQUIRE(size <= MAX_BYTES, TENSOR_SIZE, MAX_BYTES, (int64_t)size);
    MNF_REQUIRE(t->size == size, TENSOR_SIZE, (int64_t)size, t->size);
    // In the arena rows of a tensor may be one as well. No word of 64 bits is read in one.
    const uint32_t alignment = t->kind == MNF_ARENA ? (bits < 32 ? bits / 8 : 4) : MNF_ALIGN;
    MNF_REQUIRE(t->offset % alignment == 0, TENSOR_ALIGN, alignment, t->offset);
    const uint64_t begin = t->kind == MNF_CONST ? h->data_offset : 0;
    const uint64_t end = t->kind == MNF_CONST ? begin + h->data_size : t->kind == MNF_STATE ? h->state_size : h->arena_size;
    MNF_REQUIRE(t->offset >= begin && t->offset + size <= end, TENSOR_BOUNDS, (int64_t)end, (int64_t)(t->offset + size));
    uint32_t scale;
    memcpy(&scale, &t->scale, sizeof(scale));
    MNF_REQUIRE(scale < 0x7f800000u, SCALE, 0x7f800000, (int32_t)scale);
    if (t->dtype == MNF_INT8 || t->dtype == MNF_UINT8 || t->dtype == MNF_INT16) {
        const int32_t least = t->dtype == MNF_INT8 ? INT8_MIN : t->dtype == MNF_UINT8 ? 0 : INT16_MIN;
        const int32_t most = t->dtype == MNF_INT8 ? INT8_MAX : t->dtype == MNF_UINT8 ? UINT8_MAX : INT16_MAX;
        MNF_REQUIRE(t->zero_point >= least, ZERO_POINT, least, t->zero_point);
        MNF_REQUIRE(t->zero_point <= most, ZERO_POINT, most, t->zero_point);
    }
    return true;
}

static bool check_io(const mnf_model_t *model, const mnf_io_t *io, mnf_error_t *error) {
    MNF_REQUIRE(io->tensor < model->header->n_tensors, IO_TENSOR, model->header->n_tensors, io->tensor);
    const mnf_tensor_t *tensor = &model->tensors[io->tensor];
    MNF_REQUIRE(tensor->kind == MNF_ARENA, IO_TENSOR, model->header->n_tensors, io->tensor);
    MNF_REQUIRE(mnf_has_face(tensor, io->face), FACE, tensor->dtype, io->face);
    MNF_REQUIRE(io->zero == 0, NOT_ZERO, 0, io->zero);
    return true;
}

// The end of what is written from some byte of the arena up to `end`, after `t` was written as well.
static uint32_t extended(uint32_t end, const mnf_tensor_t *t) {
    return t->kind == MNF_ARENA && t->offset <= end && t->offset + t->size > end ? t->offset + t->size : end;
}

// Whether each byte of a tensor of the arena is one of an input of the model or of what the first n_ops operators, all checked, write:
// of one such tensor, or of several, written from its first byte on, as bands of rows are. Quadratic in the operators, as a validated
// file has few and the loader no memory of its own.
static bool check_written(const mnf_model_t *model, const mnf_tensor_t *t, int32_t n_ops, mnf_error_t *error) {
    if (t->kind != MNF_ARENA) {
        return true;
    }
    uint32_t end = t->offset;
    for (uint32_t i = 0; i < model->header->n_inputs; i++) {
        end = extended(end, &model->tensors[model->io[i].tensor]);
    }
    const mnf_op_t *op = mnf_first_op(model);
    for (int32_t i = 0; i < n_ops && end < t->offset + t->size; i++, op = mnf_next_op(model, op)) {
        end = extended(end, &model->tensors[op->tensors[op->n_inputs]]);
    }
    MNF_REQUIRE(end >= t->offset + t->size, UNWRITTEN, t->size, t->offset);
    return true;
}

static int32_t count_ops(void) {
    int32_t n = 0;
    for (uint32_t opcode = 0; opcode < MNF_N_OPS; opcode++) {
        n += mnf_has_op(opcode);
    }
    return n;
}

// What holds for every operator, before its own check looks at it.
static bool check_record(const mnf_model_t *model, const mnf_op_t *op, uint32_t left, mnf_error_t *error) {
    const mnf_header_t *h = model->header;
    MNF_REQUIRE(left >= sizeof(mnf_op_t), OP_SIZE, sizeof(mnf_op_t), left);
    error->opcode = op->opcode;
    const uint32_t n = (uint32_t)op->n_inputs + op->n_outputs;
    const uint32_t least = (uint32_t)sizeof(mnf_op_t) + (n + 1) / 2 * 4;
    MNF_REQUIRE(op->size % 4 == 0 && op->size >= least, OP_SIZE, least, op->size);
    MNF_REQUIRE(op->size <= left, OP_SIZE, left, op->size);
    const mnf_op_def_t *def = mnf_op_def(op->opcode);
    MNF_REQUIRE(mnf_op_name(op->opcode) != NULL, OP_UNKNOWN, MNF_N_OPS, op->opcode);
    MNF_REQUIRE(def != NULL, OP_LEFT_OUT, count_ops(), op->opcode);
    MNF_REQUIRE(op->version == 1, OP_VERSION, 1, op->version);
    const uint32_t layouts = op->opcode == MNF_OP_FULLY_CONNECTED ? MNF_COLUMNS : MNF_ROWS;
    MNF_REQUIRE(op->layout <= layouts, OP_LAYOUT, layouts, op->layout);
    MNF_REQUIRE(op->n_inputs >= 1 && (def->n_inputs == MNF_ANY || op->n_inputs == def->n_inputs), OP_INPUTS, def->n_inputs, op->n_inputs);
    MNF_REQUIRE(op->n_outputs == 1, OP_OUTPUTS, 1, op->n_outputs);
    MNF_REQUIRE(n % 2 == 0 || op->tensors[n] == 0, NOT_ZERO, 0, op->tensors[n]);
    MNF_REQUIRE(def->n_params < 0 || mnf_n_params(op) == (uint32_t)def->n_params, OP_PARAMS, def->n_params, mnf_n_params(op));
    for (uint32_t i = 0; i < n; i++) {
        const bool optional = i < op->n_inputs && i < 8 && (def->optional >> i & 1);
        if (op->tensors[i] == MNF_ABSENT) {
            MNF_REQUIRE(optional, OP_ABSENT, i, MNF_ABSENT);
        } else {
            MNF_REQUIRE(op->tensors[i] < h->n_tensors, OP_TENSOR, h->n_tensors, op->tensors[i]);
        }
    }
    MNF_REQUIRE(op->scratch_offset % MNF_ALIGN == 0, SCRATCH_ALIGN, MNF_ALIGN, op->scratch_offset);
    const uint64_t end = (uint64_t)op->scratch_offset + op->scratch_size;
    MNF_REQUIRE(end <= h->arena_size, SCRATCH_BOUNDS, h->arena_size, (int64_t)end);
    const mnf_node_t node = mnf_node(model, op, NULL);
    const mnf_tensor_t *y = mnf_output(&node);
    MNF_REQUIRE(y->kind != MNF_CONST, OP_WRITES_CONST, MNF_ARENA, y->kind);
    for (uint32_t i = 0; i < n; i++) {
        const mnf_tensor_t *t = mnf_input(&node, i);
        if (t == NULL) {
            continue;
        }
        if (i < op->n_inputs && !check_written(model, t, error->op, error)) {
            return false;
        }
        MNF_REQUIRE(t->kind != MNF_ARENA || op->scratch_size == 0 || t->offset >= end || t->offset + (uint64_t)t->size <= op->scratch_offset,
            SCRATCH_OVERLAP, op->scratch_offset, t->offset);
    }
    return true;
}

// The output of a checked operator lies over its inputs only where its kernels may write.
static bool check_overlaps(const mnf_model_t *model, const mnf_op_t *op, mnf_error_t *error) {
    const mnf_op_def_t *def = mnf_op_def(op->opcode);
    const mnf_node_t node = mnf_node(model, op, NULL);
    const mnf_tensor_t *y = mnf_output(&node);
    for (uint32_t i = 0; i < op->n_inputs; i++) {
        const mnf_tensor_t *x = mnf_input(&node, i);
        if (x == NULL || !mnf_overlap(x, y)) {
            continue;
        }
        const bool same = x->offset == y->offset;
        const uint32_t lead = i > 0 ? MNF_APART : mnf_op_lead(model, op);
        const bool behind = lead == 0 ? same : x->offset >= y->offset && x->offset - y->offset >= lead;
        MNF_REQUIRE((same && i < 8 && (def->in_place >> i & 1)) || (lead != MNF_APART && behind), OP_OVERLAP,
            (int64_t)y->offset + (lead == MNF_APART ? y->size : lead), x->offset);
    }
    return true;
}

static bool check_ops(mnf_model_t *model, mnf_error_t *error) {
    uint32_t left = model->header->ops_size;
    const uint8_t *at = model->file + model->header->ops_offset;
    uint32_t most = 0;
    for (error->op = 0; error->op < model->header->n_ops; error->op++) {
        const mnf_op_t *op = (const mnf_op_t *)(const void *)at;
        error->opcode = -1;
        if (!check_record(model, op, left, error)) {
            return false;
        }
        const mnf_node_t node = mnf_node(model, op, NULL);
        if (!mnf_op_def(op->opcode)->check(&node, error) || !check_overlaps(model, op, error)) {
            return false;
        }
        const uint32_t need = mnf_op_scratch(model, op);
        MNF_REQUIRE(need <= MAX_BYTES / 2, SCRATCH_BOUNDS, MAX_BYTES / 2, need);
        if (need > op->scratch_size && need > most) {
            most = need;
        }
        at += op->size;
        left -= op->size;
    }
    error->op = error->opcode = -1;
    MNF_REQUIRE(left == 0, OP_SIZE, 0, left);
    for (uint32_t i = 0; i < model->header->n_outputs; i++) {
        const mnf_io_t *io = &model->io[model->header->n_inputs + i];
        if (!check_written(model, &model->tensors[io->tensor], model->header->n_ops, error)) {
            return false;
        }
    }
    model->arena_size = model->header->arena_size + most;
    return true;
}

bool mnf_load(mnf_model_t *model, const void *file, size_t size, mnf_error_t *error) {
    *error = (mnf_error_t) {MNF_E_OK, -1, -1, -1, 0, 0};
    if (!check_header(file, size, error)) {
        return false;
    }
    model->file = file;
    model->state = NULL;
    model->header = file;
    model->tensors = (const mnf_tensor_t *)(const void *)(model->file + model->header->tensors_offset);
    model->io = (const mnf_io_t *)(const void *)(model->file + model->header->io_offset);
    if (!check_meta(model, error)) {
        return false;
    }
    for (error->tensor = 0; error->tensor < model->header->n_tensors; error->tensor++) {
        if (!check_tensor(model, &model->tensors[error->tensor], error)) {
            return false;
        }
    }
    error->tensor = -1;
    for (uint32_t i = 0; i < (uint32_t)model->header->n_inputs + model->header->n_outputs; i++) {
        if (!check_io(model, &model->io[i], error)) {
            return false;
        }
    }
    return check_ops(model, error);
}
