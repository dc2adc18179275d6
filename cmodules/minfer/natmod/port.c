// What binding/port.h does by calls that a native module has not got.
#include "binding/binding.h"

mp_int_t minfer_natmod_get_int(mp_obj_t obj) {
    // The table's conversion drops what is beyond a word.
    const mp_int_t x = (mp_int_t)mp_fun_table.native_from_obj(obj, MP_NATIVE_TYPE_INT);
    if (!mp_obj_is_small_int(obj) && mp_binary_op(MP_BINARY_OP_EQUAL, mp_obj_new_int(x), obj) != mp_const_true) {
        minfer_raise(&mp_type_OverflowError, "overflow converting long int to machine word", 0, NULL);
    }
    return x;
}

#if defined(__ARM_PCS_VFP)

typedef union {
    float real;
    uint32_t bits;
} float_bits_t;
typedef mp_obj_t (*new_float_t)(uint32_t in_r0, float in_s0);
typedef uint32_t (*get_float_t)(mp_obj_t obj);
typedef void (*function_t)(void);

bool minfer_floats_in_r0;

static mp_obj_t new_float(uint32_t in_r0, float in_s0) {
    return ((new_float_t)(function_t)mp_fun_table.obj_new_float_from_f)(in_r0, in_s0);
}

void minfer_natmod_begin_floats(void) {
    const float_bits_t one = { 1 };
    minfer_floats_in_r0 = mp_obj_is_true(new_float(one.bits, 0));
}

mp_obj_t minfer_natmod_new_float(float x) {
    const float_bits_t same = { x };
    return new_float(same.bits, x);
}

float minfer_natmod_get_float(mp_obj_t obj) {
    if (minfer_floats_in_r0) {
        const float_bits_t x = { .bits = ((get_float_t)(function_t)mp_fun_table.obj_get_float_to_f)(obj) };
        return x.real;
    }
    return mp_fun_table.obj_get_float_to_f(obj);
}

#endif

mp_obj_t minfer_dict_get(mp_obj_t dict, mp_obj_t key) {
    mp_obj_t call[] = { MP_OBJ_NULL, MP_OBJ_NULL, key, MP_OBJ_FROM_PTR(&minfer_natmod) };
    mp_load_method(dict, MP_QSTR_get, call);
    mp_obj_t value = mp_fun_table.call_method_n_kw(2, 0, call);
    return value == call[3] ? MP_OBJ_NULL : value;
}

#if __GCC_ATOMIC_POINTER_LOCK_FREE == 2

bool minfer_take_ownership(void *volatile *owner, void *token) {
    void *nobody = NULL;
    return __atomic_compare_exchange_n(owner, &nobody, token, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

#else // RP2040 has two cores, and no instruction for this

// How often to try for the lock: who has it, on another core, gives it back at once. For one that this interrupts, waiting
// would never end.
#define ATTEMPTS 1000

static bool acquire(void) {
    mp_obj_t wait = mp_const_false;
    for (int i = 0; i < ATTEMPTS; i++) {
        if (mp_call_function_n_kw(minfer_natmod.acquire, 1, 0, &wait) == mp_const_true) {
            return true;
        }
    }
    return false;
}

bool minfer_take_ownership(void *volatile *owner, void *token) {
    const bool threads = minfer_natmod.acquire != mp_const_none;
    if (threads && !acquire()) {
        return false;
    }
    const bool free = *owner == NULL;
    if (free) {
        *owner = token;
    }
    if (threads) {
        mp_call_function_n_kw(minfer_natmod.release, 0, 0, NULL);
    }
    return free;
}

#endif

static bool has_block(size_t size) {
    void *block = minfer_malloc_maybe(size);
    m_free(block);
    return block != NULL;
}

size_t minfer_largest_free_block(void) {
    size_t fits = 0;
    size_t step = sizeof(mp_obj_t);
    while (has_block(fits + step)) {
        fits += step;
        step *= 2;
    }
    for (; step >= sizeof(mp_obj_t); step /= 2) {
        if (has_block(fits + step)) {
            fits += step;
        }
    }
    return fits;
}
