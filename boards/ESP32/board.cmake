# What the ESP32 boards share. Each is MicroPython's generic board of its chip, MINFER_GENERIC, as the MicroPython that is
# built has it, with ROMFS in a partition of its own and minfer's Python frozen in.
set(MINFER_ESP32_DIR ${CMAKE_CURRENT_LIST_DIR})
include(${CMAKE_SOURCE_DIR}/boards/${MINFER_GENERIC}/mpconfigboard.cmake)

# ESP-IDF looks for the table in MicroPython's folder where it has no absolute path.
configure_file(${MINFER_ESP32_DIR}/sdkconfig.partitions.in ${CMAKE_BINARY_DIR}/sdkconfig.partitions @ONLY)
list(APPEND SDKCONFIG_DEFAULTS ${CMAKE_BINARY_DIR}/sdkconfig.partitions)

set(MICROPY_FROZEN_MANIFEST ${MINFER_ESP32_DIR}/manifest.py)
