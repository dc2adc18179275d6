// MicroPython as a process on qemu-xtensa: firmware.elf [ROMFS-IMAGE [SCRIPT]]. The image is mapped, and mounted at /rom; a script is run there.
// Without one the REPL is on the standard input and output.
#include <process.h>

#include "py/builtin.h"
#include "py/compile.h"
#include "py/gc.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/objarray.h"
#include "py/runtime.h"
#include "py/stackctrl.h"
#include "extmod/vfs.h"
#include "shared/runtime/pyexec.h"

#define HEAP_BYTES (512 * 1024)
#define STACK_BYTES (64 * 1024)
#define ROMFS_BASE (0x20000000)

enum { READ = 12, WRITE = 13, CLOCK_GETTIME = 245, MONOTONIC = 1 };

void spill_windows(int calls);
void abort(void);

static uint32_t heap[HEAP_BYTES / sizeof(uint32_t)];
static size_t romfs_bytes;

// Registers of all but the last few calls go to the stack when the register file, of at most 64, is full.
MP_NOINLINE void spill_windows(int calls) {
    if (calls > 0) {
        spill_windows(calls - 1);
        __asm__ volatile ("" ::: "memory"); // so that this is no loop
    }
}

// The stack below holds what was spilled, and nothing that these calls have in registers matters.
static MP_NOINLINE void collect_from_stack(int calls) {
    if (calls > 0) {
        collect_from_stack(calls - 1);
        __asm__ volatile ("" ::: "memory");
        return;
    }
    void **sp = __builtin_frame_address(0);
    gc_collect_root(sp, ((uintptr_t)MP_STATE_THREAD(stack_top) - (uintptr_t)sp) / sizeof(void *));
}

void gc_collect(void) {
    gc_collect_start();
    collect_from_stack(9);
    gc_collect_end();
}

mp_uint_t mp_hal_stdout_tx_strn(const char *text, size_t length) {
    return (mp_uint_t)system_call(WRITE, 1, (uintptr_t)text, length, 0, 0, 0);
}

int mp_hal_stdin_rx_chr(void) {
    uint8_t c;
    if (system_call(READ, 0, (uintptr_t)&c, 1, 0, 0, 0) != 1) {
        leave(0);
    }
    return c;
}

uintptr_t mp_hal_stdio_poll(uintptr_t flags) {
    return 0;
}

static uint64_t now_us(void) {
    int32_t time[2]; // seconds, nanoseconds
    system_call(CLOCK_GETTIME, MONOTONIC, (uintptr_t)time, 0, 0, 0, 0);
    return (uint64_t)time[0] * 1000000 + (uint32_t)time[1] / 1000;
}

mp_uint_t mp_hal_ticks_us(void) {
    return (mp_uint_t)now_us();
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return (mp_uint_t)now_us();
}

mp_uint_t mp_hal_ticks_ms(void) {
    return (mp_uint_t)(now_us() / 1000);
}

uint64_t mp_hal_time_ns(void) {
    return now_us() * 1000;
}

void mp_hal_delay_us(mp_uint_t us) {
    for (const uint64_t end = now_us() + us; now_us() < end;) {
    }
}

void mp_hal_delay_ms(mp_uint_t ms) {
    for (const uint64_t end = now_us() + (uint64_t)ms * 1000; now_us() < end;) {
        mp_handle_pending(true);
    }
}

mp_obj_t mp_vfs_rom_ioctl(size_t n_args, const mp_obj_t *args) {
    switch (mp_obj_get_int(args[0])) {
        case MP_VFS_ROM_IOCTL_GET_NUMBER_OF_SEGMENTS:
            return MP_OBJ_NEW_SMALL_INT(romfs_bytes != 0);
        case MP_VFS_ROM_IOCTL_GET_SEGMENT:
            return mp_obj_new_memoryview('B', romfs_bytes, (void *)ROMFS_BASE);
        default:
            return MP_OBJ_NEW_SMALL_INT(-MP_EINVAL);
    }
}

static int run_script(const char *name) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val));
        return 1;
    }
    mp_vfs_chdir(MP_OBJ_NEW_QSTR(qstr_from_str("/rom")));
    mp_store_global(MP_QSTR___file__, MP_OBJ_NEW_QSTR(qstr_from_str(name)));
    nlr_pop();
    return pyexec_file(name) == 0;
}

static void run_repl(void) {
    while ((pyexec_mode_kind == PYEXEC_MODE_RAW_REPL ? pyexec_raw_repl() : pyexec_friendly_repl()) == 0) {
    }
}

void start(char **argv) {
    mp_stack_ctrl_init();
    mp_stack_set_limit(STACK_BYTES);
    gc_init(heap, heap + MP_ARRAY_SIZE(heap));
    if (argv[1] != NULL) {
        romfs_bytes = map_file(argv[1], ROMFS_BASE);
    }
    mp_init();
    int code = 0;
    if (argv[1] != NULL && argv[2] != NULL) {
        code = run_script(argv[2]);
    } else {
        run_repl();
    }
    mp_deinit();
    leave(code);
}

void nlr_jump_fail(void *value) {
    (void)value;
    leave(3);
}

void abort(void) {
    leave(4);
}
