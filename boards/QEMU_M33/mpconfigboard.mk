# Arm's mps2-an505: a Cortex-M33 with FPU and DSP instructions, the core of the RP2350.
QEMU_ARCH = arm
QEMU_MACHINE = mps2-an505

# The architecture as the pico-sdk gives it for the RP2350.
CFLAGS += -mcpu=cortex-m33 -mthumb -march=armv8-m.main+fp+dsp -mfloat-abi=softfp -mcmse
CFLAGS += -DMICROPY_HW_MCU_NAME='"Cortex-M33"'
MPY_CROSS_FLAGS += -march=armv7emsp

SRC_BOARD_O = shared/runtime/gchelper_generic.o
LDSCRIPT = $(BOARD_DIR)/an505.ld
include $(BOARD_DIR)/../QEMU/board.mk
