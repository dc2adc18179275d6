"""Builds the C engine into the package; everything else is said in pyproject.toml."""

from setuptools import setup

setup(cffi_modules=["host_tools/engine_build.py:ffi"])
