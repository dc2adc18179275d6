// Row i of the output lies at row (i * scale + offset) / 1024 of the input, between two rows; columns likewise.
#include "ops.h"

enum { SCALE_H, OFFSET_H, SCALE_W, OFFSET_W, N_PARAMS };
#define ONE 1024
#define LEAST_OFFSET (-ONE / 2)

// Two neighbours and how far from the lower to the upper one, in 1/1024.
typedef struct {
    int32_t lower;
    int32_t upper;
    int32_t weight;
} place_t;

static place_t place(int32_t i, const int32_t *axis, int32_t size) {
    const int32_t at = i * axis[0] + axis[1];
    const int32_t inside = at < 0 ? 0 : at;
    const int32_t lower = inside / ONE;
    return (place_t) {lower, lower + 1 < size ? lower + 1 : lower, inside % ONE};
}

static bool check_axis(const int32_t *axis, int32_t in, int32_t out, mnf_error_t *error) {
    const int64_t last = (int64_t)(out - 1) * axis[0] + axis[1];
    MNF_REQUIRE(axis[0] >= 0, RANGE, INT32_MAX, axis[0]);
    MNF_REQUIRE(axis[1] >= LEAST_OFFSET, RANGE, -LEAST_OFFSET, axis[1]);
    MNF_REQUIRE(last <= INT32_MAX + LEAST_OFFSET, RANGE, INT32_MAX + LEAST_OFFSET, last);
    MNF_REQUIRE(last < (int64_t)in * ONE, WINDOW, (int64_t)in * ONE - 1, last);
    return true;
}

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, 0), *y = mnf_output(node);
    MNF_REQUIRE(x->rank == 4, OP_RANK, 4, x->rank);
    MNF_REQUIRE(y->rank == 4, OP_RANK, 4, y->rank);
    MNF_REQUIRE(x->dims[0] == y->dims[0], OP_SHAPE, x->dims[0], y->dims[0]);
    MNF_REQUIRE(x->dims[3] == y->dims[3], OP_SHAPE, x->dims[3], y->dims[3]);
    return mnf_check_activations(x, y, error)
        && check_axis(node->params + SCALE_H, x->dims[1], y->dims[1], error)
        && check_axis(node->params + SCALE_W, x->dims[2], y->dims[2], error);
}

// The four neighbours of one output; weights of both axes. Halves round away from zero.
static int32_t mix_s8(int32_t nw, int32_t ne, int32_t sw, int32_t se, int32_t right, int32_t down) {
    const int32_t north = nw * (ONE - right) + ne * right, south = sw * (ONE - right) + se * right;
    const int32_t sum = north * (ONE - down) + south * down;
    return (sum + (sum > 0 ? ONE * ONE / 2 : -ONE * ONE / 2)) / (ONE * ONE);
}

static int32_t mix_s16(int32_t nw, int32_t ne, int32_t sw, int32_t se, int32_t right, int32_t down) {
    const int32_t north = nw * (ONE - right) + ne * right, south = sw * (ONE - right) + se * right;
    const int64_t sum = (int64_t)north * (ONE - down) + (int64_t)south * down;
    return (int32_t)((sum + (sum > 0 ? ONE * ONE / 2 : -ONE * ONE / 2)) / (ONE * ONE));
}

static int32_t run(const mnf_node_t *node, void *scratch, uint32_t scratch_size) {
    (void)scratch;
    (void)scratch_size;
    const int32_t *in = mnf_input(node, 0)->dims, *out = mnf_output(node)->dims;
    const int32_t depth = in[3], row_size = in[2] * depth;
    const bool wide = mnf_output(node)->dtype == MNF_INT16;
    const int8_t *x8 = mnf_input_data(node, 0);
    const int16_t *x16 = mnf_input_data(node, 0);
    int8_t *y8 = mnf_output_data(node);
    int16_t *y16 = mnf_output_data(node);
    for (int32_t i = 0; i < out[0] * out[1]; i++) {
        const int32_t first = i / out[1] * in[1];
        const place_t row = place(i % out[1], node->params + SCALE_H, in[1]);
        const int32_t upper = (first + row.lower) * row_size, lower = (first + row.upper) * row_size;
        for (int32_t j = 0; j < out[2]; j++) {
            const place_t col = place(j, node->params + SCALE_W, in[2]);
            const int32_t nw = upper + col.lower * depth, ne = upper + col.upper * depth;
            const int32_t sw = lower + col.lower * depth, se = lower + col.upper * depth;
            for (int32_t c = 0; c < depth; c++) {
                if (wide) {
                    *y16++ = (int16_t)mix_s16(x16[nw + c], x16[ne + c], x16[sw + c], x16[se + c], col.weight, row.weight);
                } else {
                    *y8++ = (int8_t)mix_s8(x8[nw + c], x8[ne + c], x8[sw + c], x8[se + c], col.weight, row.weight);
                }
            }
        }
    }
    return 0;
}

const mnf_op_def_t mnf_op_resize_bilinear = {1, 0, 0, N_PARAMS, check, NULL, run, NULL};
