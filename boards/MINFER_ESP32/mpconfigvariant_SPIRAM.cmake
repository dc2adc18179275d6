# With PSRAM, which the Python heap then includes.
list(APPEND SDKCONFIG_DEFAULTS boards/sdkconfig.spiram)
list(APPEND MICROPY_DEF_BOARD MICROPY_HW_BOARD_NAME="ESP32 module with PSRAM \(minfer\)")
