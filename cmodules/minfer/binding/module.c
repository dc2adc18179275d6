// The module `_minfer`.
#include "binding.h"
#include "py/objexcept.h"

MP_DEFINE_CONST_OBJ_TYPE(
    minfer_model_error_type,
    MP_QSTR_ModelError,
    MP_TYPE_FLAG_NONE,
    make_new, mp_obj_exception_make_new,
    print, mp_obj_exception_print,
    attr, mp_obj_exception_attr,
    parent, &mp_type_ValueError
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
    { MP_ROM_QSTR(MP_QSTR_Model), MP_ROM_PTR(&minfer_model_type) },
    { MP_ROM_QSTR(MP_QSTR_ModelError), MP_ROM_PTR(&minfer_model_error_type) },
    { MP_ROM_QSTR(MP_QSTR_ops), MP_ROM_PTR(&ops_obj) },
    { MP_ROM_QSTR(MP_QSTR_Tensor), MP_ROM_PTR(&minfer_tensor_type) },
};
static MP_DEFINE_CONST_DICT(module_globals, module_table);

const mp_obj_module_t minfer_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&module_globals,
};

MP_REGISTER_MODULE(MP_QSTR__minfer, minfer_module);
