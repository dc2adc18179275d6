#include "signal/biquad.h"

// Between sections go samples times 2^11; they saturate beyond 8 times the range of int16.
#define FRACTION 11
#define MOST (1 << 29)

bool mnf_section_in_range(const mnf_section_t *section) {
    const int32_t most = 1 << 28;
    return section->b0 >= -most && section->b0 <= most && section->b1 >= -most && section->b1 <= most
        && section->b2 >= -most && section->b2 <= most && section->shift >= 26 && section->shift <= 58;
}

bool mnf_section_is_stable(const mnf_section_t *section) {
    // The triangle of Jury's criterion. In it a1 is below 2 and a2 below 1 in size.
    const int64_t one = 1 << 30, a1 = section->a1, a2 = section->a2;
    return a2 < one && one + a1 + a2 > 0 && one - a1 + a2 > 0;
}

// x is at most MOST in size, and so is the result.
static int32_t filter(const mnf_section_t *section, mnf_section_state_t *state, int32_t x) {
    // |b x| is at most 2^57 and |b x| / 2^shift 2^31: both sums of three are below 2^60 and, times 2^30, 2^62.6;
    // |a1 y1 + a2 y2| is below 2^60.6, so that all of it stays below 2^63.
    int64_t sum = (int64_t)section->b0 * x + (int64_t)section->b1 * state->x1 + (int64_t)section->b2 * state->x2;
    sum = section->shift >= 30 ? sum >> (section->shift - 30) : sum * (1 << (30 - section->shift));
    sum -= (int64_t)section->a1 * state->y1 + (int64_t)section->a2 * state->y2;
    // Feeding back what rounding took from the last result moves its noise away from the low frequencies, which poles
    // near 1 would amplify by 1 / (1 + a1 + a2).
    sum += state->error;
    int64_t y = sum >> 30;
    state->error = (int32_t)(sum & ((1 << 30) - 1));
    if (y > MOST || y < -MOST) {
        y = y > 0 ? MOST : -MOST;
        state->error = 0;
    }
    state->x2 = state->x1;
    state->x1 = x;
    state->y2 = state->y1;
    state->y1 = (int32_t)y;
    return state->y1;
}

int16_t mnf_filter(const mnf_section_t *sections, mnf_section_state_t *states, uint32_t n, int16_t sample) {
    int32_t x = sample * (1 << FRACTION);
    for (uint32_t i = 0; i < n; i++) {
        x = filter(&sections[i], &states[i], x);
    }
    x = (x + (1 << (FRACTION - 1))) >> FRACTION;
    return (int16_t)(x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x);
}
