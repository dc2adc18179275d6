"""Where the chip would take a HardFault the emulator stops, and says where."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pico import Pico, PicoError

ACCESS = """
@micropython.asm_thumb
def f(r0):
    {instruction}
f({address})
"""


def stop(firmware: Path, mpremote: Callable[..., str], script: str) -> tuple[int, str]:
    """The exit code and the message of a Pico that runs `script`."""
    with pytest.raises(PicoError), Pico(firmware) as pico:
        mpremote(pico, "exec", script, check=False)
        pico.wait(10)
    assert pico.cycles > 0
    return pico.exit_code, pico.message


@pytest.mark.parametrize(
    ("instruction", "address", "what"),
    [
        ("ldr(r1, [r0, 0])", 0x20001002, "unaligned word read"),
        ("str(r1, [r0, 0])", 0x20001001, "unaligned word write"),
        ("ldrh(r1, [r0, 0])", 0x20001001, "unaligned halfword read"),
        ("strh(r1, [r0, 0])", 0x20001003, "unaligned halfword write"),
        ("ldr(r1, [r0, 0])", 0x10000001, "unaligned word read"),
        ("ldr(r1, [r0, 0])", 0x20042000, "read outside memory"),
        ("ldrb(r1, [r0, 0])", 0x10200000, "read outside memory"),
        ("ldrh(r1, [r0, 0])", 0x30000000, "read outside memory"),
        ("ldr(r1, [r0, 0])", 0xFFFFFFFC, "read outside memory"),
        ("str(r1, [r0, 0])", 0x20042000, "write outside memory"),
        ("strb(r1, [r0, 0])", 0x60000000, "write outside memory"),
        ("str(r1, [r0, 0])", 0x10100000, "store into flash"),
        ("strb(r1, [r0, 0])", 0x13000000, "store into flash"),
    ],
)
def test_access(
    firmware: Path, mpremote: Callable[..., str], instruction: str, address: int, what: str
) -> None:
    script = ACCESS.format(instruction=instruction, address=address)
    code, message = stop(firmware, mpremote, script)
    assert code == 3
    assert message.startswith(f"fault: {what} at 0x{address:08x}, pc 0x200")
    assert message.endswith(", core 0") and "\n" not in message


def test_wild_jump(firmware: Path, mpremote: Callable[..., str]) -> None:
    script = ACCESS.format(instruction="bx(r0)", address=0x30000001)
    code, message = stop(firmware, mpremote, script)
    assert code == 3
    assert message.startswith(
        "fault: instruction fetch outside memory at 0x30000000, pc 0x30000000"
    )


def test_undefined_instruction(firmware: Path, mpremote: Callable[..., str]) -> None:
    cbz = ACCESS.format(instruction="data(2, 0xb100)", address=0)  # Armv7-M's, not Armv6-M's
    code, message = stop(firmware, mpremote, cbz)
    assert code == 3 and message.startswith("fault: undefined instruction at 0x200")


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("machine.mem32[0x30000000]", "read outside memory at 0x30000000"),
        ("machine.mem8[0x10000000] = 0", "store into flash at 0x10000000"),
    ],
)
def test_names_the_function(
    firmware: Path, mpremote: Callable[..., str], statement: str, what: str
) -> None:
    code, message = stop(firmware, mpremote, f"import machine\n{statement}")
    assert code == 3
    pattern = (
        rf"fault: {what}, pc 0x\w+ \(machine_mem_\w+\+0x\w+\), lr 0x\w+ \(\w+\+0x\w+\), core 0"
    )
    assert re.fullmatch(pattern, message), message


def test_names_the_core(firmware: Path, mpremote: Callable[..., str]) -> None:
    thread = """
import _thread, machine, time
_thread.start_new_thread(lambda: machine.mem32[0x30000000], ())
time.sleep(5)
"""
    code, message = stop(firmware, mpremote, thread)
    assert code == 3 and message.endswith(", core 1")


@pytest.mark.parametrize(
    ("script", "what"),
    [
        (ACCESS.format(instruction="data(2, 0xbe07)", address=0), "halt: breakpoint 7, pc 0x200"),
        ("import machine; machine.bootloader()", "halt: the firmware restarts into the USB boot"),
    ],
)
def test_halt(firmware: Path, mpremote: Callable[..., str], script: str, what: str) -> None:
    code, message = stop(firmware, mpremote, script)
    assert code == 4 and message.startswith(what)


def test_rom_stores_are_ignored_as_on_the_chip(pico: Pico, mpremote: Callable[..., str]) -> None:
    script = "import machine; m = machine.mem32; old = m[0]; m[0] = 1; print(m[0] == old)"
    assert mpremote(pico, "exec", script) == "True\n"
