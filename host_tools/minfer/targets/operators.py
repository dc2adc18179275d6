"""The operators a firmware was built with."""

from __future__ import annotations

import subprocess
from pathlib import Path

from minfer.deploy import Board
from minfer.deploy.check import ASK_OPERATORS, left_out_of
from minfer.engine import Model
from minfer.errors import MinferError
from minfer.inspection import needs
from minfer.targets.unix import UnixTarget

TIMEOUT = 30  # seconds


def check_operators(model: Model, firmware: str) -> None:
    """Raises MinferError where a firmware lacks an operator that a model needs."""
    have = operators_of(firmware)
    missing = {need.operator for need in needs(model)} - have
    if missing:
        raise MinferError(f"{firmware}: {left_out_of(have, missing)}")


def operators_of(firmware: str) -> set[str]:
    """Names of the operators of a firmware: `unix`, the path of such a program, or `serial:PORT`.

    Raises MinferError where it does not answer, or does not know its operators.
    """
    kind, _, port = firmware.partition(":")
    if kind == "serial" and port:
        with Board(port) as board:
            return set(board.exec(ASK_OPERATORS).split())
    program = UnixTarget().firmware if firmware == "unix" else Path(firmware).absolute()
    if not program.is_file():
        raise MinferError(f"--ops-of: expected unix, a program, or serial:PORT, found '{firmware}'")
    try:
        answer = subprocess.run(
            [program, "-c", ASK_OPERATORS],
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MinferError(
            f"{firmware}: expected the operators of a firmware, found no answer: {error}"
        ) from error
    if answer.returncode:
        words = (answer.stderr + answer.stdout).strip().splitlines() or ["no word"]
        raise MinferError(f"{firmware}: expected the operators of a firmware, found: {words[-1]}")
    return set(answer.stdout.split())
