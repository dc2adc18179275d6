# QEMU's own RISC-V machine, as RV32IMAC: the instructions of the ESP32-C3, C6 and H2, and with no FPU either.
QEMU_ARCH = riscv32
QEMU_MACHINE = virt

CFLAGS += -DQEMU_SOC_VIRT -DMICROPY_HW_MCU_NAME='"RV32IMAC"'
MPY_CROSS_FLAGS += -march=rv32imc
# The compiler has its libraries under a name without the extensions that the port asks for.
LIBS = -march=rv32imac

SRC_BOARD_O += shared/runtime/gchelper_native.o shared/runtime/gchelper_rv32i.o
LDSCRIPT = mcu/rv32/virt.ld
include $(BOARD_DIR)/../QEMU/board.mk
