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
// Sizes are those of tensors that have been checked: no product of theirs passes 32 bits.
static inline uint32_t mnf_raster_lead(
    const cmsis_nn_dims *in, const cmsis_nn_dims *window, const cmsis_nn_dims *out, const cmsis_nn_tile *stride,
    const cmsis_nn_tile *pad, uint32_t size) {
    uint32_t rows = (uint32_t)out->h, read = size * (uint32_t)in->c, written = size * (uint32_t)out->c;
    if (window->h == 1 && window->w == 1 && stride->h == 1 && stride->w == 1) {
        rows *= (uint32_t)out->n * (uint32_t)out->w;
    } else if (in->n == 1) {
        read *= (uint32_t)in->w;
        written *= (uint32_t)out->w;
    } else {
        return MNF_APART;
    }
    // Row y of the outputs ends at (y + 1) * written and needs inputs from (y * stride - pad) * read on, but not below 0. What the end is
    // ahead by is linear in y from 0 to the bend there, and from the row after it to the last: the most is at an end of these.
    const uint32_t bend = (uint32_t)pad->h / (uint32_t)stride->h, rows_at[3] = {bend, bend + 1, rows - 1};
    uint32_t lead = 0;
    for (int i = 0; i < 3; i++) {
        const uint32_t y = rows_at[i] < rows ? rows_at[i] : rows - 1, first = y * (uint32_t)stride->h;
        const uint32_t end = (y + 1) * written, needed = first > (uint32_t)pad->h ? (first - (uint32_t)pad->h) * read : 0;
        if (end > needed && end - needed > lead) {
            lead = end - needed;
        }
    }
    return lead;
}

#endif
