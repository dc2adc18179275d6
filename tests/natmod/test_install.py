"""minfer onto boards without it: by `minfer install` and by `mpremote mip`, and what is in their way."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import run

sys.path.insert(0, str(run.ROOT / "tests" / "deploy"))
from emulated import Pico, minfer, refusal  # noqa: E402
from minfer.deploy import Board  # noqa: E402
from minfer.errors import MinferError  # noqa: E402
from minfer.install import Firmware, ask, firmware, read_build  # noqa: E402

STOCK = run.ROOT / "build" / "pico-stock" / "firmware.uf2"
ARMV6M = run.NATMOD / "armv6m"
DIGITS = run.ROOT / "examples" / "digits"
MPY_CROSS = run.ROOT / "build" / "mpy-cross" / "mpy-cross"
INSTALL = [sys.executable, "-c", "from minfer.cli import main; main()", "install"]
MICROBIT = ["-machine", "microbit", "-global", "nrf51-soc.flash-size=1048576"]
MICROBIT += ["-global", "nrf51-soc.sram-size=262144"]


def start(image: Path = STOCK, flash: Path | None = None) -> Pico:
    """An emulated Pico, to be entered; skips the test where its firmware is not built."""
    if not image.is_file():
        pytest.skip(f"no {image.relative_to(run.ROOT)}: make firmware TARGET={image.parent.name}")
    return Pico(image, flash)


def mpremote(port: str, *arguments: object) -> str:
    """What mpremote prints when it does what it is asked to."""
    command = [sys.executable, "-m", "mpremote", "connect", port, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.replace("\r", "")


def execute(port: str, code: str) -> str:
    """What `code` prints on a board that has been reset."""
    with Board(port, needs_minfer=False) as board:
        return board.exec(code).replace("\r", "")


@pytest.fixture(scope="module")
def real() -> Path:
    """build/natmod, with the module of the Pico's architecture."""
    if not (ARMV6M / "_minfer.mpy").is_file():
        pytest.skip("no build/natmod/armv6m: make natmod ARCH=armv6m")
    return run.NATMOD


@pytest.fixture
def pico() -> Iterator[Pico]:
    """A Pico with MicroPython's own firmware and nothing in its file system."""
    with start() as running:
        yield running


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two versions of a package laid out as minfer is, small, which the board installs just as well.

    Both have what tells them apart in the module and in the package; only `new` has minfer/more.mpy.
    """
    if not MPY_CROSS.is_file():
        pytest.skip("no build/mpy-cross: firmware/build.sh mpy-cross")
    folders = {}
    for version in ("old", "new"):
        folder = tmp_path_factory.mktemp(version)
        sources = {
            "_minfer": f"version = {version!r}\n@micropython.native\ndef f(): pass\n",
            "minfer/__init__": f"import _minfer\nversions = [_minfer.version, {version!r}]\n",
        }
        if version == "new":
            sources["minfer/more"] = f"noise = {os.urandom(20_000)!r}\n"
        for name, source in sources.items():
            path = folder / "armv6m" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
            subprocess.run([MPY_CROSS, "-march=armv6m", path], check=True)
            path.unlink()
        folders[version] = folder
    return folders


STATE = """
import os
try:
    import minfer
    print(*minfer.versions)
    import minfer.more
    print("more")
except ImportError as error:
    print(error)
print(sorted(os.listdir("/lib")))
"""
OLD = "old old\nno module named 'minfer.more'\n['_minfer.mpy', 'minfer']\n"
NEW = "new new\nmore\n['_minfer.mpy', 'minfer']\n"


def test_three_commands(pico: Pico, real: Path, tmp_path: Path) -> None:
    """From MicroPython's own firmware to a digit recognised."""
    model = tmp_path / "digits.mnf"
    minfer("convert", DIGITS / "digits.tflite", "--labels", DIGITS / "labels.txt", "-o", model)
    assert minfer("install", "--port", pico.port, "--from", real) == (
        "/lib/minfer for armv6m: installed\n"
    )
    assert "/digits.mnf: deployed" in minfer("deploy", model, "--to", "fs", "--port", pico.port)
    shown = mpremote(
        pico.port, "cp", DIGITS / "heldout.bin", ":", "+", "run", DIGITS / "main.py"
    )
    assert "accuracy   98.3 % (354 of 360 held-out digits)" in shown
    again = minfer("install", "--port", pico.port, "--from", real)
    assert again == "/lib/minfer for armv6m: there already, unchanged\n"


IMPORTED = "import minfer; print(minfer.__file__, len(__import__('_minfer').ops()) > 20)"


@pytest.mark.parametrize("place", ["web server", "folder"])
def test_mip(pico: Pico, real: Path, place: str) -> None:
    """What `make natmod` builds is a package for mip, on a web server and in a folder."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=ARMV6M)
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        web = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            source = web if place == "web server" else ARMV6M
            mpremote(pico.port, "mip", "install", f"{source}/package.json")
        finally:
            server.shutdown()
    assert execute(pico.port, IMPORTED) == "/lib/minfer/__init__.mpy True\n"
    # Nothing that `minfer install` would put there is missing, nothing is different.
    assert "unchanged" in minfer("install", "--port", pico.port, "--from", real)


def test_replaces(pico: Pico, builds: dict[str, Path]) -> None:
    minfer("install", "--port", pico.port, "--from", builds["old"])
    assert execute(pico.port, STATE) == OLD
    minfer("install", "--port", pico.port, "--from", builds["new"])
    assert execute(pico.port, STATE) == NEW
    minfer("install", "--port", pico.port, "--from", builds["old"])  # more.mpy goes
    assert execute(pico.port, STATE) == OLD


# The board does no more than {steps} of the steps of a swap.
STOP = """
class Stopping:
    left = {steps}
    def __getattr__(self, name):
        if name in ("rename", "remove", "rmdir"):
            if not self.left:
                raise KeyboardInterrupt
            self.left -= 1
        return getattr(real, name)
real, os = os, Stopping()
"""


def test_stopped_while_swapping(
    pico: Pico, builds: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each step there is the old version, none, or the new one; the next installation gets through."""
    nothing = "no module named 'minfer'"
    for steps, expected in enumerate(["old old", nothing, nothing, "new new"]):
        minfer("install", "--port", pico.port, "--from", builds["old"])
        script = tmp_path / "on_board.py"
        script.write_text(firmware.SCRIPT.read_text("utf-8") + STOP.format(steps=steps))
        with monkeypatch.context() as patch:
            patch.setattr(firmware, "SCRIPT", script)
            line = refusal("install", "--port", pico.port, "--from", builds["new"])
        assert "KeyboardInterrupt" in line
        assert execute(pico.port, STATE).splitlines()[0] == expected
        minfer("install", "--port", pico.port, "--from", builds["new"])
        assert execute(pico.port, STATE) == NEW


@pytest.mark.parametrize("moment", [0.4, 0.7, 0.95])
def test_power_cut(builds: dict[str, Path], moment: float, tmp_path: Path) -> None:
    """The power goes while the new version is being installed, at part of the time that takes."""
    flash = tmp_path / "flash"
    with start(flash=flash) as pico:
        minfer("install", "--port", pico.port, "--from", builds["old"])
    shutil.copy(flash, tmp_path / "measured")
    arguments = ["--from", str(builds["new"]), "--port"]
    with start(flash=tmp_path / "measured") as pico:
        begin = time.monotonic()
        subprocess.run([*INSTALL, *arguments, pico.port], check=True, capture_output=True)
        seconds = time.monotonic() - begin
    with start(flash=flash) as pico:
        command = [*INSTALL, *arguments, pico.port]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            time.sleep(moment * seconds)
            pico.kill()
            _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors.count("\n")) in ((0, 0), (2, 1)), errors
    with start(flash=flash) as pico:
        shown = execute(pico.port, STATE)
        assert shown.startswith(("old old\nno module", "no module named 'minfer'\n", "new new\nmore")), shown
        minfer("install", "--port", pico.port, "--from", builds["new"])
        assert execute(pico.port, STATE) == NEW


@pytest.fixture(scope="module")
def shared_pico() -> Iterator[Pico]:
    """A Pico on which nothing gets installed."""
    with start() as running:
        yield running


@pytest.fixture
def unchanged(shared_pico: Pico) -> Iterator[Pico]:
    """A Pico on which `minfer install` leaves nothing."""
    yield shared_pico
    code = "import os\nprint(os.listdir('/lib') if 'lib' in os.listdir('/') else [])"
    assert execute(shared_pico.port, code) == "[]\n"


def test_no_room(unchanged: Pico, real: Path) -> None:
    fill = "f = open('/fill', 'wb')\nfor i in range(330): f.write(bytes(4096))\nf.close()"
    execute(unchanged.port, fill)
    line = refusal("install", "--port", unchanged.port, "--from", real)
    execute(unchanged.port, "import os; os.remove('/fill')")
    assert f"the file system of {unchanged.port} is full: expected " in line
    assert "bytes free for minfer, found " in line


def test_not_enough_heap(unchanged: Pico, real: Path) -> None:
    execute(unchanged.port, "f = open('/boot.py', 'w')\nf.write('taken = bytearray(150000)')\nf.close()")
    line = refusal("install", "--port", unchanged.port, "--from", real)
    execute(unchanged.port, "import os; os.remove('/boot.py')")
    assert "bytes of RAM in one piece to import minfer, found " in line and "MINFER_OPS" in line


def test_hidden_by_another(unchanged: Pico, builds: dict[str, Path]) -> None:
    execute(unchanged.port, "open('/minfer.py', 'w').close()")
    line = refusal("install", "--port", unchanged.port, "--from", builds["new"])
    execute(unchanged.port, "import os; os.remove('/minfer.py')")
    assert "expected no minfer outside of /lib, found /minfer.py" in line
    assert line.endswith("remove it: mpremote rm -r :/minfer.py")


def test_no_folder_for_libraries(unchanged: Pico, builds: dict[str, Path]) -> None:
    execute(unchanged.port, "f = open('/boot.py', 'w')\nf.write('import sys; sys.path[1:] = []')\nf.close()")
    line = refusal("install", "--port", unchanged.port, "--from", builds["new"])
    execute(unchanged.port, "import os; os.remove('/boot.py')")
    assert "expected a folder for libraries in sys.path, found ['']" in line


@pytest.mark.parametrize(
    ("at", "value", "expected"),
    [
        (1, 5, "expected .mpy version 6.3 as MicroPython 1.25.0 (Raspberry Pi Pico with RP2040) takes it, found 5.3;"),
        (2, 4 << 2 | 1, "takes it, found 6.1; flash a MicroPython that takes this, or build it: make natmod ARCH=armv6m"),
        (2, 7 << 2 | 3, "expected a module of the architecture armv6m, found one of armv7emsp; build it: make natmod"),
    ],
    ids=["version", "sub-version", "architecture"],
)  # fmt: skip
def test_build_of_another_kind(
    unchanged: Pico, builds: dict[str, Path], at: int, value: int, expected: str, tmp_path: Path
) -> None:
    """The module's header says what it is for. The board would refuse it as well."""
    shutil.copytree(builds["new"], tmp_path, dirs_exist_ok=True)
    module = tmp_path / "armv6m" / "_minfer.mpy"
    content = bytearray(module.read_bytes())
    content[at] = value
    module.write_bytes(content)
    assert expected in refusal("install", "--port", unchanged.port, "--from", tmp_path)
    code = f"open('/x.mpy', 'wb').write({bytes(content)!r})\nimport x"
    with pytest.raises(MinferError, match="ValueError: incompatible .mpy"):
        execute(unchanged.port, code)
    execute(unchanged.port, "import os; os.remove('/x.mpy')")


def test_not_built(unchanged: Pico, tmp_path: Path) -> None:
    line = refusal("install", "--port", unchanged.port, "--from", tmp_path)
    assert line == (
        f"minfer: no minfer for armv6m: expected {tmp_path}/armv6m/_minfer.mpy;"
        " build it: make natmod ARCH=armv6m"
    )


def test_module_that_cannot_be_imported(unchanged: Pico, builds: dict[str, Path], tmp_path: Path) -> None:
    """It is taken away again."""
    shutil.copytree(builds["new"], tmp_path, dirs_exist_ok=True)
    (tmp_path / "armv6m" / "_minfer.mpy").rename(tmp_path / "armv6m" / "minfer" / "more.mpy")
    shutil.copy(tmp_path / "armv6m" / "minfer" / "more.mpy", tmp_path / "armv6m" / "_minfer.mpy")
    package = tmp_path / "armv6m" / "minfer" / "__init__.py"
    package.write_text("import nothing\n")
    subprocess.run([MPY_CROSS, package], check=True)
    line = refusal("install", "--port", unchanged.port, "--from", tmp_path)
    assert line.endswith("the board cannot import minfer: ImportError: no module named 'nothing'")


def test_sent_wrong(unchanged: Pico, builds: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the board has got is compared before it counts."""

    def spoilt(board: Board, path: str, pieces: list[bytes], progress: object) -> None:
        write(board, path, [bytes(len(piece)) for piece in pieces], progress)

    write = Board.write
    monkeypatch.setattr(Board, "write", spoilt)
    line = refusal("install", "--port", unchanged.port, "--from", builds["new"])
    assert "the board did not keep what was sent" in line


def test_built_in_on_a_pico() -> None:
    with start(run.ROOT / "build" / "pico" / "firmware.uf2") as pico:
        shown = minfer("install", "--port", pico.port)
        assert "has minfer built in, nothing to install" in shown
        # Files are not built in, whoever imported them.
    with start() as pico, Board(pico.port, needs_minfer=False) as board:
        board.exec("import os; os.mkdir('/lib'); open('/lib/_minfer.py', 'w').close(); import _minfer")
        assert not ask(board).has_minfer


def qemu(arguments: list[str], image: Path) -> Iterator[str]:
    """The serial port of a machine of QEMU."""
    command = ["qemu-system-arm", *arguments, "-nographic", "-monitor", "none", "-semihosting"]
    command += ["-serial", "pty", "-kernel", str(image)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        try:
            yield process.stdout.readline().decode().partition("redirected to ")[2].partition(" ")[0]
        finally:
            process.kill()


def test_built_in_on_qemu() -> None:
    image = run.ROOT / "build" / "qemu-m33" / "firmware.elf"
    if not image.is_file():
        pytest.skip("no build/qemu-m33: make firmware TARGET=qemu-m33")
    for port in qemu(["-machine", "mps2-an505"], image):
        shown = minfer("install", "--port", port)
        assert shown.endswith("(mps2-an505 with Cortex-M33) has minfer built in, nothing to install\n")


def test_no_native_modules() -> None:
    """MicroPython's own micro:bit of QEMU is built without native code; nothing else needs it, so it is built here."""
    source = Path(os.environ.get("MICROPYTHON_DIR") or run.ROOT / "build" / "src" / "micropython")
    if not (source / "ports" / "qemu").is_dir() or not MPY_CROSS.is_file():
        pytest.skip("no MicroPython source, or no build/mpy-cross: firmware/build.sh mpy-cross")
    if not shutil.which("arm-none-eabi-gcc") or not shutil.which("qemu-system-arm"):
        pytest.skip("no arm-none-eabi-gcc, or no qemu-system-arm: make firmware TARGET=qemu-m33 gets them")
    build = run.ROOT / "build" / "tests" / "microbit"
    make = ["make", "-C", source / "ports" / "qemu", f"BUILD={build}", "BOARD=MICROBIT", "FROZEN_MANIFEST="]
    make += [f"MPY_LIB_DIR={source}", "USER_C_MODULES="]
    done = subprocess.run(
        make, env={**os.environ, "MICROPY_MPYCROSS": str(MPY_CROSS)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    for port in qemu(MICROBIT, build / "firmware.elf"):
        assert refusal("install", "--port", port) == (
            "minfer: expected a MicroPython that takes native modules, found MicroPython 1.25.0"
            " (microbit with nRF51) without them; flash one that has them, or minfer's firmware"
        )


@pytest.mark.parametrize(
    ("arch", "built"),
    [
        (2, "x64"), (4, "armv6m"), (5, "armv7m"), (6, "armv7m"), (7, "armv7emsp"), (8, "armv7emsp"),
        (10, "xtensawin"), (11, "rv32imc"),
    ],
)  # fmt: skip
def test_which_build(arch: int, built: str) -> None:
    """For each number of an architecture; later MicroPythons put flags of the processor above it."""
    for flags in (0, 3 << 16):
        assert Firmware("1.25.0", "a board", 6 | 3 << 8 | arch << 10 | flags, False).build == built


@pytest.mark.parametrize(("arch", "name"), [(1, "x86"), (3, "armv6"), (9, "xtensa"), (12, "rv64imc"), (15, "number 15")])
def test_no_build_for_it(arch: int, name: str) -> None:
    """No machine here has these architectures."""
    board = Firmware("1.25.0", "a board", 6 | 3 << 8 | arch << 10, False)
    with pytest.raises(MinferError, match=rf"found MicroPython 1.25.0 \(a board\) of the architecture {name};"):
        read_build(board)


@pytest.mark.parametrize(
    "machine", ["Generic ESP32S2 module with ESP32S2", "LOLIN_S2_MINI with ESP32-S2FN4R2", "FeatherS2 with ESP32-S2"]
)
def test_esp32s2(machine: str) -> None:
    """It takes modules for xtensawin, and has not got the instructions."""
    board = Firmware("1.25.0", machine, 6 | 3 << 8 | 10 << 10, False)
    found = rf"expected an ESP32 or ESP32-S3, found MicroPython 1\.25\.0 \({machine}\): an ESP32-S2 has no FPU"
    with pytest.raises(MinferError, match=found):
        read_build(board)


ASKED = """
version = '.'.join(str(n) for n in sys.implementation[1][:3])
print(version, sys.implementation._machine, sys.implementation._mpy, built_in(), trial('/rom'), sep='|')
"""


@pytest.mark.parametrize(("name", "has_minfer"), [("qemu-xtensa-natmod", False), ("qemu-xtensa", True)])
def test_xtensa(name: str, has_minfer: bool, tmp_path: Path) -> None:
    """The build for a firmware of this architecture is one that it imports, by what `minfer install` asks a board.

    It cannot be installed: the process that stands for a board ends at a reset, and its files cannot be written.
    """
    target = run.find_target(name)
    try:
        target.check()
    except run.MissingError as missing:
        pytest.skip(str(missing))
    (tmp_path / "script.py").write_text(firmware.SCRIPT.read_text("utf-8") + ASKED)
    well, output = target.run("script.py", tmp_path)
    assert well, output
    version, machine, mpy, built_in, reason = output.split("|")
    board = Firmware(version, machine, int(mpy), built_in == "True")
    assert (board.machine, board.has_minfer, reason) == ("qemu-xtensa with Xtensa LX6", has_minfer, "None\n")
    assert read_build(board, run.NATMOD).arch == "xtensawin"


def test_older_firmware(builds: dict[str, Path]) -> None:
    """Firmware of MicroPython 1.22, which none here is."""
    board = Firmware("1.22.0", "a board", 6 | 2 << 8 | 4 << 10, False)
    expected = r"expected \.mpy version 6\.2 as MicroPython 1\.22\.0 \(a board\) takes it, found 6\.3"
    with pytest.raises(MinferError, match=expected):
        read_build(board, builds["new"])
