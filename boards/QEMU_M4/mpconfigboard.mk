# Arm's mps2-an386: a Cortex-M4 with FPU, the core of the STM32F4 and the nRF52.
QEMU_ARCH = arm
QEMU_MACHINE = mps2-an386

CFLAGS += -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard
CFLAGS += -DQEMU_SOC_MPS2 -DMICROPY_HW_MCU_NAME='"Cortex-M4"'
MPY_CROSS_FLAGS += -march=armv7emsp

SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb2.o
LDSCRIPT = mcu/arm/mps2.ld
include $(BOARD_DIR)/../QEMU/board.mk
