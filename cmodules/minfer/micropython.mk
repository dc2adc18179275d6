# minfer for MicroPython's make-based ports (unix, qemu, ...): see micropython.cmake for the others.
MINFER_DIR := $(USERMOD_DIR)

# Only binding/ names qstrs; the rest knows nothing of MicroPython and is not scanned for them.
SRC_USERMOD_C += $(wildcard $(MINFER_DIR)/binding/*.c)
MINFER_PARTS := engine ops signal kernels/extra
CFLAGS_USERMOD += -I$(MINFER_DIR) -I$(MINFER_DIR)/engine

ifeq ($(CMSIS_NN_LIB),)
MINFER_PARTS += kernels/portable kernels/m0plus kernels/dsp kernels/rv32 kernels/xtensa
CFLAGS_USERMOD += -I$(MINFER_DIR)/kernels/include
else
CFLAGS_USERMOD += -I$(CMSIS_NN_INCLUDE) -DMNF_CMSIS_NN
# Whole, since some ports name the libraries before the objects that need them; unused sections go.
LDFLAGS_USERMOD += -Wl,--whole-archive $(CMSIS_NN_LIB) -Wl,--no-whole-archive
SRC_USERMOD_LIB_C += $(MINFER_DIR)/kernels/portable/mnf_arith.c # operators use it too
endif

SRC_USERMOD_LIB_C += $(foreach part,$(MINFER_PARTS),$(wildcard $(MINFER_DIR)/$(part)/*.c))

# A finding of UBSan in the engine ends the program; one in MicroPython is only printed. No chip fuses a product and a sum
# of floats: all have the same results.
MINFER_CFLAGS := -O2 -ffp-contract=off -Wall -Wextra -Werror -fno-sanitize-recover=undefined
# Operators the firmware is to have, all if not said: MINFER_OPS="CONV_2D SOFTMAX ..."
MINFER_CFLAGS += $(if $(MINFER_OPS),-DMINFER_OPS $(addprefix -DMINFER_OP_,$(MINFER_OPS)))
MINFER_OBJECTS := $(BUILD)/$(notdir $(MINFER_DIR))
$(MINFER_OBJECTS)/binding/%.o: CFLAGS += -Wall -Wextra -Wno-unused-parameter -Werror
$(foreach part,$(MINFER_PARTS),$(eval $(MINFER_OBJECTS)/$(part)/%.o: CFLAGS += $(MINFER_CFLAGS)))
