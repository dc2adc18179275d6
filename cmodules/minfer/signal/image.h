// Pictures in, a model's input out: rows of a frame pass through cropping, a change of size and a table of the 256
// values a pixel may have, and go straight into the caller's tensor. No allocation: the caller gives the memory, for
// two lines and the table.
//
//     size_t size = mnf_picture_size(&params, &refusal); // 0: refusal says why
//     mnf_picture_init(&picture, memory, &params);
//     while (n > 0) {
//         size_t taken = mnf_picture_write(&picture, rows, n, out);
//         rows += taken, n -= taken;
//         if (mnf_picture_due(&picture)) { use(out); mnf_picture_reset(&picture); }
//     }
#ifndef MNF_IMAGE_H
#define MNF_IMAGE_H

#include "signal/audio.h"
#include "signal/resize.h"

// In the order of mnf_pixel_formats.
typedef enum {
    MNF_GREY,      // a byte a pixel
    MNF_RGB565,    // two bytes, the lower first
    MNF_RGB565_BE, // two bytes, the higher first
    MNF_RGB888,    // red, green, blue
    MNF_YUV422,    // Y U Y V: two pixels, 128 is no colour
} mnf_pixel_format_t;

// "grey|rgb565|...", and "bilinear|nearest".
extern const char mnf_pixel_formats[];
extern const char mnf_resizes[];

#define MNF_MOST_CHANNELS 3

typedef struct {
    int32_t width, height; // of a frame
    int32_t format;        // mnf_pixel_format_t
    int32_t crop[4];       // what of the frame counts: x, y, width, height
    int32_t shape[3];      // of the result: height, width, channels (1 or 3)
    bool nearest;          // instead of bilinear
    float mean[MNF_MOST_CHANNELS], std[MNF_MOST_CHANNELS]; // of each channel: (pixel - mean) / std
    float scale;           // of the int8 that is rounded to; 0: it stays float32
    int32_t zero_point;
} mnf_picture_params_t;

typedef struct {
    void *table;       // a result for each value of a pixel, of each channel or of all
    uint8_t *lines[2]; // even and odd rows of the crop, at their first pixel; a pixel lies before and one behind
    uint8_t *to;       // where the next pixels of the row go
    void (*decode)(const uint8_t *from, uint32_t groups, uint8_t *to);
    mnf_tensor_t tensor;   // how results are given
    uint32_t group, group_pixels; // bytes that make a pixel, or two
    uint32_t row_size;     // bytes
    uint32_t before, past; // bytes of a row up to the crop, and up to behind it
    uint32_t line_start;   // pixels decoded before the crop's first
    int32_t height;        // of a frame
    int32_t crop_y, crop_width, crop_height;
    uint32_t out_height, channels, n_tables;
    mnf_resize_t resize;
    // Of the frame that comes:
    int32_t row;           // of the crop, from -crop_y
    uint32_t at;           // byte of the row
    uint32_t n_held;       // bytes of a group that is not whole yet
    uint8_t held[4];
    uint32_t out_row;      // to come
    mnf_place_t place;     // of it
} mnf_picture_t;

// Bytes of memory it takes; 0 where parameters are out of range, or do not fit together: `refusal` then says why.
size_t mnf_picture_size(const mnf_picture_params_t *params, mnf_refusal_t *refusal);

// `memory`: mnf_picture_size() bytes at a multiple of 4.
void mnf_picture_init(mnf_picture_t *picture, void *memory, const mnf_picture_params_t *params);

// A frame begins.
void mnf_picture_reset(mnf_picture_t *picture);

// Takes bytes of the frame, at any address, up to its end, and says how many; `out` has room for the whole result,
// which is there when the frame is.
size_t mnf_picture_write(mnf_picture_t *picture, const uint8_t *bytes, size_t n, void *out);

// The frame has ended; until mnf_picture_reset() nothing is taken.
bool mnf_picture_due(const mnf_picture_t *picture);

// Bytes of the frame that are missing.
size_t mnf_picture_missing(const mnf_picture_t *picture);

// Bytes of the result: shape[0] * shape[1] * shape[2] int8 or float32, as picture->tensor.dtype says.
size_t mnf_picture_out_size(const mnf_picture_t *picture);

#endif
