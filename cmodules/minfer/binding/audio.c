// MicroSpeech and the other front ends for sound: samples in, windows of features out. docs/AUDIO.md says what each does.
#include <string.h>

#include "binding.h"
#include "signal/audio.h"

typedef struct {
    mp_obj_base_t base;
    mnf_audio_t stream;
    void *memory;         // of the stream
    mp_obj_t shape;
    void *volatile owner; // the call that is inside the stream, NULL for none
} audio_t;

static mp_obj_t real(float x) {
    return mp_obj_new_float_from_f(x);
}

// One of "hann|hamming".
static int32_t word(const mnf_param_t *param, mp_obj_t found) {
    size_t length;
    const char *text = mp_obj_str_get_data(found, &length);
    int32_t index = 0;
    for (const char *start = param->words;; index++) {
        const char *end = start;
        while (*end != '\0' && *end != '|') {
            end++;
        }
        if ((size_t)(end - start) == length && memcmp(start, text, length) == 0) {
            return index;
        }
        if (*end == '\0') {
            break;
        }
        start = end + 1;
    }
    mp_obj_t args[] = { minfer_str(param->name), minfer_str(param->words), found };
    minfer_raise(&mp_type_ValueError, "%s: expected one of %s, found %s", 3, args);
}

static mnf_value_t value_of(const mnf_param_t *param, mp_obj_t found) {
    mnf_value_t value;
    if (param->type == MNF_REAL) {
        value.real = mp_obj_get_float_to_f(found);
    } else if (param->type == MNF_WORD) {
        value.integer = word(param, found);
    } else {
        const mp_int_t integer = (mp_int_t)mp_obj_get_int(found);
        value.integer = integer > INT32_MAX ? INT32_MAX : integer < INT32_MIN ? INT32_MIN : (int32_t)integer;
    }
    return value;
}

__attribute__((noreturn)) static void raise_unknown(const mnf_audio_kind_t *kind, mp_obj_t name) {
    mp_obj_t names = minfer_str(kind->params[0].name);
    for (uint32_t i = 1; i < kind->n_params; i++) {
        mp_obj_t args[] = { names, minfer_str(kind->params[i].name) };
        names = minfer_format("%s, %s", 2, args);
    }
    mp_obj_t args[] = { minfer_str(kind->name), names, minfer_str(kind->real ? ", mean, std" : ""), name };
    minfer_raise(&mp_type_TypeError, "%s: expected arguments of %s%s, found %s", 4, args);
}

// What a channel's feature is reduced by, or divided by: a number for all, or one for each.
static void put_statistic(float *statistic, uint32_t channels, const char *name, float least, mp_obj_t found) {
    const bool many = MP_OBJ_TYPE_HAS_SLOT(mp_obj_get_type(found), iter);
    mp_obj_iter_buf_t buffer;
    mp_obj_t iterator = many ? mp_getiter(found, &buffer) : MP_OBJ_NULL;
    uint32_t n = 0;
    for (mp_obj_t item = found; !many || (item = mp_iternext(iterator)) != MP_OBJ_STOP_ITERATION;) {
        const float x = mp_obj_get_float_to_f(item);
        if (!(x >= least && x <= 1e30f)) {
            mp_obj_t args[] = { minfer_str(name), real(least), real(1e30f), item };
            minfer_raise(&mp_type_ValueError, "%s: expected numbers from %g to %g, found %s", 4, args);
        }
        if (!many) {
            for (uint32_t i = 0; i < channels; i++) {
                statistic[i] = x;
            }
            return;
        }
        if (n < channels) {
            statistic[n] = x;
        }
        n++;
    }
    if (n != channels) {
        mp_obj_t args[] = { minfer_str(name), mp_obj_new_int_from_uint(channels), mp_obj_new_int_from_uint(n) };
        minfer_raise(&mp_type_ValueError, "%s: expected a number, or %d of them, found %d", 3, args);
    }
}

mp_obj_t minfer_new_audio(const mp_obj_type_t *type, const mnf_audio_kind_t *kind, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 0, true);
    mnf_value_t params[MNF_AUDIO_MAX_PARAMS];
    mnf_audio_defaults(kind, params);
    mp_obj_t mean = mp_const_none;
    mp_obj_t std = mp_const_none;
    for (size_t k = 0; k < n_kw; k++) {
        const char *name = mp_obj_str_get_str(args[2 * k]);
        mp_obj_t value = args[2 * k + 1];
        uint32_t i = 0;
        while (i < kind->n_params && strcmp(name, kind->params[i].name) != 0) {
            i++;
        }
        if (i < kind->n_params) {
            if (value != mp_const_none) {
                params[i] = value_of(&kind->params[i], value);
            }
        } else if (kind->real && strcmp(name, "mean") == 0) {
            mean = value;
        } else if (kind->real && strcmp(name, "std") == 0) {
            std = value;
        } else {
            raise_unknown(kind, args[2 * k]);
        }
    }
    mnf_refusal_t refusal;
    const size_t size = mnf_audio_size(kind, params, &refusal);
    if (size == 0) {
        mp_obj_t numbers[] = { real(refusal.expected), real(refusal.found) };
        mp_obj_t words[] = { minfer_str(refusal.name), minfer_format(refusal.text, 2, numbers) };
        minfer_raise(&mp_type_ValueError, "%s: %s", 2, words);
    }
    audio_t *self = mp_obj_malloc(audio_t, type);
    self->owner = NULL;
    self->memory = minfer_allocate(kind->name, size);
    mnf_audio_init(&self->stream, self->memory, kind, params);
    if (mean != mp_const_none) {
        put_statistic(self->stream.mean, self->stream.channels, "mean", -1e30f, mean);
    }
    if (std != mp_const_none) {
        put_statistic(self->stream.std, self->stream.channels, "std", 1e-6f, std);
    }
    mp_obj_t shape[] = {
        mp_obj_new_int_from_uint(self->stream.frames), mp_obj_new_int_from_uint(self->stream.channels),
    };
    self->shape = mp_obj_new_tuple(2, shape);
    return MP_OBJ_FROM_PTR(self);
}

static char typecode(const audio_t *self) {
    return minfer_dtype(self->stream.tensor.dtype)->code;
}

void minfer_audio_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    const audio_t *self = MP_OBJ_TO_PTR(self_in);
    if (attr == MP_QSTR_due) {
        dest[0] = mp_obj_new_bool(mnf_audio_due(&self->stream));
    } else if (attr == MP_QSTR_shape) {
        dest[0] = self->shape;
    } else if (attr == MP_QSTR_typecode) {
        const char code = typecode(self);
        dest[0] = mp_obj_new_str(&code, 1);
    } else {
        dest[1] = MP_OBJ_SENTINEL; // a method
    }
}

// Two threads in one stream would step on each other's samples.
static void take_ownership(audio_t *self, void *token) {
    if (!minfer_take_ownership(&self->owner, token)) {
        mp_obj_t name = minfer_str(self->stream.kind->name);
        minfer_raise(&mp_type_RuntimeError, "%s: in use by another thread or by what this call interrupts", 1, &name);
    }
}

static bool is_bytes(int code) {
    return code == BYTEARRAY_TYPECODE || code == 'b' || code == 'B';
}

// write(samples, start=0) -> int
mp_obj_t minfer_audio_write(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    const mp_arg_t allowed[] = {
        { MP_QSTR_samples, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_obj = MP_OBJ_NULL } },
        { MP_QSTR_start, MP_ARG_INT, { .u_int = 0 } },
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    audio_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_buffer_info_t info;
    mp_get_buffer_raise(values[0].u_obj, &info, MP_BUFFER_READ);
    if (!(info.typecode == 'h' || is_bytes(info.typecode)) || info.len % sizeof(int16_t) != 0) {
        const char code = is_bytes(info.typecode) ? 'B' : (char)info.typecode;
        mp_obj_t words[] = { mp_obj_new_int_from_uint(info.len), mp_obj_new_str(&code, 1) };
        minfer_raise(&mp_type_ValueError, "samples: expected int16, or bytes of them, found %d bytes of typecode '%s'", 2,
            words);
    }
    const size_t n = info.len / sizeof(int16_t);
    const mp_int_t start = values[1].u_int;
    if (start < 0 || (size_t)start > n) {
        mp_obj_t words[] = { mp_obj_new_int_from_uint(n), mp_obj_new_int(start) };
        minfer_raise(&mp_type_ValueError, "start: expected 0 to %d, found %d", 2, words);
    }
    take_ownership(self, &info);
    const uint8_t *from = (const uint8_t *)info.buf + (size_t)start * sizeof(int16_t);
    const size_t taken = mnf_audio_write(&self->stream, from, n - (size_t)start);
    self->owner = NULL;
    return mp_obj_new_int_from_uint(taken);
}

// take(out) -> out
mp_obj_t minfer_audio_take(mp_obj_t self_in, mp_obj_t out) {
    audio_t *self = MP_OBJ_TO_PTR(self_in);
    const mnf_audio_t *stream = &self->stream;
    if (!mnf_audio_due(stream)) {
        mp_obj_t missing = mp_obj_new_int_from_uint(stream->missing);
        minfer_raise(&mp_type_ValueError, "nothing to take: expected %d more frames; write samples until due", 1, &missing);
    }
    mp_buffer_info_t info;
    mp_get_buffer_raise(out, &info, MP_BUFFER_WRITE);
    const size_t size = mnf_audio_features_size(stream);
    const char code = typecode(self);
    if (info.len != size || !(info.typecode == code || (code == 'b' && is_bytes(info.typecode)))) {
        const char found = info.typecode == BYTEARRAY_TYPECODE ? 'B' : (char)info.typecode;
        mp_obj_t words[] = {
            mp_obj_new_int_from_uint(size), mp_obj_new_str(&code, 1), self->shape, mp_obj_new_int_from_uint(info.len),
            mp_obj_new_str(&found, 1),
        };
        minfer_raise(&mp_type_ValueError,
            "out: expected %d bytes of typecode '%s' for shape %s, found %d bytes of typecode '%s'", 5, words);
    }
    take_ownership(self, &info);
    mnf_audio_take(&self->stream, info.buf);
    self->owner = NULL;
    return out;
}

mp_obj_t minfer_audio_reset(mp_obj_t self_in) {
    audio_t *self = MP_OBJ_TO_PTR(self_in);
    take_ownership(self, &self_in);
    mnf_audio_reset(&self->stream);
    self->owner = NULL;
    return mp_const_none;
}
