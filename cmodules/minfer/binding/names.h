// What `_minfer` and its types hold by name: a firmware (module.c) lays it down in flash, a native module
// (natmod/module.c) makes it at import.
#ifndef MINFER_NAMES_H
#define MINFER_NAMES_H

#include "binding.h"

static MP_DEFINE_CONST_FUN_OBJ_KW(model_run_obj, 1, minfer_model_run);
static MP_DEFINE_CONST_FUN_OBJ_KW(model_predict_obj, 1, minfer_model_predict);
static MP_DEFINE_CONST_FUN_OBJ_1(model_reset_obj, minfer_model_reset);
static MP_DEFINE_CONST_FUN_OBJ_KW(model_steps_obj, 1, minfer_model_steps);

#define MODEL_NAMES(X) \
    X(MP_QSTR_run, model_run_obj) \
    X(MP_QSTR_predict, model_predict_obj) \
    X(MP_QSTR_reset, model_reset_obj) \
    X(MP_QSTR_steps, model_steps_obj)

static MP_DEFINE_CONST_FUN_OBJ_KW(audio_write_obj, 1, minfer_audio_write);
static MP_DEFINE_CONST_FUN_OBJ_2(audio_take_obj, minfer_audio_take);
static MP_DEFINE_CONST_FUN_OBJ_1(audio_reset_obj, minfer_audio_reset);

#define AUDIO_NAMES(X) \
    X(MP_QSTR_write, audio_write_obj) \
    X(MP_QSTR_take, audio_take_obj) \
    X(MP_QSTR_reset, audio_reset_obj)

// The front ends for sound: kind in C, class in Python.
#define AUDIO_KINDS(X) \
    X(mnf_micro_speech, MP_QSTR_MicroSpeech) \
    X(mnf_log_mel, MP_QSTR_LogMel) \
    X(mnf_mfcc, MP_QSTR_MFCC)

#define AUDIO_MAKE_NEW(kind, class_name) \
    static mp_obj_t kind##_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) { \
        return minfer_new_audio(type, &kind, n_args, n_kw, args); \
    }
AUDIO_KINDS(AUDIO_MAKE_NEW)

static MP_DEFINE_CONST_FUN_OBJ_KW(motion_write_obj, 1, minfer_motion_write);
static MP_DEFINE_CONST_FUN_OBJ_2(motion_take_obj, minfer_motion_take);
static MP_DEFINE_CONST_FUN_OBJ_1(motion_reset_obj, minfer_motion_reset);

#define MOTION_NAMES(X) \
    X(MP_QSTR_write, motion_write_obj) \
    X(MP_QSTR_take, motion_take_obj) \
    X(MP_QSTR_reset, motion_reset_obj)

static MP_DEFINE_CONST_FUN_OBJ_KW(picture_write_obj, 1, minfer_picture_write);
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(picture_take_obj, 1, 2, minfer_picture_take);
static MP_DEFINE_CONST_FUN_OBJ_1(picture_reset_obj, minfer_picture_reset);

#define PICTURE_NAMES(X) \
    X(MP_QSTR_write, picture_write_obj) \
    X(MP_QSTR_take, picture_take_obj) \
    X(MP_QSTR_reset, picture_reset_obj)

// Names of the operators this build has.
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

#define MODULE_NAMES(X) \
    X(MP_QSTR_MicroSpeech, mnf_micro_speech_type) \
    X(MP_QSTR_LogMel, mnf_log_mel_type) \
    X(MP_QSTR_MFCC, mnf_mfcc_type) \
    X(MP_QSTR_Model, minfer_model_type) \
    X(MP_QSTR_ModelError, minfer_model_error_type) \
    X(MP_QSTR_Motion, minfer_motion_type) \
    X(MP_QSTR_ops, ops_obj) \
    X(MP_QSTR_Picture, minfer_picture_type) \
    X(MP_QSTR_Tensor, minfer_tensor_type)

#endif
