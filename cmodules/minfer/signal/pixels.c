#include "signal/pixels.h"

#include <string.h>

// Luma of BT.601, rounded: the weights .299, .587 and .114 in 1 / 65536, as Pillow has them.
static inline uint8_t luma(uint32_t r, uint32_t g, uint32_t b) {
    return (uint8_t)((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
}

static inline void put(uint8_t *to, uint32_t channels, uint32_t r, uint32_t g, uint32_t b) {
    if (channels == 1) {
        to[0] = luma(r, g, b);
    } else {
        to[0] = (uint8_t)r;
        to[1] = (uint8_t)g;
        to[2] = (uint8_t)b;
    }
}

static void grey_to_grey(const uint8_t *from, uint32_t groups, uint8_t *to) {
    memcpy(to, from, groups);
}

static void grey_to_rgb(const uint8_t *from, uint32_t groups, uint8_t *to) {
    for (uint32_t i = 0; i < groups; i++, to += 3) {
        put(to, 3, from[i], from[i], from[i]);
    }
}

// 5 and 6 bits become 8 by their highest ones once more: 31 and 63 are 255.
static inline void rgb565(const uint8_t *from, uint32_t groups, uint8_t *to, uint32_t high, uint32_t channels) {
    for (uint32_t i = 0; i < groups; i++, from += 2, to += channels) {
        const uint32_t v = (uint32_t)from[high] << 8 | from[1 - high];
        const uint32_t r = v >> 11, g = v >> 5 & 63, b = v & 31;
        put(to, channels, r << 3 | r >> 2, g << 2 | g >> 4, b << 3 | b >> 2);
    }
}

static void rgb565_to_grey(const uint8_t *from, uint32_t groups, uint8_t *to) {
    rgb565(from, groups, to, 1, 1);
}

static void rgb565_to_rgb(const uint8_t *from, uint32_t groups, uint8_t *to) {
    rgb565(from, groups, to, 1, 3);
}

static void rgb565_be_to_grey(const uint8_t *from, uint32_t groups, uint8_t *to) {
    rgb565(from, groups, to, 0, 1);
}

static void rgb565_be_to_rgb(const uint8_t *from, uint32_t groups, uint8_t *to) {
    rgb565(from, groups, to, 0, 3);
}

static void rgb888_to_grey(const uint8_t *from, uint32_t groups, uint8_t *to) {
    for (uint32_t i = 0; i < groups; i++, from += 3) {
        to[i] = luma(from[0], from[1], from[2]);
    }
}

static void rgb888_to_rgb(const uint8_t *from, uint32_t groups, uint8_t *to) {
    memcpy(to, from, 3 * groups);
}

static void yuv422_to_grey(const uint8_t *from, uint32_t groups, uint8_t *to) {
    for (uint32_t i = 0; i < 2 * groups; i++) {
        to[i] = from[2 * i];
    }
}

// A number in 1 / 65536, of which halves were added, within 0 to 255.
static inline uint32_t clamped(int32_t x) {
    return x < 0 ? 0 : x >= 256 << 16 ? 255 : (uint32_t)x >> 16;
}

// BT.601 of the full range: R = Y + 1.402 V, G = Y - .344136 U - .714136 V, B = Y + 1.772 U.
static void yuv422_to_rgb(const uint8_t *from, uint32_t groups, uint8_t *to) {
    for (uint32_t i = 0; i < groups; i++, from += 4) {
        const int32_t u = from[1] - 128, v = from[3] - 128;
        const int32_t red = 91881 * v + 32768, green = -22554 * u - 46802 * v + 32768, blue = 116130 * u + 32768;
        for (uint32_t k = 0; k < 2; k++, to += 3) {
            const int32_t y = (int32_t)((uint32_t)from[2 * k] << 16);
            put(to, 3, clamped(y + red), clamped(y + green), clamped(y + blue));
        }
    }
}

const mnf_pixels_t mnf_pixels[] = {
    { 1, 1, grey_to_grey, grey_to_rgb },
    { 2, 1, rgb565_to_grey, rgb565_to_rgb },
    { 2, 1, rgb565_be_to_grey, rgb565_be_to_rgb },
    { 3, 1, rgb888_to_grey, rgb888_to_rgb },
    { 4, 2, yuv422_to_grey, yuv422_to_rgb },
};
