#include "signal/resize.h"

static uint32_t greatest_divisor(uint32_t a, uint32_t b) {
    while (b != 0) {
        const uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static mnf_place_t place(int32_t numerator, int32_t parts) {
    int32_t whole = numerator / parts, part = numerator % parts;
    if (part < 0) {
        whole--;
        part += parts;
    }
    return (mnf_place_t) { whole, (uint32_t)part };
}

// Pixel i of `out` has its centre at (i + 1/2) * in / out of `in`, as all of them count from the edge. Pixel k of `in`
// has its own at k + 1/2, and is the nearest from k to k + 1.
static void init_axis(mnf_axis_t *axis, int32_t in, int32_t out, bool nearest) {
    const int32_t first = nearest ? in : in - out, step = 2 * in, parts = 2 * out;
    const uint32_t size = (uint32_t)(first < 0 ? -first : first);
    const int32_t common = (int32_t)greatest_divisor(greatest_divisor((uint32_t)step, (uint32_t)parts), size);
    axis->parts = (uint32_t)(parts / common);
    axis->first = place(first / common, parts / common);
    axis->step = place(step / common, parts / common);
}

void mnf_resize_init(mnf_resize_t *resize, const int32_t *from, const int32_t *to, uint32_t channels, bool nearest) {
    resize->width = (uint32_t)to[1];
    resize->channels = channels;
    // Where there is nothing to interpolate, the quick way gives the same.
    resize->nearest = nearest || (from[0] == to[0] && from[1] == to[1]);
    init_axis(&resize->y, from[0], to[0], resize->nearest);
    init_axis(&resize->x, from[1], to[1], resize->nearest);
    // 255.5 * area, shifted, has 16 bits; times the reciprocal, 31.
    resize->area = resize->x.parts * resize->y.parts;
    resize->shift = 0;
    while (resize->area >> resize->shift >= 256) {
        resize->shift++;
    }
    resize->reciprocal = (uint32_t)(((uint64_t)1 << (23 + resize->shift)) / resize->area);
}

// `channels` is written where this is called, so that the loop over it goes.
static inline void pick_row(const mnf_resize_t *resize, const uint8_t *line, uint8_t *to, uint32_t channels) {
    const mnf_axis_t axis = resize->x;
    const uint8_t *end = to + resize->width * channels;
    mnf_place_t place = axis.first;
    while (to != end) {
        const uint8_t *from = line + place.whole * (int32_t)channels;
        for (uint32_t c = 0; c < channels; c++) {
            *to++ = from[c];
        }
        mnf_advance(&place, &axis);
    }
}

// The exact mean of four pixels, halves rounded up.
static inline void mix_rows(const mnf_resize_t *resize, const uint8_t *above, const uint8_t *below, uint32_t down,
    uint8_t *to, uint32_t channels) {
    const mnf_axis_t axis = resize->x;
    const uint32_t area = resize->area, half = area / 2, shift = resize->shift, reciprocal = resize->reciprocal;
    const uint32_t up = resize->y.parts - down;
    const uint8_t *end = to + resize->width * channels;
    mnf_place_t place = axis.first;
    while (to != end) {
        const uint32_t right = place.part, left = axis.parts - right;
        const uint8_t *a = above + place.whole * (int32_t)channels, *b = below + place.whole * (int32_t)channels;
        for (uint32_t c = 0; c < channels; c++) {
            const uint32_t top = a[c] * left + a[c + channels] * right, bottom = b[c] * left + b[c + channels] * right;
            const uint32_t sum = top * up + bottom * down + half;
            uint32_t mean = ((sum >> shift) * reciprocal) >> 23; // or one too few
            mean += sum - mean * area >= area;
            *to++ = (uint8_t)mean;
        }
        mnf_advance(&place, &axis);
    }
}

void mnf_resize_row(const mnf_resize_t *resize, const uint8_t *above, const uint8_t *below, uint32_t down,
    uint8_t *to) {
    if (resize->nearest) {
        resize->channels == 1 ? pick_row(resize, above, to, 1) : pick_row(resize, above, to, 3);
    } else {
        resize->channels == 1 ? mix_rows(resize, above, below, down, to, 1)
            : mix_rows(resize, above, below, down, to, 3);
    }
}
