#include <mpconfigport.h>

// What these boards have beyond the port's own: a timer, and ROMFS in memory (board.c).
#undef MICROPY_PY_TIME
#define MICROPY_PY_TIME (1)
#undef MICROPY_VFS_ROM_IOCTL
#define MICROPY_VFS_ROM_IOCTL (1)

// The port's micro:bit takes no native code.
#if defined(QEMU_SOC_NRF51)
#define MICROPY_EMIT_THUMB (1)
#define MICROPY_EMIT_THUMB_ARMV7M (0)
#endif
