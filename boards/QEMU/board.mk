# What all QEMU boards here share: included by the mpconfigboard.mk of each.
QEMU_BOARDS := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
CFLAGS += -I$(QEMU_BOARDS) -DMP_CONFIGFILE='"mpconfigboard.h"'

# As much as a Pico 2 has at the prompt, to a kilobyte.
MICROPY_HEAP_SIZE ?= 508928

FROZEN_MANIFEST ?= $(QEMU_BOARDS)/manifest.py
SRC_C += $(QEMU_BOARDS)/board.c
ifeq ($(QEMU_ARCH),arm)
LDFLAGS += -Wl,--wrap=mp_semihosting_init -T $(QEMU_BOARDS)/arm.ld
endif
