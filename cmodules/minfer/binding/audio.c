// MicroSpeech and the other front ends for sound: samples in, windows of features out. See docs/AUDIO.md.
#include <string.h>

#include "front_end.h"
#include "signal/audio.h"

typedef struct {
    mp_obj_base_t base;
    mnf_audio_t stream;
    void *memory;         // of the stream
    mp_obj_t shape;
    void *volatile owner; // the call that is inside the stream, NULL for none
} audio_t;

static mnf_value_t value_of(const mnf_param_t *param, mp_obj_t found) {
    mnf_value_t value;
    if (param->type == MNF_REAL) {
        value.real = mp_obj_get_float_to_f(found);
    } else if (param->type == MNF_WORD) {
        value.integer = minfer_word(param->name, param->words, found);
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
        minfer_raise_refusal(&refusal);
    }
    audio_t *self = mp_obj_malloc(audio_t, type);
    self->owner = NULL;
    self->memory = minfer_allocate(kind->name, size);
    mnf_audio_init(&self->stream, self->memory, kind, params);
    minfer_put_statistics(self->stream.mean, self->stream.std, self->stream.channels, mean, std);
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
    } else if (attr == MP_QSTR_rate) {
        dest[0] = mp_obj_new_int_from_uint(self->stream.rate);
    } else if (attr == MP_QSTR_window) {
        dest[0] = mp_obj_new_int_from_uint(self->stream.window);
    } else if (attr == MP_QSTR_hop) {
        dest[0] = mp_obj_new_int_from_uint(self->stream.hop);
    } else if (attr == MP_QSTR_every) {
        dest[0] = mp_obj_new_int_from_uint(self->stream.every);
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

// write(samples, start=0) -> int
mp_obj_t minfer_audio_write(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    size_t n;
    const uint8_t *from = minfer_samples(n_args, args, kw, &n);
    audio_t *self = MP_OBJ_TO_PTR(args[0]);
    take_ownership(self, &n);
    const size_t taken = mnf_audio_write(&self->stream, from, n);
    self->owner = NULL;
    return mp_obj_new_int_from_uint(taken);
}

// take(out) -> out
mp_obj_t minfer_audio_take(mp_obj_t self_in, mp_obj_t out) {
    audio_t *self = MP_OBJ_TO_PTR(self_in);
    const mnf_audio_t *stream = &self->stream;
    if (!mnf_audio_due(stream)) {
        mp_obj_t missing = mp_obj_new_int_from_uint(stream->missing);
        minfer_raise(&mp_type_ValueError, "nothing to take: expected %d more frames; write samples until due", 1,
            &missing);
    }
    void *features = minfer_features_buffer(out, stream->tensor.dtype, mnf_audio_features_size(stream), self->shape);
    take_ownership(self, &features);
    mnf_audio_take(&self->stream, features);
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
