// A variant may have named the board.
#ifndef MICROPY_HW_BOARD_NAME
#define MICROPY_HW_BOARD_NAME "ESP32-S3 module (minfer)"
#endif

#include "boards/ESP32_GENERIC_S3/mpconfigboard.h"

// ROMFS, in the partition of that name.
#define MICROPY_VFS_ROM (1)
