// The module `_minfer` and its types, as a firmware lays them down in flash.
#include "names.h"
#include "py/objexcept.h"

#define ENTRY(name, object) { MP_ROM_QSTR(name), MP_ROM_PTR(&object) },

static const mp_rom_map_elem_t model_table[] = { MODEL_NAMES(ENTRY) };
static MP_DEFINE_CONST_DICT(model_locals, model_table);

MP_DEFINE_CONST_OBJ_TYPE(
    minfer_model_type,
    MP_QSTR_Model,
    MP_TYPE_FLAG_NONE,
    make_new, minfer_model_make_new,
    attr, minfer_model_attr,
    locals_dict, &model_locals
    );

MP_DEFINE_CONST_OBJ_TYPE(
    minfer_steps_type,
    MP_QSTR_Steps,
    MP_TYPE_FLAG_ITER_IS_ITERNEXT,
    iter, minfer_steps_iternext
    );

MP_DEFINE_CONST_OBJ_TYPE(
    minfer_tensor_type,
    MP_QSTR_Tensor,
    MP_TYPE_FLAG_NONE,
    print, minfer_tensor_print,
    attr, minfer_tensor_attr
    );

MP_DEFINE_CONST_OBJ_TYPE(
    minfer_model_error_type,
    MP_QSTR_ModelError,
    MP_TYPE_FLAG_NONE,
    make_new, mp_obj_exception_make_new,
    print, mp_obj_exception_print,
    attr, mp_obj_exception_attr,
    parent, &mp_type_ValueError
    );

static const mp_rom_map_elem_t audio_table[] = { AUDIO_NAMES(ENTRY) };
static MP_DEFINE_CONST_DICT(audio_locals, audio_table);

#define AUDIO_TYPE(kind, class_name) \
    static MP_DEFINE_CONST_OBJ_TYPE(kind##_type, class_name, MP_TYPE_FLAG_NONE, \
    make_new, kind##_make_new, attr, minfer_audio_attr, locals_dict, &audio_locals);
AUDIO_KINDS(AUDIO_TYPE)

static const mp_rom_map_elem_t motion_table[] = { MOTION_NAMES(ENTRY) };
static MP_DEFINE_CONST_DICT(motion_locals, motion_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    minfer_motion_type,
    MP_QSTR_Motion,
    MP_TYPE_FLAG_NONE,
    make_new, minfer_motion_make_new,
    attr, minfer_motion_attr,
    locals_dict, &motion_locals
    );

static const mp_rom_map_elem_t picture_table[] = { PICTURE_NAMES(ENTRY) };
static MP_DEFINE_CONST_DICT(picture_locals, picture_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    minfer_picture_type,
    MP_QSTR_Picture,
    MP_TYPE_FLAG_NONE,
    make_new, minfer_picture_make_new,
    attr, minfer_picture_attr,
    locals_dict, &picture_locals
    );

static const mp_rom_map_elem_t module_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__minfer) },
    MODULE_NAMES(ENTRY)
};
static MP_DEFINE_CONST_DICT(module_globals, module_table);

const mp_obj_module_t minfer_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&module_globals,
};

MP_REGISTER_MODULE(MP_QSTR__minfer, minfer_module);
