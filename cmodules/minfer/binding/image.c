// Picture: rows of a camera's frame in, a model's input out. docs/IMAGE.md says how pixels become numbers.
#include <string.h>

#include "front_end.h"
#include "signal/image.h"

typedef struct {
    mp_obj_base_t base;
    mnf_picture_t stream;
    void *memory;         // of the stream
    mp_obj_t out;         // the buffer results are written to
    mp_obj_t width, height, format;
    mp_obj_t shape;
    void *volatile owner; // the call that is inside the stream, NULL for none
} picture_t;

static int32_t integer(mp_obj_t found) {
    const mp_int_t x = (mp_int_t)mp_obj_get_int(found);
    return x > INT32_MAX ? INT32_MAX : x < INT32_MIN ? INT32_MIN : (int32_t)x;
}

static void put_integers(int32_t *to, size_t n, const char *name, const char *meaning, mp_obj_t found) {
    size_t length;
    mp_obj_t *items;
    mp_obj_get_array(found, &length, &items);
    if (length != n) {
        mp_obj_t args[] = { minfer_str(name), minfer_str(meaning), found };
        minfer_raise(&mp_type_ValueError, "%s: expected %s, found %s", 3, args);
    }
    for (size_t i = 0; i < n; i++) {
        to[i] = integer(items[i]);
    }
}

static void *result(const picture_t *self, mp_obj_t out) {
    return minfer_features_buffer(out, self->stream.tensor.dtype, mnf_picture_out_size(&self->stream), self->shape);
}

mp_obj_t minfer_picture_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    const mp_arg_t allowed[] = {
        { MP_QSTR_width, MP_ARG_KW_ONLY | MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_obj = MP_OBJ_NULL } },
        { MP_QSTR_height, MP_ARG_KW_ONLY | MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_obj = MP_OBJ_NULL } },
        { MP_QSTR_format, MP_ARG_KW_ONLY | MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_obj = MP_OBJ_NULL } },
        { MP_QSTR_shape, MP_ARG_KW_ONLY | MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_obj = MP_OBJ_NULL } },
        { MP_QSTR_crop, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = mp_const_none } },
        { MP_QSTR_resize, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = mp_const_none } },
        { MP_QSTR_scale, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = mp_const_none } },
        { MP_QSTR_zero_point, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = MP_OBJ_NEW_SMALL_INT(0) } },
        { MP_QSTR_mean, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = mp_const_none } },
        { MP_QSTR_std, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = mp_const_none } },
        { MP_QSTR_out, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = mp_const_none } },
    };
    enum { WIDTH, HEIGHT, FORMAT, SHAPE, CROP, RESIZE, SCALE, ZERO_POINT, MEAN, STD, OUT };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, values);
    mnf_picture_params_t params = {
        .width = integer(values[WIDTH].u_obj),
        .height = integer(values[HEIGHT].u_obj),
        .format = minfer_word("format", mnf_pixel_formats, values[FORMAT].u_obj),
        .scale = values[SCALE].u_obj == mp_const_none ? 0 : mp_obj_get_float_to_f(values[SCALE].u_obj),
        .zero_point = integer(values[ZERO_POINT].u_obj),
        .mean = { 0, 0, 0 },
        .std = { 1, 1, 1 },
    };
    put_integers(params.shape, 3, "shape", "(height, width, channels)", values[SHAPE].u_obj);
    if (values[CROP].u_obj == mp_const_none) {
        params.crop[2] = params.width;
        params.crop[3] = params.height;
    } else {
        put_integers(params.crop, 4, "crop", "(x, y, width, height)", values[CROP].u_obj);
    }
    if (values[RESIZE].u_obj != mp_const_none) {
        params.nearest = minfer_word("resize", mnf_resizes, values[RESIZE].u_obj) != 0;
    }
    minfer_put_statistics(params.mean, params.std, params.shape[2] == 3 ? 3 : 1, values[MEAN].u_obj, values[STD].u_obj);
    mnf_refusal_t refusal;
    const size_t size = mnf_picture_size(&params, &refusal);
    if (size == 0) {
        minfer_raise_refusal(&refusal);
    }
    picture_t *self = mp_obj_malloc(picture_t, type);
    self->owner = NULL;
    self->memory = minfer_allocate("Picture", size);
    mnf_picture_init(&self->stream, self->memory, &params);
    self->width = values[WIDTH].u_obj;
    self->height = values[HEIGHT].u_obj;
    self->format = values[FORMAT].u_obj;
    mp_obj_t shape[] = {
        mp_obj_new_int(params.shape[0]), mp_obj_new_int(params.shape[1]), mp_obj_new_int(params.shape[2]),
    };
    self->shape = mp_obj_new_tuple(3, shape);
    self->out = values[OUT].u_obj;
    if (self->out == mp_const_none) {
        const uint32_t dtype = self->stream.tensor.dtype;
        self->out = minfer_new_array(dtype, mnf_picture_out_size(&self->stream) / mnf_dtype_size(dtype));
    }
    result(self, self->out);
    return MP_OBJ_FROM_PTR(self);
}

void minfer_picture_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    const picture_t *self = MP_OBJ_TO_PTR(self_in);
    if (attr == MP_QSTR_due) {
        dest[0] = mp_obj_new_bool(mnf_picture_due(&self->stream));
    } else if (attr == MP_QSTR_shape) {
        dest[0] = self->shape;
    } else if (attr == MP_QSTR_typecode) {
        dest[0] = mp_obj_new_str(&minfer_dtype(self->stream.tensor.dtype)->code, 1);
    } else if (attr == MP_QSTR_width) {
        dest[0] = self->width;
    } else if (attr == MP_QSTR_height) {
        dest[0] = self->height;
    } else if (attr == MP_QSTR_format) {
        dest[0] = self->format;
    } else {
        dest[1] = MP_OBJ_SENTINEL; // a method
    }
}

// Two threads in one frame would step on each other's rows.
static void take_ownership(picture_t *self, void *token) {
    if (!minfer_take_ownership(&self->owner, token)) {
        minfer_raise(&mp_type_RuntimeError, "Picture: in use by another thread or by what this call interrupts", 0,
            NULL);
    }
}

// write(rows, start=0) -> int; start and result count bytes
mp_obj_t minfer_picture_write(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    const mp_arg_t allowed[] = {
        { MP_QSTR_rows, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_obj = MP_OBJ_NULL } },
        { MP_QSTR_start, MP_ARG_INT, { .u_int = 0 } },
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    picture_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_buffer_info_t info;
    mp_get_buffer_raise(values[0].u_obj, &info, MP_BUFFER_READ);
    const mp_int_t start = values[1].u_int;
    if (start < 0 || (size_t)start > info.len) {
        mp_obj_t words[] = { mp_obj_new_int_from_uint(info.len), mp_obj_new_int(start) };
        minfer_raise(&mp_type_ValueError, "start: expected 0 to %d, found %d", 2, words);
    }
    void *out = result(self, self->out); // asked for each time: an arena of the caller's may have been resized
    take_ownership(self, &info);
    const uint8_t *bytes = (const uint8_t *)info.buf + start;
    const size_t taken = mnf_picture_write(&self->stream, bytes, info.len - (size_t)start, out);
    self->owner = NULL;
    return mp_obj_new_int_from_uint(taken);
}

// take(out=None) -> out; without, what it was made with
mp_obj_t minfer_picture_take(size_t n_args, const mp_obj_t *args) {
    picture_t *self = MP_OBJ_TO_PTR(args[0]);
    if (!mnf_picture_due(&self->stream)) {
        mp_obj_t missing = mp_obj_new_int_from_uint(mnf_picture_missing(&self->stream));
        minfer_raise(&mp_type_ValueError, "nothing to take: expected %d more bytes; write rows until due", 1, &missing);
    }
    const mp_obj_t out = n_args == 2 ? args[1] : self->out;
    void *to = result(self, out);
    const void *from = result(self, self->out);
    take_ownership(self, &to);
    if (to != from) {
        memmove(to, from, mnf_picture_out_size(&self->stream));
    }
    mnf_picture_reset(&self->stream);
    self->owner = NULL;
    return out;
}

mp_obj_t minfer_picture_reset(mp_obj_t self_in) {
    picture_t *self = MP_OBJ_TO_PTR(self_in);
    take_ownership(self, &self_in);
    mnf_picture_reset(&self->stream);
    self->owner = NULL;
    return mp_const_none;
}
