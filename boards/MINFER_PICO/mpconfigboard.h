#define MICROPY_HW_BOARD_NAME "Raspberry Pi Pico (minfer)"

// 2 MB of flash: 640 KB for the firmware, then ROMFS for models, then the file system.
#define MICROPY_HW_ROMFS_BYTES (512 * 1024)
#define MICROPY_HW_FLASH_STORAGE_BYTES (PICO_FLASH_SIZE_BYTES - 640 * 1024 - MICROPY_HW_ROMFS_BYTES)

// Four times MicroPython's usual window: models arrive through the prompt.
#define MICROPY_HW_STDIN_BUFFER_LEN (1024)
#define MICROPY_REPL_STDIN_BUFFER_MAX (1024)
