"""The pseudo-terminal, whatever its clients do; and what the emulator costs while nothing happens."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pico import Pico, PicoError


def connect(pico: Pico) -> int:
    return os.open(pico.port, os.O_RDWR | os.O_NOCTTY)


def test_client_leaves_in_the_middle_of_a_line(pico: Pico, mpremote: Callable[..., str]) -> None:
    for _ in range(10):
        client = connect(pico)
        os.write(client, b"\x03print('half a li")
        os.close(client)
        assert mpremote(pico, "exec", "print('whole')") == "whole\n"


def test_client_leaves_while_the_firmware_prints(pico: Pico, mpremote: Callable[..., str]) -> None:
    client = connect(pico)
    os.write(client, b"\x03while True: print('x' * 70)\r\r\r")
    assert select.select([client], [], [], 5)[0]
    time.sleep(0.3)  # never reads
    os.close(client)
    assert mpremote(pico, "exec", "print('and back')") == "and back\n"


def test_a_new_client_gets_nothing_old(pico: Pico, mpremote: Callable[..., str]) -> None:
    client = connect(pico)
    os.write(client, b"\x03print('old ' * 100)\r")
    time.sleep(0.5)
    os.close(client)
    time.sleep(0.1)
    client = connect(pico)
    time.sleep(0.1)
    assert not select.select([client], [], [], 0)[0]
    os.close(client)


def test_a_slow_reader_loses_nothing(pico: Pico) -> None:
    client = connect(pico)
    os.write(client, b"\x03for i in range(3000): print('%06d' % i)\r\r\r")
    received = b""
    while b"002999\r\n" not in received:
        assert select.select([client], [], [], 10)[0], received[-100:]
        received += os.read(client, 512)
        time.sleep(0.001)
    os.close(client)
    assert b"".join(b"%06d\r\n" % i for i in range(3000)) in received


def test_ctrl_c_stops_a_busy_loop(pico: Pico) -> None:
    client = connect(pico)
    os.write(client, b"\x03while True: pass\r\r\r")
    time.sleep(0.3)
    os.write(client, b"\x03")
    received = b""
    while b"KeyboardInterrupt" not in received:
        assert select.select([client], [], [], 30)[0]
        received += os.read(client, 4096)
    os.close(client)


def test_the_last_output_arrives(firmware: Path, mpremote: Callable[..., str]) -> None:
    script = (
        "import machine, time\nprint('last words')\ntime.sleep_ms(5)\nmachine.mem32[0x30000000]"
    )
    with pytest.raises(PicoError, match="read outside memory"), Pico(firmware) as pico:
        assert mpremote(pico, "exec", script, check=False).startswith("last words\n")


def test_a_client_that_never_reads_does_not_hold_the_end_up(firmware: Path) -> None:
    with Pico(firmware) as pico:
        client = connect(pico)
        os.write(client, b"\x03while True: print('x' * 70)\r\r\r")
        time.sleep(1)
    assert pico.exit_code == 0  # within the time that stop() grants
    os.close(client)


def test_idle_costs_little(firmware: Path) -> None:
    with Pico(firmware) as pico:
        stat = Path(f"/proc/{pico.pid}/stat")
        if not stat.exists():
            pytest.skip("no /proc to read the processor time from")

        def seconds() -> float:
            user, system = stat.read_text().rpartition(")")[2].split()[11:13]
            return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

        time.sleep(1)
        before = seconds()
        time.sleep(3)
        assert seconds() - before < 0.3
