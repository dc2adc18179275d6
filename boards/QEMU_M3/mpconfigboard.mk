# Arm's mps2-an385: a Cortex-M3.
QEMU_ARCH = arm
QEMU_MACHINE = mps2-an385

CFLAGS += -mcpu=cortex-m3 -mthumb -mfloat-abi=soft
CFLAGS += -DQEMU_SOC_MPS2 -DMICROPY_HW_MCU_NAME='"Cortex-M3"'
MPY_CROSS_FLAGS += -march=armv7m

SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb2.o
LDSCRIPT = mcu/arm/mps2.ld
include $(BOARD_DIR)/../QEMU/board.mk
