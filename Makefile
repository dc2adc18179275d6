# minfer: each target does all the set-up it needs on a Debian 12, and none that is done already.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test bench fuzz firmware natmod repl emulator clean

TARGET ?= unix
MINUTES ?= 2
export PYTHON ?= python3
export MICROPYTHON_DIR PICO_SDK_PATH IDF_PATH CMSIS_NN_LIB CMSIS_NN_INCLUDE MINFER_OPS

python := build/venv/bin/python
engine := $(shell find cmodules/minfer -name '*.[ch]' -not -path '*/binding/*' -not -path '*/natmod/*')

repl_unix := build/unix/micropython
repl_unix-asan := build/unix-asan/micropython
repl_pico := $(python) firmware/emulator/pico.py build/pico/firmware.uf2
repl_qemu-xtensa := qemu-xtensa -cpu de233_fpu build/qemu-xtensa/firmware.elf
repl_qemu-m33 := qemu-system-arm -machine mps2-an505 -nographic -semihosting -kernel build/qemu-m33/firmware.elf
repl_qemu-rv32 := qemu-system-riscv32 -machine virt -bios none -nographic -kernel build/qemu-rv32/firmware.elf

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

demo: build/stamps/host ## Recognise handwritten digits with a network inside MicroPython
	@firmware/build.sh unix
	@$(python) examples/digits/demo.py

test: build/stamps/host build/stamps/test build/stamps/emulator ## Build every firmware and run every test
	@firmware/setup.sh debian clang-14 libclang-rt-14-dev
	@for target in unix unix-asan unix-stock pico pico-stock pico2 qemu-m33 qemu-rv32 qemu-xtensa \
		microbit-stock qemu-m3-stock qemu-m4-stock qemu-m33-stock qemu-rv32-stock qemu-xtensa-stock; do \
		firmware/build.sh $$target || exit; done
	@firmware/setup.sh pypi pyelftools
	@$(python) firmware/natmod.py all
	@rm -f build/models.md
	@# Twice as many as the cores: half of the time they wait for an emulator.
	@$(python) -m pytest -n 4 --dist worksteal tests
	@if [ -e build/models.md ]; then echo "What real models cost on a Pico: build/models.md"; fi

bench: build/stamps/host build/stamps/emulator ## Count instructions, cycles and bytes: MODELS=kws,vww ON=m0plus,pico COMPARE=OLD.json
	@firmware/setup.sh debian ninja-build gcc-arm-none-eabi libnewlib-arm-none-eabi gcc-riscv64-unknown-elf \
		picolibc-riscv64-unknown-elf qemu-system-arm qemu-system-misc
	@firmware/setup.sh xtensa
	@$(if $(findstring pico,$(or $(ON),pico)),firmware/build.sh pico)
	@$(python) tests/bench/bench.py $(if $(MODELS),--models $(MODELS)) $(if $(ON),--on $(ON)) \
		$(if $(COMPARE),--compare $(COMPARE))

fuzz: build/stamps/host build/stamps/test ## Break model files at random, for MINUTES=2
	@firmware/setup.sh debian clang-14 libclang-rt-14-dev
	@$(python) tests/fuzz/fuzz.py $(MINUTES)

firmware: build/stamps/host ## Build the firmware, and the command minfer: TARGET=unix|unix-asan|pico|pico2|qemu-m33|qemu-rv32|qemu-xtensa|esp32|esp32s3|esp32c3|esp32c6
	@firmware/build.sh $(TARGET)

natmod: ## Build native modules for stock firmware: ARCH=x64|armv6m|armv7m|armv7emsp|rv32imc|xtensawin|all
	@firmware/setup.sh venv
	@firmware/setup.sh pypi pyelftools
	@$(python) firmware/natmod.py $(or $(ARCH),all)

repl: firmware $(if $(filter pico,$(TARGET)),build/stamps/emulator) ## Talk to the firmware for TARGET=unix|pico (emulated)|qemu-m33|qemu-rv32|qemu-xtensa
	@$(or $(repl_$(TARGET)),echo "make repl: TARGET=$(TARGET) does not run here: unix, pico, qemu-m33, qemu-rv32 or qemu-xtensa" >&2; exit 2)

emulator: TARGET := pico
emulator: firmware build/stamps/emulator ## Run the emulated Pico until Ctrl-C, its serial port at build/pico/port
	@node firmware/emulator/main.mjs build/pico/firmware.uf2 --pty-link build/pico/port

clean: ## Remove what was built; keep what was fetched
	@rm -rf $(filter-out build/src build/apt build/venv build/pip-cache build/npm-cache build/stamps,$(wildcard build/*))
	@rm -f build/stamps/host

# The Python package, with the engine in C built as its extension.
build/stamps/host: pyproject.toml setup.py host_tools/engine_build.py $(engine)
	@mkdir -p $(@D)
	@firmware/setup.sh venv
	@firmware/setup.sh pip --no-build-isolation -e .
	@touch $@

build/stamps/test: pyproject.toml
	@mkdir -p $(@D)
	@firmware/setup.sh venv
	@echo "set-up: what the tests need (TensorFlow among it)"
	@firmware/setup.sh pip --no-build-isolation -e .[test]
	@touch $@

build/stamps/emulator: firmware/emulator/package-lock.json
	@mkdir -p $(@D)
	@firmware/setup.sh emulator
	@touch $@
