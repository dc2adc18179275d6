"""minfer as a native module onto a board that runs MicroPython's own firmware."""

from __future__ import annotations

from minfer.install.build import Build, read_build
from minfer.install.firmware import Firmware, ask
from minfer.install.lib import to_lib

__all__ = ["Build", "Firmware", "ask", "read_build", "to_lib"]
