"""The power is cut while `minfer deploy` works: the board boots, with the old model or the new one.

The suite cuts at a few moments; `python tests/deploy/test_power_cut.py 50` at 50 random ones.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from emulated import PicoError, minfer, start, write_models
from minfer.deploy import Board, list_rom

DEPLOY = [sys.executable, "-c", "from minfer.cli import main; main()", "deploy"]
SLOWEST = 60.0  # seconds

# Of the time a deployment takes; most of the flash is written towards its end.
MOMENTS = (0.6, 0.75, 0.9)


class Deployment:
    """A board with `long` and `dense` in ROMFS, where `other` takes the place of `long`."""

    def __init__(self, folder: Path) -> None:
        self.paths = write_models(folder)
        self.before = folder / "before"
        with start(self.before) as pico:
            minfer("deploy", self.paths["long"], self.paths["dense"], "--port", pico.port)
        self.seconds = self.measure(folder / "measured")

    def measure(self, flash: Path) -> float:
        """Seconds of a deployment that nothing interrupts."""
        shutil.copy(self.before, flash)
        with start(flash) as pico:
            begin = time.monotonic()
            subprocess.run(self.command(pico.port), check=True, capture_output=True)
            seconds = time.monotonic() - begin
        assert self.outcome(flash) == "new"
        return seconds

    def command(self, port: str) -> list[str]:
        return [*DEPLOY, str(self.paths["other"]), "--port", port]

    def cut(self, flash: Path, moment: float, second: float | None = None) -> str:
        """Cuts the power `moment` seconds after the command's start and, where given, again
        `second` seconds into the next boot. Returns which model is there then: "old" or "new"."""
        shutil.copy(self.before, flash)
        with start(flash) as pico:
            process = subprocess.Popen(
                self.command(pico.port), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            time.sleep(moment)
            pico.kill()
            _, errors = process.communicate(timeout=SLOWEST)
            assert (process.returncode, errors.count("\n")) in ((0, 0), (2, 1)), errors
        if second is not None:
            self.cut_boot(flash, second)
        return self.outcome(flash)

    def cut_boot(self, flash: Path, moment: float) -> None:
        pico = start(flash)
        timer = threading.Timer(moment, lambda: os.kill(pico.pid, signal.SIGKILL))
        timer.start()
        try:
            with pico:
                timer.join()
        except PicoError:
            pass  # cut before its USB came up

    def outcome(self, flash: Path) -> str:
        """Boots, and says which model is there; it loads, and so does the one beside it."""
        with start(flash) as pico, Board(pico.port) as board:
            found = {file.name: file.digest for file in list_rom(board)}
            board.exec("minfer.load('/rom/long.mnf'), minfer.load('/rom/dense.mnf')")
            assert "minfer-rom" not in board.exec("print(os.listdir('/'))")
        model = found.pop("long.mnf")
        assert found == {"dense.mnf": self.digest("dense")}
        return {self.digest("long"): "old", self.digest("other"): "new"}[model]

    def digest(self, name: str) -> bytes:
        return hashlib.sha256(self.paths[name].read_bytes()).digest()


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    return Deployment(tmp_path_factory.mktemp("power"))


@pytest.mark.parametrize("moment", MOMENTS)
def test_power_cut(deployment: Deployment, moment: float, tmp_path: Path) -> None:
    assert deployment.cut(tmp_path / "flash", moment * deployment.seconds, second=0.2) in (
        "old",
        "new",
    )


def main() -> None:
    """Cuts the power at as many random moments as the command line says."""
    generator = random.Random(0)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        deployment = Deployment(folder)
        print(f"a deployment takes {deployment.seconds:.2f} s")
        for i in range(int(sys.argv[1])):
            moment = generator.uniform(0.3, 1.1) * deployment.seconds
            second = generator.choice([None, generator.uniform(0.05, 0.4)])
            outcome = deployment.cut(folder / "flash", moment, second)
            counts[outcome] += 1
            again = "" if second is None else f", again {second:.2f} s into the boot"
            print(f"{i + 1:3}: cut after {moment:.2f} s{again}: {outcome} model", flush=True)
    print(dict(counts))


if __name__ == "__main__":
    main()
