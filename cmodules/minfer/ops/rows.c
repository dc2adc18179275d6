#include <string.h>

#include "rows.h"

#define MAX_INPUTS (MNF_WALK_OPERANDS - 1)

bool mnf_check_rows(const mnf_node_t *node, uint32_t first, mnf_error_t *error) {
    const uint32_t n = mnf_n_params(node->op);
    const int32_t n_operands = node->op->n_inputs + 1;
    int32_t sizes[MNF_WALK_OPERANDS];
    sizes[0] = mnf_elements(mnf_output(node));
    for (int32_t i = 1; i < n_operands; i++) {
        sizes[i] = mnf_elements(mnf_input(node, (uint32_t)i - 1));
    }
    uint32_t used;
    MNF_REQUIRE(n > first, OP_PARAMS, first + 1, n);
    const int32_t *params = node->params + first;
    if (!mnf_check_walk(params, n - first, n_operands, sizes, &used, error)) {
        return false;
    }
    MNF_REQUIRE(n == first + used, OP_PARAMS, first + used, n);
    const mnf_walk_t row = mnf_walk(params, n_operands);
    MNF_REQUIRE(row.count == 1 || row.stride[0] == 1, RANGE, 1, row.stride[0]);
    return true;
}

bool mnf_check_one_dtype(const mnf_node_t *node, mnf_error_t *error) {
    for (uint32_t i = 0; i < node->op->n_inputs; i++) {
        if (!mnf_check_dtype(mnf_input(node, i), mnf_output(node)->dtype, error)) {
            return false;
        }
    }
    return true;
}

bool mnf_check_whole(const mnf_node_t *node, uint32_t walk, mnf_error_t *error) {
    if (!mnf_check_one_dtype(node, error) || !mnf_check_rows(node, walk, error)) {
        return false;
    }
    const int32_t min = node->params[walk - 2], max = node->params[walk - 1];
    MNF_REQUIRE(min <= max, CLAMP, min, max);
    return true;
}

static void load(int32_t *wide, const void *data, uint32_t dtype, int32_t stride, int32_t n) {
    if (dtype == MNF_INT8) { // mostly: without a branch an element
        for (int32_t i = 0; i < n; i++) {
            wide[i] = ((const int8_t *)data)[i * stride];
        }
        return;
    }
    for (int32_t i = 0; i < n; i++) {
        const int32_t at = i * stride;
        switch (dtype) {
            case MNF_UINT8:
                wide[i] = ((const uint8_t *)data)[at];
                break;
            case MNF_BOOL:
                wide[i] = ((const uint8_t *)data)[at] != 0;
                break;
            case MNF_INT16:
                wide[i] = ((const int16_t *)data)[at];
                break;
            case MNF_INT64:
                wide[i] = ((const int32_t *)data)[2 * at]; // its low half: neither file nor arena need be aligned to 8 bytes
                break;
            default:
                wide[i] = ((const int32_t *)data)[at];
                break;
        }
    }
}

static void store(void *data, uint32_t dtype, const int32_t *wide, int32_t n) {
    if (dtype == MNF_INT8) {
        for (int8_t *y = data; n > 0; n--) {
            *y++ = (int8_t)*wide++;
        }
        return;
    }
    const uint32_t size = mnf_dtype_size(dtype);
    for (int32_t i = 0; i < n; i++) {
        switch (size) {
            case 1:
                ((uint8_t *)data)[i] = dtype == MNF_BOOL ? wide[i] != 0 : (uint8_t)wide[i];
                break;
            case 2:
                ((int16_t *)data)[i] = (int16_t)wide[i];
                break;
            case 4:
                ((int32_t *)data)[i] = wide[i];
                break;
            default:
                ((int32_t *)data)[2 * i] = wide[i];
                ((int32_t *)data)[2 * i + 1] = wide[i] < 0 ? -1 : 0;
                break;
        }
    }
}

static int32_t least(int32_t a, int32_t b) {
    return a < b ? a : b;
}

// The first byte of an operand's element i of a row.
static uint8_t *at(const mnf_walk_t *row, uint32_t operand, const mnf_tensor_t *tensor, void *data, int32_t i) {
    return (uint8_t *)data + (row->at[operand] + i * row->stride[operand]) * (int32_t)mnf_dtype_size(tensor->dtype);
}

void mnf_run_rows(const mnf_node_t *node, const int32_t *walk, mnf_compute_t compute) {
    int32_t x[MAX_INPUTS][MNF_PIECE];
    const mnf_tensor_t *y = mnf_output(node);
    mnf_walk_t row = mnf_walk(walk, node->op->n_inputs + 1);
    do {
        for (int32_t i = 0; i < row.count; i += MNF_PIECE) {
            const int32_t n = least(row.count - i, MNF_PIECE);
            for (uint32_t input = 0; input < node->op->n_inputs; input++) {
                const mnf_tensor_t *tensor = mnf_input(node, input);
                const void *data = at(&row, input + 1, tensor, mnf_input_data(node, input), i);
                load(x[input], data, tensor->dtype, row.stride[input + 1], n);
            }
            compute(node, x, n);
            store(at(&row, 0, y, mnf_output_data(node), i), y->dtype, x[0], n);
        }
    } while (mnf_walk_next(&row));
}

void mnf_run_flat(const mnf_node_t *node, mnf_compute_t compute) {
    const int32_t walk[] = {1, 0, 0, mnf_elements(mnf_output(node)), 1, 1};
    mnf_run_rows(node, walk, compute);
}

// n elements of a row side by side: where they are, or gathered in the piece.
static const void *gathered(int16_t *piece, const uint8_t *data, int32_t stride, uint32_t element, int32_t n) {
    if (stride == 1) {
        return data;
    }
    for (int32_t i = 0; i < n; i++) {
        if (element == 1) {
            ((int8_t *)piece)[i] = ((const int8_t *)data)[i * stride];
        } else {
            piece[i] = ((const int16_t *)(const void *)data)[i * stride];
        }
    }
    return piece;
}

typedef struct {
    const mnf_node_t *node;
    const int32_t *walk;
    mnf_kernel_t kernel;
    int32_t status[MNF_MAX_PARTS];
} vectors_t;

// Each part computes its share of every row.
static void run_vectors(void *job, uint32_t part, uint32_t parts) {
    vectors_t *vectors = job;
    const mnf_node_t *node = vectors->node;
    int16_t a[MNF_PIECE], b[MNF_PIECE];
    const mnf_tensor_t *y = mnf_output(node);
    const uint32_t element = mnf_dtype_size(y->dtype);
    mnf_walk_t row = mnf_walk(vectors->walk, 3);
    const mnf_share_t share = mnf_share(row.count, 4, part, parts);
    const int32_t most = row.stride[1] == 1 && row.stride[2] == 1 ? row.count : MNF_PIECE;
    do {
        for (int32_t i = share.begin; i < share.end; i += most) {
            const int32_t n = least(share.end - i, most);
            const void *from_a = gathered(a, at(&row, 1, y, mnf_input_data(node, 0), i), row.stride[1], element, n);
            const void *from_b = gathered(b, at(&row, 2, y, mnf_input_data(node, 1), i), row.stride[2], element, n);
            const int32_t status = vectors->kernel(node, from_a, from_b, at(&row, 0, y, mnf_output_data(node), i), n);
            if (status != 0) {
                vectors->status[part] = status;
                return;
            }
        }
    } while (mnf_walk_next(&row));
}

int32_t mnf_run_vectors(const mnf_node_t *node, const int32_t *walk, mnf_kernel_t kernel) {
    vectors_t job = {node, walk, kernel, {0}};
    mnf_share_output(node, true, run_vectors, &job);
    return job.status[0] != 0 ? job.status[0] : job.status[1];
}
