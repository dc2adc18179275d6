"""Cycle counts, time, flags and floating point are exact."""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Callable

import numpy as np
import pytest
from pico import Pico

LOOP = """
import machine
@micropython.asm_thumb
def cycles(r0, r1):
    ldr(r2, [r1, 0])
    label(LOOP)
    sub(r0, r0, 1)
    bne(LOOP)
    ldr(r3, [r1, 0])
    sub(r0, r3, r2)
masked = machine.disable_irq()
counts = [cycles(n, 0xe0001004) for n in (1, 1000, 100000)]
machine.enable_irq(masked)
print(*counts)
"""

CLOCKS = """
import machine, time
counter = machine.mem32
def measure():
    start, ticks = counter[0xe0001004], time.ticks_us()
    while time.ticks_us() - ticks < 20000:
        pass
    return (counter[0xe0001004] - start) / 20000
first = measure()
machine.freq(250_000_000)
print(first, measure(), counter[0xe0001008])
machine.freq(125_000_000)
"""

FLAGS = """
@micropython.asm_thumb
def carry_overflows(r0, r1):
    mov(r2, 0)
    cmp(r2, 0)      # sets the carry
    adc(r0, r1)
    mov(r0, 1)
    bvs(END)
    mov(r0, 0)
    label(END)
@micropython.asm_thumb
def borrow_overflows(r0, r1):
    mov(r2, 0)
    cmp(r2, 1)      # clears the carry
    sbc(r0, r1)
    mov(r0, 1)
    bvs(END)
    mov(r0, 0)
    label(END)
most, least = 0x7fffffff, 0x80000000
print(carry_overflows(0, most), carry_overflows(least, most), carry_overflows(0, 5),
      borrow_overflows(0, most), borrow_overflows(least, most), borrow_overflows(0, 5))
"""


def test_a_loop_costs_what_the_core_takes(pico: Pico, mpremote: Callable[..., str]) -> None:
    # LDR 2, then SUBS 1 and BNE 2 a turn, the last BNE 1
    expected = [2 + 3 * n - 1 for n in (1, 1000, 100000)]
    assert [int(x) for x in mpremote(pico, "exec", LOOP).split()] == expected


def test_time_is_cycles(pico: Pico, mpremote: Callable[..., str]) -> None:
    slow, fast, high = mpremote(pico, "exec", CLOCKS).split()
    assert float(slow) == pytest.approx(125, rel=0.01)
    assert float(fast) == pytest.approx(250, rel=0.01)
    assert high == "0"


def test_sleep_is_no_shorter_than_the_hosts(pico: Pico, mpremote: Callable[..., str]) -> None:
    start = time.monotonic()
    slept = mpremote(
        pico, "exec", "import time; t = time.ticks_ms(); time.sleep(1); print(time.ticks_ms() - t)"
    )
    assert int(slept) in (1000, 1001)
    assert time.monotonic() - start > 0.9  # how much more is the load's business


def test_overflow_of_carry_instructions(pico: Pico, mpremote: Callable[..., str]) -> None:
    # 0 + MAX + 1 overflows, MIN + MAX + 1 does not; 0 - MAX - 1 does not, MIN - MAX - 1 does
    assert mpremote(pico, "exec", FLAGS) == "1 0 0 0 1 0\n"


def test_single_precision(pico: Pico, mpremote: Callable[..., str]) -> None:
    """Add, subtract, multiply, divide and conversions round as IEEE 754 says, on numbers of all sizes."""
    generator = random.Random(2)
    pairs = [
        tuple(generator.uniform(-1, 1) * 2.0 ** generator.randint(-30, 30) for _ in range(2))
        for _ in range(50)
    ]
    data = b"".join(struct.pack("<2f", *pair) for pair in pairs)
    script = f"""
import array, struct
out = array.array("f")
for a, b in zip(*[iter(struct.unpack("<{2 * len(pairs)}f", {data!r}))] * 2):
    out.extend(array.array("f", (a + b, a - b, a * b, a / b, int(a * 1000))))
print(bytes(out).hex())
"""
    got = np.frombuffer(bytes.fromhex(mpremote(pico, "exec", script)), np.uint32)
    a, b = np.frombuffer(data, np.float32).reshape(-1, 2).T
    expected = np.stack([a + b, a - b, a * b, a / b, np.trunc(a * np.float32(1000))], axis=1)
    np.testing.assert_array_equal(got.view(np.float32).reshape(-1, 5), expected)
