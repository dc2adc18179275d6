#include "arm_nnfunctions.h"
#include "kernels/portable/mnf_kernels.h"
#include "ops.h"

#define MAX_SPAN (1 << 30)

enum { X, WEIGHTS, BIAS, REQUANT, N_INPUTS };
enum { STRIDE_H, STRIDE_W, PAD_H, PAD_W, MIN, MAX, N_PARAMS };

static bool check_axis(int32_t in, int32_t out, int32_t kernel, int32_t stride, int32_t pad, mnf_error_t *error) {
    MNF_REQUIRE(stride >= 1, DIM, 1, stride);
    MNF_REQUIRE(out <= MAX_SPAN, RANGE, MAX_SPAN, out);
    MNF_REQUIRE(pad >= 0 && pad < kernel, RANGE, kernel - 1, pad);
    // Nothing an index is computed from leaves 31 bits.
    const int64_t reach = (int64_t)in * stride + kernel;
    MNF_REQUIRE(reach <= MAX_SPAN, RANGE, MAX_SPAN, reach);
    return true;
}

static bool check(const mnf_node_t *node, mnf_error_t *error) {
    const mnf_tensor_t *x = mnf_input(node, X), *w = mnf_input(node, WEIGHTS), *y = mnf_output(node);
    const int32_t *p = node->params;
    if (!mnf_check_weights(node, X, WEIGHTS, false, error)) {
        return false;
    }
    MNF_REQUIRE(x->rank == 4, OP_RANK, 4, x->rank);
    MNF_REQUIRE(w->rank == 4, OP_RANK, 4, w->rank);
    MNF_REQUIRE(y->rank == 4, OP_RANK, 4, y->rank);
    MNF_REQUIRE(x->dims[0] == y->dims[0], OP_SHAPE, x->dims[0], y->dims[0]);
    MNF_REQUIRE(w->dims[0] == y->dims[3], OP_SHAPE, w->dims[0], y->dims[3]);
    MNF_REQUIRE(w->dims[3] == x->dims[3], OP_SHAPE, x->dims[3], w->dims[3]);
    return check_axis(x->dims[1], y->dims[1], w->dims[1], p[STRIDE_H], p[PAD_H], error)
        && check_axis(x->dims[2], y->dims[2], w->dims[2], p[STRIDE_W], p[PAD_W], error)
        && mnf_check_clamp(p[MIN], p[MAX], x->dtype, error)
        && mnf_check_requant(node, BIAS, REQUANT, y->dims[3], false, error);
}

static cmsis_nn_dims dims(const mnf_tensor_t *tensor) {
    return (cmsis_nn_dims) {tensor->dims[0], tensor->dims[1], tensor->dims[2], tensor->dims[3]};
}

// Rows or columns that are cut off after the last, beyond those cut off before the first.
static int32_t padding_offset(int32_t in, int32_t out, int32_t kernel, int32_t stride, int32_t pad) {
    return (in - 1) * stride + kernel - out - 2 * pad;
}

static cmsis_nn_transpose_conv_params conv_params(const mnf_node_t *node) {
    const mnf_tensor_t *x = mnf_input(node, X), *w = mnf_input(node, WEIGHTS), *y = mnf_output(node);
    const int32_t *p = node->params;
    return (cmsis_nn_transpose_conv_params) {
        .input_offset = -x->zero_point,
        .output_offset = y->zero_point,
        .stride = {.w = p[STRIDE_W], .h = p[STRIDE_H]},
        .padding = {.w = p[PAD_W], .h = p[PAD_H]},
        .padding_offsets = {
            .w = padding_offset(x->dims[2], y->dims[2], w->dims[2], p[STRIDE_W], p[PAD_W]),
            .h = padding_offset(x->dims[1], y->dims[1], w->dims[1], p[STRIDE_H], p[PAD_H]),
        },
        .dilation = {1, 1},
        .activation = {p[MIN], p[MAX]},
    };
}

// The 8-bit kernel has two buffers: this many bytes for the first, what is left for the second.
static uint32_t first_buffer(const mnf_node_t *node) {
    const cmsis_nn_transpose_conv_params params = conv_params(node);
    const cmsis_nn_dims in = dims(mnf_input(node, X)), filter = dims(mnf_input(node, WEIGHTS)), out = dims(mnf_output(node));
    return ((uint32_t)arm_transpose_conv_s8_get_buffer_size(&params, &in, &filter, &out) + 15) & ~15u;
}

static uint32_t scratch(const mnf_node_t *node) {
    if (mnf_input(node, X)->dtype == MNF_INT16) {
        return 0;
    }
    const cmsis_nn_transpose_conv_params params = conv_params(node);
    const cmsis_nn_dims in = dims(mnf_input(node, X)), filter = dims(mnf_input(node, WEIGHTS));
    return first_buffer(node) + (uint32_t)arm_transpose_conv_s8_get_reverse_conv_buffer_size(&params, &in, &filter);
}

// CMSIS-NN has no transposed convolution of 16 bits.
static void run_s16(const cmsis_nn_transpose_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int16_t *x, const cmsis_nn_dims *filter, const int8_t *w, cmsis_nn_bias_data bias,
    const cmsis_nn_dims *out, int16_t *y) {
    const cmsis_nn_tile stride = conv->stride;
    for (int32_t n = 0; n < in->n; n++) {
        for (int32_t row = 0; row < out->h; row++) {
            const mnf_transposed_taps_t rows = mnf_transposed_taps(row, stride.h, conv->padding.h, in->h);
            for (int32_t col = 0; col < out->w; col++) {
                const mnf_transposed_taps_t cols = mnf_transposed_taps(col, stride.w, conv->padding.w, in->w);
                for (int32_t o = 0; o < out->c; o++) {
                    int64_t sum = 0;
                    for (int32_t ky = rows.tap, iy = rows.in; ky < filter->h && iy >= 0; ky += stride.h, iy--) {
                        for (int32_t kx = cols.tap, ix = cols.in; kx < filter->w && ix >= 0; kx += stride.w, ix--) {
                            sum += mnf_dot_s8_s16(w + ((o * filter->h + ky) * filter->w + kx) * in->c,
                                x + (iy * in->w + ix) * in->c, in->c);
                        }
                    }
                    *y++ = mnf_output_s16(sum, bias, o, quant->multiplier[o], quant->shift[o], conv->activation);
                }
            }
        }
        x += in->h * in->w * in->c;
    }
}

static int32_t run(const mnf_node_t *node, void *buffer, uint32_t size) {
    const cmsis_nn_transpose_conv_params params = conv_params(node);
    const cmsis_nn_dims in = dims(mnf_input(node, X)), filter = dims(mnf_input(node, WEIGHTS)), out = dims(mnf_output(node));
    const cmsis_nn_dims bias_dims = {1, 1, 1, out.c};
    int32_t *requant = mnf_input_data(node, REQUANT);
    const cmsis_nn_per_channel_quant_params quant = {requant, requant + out.c};
    const void *x = mnf_input_data(node, X), *w = mnf_input_data(node, WEIGHTS), *bias = mnf_input_data(node, BIAS);
    void *y = mnf_output_data(node);
    if (mnf_input(node, X)->dtype == MNF_INT16) {
        const cmsis_nn_bias_data wide = {bias, mnf_input(node, BIAS)->dtype == MNF_INT32};
        run_s16(&params, &quant, &in, x, &filter, w, wide, &out, y);
        return ARM_CMSIS_NN_SUCCESS;
    }
    const uint32_t first = first_buffer(node);
    const cmsis_nn_context context = {buffer, (int32_t)first};
    const cmsis_nn_context reversed = {size > first ? (uint8_t *)buffer + first : NULL, (int32_t)(size - first)};
    return arm_transpose_conv_wrapper_s8(&context, &reversed, &params, &quant, &in, x, &filter, w, &bias_dims, bias, &out, y);
}

const mnf_op_def_t mnf_op_transpose_conv = {N_INPUTS, 1 << BIAS, 0, N_PARAMS, check, scratch, run};
