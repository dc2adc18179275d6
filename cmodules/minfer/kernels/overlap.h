// How far the output of a kernel may lie over its input.
//
// A lead is the bytes that the output must at least begin before the input for both to overlap; of 0, that both begin at the same
// byte or do not overlap; MNF_APART, that they must not overlap. Where there is room, the output is then written over what has been
// read for the last time (the literature's diagonal memory optimisation).
#ifndef MNF_OVERLAP_H
#define MNF_OVERLAP_H

#include <stdbool.h>
#include <stdint.h>

#include "arm_nnfunctions.h"

#define MNF_APART UINT32_MAX

// Of a kernel that writes outputs in the order they lie in memory, some side by side at a time, all windows of which it has read before,
// and reads no input that only windows before these have. `size`: bytes of an element. Outputs of a row are written while its first
// row of inputs is still to be read; where windows are single pixels, rows are pixels.
static inline uint32_t mnf_raster_lead(
    const cmsis_nn_dims *in, const cmsis_nn_dims *window, const cmsis_nn_dims *out, const cmsis_nn_tile *stride,
    const cmsis_nn_tile *pad, uint32_t size) {
    const bool single = window->h == 1 && window->w == 1 && stride->h == 1 && stride->w == 1;
    if (in->n != 1 && !single) {
        return MNF_APART;
    }
    const int64_t rows = single ? (int64_t)out->n * out->h * out->w : out->h;
    const int64_t read = (int64_t)size * in->c * (single ? 1 : in->w), written = (int64_t)size * out->c * (single ? 1 : out->w);
    // Row y of the outputs ends at (y + 1) * written and needs inputs from (y * stride - pad) * read on, but not below 0: between the
    // bend at `bend` and the ends, the difference is linear in y.
    const int64_t bend = pad->h / stride->h;
    const int64_t at[3] = {bend < rows ? bend : rows - 1, bend + 1 < rows ? bend + 1 : rows - 1, rows - 1};
    int64_t lead = 0;
    for (int i = 0; i < 3; i++) {
        const int64_t from = at[i] * stride->h - pad->h;
        const int64_t ahead = (at[i] + 1) * written - (from > 0 ? from * read : 0);
        lead = ahead > lead ? ahead : lead;
    }
    return (uint32_t)lead;
}

#endif
