// Exceptions with words: what was expected, what was found.
#include <string.h>

#include "binding.h"

mp_obj_t minfer_str(const char *text) {
    return mp_obj_new_str(text, strlen(text));
}

mp_obj_t minfer_format(const char *format, size_t n, const mp_obj_t *args) {
    return mp_binary_op(MP_BINARY_OP_MODULO, minfer_str(format), mp_obj_new_tuple(n, args));
}

void minfer_raise(const mp_obj_type_t *type, const char *format, size_t n, const mp_obj_t *args) {
    mp_raise_type_arg(type, minfer_format(format, n, args));
}

void minfer_raise_model_error(const mnf_error_t *error) {
    mp_obj_t numbers[] = { mp_obj_new_int(error->expected), mp_obj_new_int(error->found) };
    mp_obj_t reason = minfer_format(mnf_reason_text(error->reason), 2, numbers);
    if (error->op >= 0) {
        const char *name = mnf_op_name((uint32_t)error->opcode);
        mp_obj_t opcode = name == NULL ? mp_obj_new_int(error->opcode) : minfer_str(name);
        mp_obj_t args[] = { mp_obj_new_int(error->op), opcode, reason };
        minfer_raise(&minfer_model_error_type, "operator %d (%s): %s", 3, args);
    }
    if (error->tensor >= 0) {
        mp_obj_t args[] = { mp_obj_new_int(error->tensor), reason };
        minfer_raise(&minfer_model_error_type, "tensor %d: %s", 2, args);
    }
    mp_raise_type_arg(&minfer_model_error_type, reason);
}
