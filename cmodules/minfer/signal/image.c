#include "signal/image.h"

#include <string.h>

#include "signal/pixels.h"

#define MOST_SIDE 4096 // pixels of a frame

const char mnf_pixel_formats[] = "grey|rgb565|rgb565_be|rgb888|yuv422";
const char mnf_resizes[] = "bilinear|nearest";

static bool in_range(mnf_refusal_t *refusal, const char *name, float value, float least, float most) {
    if (!(value >= least)) {
        return mnf_refuse_param(refusal, name, "expected at least %g, found %g", least, value);
    }
    if (!(value <= most)) {
        return mnf_refuse_param(refusal, name, "expected at most %g, found %g", most, value);
    }
    return true;
}

static bool integer_in_range(mnf_refusal_t *refusal, const char *name, int32_t value, int32_t least, int32_t most) {
    return in_range(refusal, name, (float)value, (float)least, (float)most);
}

static bool valid(const mnf_picture_params_t *params, mnf_refusal_t *refusal) {
    const int32_t *crop = params->crop, *shape = params->shape;
    const int32_t pixels = mnf_pixels[params->format].pixels;
    if (!integer_in_range(refusal, "width", params->width, 1, MOST_SIDE)
        || !integer_in_range(refusal, "height", params->height, 1, MOST_SIDE)
        || !integer_in_range(refusal, "crop: x", crop[0], 0, params->width - 1)
        || !integer_in_range(refusal, "crop: y", crop[1], 0, params->height - 1)
        || !integer_in_range(refusal, "crop: width", crop[2], 1, params->width - crop[0])
        || !integer_in_range(refusal, "crop: height", crop[3], 1, params->height - crop[1])
        || !integer_in_range(refusal, "shape: height", shape[0], 1, MNF_RESIZE_MOST)
        || !integer_in_range(refusal, "shape: width", shape[1], 1, MNF_RESIZE_MOST)
        || !in_range(refusal, "scale", params->scale, 0, 1e6f)
        || !integer_in_range(refusal, "zero_point", params->zero_point, -128, 127)) {
        return false;
    }
    if (params->width % pixels != 0) {
        return mnf_refuse_param(refusal, "width", "expected a multiple of %g in this format, found %g", (float)pixels,
            (float)params->width);
    }
    if (shape[2] != 1 && shape[2] != MNF_MOST_CHANNELS) {
        return mnf_refuse_param(refusal, "shape: channels", "expected 1 or %g, found %g", MNF_MOST_CHANNELS,
            (float)shape[2]);
    }
    for (int32_t c = 0; c < shape[2]; c++) {
        if (!in_range(refusal, "mean", params->mean[c], -1e30f, 1e30f)
            || !in_range(refusal, "std", params->std[c], 1e-6f, 1e30f)) {
            return false;
        }
    }
    return true;
}

// Channels whose mean and std are the same share a table.
static uint32_t count_tables(const mnf_picture_params_t *params) {
    for (int32_t c = 1; c < params->shape[2]; c++) {
        if (params->mean[c] != params->mean[0] || params->std[c] != params->std[0]) {
            return (uint32_t)params->shape[2];
        }
    }
    return 1;
}

static size_t table_size(const mnf_picture_params_t *params) {
    return 256 * count_tables(params) * (params->scale > 0 ? 1 : sizeof(float));
}

// Groups of a row that hold pixels of the crop.
static uint32_t count_groups(const mnf_picture_params_t *params) {
    const int32_t pixels = mnf_pixels[params->format].pixels;
    return (uint32_t)((params->crop[0] % pixels + params->crop[2] + pixels - 1) / pixels);
}

static size_t line_size(const mnf_picture_params_t *params) {
    return (count_groups(params) * mnf_pixels[params->format].pixels + 2) * (size_t)params->shape[2];
}

size_t mnf_picture_size(const mnf_picture_params_t *params, mnf_refusal_t *refusal) {
    return valid(params, refusal) ? table_size(params) + 2 * line_size(params) : 0;
}

static void init_table(const mnf_picture_t *picture, const mnf_picture_params_t *params) {
    const uint32_t size = mnf_dtype_size(picture->tensor.dtype);
    uint8_t *table = picture->table;
    for (uint32_t c = 0; c < picture->n_tables; c++) {
        for (int32_t v = 0; v < 256; v++, table += size) {
            const float real = ((float)v - params->mean[c]) / params->std[c];
            mnf_put(&picture->tensor, MNF_FLOAT32, &real, table, 1);
        }
    }
}

void mnf_picture_init(mnf_picture_t *picture, void *memory, const mnf_picture_params_t *params) {
    const mnf_pixels_t *pixels = &mnf_pixels[params->format];
    const int32_t *crop = params->crop;
    memset(picture, 0, sizeof(*picture));
    picture->channels = (uint32_t)params->shape[2];
    picture->decode = picture->channels == 1 ? pixels->to_grey : pixels->to_rgb;
    picture->group = pixels->bytes;
    picture->group_pixels = pixels->pixels;
    picture->row_size = (uint32_t)params->width / pixels->pixels * pixels->bytes;
    picture->before = (uint32_t)crop[0] / pixels->pixels * pixels->bytes;
    picture->past = picture->before + count_groups(params) * pixels->bytes;
    picture->line_start = (uint32_t)crop[0] % pixels->pixels;
    picture->height = params->height;
    picture->crop_y = crop[1];
    picture->crop_width = crop[2];
    picture->crop_height = crop[3];
    picture->out_height = (uint32_t)params->shape[0];
    const int32_t from[] = { crop[3], crop[2] };
    mnf_resize_init(&picture->resize, from, params->shape, picture->channels, params->nearest);

    picture->tensor.dtype = params->scale > 0 ? MNF_INT8 : MNF_FLOAT32;
    picture->tensor.scale = params->scale;
    picture->tensor.zero_point = params->zero_point;
    picture->table = memory;
    picture->n_tables = count_tables(params);
    init_table(picture, params);
    uint8_t *lines = (uint8_t *)memory + table_size(params);
    for (uint32_t i = 0; i < 2; i++) {
        picture->lines[i] = lines + i * line_size(params) + (1 + picture->line_start) * picture->channels;
    }
    mnf_picture_reset(picture);
}

// Whether row number row of the crop is needed for what is still to come.
static bool is_wanted(const mnf_picture_t *picture) {
    return picture->row >= 0 && picture->row < picture->crop_height && picture->out_row < picture->out_height
           && picture->row >= picture->place.whole;
}

static void begin_row(mnf_picture_t *picture) {
    picture->at = 0;
    picture->to = picture->lines[picture->row & 1] - picture->line_start * picture->channels;
}

void mnf_picture_reset(mnf_picture_t *picture) {
    picture->row = -picture->crop_y;
    picture->n_held = 0;
    picture->out_row = 0;
    picture->place = picture->resize.y.first;
    begin_row(picture);
}

// n values of pixels, at the end of the room for their results, become these.
static void look_up(const mnf_picture_t *picture, uint8_t *out, uint32_t n) {
    const uint32_t n_tables = picture->n_tables;
    if (picture->tensor.dtype == MNF_INT8) {
        for (uint32_t c = 0; c < n_tables; c++) {
            const uint8_t *table = (const uint8_t *)picture->table + 256 * c;
            for (uint32_t i = c; i < n; i += n_tables) {
                out[i] = table[out[i]];
            }
        }
        return;
    }
    // In order: what is written has been read.
    const float *table = picture->table;
    const uint8_t *values = out + 3 * n;
    uint32_t c = 0;
    for (uint32_t i = 0; i < n; i++) {
        memcpy(out + 4 * i, &table[256 * c + values[i]], 4);
        c = c + 1 == n_tables ? 0 : c + 1;
    }
}

// The crop's row is there: all rows of the result that wait for no other one.
static void end_row(mnf_picture_t *picture, uint8_t *out) {
    const uint32_t channels = picture->channels, n = picture->resize.width * channels;
    const uint32_t element = mnf_dtype_size(picture->tensor.dtype);
    uint8_t *line = picture->lines[picture->row & 1];
    uint8_t *end = line + (uint32_t)picture->crop_width * channels;
    memcpy(line - channels, line, channels);
    memcpy(end, end - channels, channels);
    while (picture->out_row < picture->out_height) {
        const mnf_place_t place = picture->place;
        const int32_t above = place.whole < 0 ? 0 : place.whole;
        const bool alone = picture->resize.nearest || place.part == 0 || place.whole + 1 >= picture->crop_height;
        const int32_t below = alone ? above : place.whole + 1;
        if (below > picture->row) {
            return;
        }
        uint8_t *row = out + (size_t)picture->out_row * n * element;
        uint8_t *values = row + (size_t)n * (element - 1);
        mnf_resize_row(&picture->resize, picture->lines[above & 1], picture->lines[below & 1], place.part, values);
        look_up(picture, row, n);
        picture->out_row++;
        mnf_advance(&picture->place, &picture->resize.y);
    }
}

static void decode(mnf_picture_t *picture, const uint8_t *bytes, uint32_t groups) {
    picture->decode(bytes, groups, picture->to);
    picture->to += groups * picture->group_pixels * picture->channels;
}

// n bytes of the crop. What a group has before they end is held until its rest comes.
static void take_pixels(mnf_picture_t *picture, const uint8_t *bytes, size_t n) {
    const uint32_t group = picture->group;
    while (picture->n_held > 0 && n > 0) {
        picture->held[picture->n_held++] = *bytes++;
        n--;
        if (picture->n_held == group) {
            decode(picture, picture->held, 1);
            picture->n_held = 0;
        }
    }
    const uint32_t groups = (uint32_t)n / group;
    decode(picture, bytes, groups);
    const size_t rest = n - (size_t)groups * group;
    if (rest > 0) {
        memcpy(picture->held, bytes + (size_t)groups * group, rest);
        picture->n_held = (uint32_t)rest;
    }
}

bool mnf_picture_due(const mnf_picture_t *picture) {
    return picture->row == picture->height - picture->crop_y;
}

size_t mnf_picture_missing(const mnf_picture_t *picture) {
    return (size_t)(picture->height - picture->crop_y - picture->row) * picture->row_size - picture->at;
}

size_t mnf_picture_out_size(const mnf_picture_t *picture) {
    const size_t n = (size_t)picture->out_height * picture->resize.width * picture->channels;
    return n * mnf_dtype_size(picture->tensor.dtype);
}

size_t mnf_picture_write(mnf_picture_t *picture, const uint8_t *bytes, size_t n, void *out) {
    size_t taken = 0;
    while (taken < n && !mnf_picture_due(picture)) {
        const bool wanted = is_wanted(picture), inside = picture->at >= picture->before && picture->at < picture->past;
        const uint32_t end = !wanted ? picture->row_size : picture->at < picture->before ? picture->before
            : inside ? picture->past : picture->row_size;
        const size_t some = n - taken < end - picture->at ? n - taken : end - picture->at;
        if (wanted && inside) {
            take_pixels(picture, bytes + taken, some);
        }
        taken += some;
        picture->at += (uint32_t)some;
        if (picture->at == picture->row_size) {
            if (wanted) {
                end_row(picture, out);
            }
            picture->row++;
            begin_row(picture);
        }
    }
    return taken;
}
