"""Converts the digits model and runs main.py in the unix firmware: what `make demo` calls.

    python examples/digits/demo.py [MICROPYTHON]

MICROPYTHON is build/unix/micropython unless it is given. What goes to a board is left in
build/digits.
"""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
STAGE = ROOT / "build" / "digits"


def run(*command: object) -> None:
    """Shows a command as a person would type it at the project's root, then runs it there."""
    words = [str(word).replace(f"{ROOT}/", "") for word in command]
    print("$", *words, flush=True)
    status = subprocess.run(words, cwd=ROOT).returncode
    if status != 0:
        sys.exit(status)


def main() -> None:
    micropython = Path(
        sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/unix/micropython"
    ).resolve()
    if not micropython.exists():
        sys.exit(
            f"demo: no firmware at {micropython}: expected one built by `make firmware TARGET=unix`"
        )
    STAGE.mkdir(parents=True, exist_ok=True)
    for name in ("main.py", "heldout.bin"):
        shutil.copy(HERE / name, STAGE)
    minfer = Path(sys.executable).with_name("minfer")
    labels = HERE / "labels.txt"
    run(minfer, "convert", HERE / "digits.tflite", "--labels", labels, "-o", STAGE / "digits.mnf")
    run(micropython, STAGE / "main.py")


if __name__ == "__main__":
    main()
