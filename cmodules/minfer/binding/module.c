// The module `_minfer` and its types, as a firmware lays them down in flash.
#include "binding.h"
#include "py/objexcept.h"

static MP_DEFINE_CONST_FUN_OBJ_KW(model_run_obj, 1, minfer_model_run);
static MP_DEFINE_CONST_FUN_OBJ_KW(model_predict_obj, 1, minfer_model_predict);
static MP_DEFINE_CONST_FUN_OBJ_1(model_reset_obj, minfer_model_reset);
static MP_DEFINE_CONST_FUN_OBJ_KW(model_steps_obj, 1, minfer_model_steps);

static const mp_rom_map_elem_t model_table[] = {
    { MP_ROM_QSTR(MP_QSTR_run), MP_ROM_PTR(&model_run_obj) },
    { MP_ROM_QSTR(MP_QSTR_predict), MP_ROM_PTR(&model_predict_obj) },
    { MP_ROM_QSTR(MP_QSTR_reset), MP_ROM_PTR(&model_reset_obj) },
    { MP_ROM_QSTR(MP_QSTR_steps), MP_ROM_PTR(&model_steps_obj) },
};
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

static MP_DEFINE_CONST_FUN_OBJ_KW(audio_write_obj, 1, minfer_audio_write);
static MP_DEFINE_CONST_FUN_OBJ_2(audio_take_obj, minfer_audio_take);
static MP_DEFINE_CONST_FUN_OBJ_1(audio_reset_obj, minfer_audio_reset);

static const mp_rom_map_elem_t audio_table[] = {
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&audio_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_take), MP_ROM_PTR(&audio_take_obj) },
    { MP_ROM_QSTR(MP_QSTR_reset), MP_ROM_PTR(&audio_reset_obj) },
};
static MP_DEFINE_CONST_DICT(audio_locals, audio_table);

// A front end for sound: its kind in C, its class in Python.
#define AUDIO(kind, class_name) \
    static mp_obj_t kind##_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) { \
        return minfer_new_audio(type, &kind, n_args, n_kw, args); \
    } \
    static MP_DEFINE_CONST_OBJ_TYPE(kind##_type, class_name, MP_TYPE_FLAG_NONE, \
    make_new, kind##_make_new, attr, minfer_audio_attr, locals_dict, &audio_locals)

AUDIO(mnf_micro_speech, MP_QSTR_MicroSpeech);
AUDIO(mnf_log_mel, MP_QSTR_LogMel);
AUDIO(mnf_mfcc, MP_QSTR_MFCC);

static MP_DEFINE_CONST_FUN_OBJ_KW(motion_write_obj, 1, minfer_motion_write);
static MP_DEFINE_CONST_FUN_OBJ_2(motion_take_obj, minfer_motion_take);
static MP_DEFINE_CONST_FUN_OBJ_1(motion_reset_obj, minfer_motion_reset);

static const mp_rom_map_elem_t motion_table[] = {
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&motion_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_take), MP_ROM_PTR(&motion_take_obj) },
    { MP_ROM_QSTR(MP_QSTR_reset), MP_ROM_PTR(&motion_reset_obj) },
};
static MP_DEFINE_CONST_DICT(motion_locals, motion_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    motion_type,
    MP_QSTR_Motion,
    MP_TYPE_FLAG_NONE,
    make_new, minfer_motion_make_new,
    attr, minfer_motion_attr,
    locals_dict, &motion_locals
    );

static MP_DEFINE_CONST_FUN_OBJ_KW(picture_write_obj, 1, minfer_picture_write);
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(picture_take_obj, 1, 2, minfer_picture_take);
static MP_DEFINE_CONST_FUN_OBJ_1(picture_reset_obj, minfer_picture_reset);

static const mp_rom_map_elem_t picture_table[] = {
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&picture_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_take), MP_ROM_PTR(&picture_take_obj) },
    { MP_ROM_QSTR(MP_QSTR_reset), MP_ROM_PTR(&picture_reset_obj) },
};
static MP_DEFINE_CONST_DICT(picture_locals, picture_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    picture_type,
    MP_QSTR_Picture,
    MP_TYPE_FLAG_NONE,
    make_new, minfer_picture_make_new,
    attr, minfer_picture_attr,
    locals_dict, &picture_locals
    );

// Names of the operators this firmware has.
static mp_obj_t ops(void) {
    mp_obj_t names = mp_obj_new_list(0, NULL);
    for (uint32_t opcode = 0; opcode < MNF_N_OPS; opcode++) {
        if (mnf_has_op(opcode)) {
            mp_obj_list_append(names, minfer_str(mnf_op_name(opcode)));
        }
    }
    return names;
}
static MP_DEFINE_CONST_FUN_OBJ_0(ops_obj, ops);

static const mp_rom_map_elem_t module_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__minfer) },
    { MP_ROM_QSTR(MP_QSTR_MicroSpeech), MP_ROM_PTR(&mnf_micro_speech_type) },
    { MP_ROM_QSTR(MP_QSTR_LogMel), MP_ROM_PTR(&mnf_log_mel_type) },
    { MP_ROM_QSTR(MP_QSTR_MFCC), MP_ROM_PTR(&mnf_mfcc_type) },
    { MP_ROM_QSTR(MP_QSTR_Model), MP_ROM_PTR(&minfer_model_type) },
    { MP_ROM_QSTR(MP_QSTR_ModelError), MP_ROM_PTR(&minfer_model_error_type) },
    { MP_ROM_QSTR(MP_QSTR_Motion), MP_ROM_PTR(&motion_type) },
    { MP_ROM_QSTR(MP_QSTR_ops), MP_ROM_PTR(&ops_obj) },
    { MP_ROM_QSTR(MP_QSTR_Picture), MP_ROM_PTR(&picture_type) },
    { MP_ROM_QSTR(MP_QSTR_Tensor), MP_ROM_PTR(&minfer_tensor_type) },
};
static MP_DEFINE_CONST_DICT(module_globals, module_table);

const mp_obj_module_t minfer_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&module_globals,
};

MP_REGISTER_MODULE(MP_QSTR__minfer, minfer_module);
