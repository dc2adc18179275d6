# minfer: each target does all the set-up it needs on a Debian 12, and none that is done already.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test firmware repl clean

TARGET ?= unix
export PYTHON ?= python3
export MICROPYTHON_DIR PICO_SDK_PATH CMSIS_NN_LIB CMSIS_NN_INCLUDE

setup := firmware/setup.sh
python := build/venv/bin/python
engine := $(shell find cmodules/minfer/engine cmodules/minfer/ops cmodules/minfer/kernels -name '*.[ch]')

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

demo: build/stamps/host ## Recognise handwritten digits with a network inside MicroPython
	@firmware/build.sh unix
	@$(python) examples/digits/demo.py

test: build/stamps/host build/stamps/test ## Run every test
	@firmware/build.sh unix
	@firmware/build.sh unix-asan
	@$(python) -m pytest -n 2 tests

firmware: ## Build the firmware for TARGET=unix|unix-asan|pico|pico2|qemu-m33
	@firmware/build.sh $(TARGET)

repl: firmware ## Talk to the firmware for TARGET=unix
	@build/$(TARGET)/micropython

clean: ## Remove what was built; keep what was fetched
	@rm -rf $(filter-out build/src build/apt build/venv build/pip-cache build/stamps,$(wildcard build/*)) build/stamps/host

# The Python package, with the engine in C built as its extension.
build/stamps/host: pyproject.toml $(wildcard setup.py) $(engine)
	@mkdir -p $(@D)
	@$(setup) venv
	@$(setup) pip --no-build-isolation -e .
	@touch $@

build/stamps/test: pyproject.toml
	@mkdir -p $(@D)
	@$(setup) venv
	@echo "set-up: what the tests need (TensorFlow among it)"
	@$(setup) pip --no-build-isolation -e .[test]
	@touch $@
