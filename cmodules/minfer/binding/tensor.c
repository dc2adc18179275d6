// Tensor: one input or output of a model.
#include "binding.h"

typedef struct {
    mp_obj_base_t base;
    minfer_model_t *model;
    size_t io;
} tensor_t;

mp_obj_t minfer_new_tensors(minfer_model_t *self, size_t first_io, size_t n) {
    mp_obj_list_t *list = MP_OBJ_TO_PTR(mp_obj_new_list(n, NULL));
    for (size_t i = 0; i < n; i++) {
        tensor_t *tensor = mp_obj_malloc(tensor_t, &minfer_tensor_type);
        tensor->model = self;
        tensor->io = first_io + i;
        list->items[i] = MP_OBJ_FROM_PTR(tensor);
    }
    return mp_obj_new_tuple(n, list->items);
}

// A memoryview into the arena, of the tensor's own type. It starts as a view of the whole arena, so that it keeps the
// arena's memory alive: the collector follows only pointers to the start of a block.
static mp_obj_t tensor_view(const minfer_model_t *model, const mnf_tensor_t *tensor) {
    uint8_t *data = mnf_tensor_data(&model->engine, tensor, minfer_arena(model));
    mp_obj_t whole = mp_call_function_n_kw(MP_OBJ_FROM_PTR(MINFER_MEMORYVIEW_TYPE), 1, 0, &model->arena);
    mp_obj_array_t *view = MP_OBJ_TO_PTR(whole);
    size_t element = mnf_dtype_size(tensor->dtype);
    size_t offset = (size_t)(data - (uint8_t *)view->items);
    view->free = offset / element;
    if ((size_t)view->free * element != offset) { // an arena of the caller's far from its block's start, or oddly aligned
        view->items = data;
        view->free = 0;
    }
    view->typecode = (size_t)(uint8_t)minfer_dtype(tensor->dtype)->code | MP_OBJ_ARRAY_TYPECODE_FLAG_RW;
    view->len = minfer_count(tensor);
    return whole;
}

mp_obj_t minfer_io_name(const minfer_model_t *self, size_t io) {
    size_t n_inputs = self->engine.header->n_inputs;
    bool output = io >= n_inputs;
    mp_obj_t names = minfer_meta_lines(self, output ? "onam" : "inam");
    size_t i = output ? io - n_inputs : io;
    size_t len;
    mp_obj_t *items;
    mp_obj_get_array(names, &len, &items);
    return i < len ? items[i] : minfer_io_label(self, io);
}

void minfer_tensor_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    tensor_t *self = MP_OBJ_TO_PTR(self_in);
    const mnf_tensor_t *tensor = minfer_io_tensor(self->model, self->io);
    if (attr == MP_QSTR_name) {
        dest[0] = minfer_io_name(self->model, self->io);
    } else if (attr == MP_QSTR_shape) {
        dest[0] = minfer_shape(tensor);
    } else if (attr == MP_QSTR_dtype) {
        dest[0] = minfer_str(minfer_dtype(tensor->dtype)->name);
    } else if (attr == MP_QSTR_face) {
        dest[0] = minfer_str(minfer_dtype(self->model->engine.io[self->io].face)->name);
    } else if (attr == MP_QSTR_scale) {
        dest[0] = mp_obj_new_float_from_f(tensor->scale);
    } else if (attr == MP_QSTR_zero_point) {
        dest[0] = mp_obj_new_int(tensor->zero_point);
    } else if (attr == MP_QSTR_data) {
        dest[0] = tensor_view(self->model, tensor);
    }
}

void minfer_tensor_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    tensor_t *self = MP_OBJ_TO_PTR(self_in);
    const mnf_tensor_t *tensor = minfer_io_tensor(self->model, self->io);
    mp_obj_t args[] = {
        minfer_io_name(self->model, self->io),
        minfer_shape(tensor),
        minfer_str(minfer_dtype(tensor->dtype)->name),
        mp_obj_new_float_from_f(tensor->scale),
        mp_obj_new_int(tensor->zero_point),
    };
    mp_printf(print, "%s", mp_obj_str_get_str(minfer_format("<Tensor %s: %s %s, scale %s, zero point %d>", 5, args)));
}
