#define MICROPY_HW_BOARD_NAME "Raspberry Pi Pico 2 (minfer)"

// 4 MB of flash: 1 MB for the firmware, then ROMFS for models, then the file system.
#define MICROPY_HW_ROMFS_BYTES (1024 * 1024)
#define MICROPY_HW_FLASH_STORAGE_BYTES (PICO_FLASH_SIZE_BYTES - 1024 * 1024 - MICROPY_HW_ROMFS_BYTES)
