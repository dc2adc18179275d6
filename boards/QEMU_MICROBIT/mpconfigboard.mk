# The BBC micro:bit: a Cortex-M0, which has ARMv6-M and no more. With the memory that MicroPython's qemu port gives it:
# 1 MB of flash and 256 KB of RAM, as a chip of the RP2040's class has.
QEMU_ARCH = arm
QEMU_MACHINE = microbit

CFLAGS += -mcpu=cortex-m0 -mthumb -mfloat-abi=soft
CFLAGS += -DQEMU_SOC_NRF51 -DMICROPY_HW_MCU_NAME='"nRF51"'
MPY_CROSS_FLAGS += -march=armv6m
# All but 32 KB.
MICROPY_HEAP_SIZE = 229376

SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb1.o
LDSCRIPT = mcu/arm/nrf51.ld
include $(BOARD_DIR)/../QEMU/board.mk
