// binding/port.h for a native module: what py/dynruntime.h lacks, from the function table or from handover.py.
#ifndef MINFER_NATMOD_PORT_H
#define MINFER_NATMOD_PORT_H

#include "py/dynruntime.h"
#include "py/objarray.h"

// Types are made at import.
typedef mp_obj_type_t minfer_type_t;

// What handover.py hands over, in its order.
typedef struct {
    mp_obj_t array_type;
    mp_obj_t memoryview_type;
    mp_obj_t float_type;
    mp_obj_t value_error;
    mp_obj_t type_error;
    mp_obj_t runtime_error;
    mp_obj_t overflow_error;
    mp_obj_t memory_error;
    mp_obj_t poll;
    mp_obj_t acquire; // of a lock; None where the firmware has no threads
    mp_obj_t release;
} minfer_natmod_t;

extern minfer_natmod_t minfer_natmod;

// dynruntime.h looks these up as globals of the caller, who may use the names for something else.
#undef mp_type_ValueError
#undef mp_type_TypeError
#undef mp_type_RuntimeError
#define mp_type_ValueError (*(const mp_obj_type_t *)minfer_natmod.value_error)
#define mp_type_TypeError (*(const mp_obj_type_t *)minfer_natmod.type_error)
#define mp_type_RuntimeError (*(const mp_obj_type_t *)minfer_natmod.runtime_error)
#define mp_type_OverflowError (*(const mp_obj_type_t *)minfer_natmod.overflow_error)
#define MINFER_MEMORY_ERROR ((const mp_obj_type_t *)minfer_natmod.memory_error)
#define MINFER_ARRAY_TYPE ((const mp_obj_type_t *)minfer_natmod.array_type)
#define MINFER_MEMORYVIEW_TYPE ((const mp_obj_type_t *)minfer_natmod.memoryview_type)

// Those of obj.h compare addresses that are constants in a firmware.
#undef mp_obj_is_type
#undef mp_obj_is_float
#define mp_obj_is_type(obj, type) (mp_obj_get_type(obj) == (type))
#define mp_obj_is_float(obj) mp_obj_is_type(obj, (const mp_obj_type_t *)minfer_natmod.float_type)

// natmod/port.c

// An integer of the machine's word; OverflowError where it does not fit.
mp_int_t minfer_natmod_get_int(mp_obj_t obj);
bool minfer_take_ownership(void *volatile *owner, void *token);
size_t minfer_largest_free_block(void);
// The value under `key`, MP_OBJ_NULL where there is none.
mp_obj_t minfer_dict_get(mp_obj_t dict, mp_obj_t key);

#undef mp_obj_get_int
#define mp_obj_get_int(obj) minfer_natmod_get_int(obj)

// Firmware for cores with an FPU passes floats in its registers or, as the RP2350's does (-mfloat-abi=softfp), in those for
// integers. Both take the same modules.
#if defined(__ARM_PCS_VFP)
// Finds out which, at import.
void minfer_natmod_begin_floats(void);
mp_obj_t minfer_natmod_new_float(float x);
float minfer_natmod_get_float(mp_obj_t obj);
#undef mp_obj_new_float_from_f
#undef mp_obj_get_float_to_f
#define mp_obj_new_float_from_f(x) minfer_natmod_new_float(x)
#define mp_obj_get_float_to_f(obj) minfer_natmod_get_float(obj)
#endif

static inline bool minfer_is_dict(mp_obj_t obj) {
    // OrderedDict has another type, and the same constructor.
    const mp_obj_type_t *type = mp_obj_get_type(obj);
    return MP_OBJ_TYPE_GET_SLOT_OR_NULL(type, make_new) == MP_OBJ_TYPE_GET_SLOT(mp_fun_table.type_dict, make_new);
}

// The table's iterator is the buffer itself.
#define mp_getiter(obj, buffer) (mp_fun_table.getiter(obj, buffer), MP_OBJ_FROM_PTR(buffer))
#define mp_iternext(iterator) mp_fun_table.iternext(MP_OBJ_TO_PTR(iterator))

// Room for what a firmware saves beyond the registers of this module's own instruction set.
typedef struct {
    nlr_buf_t buf;
    void *more[8];
} minfer_nlr_t;

#if defined(__XTENSA_WINDOWED_ABI__)
// Firmware saves registers by setjmp() there, which must be called by the function that it may return to.
typedef int (*minfer_setjmp_t)(void **registers);
#define minfer_nlr_push(nlr) \
    (mp_fun_table.nlr_push(&(nlr)->buf), ((minfer_setjmp_t)mp_fun_table.setjmp_)((nlr)->buf.regs))
#else
#define minfer_nlr_push(nlr) mp_fun_table.nlr_push(&(nlr)->buf)
#endif
#define nlr_pop() mp_fun_table.nlr_pop()
#define minfer_nlr_raise_again(nlr) mp_raise_dyn(MP_OBJ_FROM_PTR((nlr)->buf.ret_val))

// Ctrl-C and scheduled callbacks, between two operators.
static inline void minfer_poll(void) {
    mp_obj_t arg = mp_const_false;
    mp_call_function_n_kw(minfer_natmod.poll, 1, 0, &arg);
}

// NULL where the heap has no such block.
static inline void *minfer_malloc_maybe(size_t size) {
    return mp_fun_table.realloc_(NULL, size, false);
}

#endif
