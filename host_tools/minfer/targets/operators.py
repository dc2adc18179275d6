"""The operators a firmware was built with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from minfer.engine import Model
from minfer.errors import MinferError
from minfer.inspection import needs
from minfer.targets.unix import UnixTarget

ASK = "import _minfer; print('operators', *_minfer.ops())"
TIMEOUT = 30  # seconds


def check_operators(model: Model, firmware: str) -> None:
    """Raises MinferError where a firmware lacks an operator that a model needs."""
    have = operators_of(firmware)
    missing = sorted({need.operator for need in needs(model)} - have)
    if missing:
        raise MinferError(
            f"{firmware}: expected a firmware with {', '.join(missing)}, found one without;"
            f' build it with MINFER_OPS="{" ".join(sorted(have | set(missing)))}"'
        )


def operators_of(firmware: str) -> set[str]:
    """Names of the operators of a firmware: `unix`, the path of such a program, or a port as mpremote takes it.

    Raises MinferError where it does not answer, or is no firmware with minfer.
    """
    if firmware == "unix":
        command = [str(UnixTarget().firmware), "-c", ASK]
    elif Path(firmware).is_file():
        command = [str(Path(firmware).resolve()), "-c", ASK]
    else:
        command = [sys.executable, "-m", "mpremote", "connect", firmware, "exec", ASK]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MinferError(f"{firmware}: expected a firmware with minfer, found no answer: {error}") from error
    for line in answer.stdout.splitlines():
        name, *operators = line.split() or [""]
        if name == "operators":
            return set(operators)
    words = (answer.stderr + answer.stdout).strip().splitlines() or ["no word"]
    raise MinferError(f"{firmware}: expected a firmware with minfer that knows its operators, found: {words[-1]}")
