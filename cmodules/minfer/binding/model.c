// Model: a validated file, an arena, and what Python sees of them.
#include <string.h>

#include "binding.h"
#include "kernels/parallel.h"

uint8_t *minfer_arena(const minfer_model_t *self) {
    mp_buffer_info_t info;
    if (!mp_get_buffer(self->file, &info, MP_BUFFER_READ) || info.buf != self->engine.file
        || info.len < self->engine.header->file_size) {
        minfer_raise(&mp_type_ValueError, "model: its buffer has changed its size since it was loaded; load it again", 0, NULL);
    }
    size_t size = self->engine.arena_size;
    if (!mp_get_buffer(self->arena, &info, MP_BUFFER_RW)) {
        mp_obj_t args[] = {
            mp_obj_new_int_from_uint(size),
            MP_OBJ_NEW_QSTR(mp_obj_get_type(self->arena)->name),
        };
        minfer_raise(&mp_type_ValueError, "arena: expected a writable buffer of at least %d bytes, found %s", 2, args);
    }
    if (info.len < size) {
        mp_obj_t args[] = { mp_obj_new_int_from_uint(size), mp_obj_new_int_from_uint(info.len) };
        minfer_raise(&mp_type_ValueError, "arena: expected at least %d bytes, found %d", 2, args);
    }
    if ((uintptr_t)info.buf % 4 != 0) {
        mp_obj_t arg = mp_obj_new_int_from_uint((uintptr_t)info.buf % 4);
        minfer_raise(&mp_type_ValueError, "arena: expected an address that is a multiple of 4, found remainder %d", 1, &arg);
    }
    const uint8_t *arena = info.buf;
    if (arena < self->engine.file + self->engine.header->file_size && self->engine.file < arena + info.len) {
        minfer_raise(&mp_type_ValueError, "arena: expected a buffer of its own, found the model's", 0, NULL);
    }
    return info.buf;
}

void *minfer_allocate(const char *what, size_t size) {
    void *memory = minfer_malloc_maybe(size);
    if (memory == NULL && size > 0) {
        mp_obj_t args[] = {
            minfer_str(what),
            mp_obj_new_int_from_uint(size),
            mp_obj_new_int_from_uint(minfer_largest_free_block()),
        };
        minfer_raise(MINFER_MEMORY_ERROR, "%s: asked for %d bytes, the largest free block has %d", 3, args);
    }
    return memory;
}

mp_obj_t minfer_model_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    const mp_arg_t allowed[] = {
        { MP_QSTR_buffer, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_obj = MP_OBJ_NULL } },
        { MP_QSTR_arena, MP_ARG_OBJ, { .u_obj = mp_const_none } },
        { MP_QSTR_cores, MP_ARG_INT, { .u_int = MNF_MAX_PARTS } },
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, values);

    minfer_model_t *self = mp_obj_malloc(minfer_model_t, type);
    self->file = values[0].u_obj;
    self->owner = NULL;
    self->run = 0;
    if (values[2].u_int < 1 || values[2].u_int > MNF_MAX_PARTS) {
        mp_obj_t cores[] = { mp_obj_new_int(MNF_MAX_PARTS), mp_obj_new_int(values[2].u_int) };
        minfer_raise(&mp_type_ValueError, "cores: expected 1 to %d, found %d", 2, cores);
    }
    self->cores = MIN(values[2].u_int, MNF_CORES);
    mp_buffer_info_t info;
    mp_get_buffer_raise(self->file, &info, MP_BUFFER_READ);
    mnf_error_t error;
    if (!mnf_load(&self->engine, info.buf, info.len, &error)) {
        minfer_raise_model_error(&error);
    }
    size_t arena_size = self->engine.arena_size;
    self->arena = values[1].u_obj == mp_const_none
        ? mp_obj_new_bytearray_by_ref(arena_size, minfer_allocate("arena", arena_size)) : values[1].u_obj;
    minfer_arena(self);
    self->state = minfer_allocate("state", self->engine.header->state_size);
    self->engine.state = self->state;
    mnf_reset(&self->engine);
    size_t n_inputs = self->engine.header->n_inputs;
    self->inputs = minfer_new_tensors(self, 0, n_inputs);
    self->outputs = minfer_new_tensors(self, n_inputs, self->engine.header->n_outputs);
    return MP_OBJ_FROM_PTR(self);
}

mp_obj_t minfer_meta_lines(const minfer_model_t *self, const char *tag) {
    uint32_t length = 0;
    const char *text = mnf_meta(&self->engine, tag, &length);
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (uint32_t start = 0, end = 0; text != NULL && end < length; start = end + 1) {
        end = start;
        while (end < length && text[end] != '\n') {
            end++;
        }
        mp_obj_list_append(list, mp_obj_new_str(text + start, end - start));
    }
    size_t n;
    mp_obj_t *items;
    mp_obj_get_array(list, &n, &items);
    return mp_obj_new_tuple(n, items);
}

// A metadata record, as a str; empty where there is no such record.
static mp_obj_t meta_text(const minfer_model_t *self, const char *tag) {
    uint32_t length = 0;
    const char *text = mnf_meta(&self->engine, tag, &length);
    return text == NULL ? minfer_str("") : mp_obj_new_str(text, length);
}

// Of every operator, its name and its multiply-accumulates.
static mp_obj_t model_ops(const minfer_model_t *self) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (const mnf_op_t *op = mnf_first_op(&self->engine); op != NULL; op = mnf_next_op(&self->engine, op)) {
        mp_obj_t pair[] = { minfer_str(mnf_op_name(op->opcode)), mp_obj_new_int_from_uint(op->macs) };
        mp_obj_list_append(list, mp_obj_new_tuple(2, pair));
    }
    return list;
}

static mp_obj_t first_of(mp_obj_t tuple) {
    size_t n;
    mp_obj_t *items;
    mp_obj_get_array(tuple, &n, &items);
    return items[0];
}

void minfer_model_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    const minfer_model_t *self = MP_OBJ_TO_PTR(self_in);
    if (attr == MP_QSTR_input) {
        dest[0] = first_of(self->inputs);
    } else if (attr == MP_QSTR_inputs) {
        dest[0] = self->inputs;
    } else if (attr == MP_QSTR_output) {
        dest[0] = first_of(self->outputs);
    } else if (attr == MP_QSTR_outputs) {
        dest[0] = self->outputs;
    } else if (attr == MP_QSTR_name) {
        dest[0] = meta_text(self, "name");
    } else if (attr == MP_QSTR_labels) {
        dest[0] = minfer_meta_lines(self, "labl");
    } else if (attr == MP_QSTR_recipe) {
        dest[0] = meta_text(self, "rcpe");
    } else if (attr == MP_QSTR_ops) {
        dest[0] = model_ops(self);
    } else if (attr == MP_QSTR_arena) {
        dest[0] = self->arena;
    } else if (attr == MP_QSTR_arena_size) {
        dest[0] = mp_obj_new_int_from_uint(self->engine.arena_size);
    } else if (attr == MP_QSTR_state_size) {
        dest[0] = mp_obj_new_int_from_uint(self->engine.header->state_size);
    } else if (attr == MP_QSTR_cores) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->cores);
    } else if (attr == MP_QSTR_size) {
        dest[0] = mp_obj_new_int_from_uint(self->engine.header->file_size);
    } else {
        dest[1] = MP_OBJ_SENTINEL; // a method
    }
}

typedef mp_obj_t (*call_t)(minfer_model_t *self, mp_obj_t x, mp_obj_t out, bool real);

// run, predict and steps take the same arguments.
static mp_obj_t call(size_t n_args, const mp_obj_t *args, mp_map_t *kw, call_t function, bool real) {
    const mp_arg_t allowed[] = {
        { MP_QSTR_x, MP_ARG_OBJ, { .u_obj = mp_const_none } },
        { MP_QSTR_out, MP_ARG_OBJ, { .u_obj = mp_const_none } },
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    return function(MP_OBJ_TO_PTR(args[0]), values[0].u_obj, values[1].u_obj, real);
}

mp_obj_t minfer_model_run(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    return call(n_args, args, kw, minfer_run, false);
}

mp_obj_t minfer_model_predict(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    return call(n_args, args, kw, minfer_run, true);
}

mp_obj_t minfer_model_steps(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    return call(n_args, args, kw, minfer_new_steps, false);
}

// Forgets what earlier runs left in the state.
mp_obj_t minfer_model_reset(mp_obj_t self_in) {
    minfer_reset(MP_OBJ_TO_PTR(self_in));
    return mp_const_none;
}
