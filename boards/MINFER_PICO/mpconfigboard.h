#define MICROPY_HW_BOARD_NAME "Raspberry Pi Pico (minfer)"

// 2 MB of flash: 640 KB for the firmware, then ROMFS for models, then the file system.
#define MICROPY_HW_ROMFS_BYTES (512 * 1024)
#define MICROPY_HW_FLASH_STORAGE_BYTES (PICO_FLASH_SIZE_BYTES - 640 * 1024 - MICROPY_HW_ROMFS_BYTES)
