"""The `minfer` command as a person meets it: a process with an exit code and what it printed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    code: int
    stdout: str
    stderr: str

    def refusal(self) -> str:
        """The one line of an error: exit code 2, no traceback, nothing else printed."""
        assert self.code == 2, self
        assert self.stdout == "", self
        (line,) = self.stderr.splitlines()
        return line

    def success(self) -> str:
        """What was printed, with nothing to complain of."""
        assert self.code == 0, self
        assert "Traceback" not in self.stderr, self
        return self.stdout


def minfer_command(*arguments: object) -> Outcome:
    """Runs `minfer` with these arguments under this Python, 80 columns wide."""
    command = [sys.executable, "-c", "from minfer.cli import main; main()", *map(str, arguments)]
    environment = {**os.environ, "COLUMNS": "80", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    return Outcome(done.returncode, done.stdout, done.stderr)
