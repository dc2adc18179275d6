# With PSRAM on eight lines; the board without a variant takes PSRAM on four, where there is any.
list(APPEND SDKCONFIG_DEFAULTS boards/sdkconfig.240mhz boards/sdkconfig.spiram_oct)
list(APPEND MICROPY_DEF_BOARD MICROPY_HW_BOARD_NAME="ESP32-S3 module with octal PSRAM \(minfer\)")
