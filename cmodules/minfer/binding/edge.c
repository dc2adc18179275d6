// What crosses the edges of a model: Python's buffers and numbers in, arrays out.
#include <string.h>

#include "binding.h"

// In the order of mnf_dtype_t; the rest only names what was found.
static const minfer_dtype_t dtypes[] = {
    { 'b', "int8" },
    { 'B', "uint8" },
    { 'h', "int16" },
    { 'i', "int32" },
    { 'q', "int64" },
    { 'f', "float32" },
    { 'B', "bool" },
    { 'H', "uint16" },
    { 'I', "uint32" },
    { 'Q', "uint64" },
    { 'd', "float64" },
};

const minfer_dtype_t *minfer_dtype(uint32_t dtype) {
    return &dtypes[dtype - MNF_INT8];
}

const mnf_tensor_t *minfer_io_tensor(const minfer_model_t *self, size_t io) {
    return &self->engine.tensors[self->engine.io[io].tensor];
}

mp_obj_t minfer_shape(const mnf_tensor_t *tensor) {
    mp_obj_t dims[MNF_MAX_RANK];
    for (size_t i = 0; i < tensor->rank; i++) {
        dims[i] = mp_obj_new_int(tensor->dims[i]);
    }
    return mp_obj_new_tuple(tensor->rank, dims);
}

size_t minfer_count(const mnf_tensor_t *tensor) {
    return tensor->size / mnf_dtype_size(tensor->dtype);
}

mp_obj_t minfer_io_label(const minfer_model_t *self, size_t io) {
    bool output = io >= self->engine.header->n_inputs;
    size_t n = output ? self->engine.header->n_outputs : self->engine.header->n_inputs;
    if (n == 1) {
        return output ? MP_OBJ_NEW_QSTR(MP_QSTR_output) : MP_OBJ_NEW_QSTR(MP_QSTR_input);
    }
    mp_obj_t index = mp_obj_new_int((mp_int_t)(output ? io - self->engine.header->n_inputs : io));
    return minfer_format(output ? "output %d" : "input %d", 1, &index);
}

static mp_obj_t type_name(mp_obj_t obj) {
    return MP_OBJ_NEW_QSTR(mp_obj_get_type(obj)->name);
}

static mp_obj_t typecode_name(int code) {
    // Both of bytes and bytearray; MicroPython tells them apart by a code of its own.
    code = code == BYTEARRAY_TYPECODE ? 'B' : code;
    for (size_t i = 0; i < MP_ARRAY_SIZE(dtypes); i++) {
        if (dtypes[i].code == code) {
            return minfer_str(dtypes[i].name);
        }
    }
    mp_obj_t arg = mp_obj_new_int(code);
    return minfer_format("typecode '%c'", 1, &arg);
}

// The buffer of `obj` where it fits exactly; ValueError otherwise. The elements are those of the face, or float32 where
// `real`, and then float64 will do as well.
static void edge_buffer(const minfer_model_t *self, size_t io, mp_obj_t obj, mp_uint_t flags, bool real,
    mp_buffer_info_t *info) {
    const mnf_tensor_t *tensor = minfer_io_tensor(self, io);
    uint32_t dtype = real ? MNF_FLOAT32 : self->engine.io[io].face;
    size_t count = minfer_count(tensor);
    size_t size = count * mnf_dtype_size(dtype);
    bool is_buffer = mp_get_buffer(obj, info, flags);
    if (is_buffer) {
        int code = info->typecode;
        bool is_byte = code == BYTEARRAY_TYPECODE || code == 'b' || code == 'B';
        bool fits = code == minfer_dtype(dtype)->code || (is_byte && mnf_dtype_size(dtype) == 1);
        if (fits && info->len == size) {
            return;
        }
        if (real && code == 'd' && info->len == count * sizeof(double)) {
            return;
        }
    }
    mp_obj_t args[] = {
        minfer_io_label(self, io),
        mp_obj_new_int_from_uint(size),
        minfer_str(flags & MP_BUFFER_WRITE ? "writable " : ""),
        minfer_str(minfer_dtype(dtype)->name),
        minfer_shape(tensor),
        is_buffer ? mp_obj_new_int_from_uint(info->len) : type_name(obj),
        is_buffer ? typecode_name(info->typecode) : MP_OBJ_NULL,
    };
    minfer_raise(&mp_type_ValueError,
        is_buffer ? "%s: expected %d %sbytes of %s for shape %s, found %d bytes of %s"
        : "%s: expected %d %sbytes of %s for shape %s, found %s",
        is_buffer ? 7 : 6, args);
}

// Whether real numbers have a meaning for the tensor.
static void check_real(const minfer_model_t *self, size_t io) {
    const mnf_tensor_t *tensor = minfer_io_tensor(self, io);
    if (mnf_has_face(tensor, MNF_FLOAT32)) {
        return;
    }
    mp_obj_t args[] = {
        minfer_io_label(self, io),
        minfer_str(minfer_dtype(tensor->dtype)->name),
    };
    minfer_raise(&mp_type_ValueError, "%s: expected a scale or float32, found %s without; use run()", 2, args);
}

// What a dictionary holds under the edge's name.
static mp_obj_t edge_by_name(const minfer_model_t *self, size_t io, mp_obj_t dict) {
    mp_obj_t name = minfer_io_name(self, io);
    mp_obj_t value = minfer_dict_get(dict, name);
    if (value == MP_OBJ_NULL) {
        mp_obj_t args[] = { minfer_io_label(self, io), name };
        minfer_raise(&mp_type_ValueError, "%s: expected a value for '%s', found none", 2, args);
    }
    return value;
}

// `obj` itself where the model has one such edge, else the i-th of as many, or the one of its name.
static mp_obj_t edge_of(const minfer_model_t *self, bool output, size_t i, mp_obj_t obj) {
    size_t n = output ? self->engine.header->n_outputs : self->engine.header->n_inputs;
    if (minfer_is_dict(obj)) {
        return edge_by_name(self, output ? self->engine.header->n_inputs + i : i, obj);
    }
    if (n == 1) {
        return obj;
    }
    mp_obj_t label = output ? MP_OBJ_NEW_QSTR(MP_QSTR_outputs) : MP_OBJ_NEW_QSTR(MP_QSTR_inputs);
    if (!mp_obj_is_type(obj, &mp_type_tuple) && !mp_obj_is_type(obj, &mp_type_list)) {
        mp_obj_t args[] = { label, mp_obj_new_int_from_uint(n), type_name(obj) };
        minfer_raise(&mp_type_ValueError, "%s: expected a tuple, list or dict of %d, found %s", 3, args);
    }
    size_t len;
    mp_obj_t *items;
    mp_obj_get_array(obj, &len, &items);
    if (len != n) {
        mp_obj_t args[] = { label, mp_obj_new_int_from_uint(n), mp_obj_new_int_from_uint(len) };
        minfer_raise(&mp_type_ValueError, "%s: expected %d, found %d", 3, args);
    }
    return items[i];
}

// Real numbers on their way into one input, in order.
typedef struct {
    const minfer_model_t *model;
    size_t io;
    size_t count; // numbers the input takes
    size_t done;
} filling_t;

static void raise_count(const filling_t *fill, size_t found, const char *more) {
    mp_obj_t args[] = {
        minfer_io_label(fill->model, fill->io),
        mp_obj_new_int_from_uint(fill->count),
        minfer_shape(minfer_io_tensor(fill->model, fill->io)),
        mp_obj_new_int_from_uint(found),
        minfer_str(more),
    };
    minfer_raise(&mp_type_ValueError, "%s: expected %d numbers for shape %s, found %d%s", 5, args);
}

static void fill_floats(filling_t *fill, const float *real, size_t n) {
    if (n > fill->count - fill->done) {
        raise_count(fill, fill->done + n, " or more");
    }
    // Asked for each time: numbers may come from Python code, which can do anything to the arena's buffer.
    const mnf_tensor_t *tensor = minfer_io_tensor(fill->model, fill->io);
    uint8_t *data = mnf_tensor_data(&fill->model->engine, tensor, minfer_arena(fill->model));
    mnf_put(tensor, MNF_FLOAT32, real, data + fill->done * mnf_dtype_size(tensor->dtype), n);
    fill->done += n;
}

static void fill_numbers(filling_t *fill, mp_obj_t obj, size_t depth) {
    mp_buffer_info_t info;
    if (mp_get_buffer(obj, &info, MP_BUFFER_READ)) {
        if (info.typecode == 'f') {
            fill_floats(fill, info.buf, info.len / sizeof(float));
            return;
        }
        if (info.typecode == 'd') {
            for (size_t i = 0; i < info.len / sizeof(double); i++) {
                float real = (float)((const double *)info.buf)[i];
                fill_floats(fill, &real, 1);
            }
            return;
        }
    }
    // What cannot be iterated over, or lies deeper than any shape, is a number or a TypeError.
    if (depth == 0 || !MP_OBJ_TYPE_HAS_SLOT(mp_obj_get_type(obj), iter)) {
        float real = mp_obj_get_float_to_f(obj);
        fill_floats(fill, &real, 1);
        return;
    }
    mp_obj_iter_buf_t buffer;
    mp_obj_t iterator = mp_getiter(obj, &buffer);
    mp_obj_t item;
    while ((item = mp_iternext(iterator)) != MP_OBJ_STOP_ITERATION) {
        fill_numbers(fill, item, depth - 1);
    }
}

static void put_numbers(const minfer_model_t *self, size_t io, mp_obj_t x) {
    check_real(self, io);
    filling_t fill = { self, io, minfer_count(minfer_io_tensor(self, io)), 0 };
    fill_numbers(&fill, x, MNF_MAX_RANK);
    if (fill.done != fill.count) {
        raise_count(&fill, fill.done, "");
    }
}

static void put_buffer(const minfer_model_t *self, size_t io, mp_obj_t x) {
    mp_buffer_info_t info;
    edge_buffer(self, io, x, MP_BUFFER_READ, false, &info);
    const mnf_tensor_t *tensor = minfer_io_tensor(self, io);
    void *data = mnf_tensor_data(&self->engine, tensor, minfer_arena(self));
    mnf_put(tensor, self->engine.io[io].face, info.buf, data, minfer_count(tensor));
}

// Buffers have a type: only those of float32 and float64 hold real numbers, the others are the model's own integers or wrong.
static bool is_integer_buffer(mp_obj_t x) {
    mp_buffer_info_t info;
    return mp_get_buffer(x, &info, MP_BUFFER_READ) && info.typecode != 'f' && info.typecode != 'd';
}

void minfer_put_inputs(const minfer_model_t *self, mp_obj_t x, bool real) {
    for (size_t io = 0; io < self->engine.header->n_inputs; io++) {
        mp_obj_t item = edge_of(self, false, io, x);
        if (real && !is_integer_buffer(item)) {
            put_numbers(self, io, item);
        } else {
            put_buffer(self, io, item);
        }
    }
}

void minfer_check_outputs(const minfer_model_t *self, mp_obj_t out, bool real) {
    for (size_t i = 0; i < self->engine.header->n_outputs; i++) {
        size_t io = self->engine.header->n_inputs + i;
        if (real) {
            check_real(self, io);
        }
        if (out != mp_const_none) {
            mp_buffer_info_t info;
            edge_buffer(self, io, edge_of(self, true, i, out), MP_BUFFER_WRITE, real, &info);
        }
    }
}

mp_obj_t minfer_new_array(uint32_t dtype, size_t count) {
    mp_obj_array_t *array = mp_obj_malloc(mp_obj_array_t, MINFER_ARRAY_TYPE);
    array->typecode = (size_t)(uint8_t)minfer_dtype(dtype)->code;
    array->free = 0;
    array->len = count;
    array->items = m_malloc(count * mnf_dtype_size(dtype));
    return MP_OBJ_FROM_PTR(array);
}

static void take_output(const minfer_model_t *self, size_t io, mp_obj_t out, bool real) {
    mp_buffer_info_t info;
    edge_buffer(self, io, out, MP_BUFFER_WRITE, real, &info);
    const mnf_tensor_t *tensor = minfer_io_tensor(self, io);
    const uint8_t *data = mnf_tensor_data(&self->engine, tensor, minfer_arena(self));
    size_t count = minfer_count(tensor);
    if (real && info.typecode == 'd') {
        for (size_t i = 0; i < count; i++) {
            float value;
            mnf_take(tensor, MNF_FLOAT32, data + i * mnf_dtype_size(tensor->dtype), &value, 1);
            ((double *)info.buf)[i] = (double)value;
        }
    } else {
        mnf_take(tensor, real ? MNF_FLOAT32 : self->engine.io[io].face, data, info.buf, count);
    }
}

mp_obj_t minfer_take_outputs(const minfer_model_t *self, mp_obj_t out, bool real) {
    size_t n = self->engine.header->n_outputs;
    if (out == mp_const_none) {
        mp_obj_list_t *list = MP_OBJ_TO_PTR(mp_obj_new_list(n, NULL));
        for (size_t i = 0; i < n; i++) {
            size_t io = self->engine.header->n_inputs + i;
            uint32_t dtype = real ? MNF_FLOAT32 : self->engine.io[io].face;
            list->items[i] = minfer_new_array(dtype, minfer_count(minfer_io_tensor(self, io)));
        }
        out = n == 1 ? list->items[0] : mp_obj_new_tuple(n, list->items);
    }
    for (size_t i = 0; i < n; i++) {
        take_output(self, self->engine.header->n_inputs + i, edge_of(self, true, i, out), real);
    }
    return out;
}
