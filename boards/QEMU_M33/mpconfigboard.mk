# Arm's mps2-an505: a Cortex-M33 with FPU and DSP instructions, the core of the RP2350.
QEMU_ARCH = arm
QEMU_MACHINE = mps2-an505

# The architecture as the pico-sdk gives it for the RP2350.
CFLAGS += -mcpu=cortex-m33 -mthumb -march=armv8-m.main+fp+dsp -mfloat-abi=softfp -mcmse
CFLAGS += -I$(BOARD_DIR) -DMP_CONFIGFILE='"mpconfigboard.h"' -DMICROPY_HW_MCU_NAME='"Cortex-M33"'
MPY_CROSS_FLAGS += -march=armv7emsp

# As much as a Pico 2 has at the prompt, to a kilobyte.
MICROPY_HEAP_SIZE = 508928

FROZEN_MANIFEST ?= $(BOARD_DIR)/manifest.py
SRC_C += $(BOARD_DIR)/board.c
SRC_BOARD_O = shared/runtime/gchelper_generic.o
LDSCRIPT = $(BOARD_DIR)/an505.ld
LDFLAGS += -Wl,--wrap=mp_semihosting_init
