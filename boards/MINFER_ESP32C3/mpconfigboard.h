#include "boards/ESP32_GENERIC_C3/mpconfigboard.h"

#undef MICROPY_HW_BOARD_NAME
#define MICROPY_HW_BOARD_NAME "ESP32-C3 module (minfer)"

// ROMFS, in the partition of that name.
#define MICROPY_VFS_ROM (1)
