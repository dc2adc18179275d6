#include <mpconfigport.h>

// What the emulated board has beyond the port's others: a timer, and ROMFS in its memory (board.c).
#undef MICROPY_PY_TIME
#define MICROPY_PY_TIME (1)
#undef MICROPY_VFS_ROM_IOCTL
#define MICROPY_VFS_ROM_IOCTL (1)
