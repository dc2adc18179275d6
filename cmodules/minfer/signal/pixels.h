// Pixels as cameras give them, to 8-bit grey or red, green, blue.
#ifndef MNF_PIXELS_H
#define MNF_PIXELS_H

#include <stdint.h>

typedef struct {
    uint8_t bytes;  // that belong together
    uint8_t pixels; // that they are
    // `groups` of them, at any address, to a byte a pixel, or to three.
    void (*to_grey)(const uint8_t *from, uint32_t groups, uint8_t *to);
    void (*to_rgb)(const uint8_t *from, uint32_t groups, uint8_t *to);
} mnf_pixels_t;

// By mnf_pixel_format_t.
extern const mnf_pixels_t mnf_pixels[];

#endif
