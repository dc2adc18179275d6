#include "kernels/parallel.h"
#include "mnf_four_pixels.h"

#if MNF_FOUR_PIXELS

MNF_HOT int16_t *mnf_im2col(const mnf_four_pixels_t *job, int16_t *to, int32_t y, int32_t x) {
    const cmsis_nn_conv_params *conv = job->conv;
    const int32_t channels = job->in.c, offset = conv->input_offset;
    if (job->pointwise) {
        return mnf_put_inputs(to, job->input + (y * conv->stride.h * job->in.w + x * conv->stride.w) * channels, channels, offset);
    }
    const mnf_taps_t rows = mnf_taps(y, conv->stride.h, conv->padding.h, conv->dilation.h, job->filter.h, job->in.h);
    const mnf_taps_t cols = mnf_taps(x, conv->stride.w, conv->padding.w, conv->dilation.w, job->filter.w, job->in.w);
    for (int32_t ky = 0; ky < job->filter.h; ky++) {
        if (ky < rows.begin || ky >= rows.end || cols.begin >= cols.end) {
            to = mnf_put_zeros(to, job->filter.w * channels);
            continue;
        }
        const int32_t first = (rows.start + ky * conv->dilation.h) * job->in.w + cols.start;
        if (cols.begin > 0) {
            to = mnf_put_zeros(to, cols.begin * channels);
        }
        if (conv->dilation.w == 1) {
            to = mnf_put_inputs(to, job->input + (first + cols.begin) * channels, (cols.end - cols.begin) * channels, offset);
        } else {
            for (int32_t kx = cols.begin; kx < cols.end; kx++) {
                to = mnf_put_inputs(to, job->input + (first + kx * conv->dilation.w) * channels, channels, offset);
            }
        }
        if (cols.end < job->filter.w) {
            to = mnf_put_zeros(to, (job->filter.w - cols.end) * channels);
        }
    }
    return to;
}

MNF_HOT void mnf_output_pixels(const mnf_four_pixels_t *job, int32_t o, const uint32_t *sums, uint32_t added, int32_t count, int8_t *output) {
    const mnf_scale_t scale = mnf_scale(
        job->quant->multiplier[o], job->quant->shift[o], job->conv->output_offset, job->conv->activation);
    const uint32_t *const end = sums + count;
    const int32_t step = job->out.c;
    output += o;
    if (scale.last >= 0) {
        for (; sums < end; output += step) {
            *output = (int8_t)mnf_scale_right(*sums++ + added, &scale);
        }
    } else {
        for (; sums < end; output += step) {
            *output = mnf_output_s8(*sums++ + added, scale.multiplier, scale.shift, scale.offset, scale.clamp);
        }
    }
}

// Cores share the pixels, then the channels; an output is written after all inputs of its block are read.
static void run_part(void *data, uint32_t part, uint32_t parts) {
    const mnf_four_pixels_t *job = data;
    const mnf_share_t share = mnf_share(job->filter.n, MNF_BLOCK_PIXELS, part, parts);
    const int32_t pixels = job->out.h * job->out.w;
    int32_t y = 0, x = 0;
    for (int32_t first = 0; first < pixels; first += MNF_BLOCK_PIXELS) {
        const int32_t count = pixels - first < MNF_BLOCK_PIXELS ? pixels - first : MNF_BLOCK_PIXELS;
        for (int32_t i = 0; i < count; i++) {
            if ((uint32_t)i % parts == part) {
                mnf_pack_pixel(job, i, y, x);
            }
            if (++x == job->out.w) {
                x = 0;
                y++;
            }
        }
        mnf_barrier();
        mnf_convolve_pixels(job, share.begin, share.end, count, job->output + first * job->out.c);
        mnf_barrier();
    }
}

bool mnf_convolve_s8(
    void *buffer, const cmsis_nn_conv_params *conv, const cmsis_nn_per_channel_quant_params *quant,
    const cmsis_nn_dims *in, const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
    const int32_t *bias, const cmsis_nn_dims *out, int8_t *output) {
    if (in->c != filter->c) {
        return false;
    }
    // A window is one pixel, inside of the input.
    const bool pointwise = filter->h == 1 && filter->w == 1 && conv->padding.h == 0 && conv->padding.w == 0 &&
        (out->h - 1) * conv->stride.h < in->h && (out->w - 1) * conv->stride.w < in->w;
    mnf_four_pixels_t job = {
        conv, quant, *in, *filter, *out, input, weights, bias, output, filter->h * filter->w * filter->c, pointwise, buffer,
    };
    for (int32_t n = 0; n < in->n; n++) {
        mnf_parallel(run_part, &job);
        job.input += in->h * in->w * in->c;
        job.output += out->h * out->w * out->c;
    }
    return true;
}

#endif
