// Second-order sections in fixed point: filters of low cut-offs keep their accuracy, and nothing overflows whatever
// comes in.
#ifndef MNF_BIQUAD_H
#define MNF_BIQUAD_H

#include <stdbool.h>
#include <stdint.h>

// y[n] = (b0 x[n] + b1 x[n-1] + b2 x[n-2]) / 2^shift - (a1 y[n-1] + a2 y[n-2]) / 2^30
typedef struct {
    int32_t b0, b1, b2; // at most 2^28 in size
    int32_t shift;      // 26 to 58
    int32_t a1, a2;     // stable
} mnf_section_t;

typedef struct {
    int32_t x1, x2, y1, y2;
    int32_t error; // what y1 lost when it was rounded down, times 2^30
} mnf_section_state_t;

// Whether b and shift are in range, and whether the poles lie inside the unit circle.
bool mnf_section_in_range(const mnf_section_t *section);
bool mnf_section_is_stable(const mnf_section_t *section);

// One sample through n sections in order, each with its state; rounded, and saturated to int16.
int16_t mnf_filter(const mnf_section_t *sections, mnf_section_state_t *states, uint32_t n, int16_t sample);

#endif
