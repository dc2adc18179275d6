// What a firmware can do and a native module (.mpy) has to do in another way, together with module.c. The other files of this
// folder call only what py/dynruntime.h offers as well, or what its function table holds under another name (nlr_push,
// nlr_jump, mp_getiter, mp_iternext).
#ifndef MINFER_PORT_H
#define MINFER_PORT_H

#include "py/binary.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/objarray.h"
#include "py/objlist.h"
#include "py/objtuple.h"
#include "py/runtime.h"

#define MINFER_ARRAY_TYPE (&mp_type_array)
#define MINFER_MEMORYVIEW_TYPE (&mp_type_memoryview)
#define MINFER_MEMORY_ERROR (&mp_type_MemoryError)

// Ctrl-C and scheduled callbacks, between two operators.
static inline void minfer_poll(void) {
    mp_handle_pending(true);
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
