// MicroPython on qemu-xtensa: as much of it as an ESP32 has, without its peripherals.
#include <alloca.h>
#include <stdint.h>

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

#define MICROPY_HW_BOARD_NAME "qemu-xtensa"
#define MICROPY_HW_MCU_NAME "Xtensa LX6"
#define MICROPY_PY_SYS_PLATFORM "qemu"

// What runs native modules for the ESP32.
#define MICROPY_EMIT_XTENSAWIN (1)
#define MICROPY_PERSISTENT_CODE_LOAD (1)

#define MICROPY_ENABLE_GC (1)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_FLOAT)
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_NLR_SETJMP (1)
#define MICROPY_USE_INTERNAL_ERRNO (1)

#define MICROPY_PY_ASYNCIO (0)
#define MICROPY_PY_SELECT (0)
#define MICROPY_PY_SYS_STDIO_BUFFER (0)
#define MICROPY_PY_MACHINE (0)
#define MICROPY_PY_TIME (1)

// Files are those of a ROMFS image that the command names.
#define MICROPY_VFS (1)
#define MICROPY_VFS_ROM (1)
#define MICROPY_VFS_ROM_IOCTL (1)
#define MICROPY_READER_VFS (1)

#define MP_SSIZE_MAX (0x7fffffff)
#define MP_NEED_LOG2 (1)
#define UINT_FMT "%u"
#define INT_FMT "%d"

typedef int32_t mp_int_t;
typedef uint32_t mp_uint_t;
typedef long mp_off_t;

#define MP_STATE_PORT MP_STATE_VM
