// What a firmware can do and a native module (.mpy) has to do in another way, together with module.c: natmod/ has the
// counterparts. The other files of this folder call only what py/dynruntime.h offers as well.
#ifndef MINFER_PORT_H
#define MINFER_PORT_H

#include "py/binary.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/objarray.h"
#include "py/objlist.h"
#include "py/objtuple.h"
#include "py/runtime.h"

// Of types of our own: they lie in flash.
typedef const mp_obj_type_t minfer_type_t;

#define MINFER_ARRAY_TYPE (&mp_type_array)
#define MINFER_MEMORYVIEW_TYPE (&mp_type_memoryview)
#define MINFER_MEMORY_ERROR (&mp_type_MemoryError)

// Ctrl-C and scheduled callbacks, between two operators.
static inline void minfer_poll(void) {
    mp_handle_pending(true);
}

// An exception to come is caught after minfer_nlr_push() has returned 0; then it returns again, with another number.
typedef nlr_buf_t minfer_nlr_t;
#define minfer_nlr_push(nlr) nlr_push(nlr)
#define minfer_nlr_raise_again(nlr) nlr_jump((nlr)->ret_val)

static inline bool minfer_is_dict(mp_obj_t obj) {
    return mp_obj_is_dict_or_ordereddict(obj);
}

// MP_OBJ_NULL where there is no such key.
static inline mp_obj_t minfer_dict_get(mp_obj_t dict, mp_obj_t key) {
    mp_map_elem_t *item = mp_map_lookup(mp_obj_dict_get_map(dict), key, MP_MAP_LOOKUP);
    return item == NULL ? MP_OBJ_NULL : item->value;
}

// Takes `*owner` for `token` where nobody has it. Ports without a GIL run threads on two cores at once.
static inline bool minfer_take_ownership(void *volatile *owner, void *token) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    bool free = *owner == NULL;
    if (free) {
        *owner = token;
    }
    MICROPY_END_ATOMIC_SECTION(state);
    return free;
}

// NULL where the heap has no such block.
static inline void *minfer_malloc_maybe(size_t size) {
    return m_malloc_maybe(size);
}

static inline size_t minfer_largest_free_block(void) {
    gc_info_t info;
    gc_info(&info);
    return info.max_free * MICROPY_BYTES_PER_GC_BLOCK;
}

#endif
