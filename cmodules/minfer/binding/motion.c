// Motion: samples of several axes in, features of a sliding window out. docs/MOTION.md says what each feature is.
#include <string.h>

#include "front_end.h"
#include "signal/motion.h"

typedef struct {
    mp_obj_base_t base;
    mnf_motion_t stream;
    void *memory;         // of the stream
    mp_obj_t shape;
    void *volatile owner; // the call that is inside the stream, NULL for none
} motion_t;

// The items of a tuple or list; of None, none.
static mp_obj_t *items_of(mp_obj_t found, size_t *n) {
    mp_obj_t *items = NULL;
    *n = 0;
    if (found != mp_const_none) {
        mp_obj_get_array(found, n, &items);
    }
    return items;
}

static int32_t integer(mp_obj_t found) {
    const mp_int_t x = (mp_int_t)mp_obj_get_int(found);
    return x > INT32_MAX ? INT32_MAX : x < INT32_MIN ? INT32_MIN : (int32_t)x;
}

static bool is_word(mp_obj_t found, const char *word) {
    size_t length;
    const char *text = mp_obj_str_get_data(found, &length);
    return length == strlen(word) && memcmp(text, word, length) == 0;
}

static mnf_detrend_t detrend_of(mp_obj_t found) {
    return found == mp_const_none ? MNF_DETREND_NONE
        : (mnf_detrend_t)(MNF_DETREND_CONSTANT + minfer_word("detrend", "constant|linear", found));
}

// Sections are integers: a float of 32 bits would not hold the coefficients of low cut-offs, and differ from the
// laptop's.
static const mnf_section_t *sections_of(mp_obj_t found, uint32_t *n) {
    size_t n_rows;
    mp_obj_t *rows = items_of(found, &n_rows);
    mnf_section_t *sections = minfer_allocate("filter", n_rows * sizeof(mnf_section_t));
    for (size_t i = 0; i < n_rows; i++) {
        size_t length;
        mp_obj_t *row = items_of(rows[i], &length);
        int32_t *coefficients = &sections[i].b0;
        for (size_t k = 0; k < length && length == 6; k++) {
            if (mp_obj_is_float(row[k])) {
                length = 0;
            } else {
                coefficients[k] = integer(row[k]);
            }
        }
        if (length != 6) {
            minfer_raise(&mp_type_ValueError,
                "filter: expected rows of six integers, as minfer.motion.sections() gives them on the laptop, found %s",
                1, &rows[i]);
        }
    }
    *n = (uint32_t)n_rows;
    return sections;
}

static uint8_t statistic_of(mp_obj_t found) {
    for (uint8_t i = 0; i < MNF_N_STATISTICS; i++) {
        if (is_word(found, mnf_statistic_names[i])) {
            return i;
        }
    }
    mp_obj_t names = minfer_str(mnf_statistic_names[0]);
    for (uint32_t i = 1; i < MNF_N_STATISTICS; i++) {
        mp_obj_t pair[] = { names, minfer_str(mnf_statistic_names[i]) };
        names = minfer_format("%s, %s", 2, pair);
    }
    mp_obj_t args[] = { names, found };
    minfer_raise(&mp_type_ValueError, "features: expected of %s, found %s", 2, args);
}

// All of them where the argument is not given.
static const uint8_t *statistics_of(mp_obj_t found, uint32_t *n) {
    size_t length = MNF_N_STATISTICS;
    mp_obj_t *names = NULL;
    if (found != MP_OBJ_NULL) {
        names = items_of(found, &length);
    }
    uint8_t *statistics = minfer_allocate("features", length);
    for (size_t i = 0; i < length; i++) {
        statistics[i] = names == NULL ? (uint8_t)i : statistic_of(names[i]);
    }
    *n = (uint32_t)length;
    return statistics;
}

static const float *bands_of(mp_obj_t found, uint32_t *n) {
    size_t n_bands;
    mp_obj_t *bands = items_of(found, &n_bands);
    float *edges = minfer_allocate("bands", n_bands * 2 * sizeof(float));
    for (size_t i = 0; i < n_bands; i++) {
        size_t length;
        mp_obj_t *pair = items_of(bands[i], &length);
        if (length != 2) {
            minfer_raise(&mp_type_ValueError, "bands: expected pairs of frequencies, found %s", 1, &bands[i]);
        }
        edges[2 * i] = mp_obj_get_float_to_f(pair[0]);
        edges[2 * i + 1] = mp_obj_get_float_to_f(pair[1]);
    }
    *n = (uint32_t)n_bands;
    return edges;
}

mp_obj_t minfer_motion_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    const mp_arg_t allowed[] = {
        { MP_QSTR_axes, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = MP_OBJ_NEW_SMALL_INT(3) } },
        { MP_QSTR_rate, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = MP_OBJ_NEW_SMALL_INT(100) } },
        { MP_QSTR_window, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = MP_OBJ_NEW_SMALL_INT(128) } },
        { MP_QSTR_every, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = MP_OBJ_NEW_SMALL_INT(64) } },
        { MP_QSTR_detrend, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = mp_const_none } },
        { MP_QSTR_filter, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = mp_const_none } },
        { MP_QSTR_features, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = MP_OBJ_NULL } },
        { MP_QSTR_bands, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = mp_const_none } },
        { MP_QSTR_log, MP_ARG_KW_ONLY | MP_ARG_BOOL, { .u_bool = false } },
        { MP_QSTR_scale, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = mp_const_none } },
        { MP_QSTR_zero_point, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = MP_OBJ_NEW_SMALL_INT(0) } },
        { MP_QSTR_mean, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = mp_const_none } },
        { MP_QSTR_std, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_obj = mp_const_none } },
    };
    enum { AXES, RATE, WINDOW, EVERY, DETREND, FILTER, FEATURES, BANDS, LOG, SCALE, ZERO_POINT, MEAN, STD };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, values);
    mnf_motion_params_t params = {
        .axes = integer(values[AXES].u_obj),
        .rate = mp_obj_get_float_to_f(values[RATE].u_obj),
        .window = integer(values[WINDOW].u_obj),
        .every = integer(values[EVERY].u_obj),
        .detrend = detrend_of(values[DETREND].u_obj),
        .log = values[LOG].u_bool,
        .scale = values[SCALE].u_obj == mp_const_none ? 0 : mp_obj_get_float_to_f(values[SCALE].u_obj),
        .zero_point = integer(values[ZERO_POINT].u_obj),
    };
    params.sections = sections_of(values[FILTER].u_obj, &params.n_sections);
    params.statistics = statistics_of(values[FEATURES].u_obj, &params.n_statistics);
    params.bands = bands_of(values[BANDS].u_obj, &params.n_bands);
    mnf_refusal_t refusal;
    const size_t size = mnf_motion_size(&params, &refusal);
    if (size == 0) {
        minfer_raise_refusal(&refusal);
    }
    motion_t *self = mp_obj_malloc(motion_t, type);
    self->owner = NULL;
    self->memory = minfer_allocate("Motion", size);
    mnf_motion_init(&self->stream, self->memory, &params);
    const uint32_t per_axis = mnf_motion_per_axis(&self->stream);
    minfer_put_statistics(self->stream.mean, self->stream.std, self->stream.axes * per_axis, values[MEAN].u_obj,
        values[STD].u_obj);
    mp_obj_t shape[] = { mp_obj_new_int_from_uint(self->stream.axes), mp_obj_new_int_from_uint(per_axis) };
    self->shape = mp_obj_new_tuple(2, shape);
    return MP_OBJ_FROM_PTR(self);
}

void minfer_motion_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    const motion_t *self = MP_OBJ_TO_PTR(self_in);
    if (attr == MP_QSTR_due) {
        dest[0] = mp_obj_new_bool(mnf_motion_due(&self->stream));
    } else if (attr == MP_QSTR_shape) {
        dest[0] = self->shape;
    } else if (attr == MP_QSTR_typecode) {
        dest[0] = mp_obj_new_str(&minfer_dtype(self->stream.tensor.dtype)->code, 1);
    } else if (attr == MP_QSTR_axes) {
        dest[0] = mp_obj_new_int_from_uint(self->stream.axes);
    } else if (attr == MP_QSTR_rate) {
        dest[0] = mp_obj_new_float_from_f(self->stream.rate);
    } else if (attr == MP_QSTR_window) {
        dest[0] = mp_obj_new_int_from_uint(self->stream.window);
    } else if (attr == MP_QSTR_every) {
        dest[0] = mp_obj_new_int_from_uint(self->stream.every);
    } else {
        dest[1] = MP_OBJ_SENTINEL; // a method
    }
}

// Two threads in one stream would step on each other's samples.
static void take_ownership(motion_t *self, void *token) {
    if (!minfer_take_ownership(&self->owner, token)) {
        minfer_raise(&mp_type_RuntimeError, "Motion: in use by another thread or by what this call interrupts", 0,
            NULL);
    }
}

// write(samples, start=0) -> int
mp_obj_t minfer_motion_write(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    size_t n;
    const uint8_t *from = minfer_samples(n_args, args, kw, &n);
    motion_t *self = MP_OBJ_TO_PTR(args[0]);
    take_ownership(self, &n);
    const size_t taken = mnf_motion_write(&self->stream, from, n);
    self->owner = NULL;
    return mp_obj_new_int_from_uint(taken);
}

// take(out) -> out
mp_obj_t minfer_motion_take(mp_obj_t self_in, mp_obj_t out) {
    motion_t *self = MP_OBJ_TO_PTR(self_in);
    mnf_motion_t *stream = &self->stream;
    if (!mnf_motion_due(stream)) {
        mp_obj_t missing = mp_obj_new_int_from_uint(stream->missing);
        minfer_raise(&mp_type_ValueError, "nothing to take: expected %d more samples; write samples until due", 1,
            &missing);
    }
    const size_t size = stream->axes * mnf_motion_per_axis(stream) * mnf_dtype_size(stream->tensor.dtype);
    void *features = minfer_features_buffer(out, stream->tensor.dtype, size, self->shape);
    take_ownership(self, &features);
    mnf_motion_take(stream, features);
    self->owner = NULL;
    return out;
}

mp_obj_t minfer_motion_reset(mp_obj_t self_in) {
    motion_t *self = MP_OBJ_TO_PTR(self_in);
    take_ownership(self, &self_in);
    mnf_motion_reset(&self->stream);
    self->owner = NULL;
    return mp_const_none;
}
