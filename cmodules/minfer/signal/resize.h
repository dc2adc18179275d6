// Rows of a picture of another size: the nearest pixels, or the exact mean of four around a place, halves rounded up.
#ifndef MNF_RESIZE_H
#define MNF_RESIZE_H

#include <stdbool.h>
#include <stdint.h>

#define MNF_RESIZE_MOST 2048 // pixels of the result, each way: area stays within 2^24

// A place between pixels, or a way: pixels, and parts of one.
typedef struct {
    int32_t whole;
    uint32_t part;
} mnf_place_t;

// Where in the source the pixels of the result lie.
typedef struct {
    mnf_place_t first, step;
    uint32_t parts; // of a pixel
} mnf_axis_t;

typedef struct {
    mnf_axis_t x, y;
    uint32_t area, shift, reciprocal; // for a division by x.parts * y.parts
    uint32_t width, channels;         // of the result; channels are 1 or 3
    bool nearest;
} mnf_resize_t;

static inline void mnf_advance(mnf_place_t *place, const mnf_axis_t *axis) {
    place->whole += axis->step.whole;
    place->part += axis->step.part;
    if (place->part >= axis->parts) {
        place->part -= axis->parts;
        place->whole++;
    }
}

// `from` and `to`: height and width of source and result.
void mnf_resize_init(mnf_resize_t *resize, const int32_t *from, const int32_t *to, uint32_t channels, bool nearest);

// A row of the result, `down` parts below the row `above` on the way to `below`; a pixel more lies before each, and
// behind.
void mnf_resize_row(const mnf_resize_t *resize, const uint8_t *above, const uint8_t *below, uint32_t down,
    uint8_t *to);

#endif
