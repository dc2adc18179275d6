#include "kernels/core.h"
#include "kernels/portable/mnf_scale.h"
#include "mnf_columns.h"

#if !MNF_CORE_M0PLUS && !MNF_CORE_DSP

MNF_HOT static void add_to_8(const mnf_column_t *list, const uint8_t *weights, uint32_t *sums) {
    uint32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3], s4 = sums[4], s5 = sums[5], s6 = sums[6], s7 = sums[7];
    do {
        const uint32_t *words = (const uint32_t *)(const void *)(weights + list->column), x = (uint32_t)list->x;
        const uint32_t a = words[0], b = words[1];
        s0 += a * x;
        s1 += (a >> 8) * x;
        s2 += (a >> 16) * x;
        s3 += (a >> 24) * x;
        s4 += b * x;
        s5 += (b >> 8) * x;
        s6 += (b >> 16) * x;
        s7 += (b >> 24) * x;
    } while ((++list)->column != MNF_NO_COLUMN);
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
    sums[4] = s4;
    sums[5] = s5;
    sums[6] = s6;
    sums[7] = s7;
}

void mnf_add_columns(const mnf_column_t *list, const uint8_t *weights, int32_t depth, uint32_t *sums, int32_t rows) {
    for (const uint32_t *end = sums + rows; sums != end; sums += 8, weights += 8 * depth) {
        add_to_8(list, weights, sums);
    }
}

void mnf_output_rows(uint32_t *sums, uint32_t added, int32_t row, int32_t rows, const mnf_rows_output_t *how) {
    for (int32_t i = 0, o = row; i < rows; i++, o++) {
        const uint32_t next = (i & 3) == 3 ? 0 : sums[i + 1] << 8;
        const uint32_t sum = sums[i] - next + added + (how->bias ? (uint32_t)how->bias[o] : 0);
        const int32_t q = how->per_channel ? o : 0;
        const mnf_scale_t scale = mnf_scale(how->multiplier[q], how->shift[q], how->offset, how->clamp);
        how->output[o] = (int8_t)mnf_scale_any(sum, &scale);
    }
}

#endif
