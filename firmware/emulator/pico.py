"""The emulated Pico as a context manager, for tests and tools, and as a command that runs mpremote on one.

with Pico(Path("build/pico/firmware.uf2")) as pico:
    subprocess.run(["mpremote", "connect", pico.port, "exec", "print(1)"], check=True)
print(pico.cycles)

python pico.py build/pico/firmware.uf2 --flash my.flash repl
"""

from __future__ import annotations

import argparse
import os
import select
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

MAIN = Path(__file__).with_name("main.mjs")
START_SECONDS = 30.0
STOP_SECONDS = 10.0

FLASH_BYTES = 2 * 1024 * 1024
ROM = range(640 * 1024, 1152 * 1024)  # of the flash, ROMFS: boards/MINFER_PICO/mpconfigboard.h


class PicoError(Exception):
    """The emulator could not start, or stopped by itself: one line that says why."""


def flash_with(rom: bytes) -> bytes:
    """The flash of a Pico that has `rom`, len(ROM) bytes at most, as its ROMFS."""
    return (b"\xff" * ROM.start + rom).ljust(FLASH_BYTES, b"\xff")


@dataclass
class Pico:
    """A Pico that runs from `__enter__` to `__exit__`, which raises PicoError if it stopped by itself before."""

    firmware: Path
    flash: Path | None = None  # keeps the flash; made where missing
    elf: Path | None = None  # function names; the .elf beside the firmware if not given

    port: str = field(default="", init=False)  # the serial port's path
    exit_code: int | None = field(
        default=None, init=False
    )  # None while it runs; see main.mjs --help
    message: str = field(default="", init=False)  # why it stopped by itself
    cycles: int = field(
        default=0, init=False
    )  # of clk_sys, since power on; known once it has stopped
    asleep: int = field(default=0, init=False)  # those of them in which no core executed

    def __enter__(self) -> Pico:
        self._folder = tempfile.TemporaryDirectory(prefix="pico-")
        self.port = str(
            Path(self._folder.name) / "ttyACM0"
        )  # a link: it stays where it is over resets
        command = ["node", str(MAIN), str(self.firmware), "--cycles", "--pty-link", self.port]
        for option, path in (("--flash", self.flash), ("--elf", self.elf)):
            command += [option, str(path)] if path else []
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHON": sys.executable},
                start_new_session=True,  # Ctrl-C is for the caller, who then leaves the context
            )
        except FileNotFoundError:
            self._folder.cleanup()
            raise PicoError("the emulator needs node, which is not installed") from None
        ready, _, _ = select.select([self._process.stdout], [], [], START_SECONDS)
        line = self._process.stdout.readline() if ready else ""
        if not line.startswith("pty "):
            self.kill()
            raise PicoError(self.message or f"no USB serial port after {START_SECONDS:.0f} s")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        if self.exit_code and self.exit_code > 0:
            raise PicoError(self.message) from error

    @property
    def pid(self) -> int:
        """The emulator's process."""
        return self._process.pid

    def wait(self, seconds: float) -> int:
        """The exit code of a Pico that stops by itself. Raises subprocess.TimeoutExpired if it does not."""
        if self.exit_code is None:
            output, errors = self._process.communicate(timeout=seconds)
            self.exit_code = self._process.returncode
            self.message = errors.strip()
            self._folder.cleanup()
            for line in output.splitlines():
                if line.startswith("cycles "):
                    _, cycles, _, asleep = line.split()
                    self.cycles, self.asleep = int(cycles), int(asleep)
        return self.exit_code

    def stop(self) -> None:
        """Switches it off and reads the cycle counts."""
        if self.exit_code is None:
            self._process.terminate()
            self.wait(STOP_SECONDS)

    def kill(self) -> None:
        """Cuts its power: no more than what the flash has been given so far is kept."""
        if self.exit_code is None:
            self._process.kill()
            self.wait(STOP_SECONDS)


def main() -> int:
    """Runs mpremote with the arguments given on an emulated Pico."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("firmware", type=Path, help=".uf2, .elf or .bin")
    parser.add_argument("--flash", type=Path, help="keep the flash in this file")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="for mpremote (default: repl)")
    options = parser.parse_args()
    try:
        with Pico(options.firmware, options.flash) as pico:
            command = [sys.executable, "-m", "mpremote", "connect", pico.port]
            return subprocess.run(command + (options.arguments or ["repl"])).returncode
    except PicoError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
