// What front ends with a stream of int16 share: samples, features, statistics, and why arguments are refused.
#include <string.h>

#include "front_end.h"

static mp_obj_t real(float x) {
    return mp_obj_new_float_from_f(x);
}

void minfer_raise_refusal(const mnf_refusal_t *refusal) {
    mp_obj_t numbers[] = { real(refusal->expected), real(refusal->found) };
    mp_obj_t words[] = { minfer_str(refusal->name), minfer_format(refusal->text, 2, numbers) };
    minfer_raise(&mp_type_ValueError, "%s: %s", 2, words);
}

int32_t minfer_word(const char *name, const char *words, mp_obj_t found) {
    size_t length;
    const char *text = mp_obj_str_get_data(found, &length);
    const char *start = words;
    for (int32_t index = 0;; index++) {
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
    mp_obj_t args[] = { minfer_str(name), minfer_str(words), found };
    minfer_raise(&mp_type_ValueError, "%s: expected one of %s, found %s", 3, args);
}

// What features are reduced by, or divided by: a number for all, or one for each.
static void put_numbers(float *statistic, uint32_t count, const char *name, float least, mp_obj_t found) {
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
            for (uint32_t i = 0; i < count; i++) {
                statistic[i] = x;
            }
            return;
        }
        if (n < count) {
            statistic[n] = x;
        }
        n++;
    }
    if (n != count) {
        mp_obj_t args[] = { minfer_str(name), mp_obj_new_int_from_uint(count), mp_obj_new_int_from_uint(n) };
        minfer_raise(&mp_type_ValueError, "%s: expected a number, or %d of them, found %d", 3, args);
    }
}

void minfer_put_statistics(float *mean, float *std, uint32_t count, mp_obj_t mean_obj, mp_obj_t std_obj) {
    if (mean_obj != mp_const_none) {
        put_numbers(mean, count, "mean", -1e30f, mean_obj);
    }
    if (std_obj != mp_const_none) {
        put_numbers(std, count, "std", 1e-6f, std_obj);
    }
}

static bool is_bytes(int code) {
    return code == BYTEARRAY_TYPECODE || code == 'b' || code == 'B';
}

const uint8_t *minfer_samples(size_t n_args, const mp_obj_t *args, mp_map_t *kw, size_t *n) {
    const mp_arg_t allowed[] = {
        { MP_QSTR_samples, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_obj = MP_OBJ_NULL } },
        { MP_QSTR_start, MP_ARG_INT, { .u_int = 0 } },
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    mp_buffer_info_t info;
    mp_get_buffer_raise(values[0].u_obj, &info, MP_BUFFER_READ);
    if (!(info.typecode == 'h' || is_bytes(info.typecode)) || info.len % sizeof(int16_t) != 0) {
        const char code = is_bytes(info.typecode) ? 'B' : (char)info.typecode;
        mp_obj_t words[] = { mp_obj_new_int_from_uint(info.len), mp_obj_new_str(&code, 1) };
        minfer_raise(&mp_type_ValueError, "samples: expected int16, or bytes of them, found %d bytes of typecode '%s'", 2,
            words);
    }
    *n = info.len / sizeof(int16_t);
    const mp_int_t start = values[1].u_int;
    if (start < 0 || (size_t)start > *n) {
        mp_obj_t words[] = { mp_obj_new_int_from_uint(*n), mp_obj_new_int(start) };
        minfer_raise(&mp_type_ValueError, "start: expected 0 to %d, found %d", 2, words);
    }
    *n -= (size_t)start;
    return (const uint8_t *)info.buf + (size_t)start * sizeof(int16_t);
}

void *minfer_features_buffer(mp_obj_t out, uint32_t dtype, size_t size, mp_obj_t shape) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(out, &info, MP_BUFFER_WRITE);
    const char code = minfer_dtype(dtype)->code;
    if (info.len != size || !(info.typecode == code || (code == 'b' && is_bytes(info.typecode)))) {
        const char found = info.typecode == BYTEARRAY_TYPECODE ? 'B' : (char)info.typecode;
        mp_obj_t words[] = {
            mp_obj_new_int_from_uint(size), mp_obj_new_str(&code, 1), shape, mp_obj_new_int_from_uint(info.len),
            mp_obj_new_str(&found, 1),
        };
        minfer_raise(&mp_type_ValueError,
            "out: expected %d bytes of typecode '%s' for shape %s, found %d bytes of typecode '%s'", 5, words);
    }
    return info.buf;
}
