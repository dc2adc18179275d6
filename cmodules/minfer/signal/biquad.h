// Second-order sections in fixed point: filters of low cut-offs keep their accuracy, and nothing overflows whatever comes in.
#ifndef MNF_BIQUAD_H
#define MNF_BIQUAD_H

#include <stdbool.h>
#include <stdint.h>

// What a section takes and gives: samples times 2^11. Beyond 8 times the range of int16 it saturates.
#define MNF_BIQUAD_FRACTION 11
#define MNF_BIQUAD_MOST (1 << 29)

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

// One number through one section; x is at most MNF_BIQUAD_MOST in size, and so is the result.
int32_t mnf_section(const mnf_section_t *section, mnf_section_state_t *state, int32_t x);

#endif
