#include "convolution.h"
#include "kernels/portable/mnf_kernels.h"

#define MAX_SPAN (1 << 30)

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
    if (!mnf_check_conv(node, false, error)) {
        return false;
    }
    const mnf_tensor_t *x = mnf_input(node, MNF_CONV_X), *w = mnf_input(node, MNF_CONV_WEIGHTS), *y = mnf_output(node);
    const int32_t *p = node->params;
    MNF_REQUIRE(w->dims[0] == y->dims[3], OP_SHAPE, w->dims[0], y->dims[3]);
    MNF_REQUIRE(w->dims[3] == x->dims[3], OP_SHAPE, x->dims[3], w->dims[3]);
    return check_axis(x->dims[1], y->dims[1], w->dims[1], p[STRIDE_H], p[PAD_H], error)
        && check_axis(x->dims[2], y->dims[2], w->dims[2], p[STRIDE_W], p[PAD_W], error)
        && mnf_check_clamp(p[MIN], p[MAX], x->dtype, error);
}

// Rows or columns that are cut off after the last, beyond those cut off before the first.
static int32_t padding_offset(int32_t in, int32_t out, int32_t kernel, int32_t stride, int32_t pad) {
    return (in - 1) * stride + kernel - out - 2 * pad;
}

static cmsis_nn_transpose_conv_params conv_params(const mnf_node_t *node) {
    const mnf_tensor_t *x = mnf_input(node, MNF_CONV_X), *w = mnf_input(node, MNF_CONV_WEIGHTS), *y = mnf_output(node);
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
    const mnf_conv_shape_t s = mnf_conv_shape(node);
    return ((uint32_t)arm_transpose_conv_s8_get_buffer_size(&params, &s.in, &s.filter, &s.out) + 15) & ~15u;
}

static uint32_t scratch(const mnf_node_t *node) {
    if (mnf_input(node, MNF_CONV_X)->dtype == MNF_INT16) {
        return 0;
    }
    const cmsis_nn_transpose_conv_params params = conv_params(node);
    const mnf_conv_shape_t s = mnf_conv_shape(node);
    return first_buffer(node) + (uint32_t)arm_transpose_conv_s8_get_reverse_conv_buffer_size(&params, &s.in, &s.filter);
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
    const mnf_conv_shape_t s = mnf_conv_shape(node);
    const mnf_conv_data_t c = mnf_conv_data(node);
    if (s.width == MNF_WIDTH_S16) {
        const cmsis_nn_bias_data bias = {c.bias, c.is_int32_bias};
        run_s16(&params, &c.quant, &s.in, c.x, &s.filter, c.weights, bias, &s.out, c.y);
        return ARM_CMSIS_NN_SUCCESS;
    }
    const uint32_t first = first_buffer(node);
    const cmsis_nn_context context = {buffer, (int32_t)first};
    const cmsis_nn_context reversed = {size > first ? (uint8_t *)buffer + first : NULL, (int32_t)(size - first)};
    return arm_transpose_conv_wrapper_s8(&context, &reversed, &params, &c.quant, &s.in, c.x, &s.filter, c.weights,
        &c.bias_dims, c.bias, &s.out, c.y);
}

const mnf_op_def_t mnf_op_transpose_conv = {MNF_CONV_N_INPUTS, 1 << MNF_CONV_BIAS, 0, N_PARAMS, check, scratch, run, NULL};
