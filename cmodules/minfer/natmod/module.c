// The module `_minfer` and its types, as a native module makes them at import.
#include "binding/names.h"

// Room for a type and its slots.
#define TYPE(name) mp_obj_type_t name = { .slots = { [3] = NULL } }

// These are all the variables there are, and none is static: mpy_ld.py reaches them through a table of addresses in the
// code. There the collector, which follows pointers to the start of a block alone, finds that of whichever comes first.
minfer_natmod_t minfer_natmod;

TYPE(minfer_model_type);
TYPE(minfer_steps_type);
TYPE(minfer_tensor_type);
TYPE(minfer_model_error_type);
TYPE(minfer_motion_type);
TYPE(minfer_picture_type);
#define AUDIO_TYPE(kind, class_name) TYPE(kind##_type);
AUDIO_KINDS(AUDIO_TYPE)

static void begin_type(mp_obj_type_t *type, qstr name, uint16_t flags) {
    type->base.type = &mp_type_type;
    type->flags = flags;
    type->name = name;
}

typedef void (*attr_t)(mp_obj_t self, qstr attr, mp_obj_t *dest);
typedef mp_obj_t (*make_new_t)(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);

// A type with a constructor, attributes and the methods of `locals`.
static void make_type(mp_obj_type_t *type, qstr name, make_new_t make_new, attr_t attr, mp_obj_t locals) {
    begin_type(type, name, MP_TYPE_FLAG_NONE);
    MP_OBJ_TYPE_SET_SLOT(type, make_new, make_new, 0);
    MP_OBJ_TYPE_SET_SLOT(type, attr, attr, 1);
    MP_OBJ_TYPE_SET_SLOT(type, locals_dict, MP_OBJ_TO_PTR(locals), 2);
}

static void store(mp_obj_t dict, qstr name, const void *object) {
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(name), MP_OBJ_FROM_PTR(object));
}

#define STORE(name, object) store(dict, name, &object);

static mp_obj_t model_locals(void) {
    mp_obj_t dict = mp_obj_new_dict(4);
    MODEL_NAMES(STORE)
    return dict;
}

static mp_obj_t audio_locals(void) {
    mp_obj_t dict = mp_obj_new_dict(3);
    AUDIO_NAMES(STORE)
    return dict;
}

static mp_obj_t motion_locals(void) {
    mp_obj_t dict = mp_obj_new_dict(3);
    MOTION_NAMES(STORE)
    return dict;
}

static mp_obj_t picture_locals(void) {
    mp_obj_t dict = mp_obj_new_dict(3);
    PICTURE_NAMES(STORE)
    return dict;
}

static void make_types(void) {
    make_type(&minfer_model_type, MP_QSTR_Model, minfer_model_make_new, minfer_model_attr, model_locals());

    begin_type(&minfer_steps_type, MP_QSTR_Steps, MP_TYPE_FLAG_ITER_IS_ITERNEXT);
    MP_OBJ_TYPE_SET_SLOT(&minfer_steps_type, iter, minfer_steps_iternext, 0);

    begin_type(&minfer_tensor_type, MP_QSTR_Tensor, MP_TYPE_FLAG_NONE);
    MP_OBJ_TYPE_SET_SLOT(&minfer_tensor_type, print, minfer_tensor_print, 0);
    MP_OBJ_TYPE_SET_SLOT(&minfer_tensor_type, attr, minfer_tensor_attr, 1);

    begin_type(&minfer_model_error_type, MP_QSTR_ModelError, MP_TYPE_FLAG_NONE);
    MP_OBJ_TYPE_SET_SLOT(&minfer_model_error_type, make_new, mp_obj_exception_make_new, 0);
    MP_OBJ_TYPE_SET_SLOT(&minfer_model_error_type, print, mp_obj_exception_print, 1);
    MP_OBJ_TYPE_SET_SLOT(&minfer_model_error_type, attr, mp_obj_exception_attr, 2);
    MP_OBJ_TYPE_SET_SLOT(&minfer_model_error_type, parent, &mp_type_ValueError, 3);

    make_type(&minfer_motion_type, MP_QSTR_Motion, minfer_motion_make_new, minfer_motion_attr, motion_locals());
    make_type(&minfer_picture_type, MP_QSTR_Picture, minfer_picture_make_new, minfer_picture_attr, picture_locals());
    mp_obj_t locals = audio_locals();
    #define MAKE_AUDIO_TYPE(kind, class_name) \
    make_type(&kind##_type, class_name, kind##_make_new, minfer_audio_attr, locals);
    AUDIO_KINDS(MAKE_AUDIO_TYPE)
}

// What handover.py calls, once, with what minfer_natmod_t has room for; then the module is complete.
static mp_obj_t take_over(mp_obj_fun_bc_t *self, size_t n_args, size_t n_kw, mp_obj_t *args) {
    const size_t expected = sizeof(minfer_natmod_t) / sizeof(mp_obj_t);
    mp_arg_check_num(n_args, n_kw, expected, expected, false);
    mp_obj_t *members = (mp_obj_t *)&minfer_natmod;
    for (size_t i = 0; i < n_args; i++) {
        members[i] = args[i];
    }
    #if defined(__ARM_PCS_VFP)
    minfer_natmod_begin_floats();
    #endif
    make_types();
    mp_obj_t dict = MP_OBJ_FROM_PTR(self->context->module.globals);
    MODULE_NAMES(STORE)
    return mp_const_none;
}

mp_obj_t mpy_init(mp_obj_fun_bc_t *self, size_t n_args, size_t n_kw, mp_obj_t *args) {
    MP_DYNRUNTIME_INIT_ENTRY
    mp_store_global(MP_QSTR__take_over, MP_DYNRUNTIME_MAKE_FUNCTION(take_over));
    MP_DYNRUNTIME_INIT_EXIT
}
