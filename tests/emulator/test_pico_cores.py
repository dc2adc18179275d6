"""The second core, by MicroPython's _thread."""

from __future__ import annotations

from collections.abc import Callable

from pico import Pico

SPEED_UP = """
import _thread, machine, time
@micropython.viper
def work(n: int):
    s: int = 0
    for i in range(n):
        s += i
done = bytearray(1)
def other():
    work(20000)
    done[0] = 1
start = time.ticks_us()
work(20000)
work(20000)
one = time.ticks_us() - start
start = time.ticks_us()
_thread.start_new_thread(other, ())
work(20000)
while not done[0]:
    pass
both = time.ticks_us() - start
print(one / both)
"""

FLASH_WRITES = """
import _thread, time
state = bytearray(2)
count = [0]
def other(state, count):
    while not state[0]:
        count[0] += 1
    state[1] = 1
_thread.start_new_thread(other, (state, count))
for i in range(5):
    with open("file", "w") as f:
        f.write(str(i) * 5000)
state[0] = 1
while not state[1]:
    pass
print(open("file").read() == "4" * 5000, count[0] > 100)
"""

IDENTITY = """
import _thread, time
ids = []
def other():
    ids.append(_thread.get_ident())
for _ in range(20):
    _thread.start_new_thread(other, ())
    time.sleep_ms(2)
print(_thread.get_ident(), set(ids), len(ids))
"""


def test_cores_work_at_once(pico: Pico, mpremote: Callable[..., str]) -> None:
    assert 1.8 < float(mpremote(pico, "exec", SPEED_UP)) <= 2


def test_flash_writes_hold_the_other_core(pico: Pico, mpremote: Callable[..., str]) -> None:
    assert mpremote(pico, "exec", FLASH_WRITES) == "True True\n"


def test_core_starts_again_and_again(pico: Pico, mpremote: Callable[..., str]) -> None:
    assert mpremote(pico, "exec", IDENTITY) == "1 {2} 20\n"


def test_soft_reset_stops_it(pico: Pico, mpremote: Callable[..., str]) -> None:
    endless = "import _thread\ndef f():\n    while True: pass\n_thread.start_new_thread(f, ())"
    mpremote(pico, "exec", endless)
    mpremote(pico, "soft-reset")
    assert mpremote(pico, "exec", "print('here')") == "here\n"
