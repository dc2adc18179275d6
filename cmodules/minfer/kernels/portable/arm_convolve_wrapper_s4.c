#include <stddef.h>

#include "mnf_kernels.h"

// Some channels at a time are unpacked, and then are a layer of int8. A convolution packs its inputs anew for them (or widens them):
// with 16 channels that is a tenth of the work on a Cortex-M0+. One or two pixels by a 1x1 kernel are computed as a fully connected
// layer, which packs nothing.
#define BYTES 4096 // of unpacked weights, or the least channels

typedef struct {
    bool is_fully_connected;
    int32_t depth;
    int32_t channels; // at a time
    int32_t columns; // bytes of scratch before the weights
} layer_t;

static layer_t lay_out(
    const cmsis_nn_conv_params *conv, const cmsis_nn_dims *in, const cmsis_nn_dims *filter, const cmsis_nn_dims *out) {
    layer_t layer = {
        .is_fully_connected = filter->h == 1 && filter->w == 1 && conv->stride.h == 1 && conv->stride.w == 1
            && in->h == out->h && in->w == out->w && in->n * in->h * in->w < 3,
        .depth = filter->h * filter->w * filter->c,
    };
    const int32_t least = layer.is_fully_connected ? 2 : 16, fit = BYTES / layer.depth & ~1;
    layer.channels = fit < least ? least : fit;
    if (layer.channels > filter->n) {
        layer.channels = filter->n;
    }
    const cmsis_nn_dims some = {layer.channels, filter->h, filter->w, filter->c};
    layer.columns = layer.is_fully_connected ? 0 : (arm_convolve_wrapper_s8_get_buffer_size(conv, in, &some, out) + 3) & ~3;
    return layer;
}

int32_t arm_convolve_wrapper_s4_get_buffer_size(
    const cmsis_nn_conv_params *conv_params, const cmsis_nn_dims *input_dims,
    const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims) {
    const layer_t layer = lay_out(conv_params, input_dims, filter_dims, output_dims);
    return layer.columns + layer.channels * layer.depth;
}

arm_cmsis_nn_status arm_convolve_wrapper_s4(
    const cmsis_nn_context *ctx, const cmsis_nn_conv_params *conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data) {
    (void)bias_dims;
    if (ctx->buf == NULL || filter_dims->c != input_dims->c) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    const layer_t layer = lay_out(conv_params, input_dims, filter_dims, output_dims);
    int8_t *weights = (int8_t *)ctx->buf + layer.columns;
    const int32_t pixels = input_dims->n * input_dims->h * input_dims->w;
    const cmsis_nn_fc_params fc = {
        .input_offset = conv_params->input_offset, .output_offset = conv_params->output_offset, .activation = conv_params->activation,
    };
    for (int32_t o = 0, n; o < filter_dims->n; o += n) {
        n = filter_dims->n - o < layer.channels ? filter_dims->n - o : layer.channels;
        mnf_unpack_int4(filter_data, o * layer.depth, n * layer.depth, weights);
        const int32_t *bias = bias_data ? bias_data + o : NULL;
        if (layer.is_fully_connected) {
            const cmsis_nn_quant_params quant = {quant_params->multiplier + o, quant_params->shift + o, 1};
            const cmsis_nn_dims in = {1, 1, 1, layer.depth}, filter = {layer.depth, 1, 1, n}, out = {1, 1, 1, n};
            for (int32_t i = 0; i < pixels; i++) {
                arm_fully_connected_wrapper_s8(ctx, &fc, &quant, &in, input_data + i * layer.depth, &filter, weights, NULL, bias,
                    &out, output_data + i * output_dims->c + o);
            }
        } else {
            const cmsis_nn_per_channel_quant_params quant = {quant_params->multiplier + o, quant_params->shift + o};
            const cmsis_nn_dims filter = {n, filter_dims->h, filter_dims->w, filter_dims->c};
            mnf_convolve(ctx->buf, conv_params, &quant, input_dims, input_data, &filter, weights, bias,
                output_dims, output_data + o);
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}
