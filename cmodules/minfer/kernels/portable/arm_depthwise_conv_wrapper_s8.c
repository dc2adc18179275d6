#include "kernels/core.h"
#include "mnf_depthwise.h"
#include "mnf_kernels.h"

int32_t arm_depthwise_conv_wrapper_s8_get_buffer_size(
    const cmsis_nn_dw_conv_params *dw_conv_params, const cmsis_nn_dims *input_dims,
    const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims) {
    (void)input_dims;
    return (int32_t)MNF_MAX_PARTS * mnf_depthwise_band(dw_conv_params, filter_dims, output_dims).bytes;
}

#if !MNF_OWN_DEPTHWISE_S8

arm_cmsis_nn_status arm_depthwise_conv_wrapper_s8(
    const cmsis_nn_context *ctx, const cmsis_nn_dw_conv_params *dw_conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data,
    const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data) {
    (void)ctx;
    (void)bias_dims;
    const cmsis_nn_dw_conv_params *conv = dw_conv_params;
    if (input_dims->c * conv->ch_mult != output_dims->c) {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
#if MNF_CORE_DSP || MNF_BLOCKED
    if (mnf_depthwise_s8(ctx, conv, quant_params, input_dims, input_data, filter_dims, filter_data, bias_data,
            output_dims, output_data)) {
        return ARM_CMSIS_NN_SUCCESS;
    }
#endif
    // Unsigned, because the step past the last tap may wrap where dilation is large; it is never used then.
    const uint32_t in_step = (uint32_t)input_dims->c * (uint32_t)conv->dilation.w;
    const uint32_t w_step = (uint32_t)output_dims->c;

    for (int32_t y = 0; y < output_dims->h; y++) {
        const mnf_taps_t rows = mnf_taps(y, conv->stride.h, conv->padding.h, conv->dilation.h, filter_dims->h, input_dims->h);
        for (int32_t x = 0; x < output_dims->w; x++) {
            const mnf_taps_t cols = mnf_taps(x, conv->stride.w, conv->padding.w, conv->dilation.w, filter_dims->w, input_dims->w);
            for (int32_t o = 0; o < output_dims->c; o++) {
                uint32_t sum = bias_data ? (uint32_t)bias_data[o] : 0;
                for (int32_t ky = rows.begin; ky < rows.end && cols.begin < cols.end; ky++) {
                    const int32_t iy = rows.start + ky * conv->dilation.h;
                    const int32_t ix = cols.start + cols.begin * conv->dilation.w;
                    uint32_t in = (uint32_t)((iy * input_dims->w + ix) * input_dims->c + o / conv->ch_mult);
                    uint32_t w = (uint32_t)((ky * filter_dims->w + cols.begin) * output_dims->c + o);
                    for (int32_t kx = cols.begin; kx < cols.end; kx++) {
                        sum += (uint32_t)((input_data[in] + conv->input_offset) * filter_data[w]);
                        in += in_step;
                        w += w_step;
                    }
                }
                *output_data++ = mnf_output_s8(sum, quant_params->multiplier[o], quant_params->shift[o],
                    conv->output_offset, conv->activation);
            }
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}

#endif
