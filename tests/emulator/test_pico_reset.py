"""Resets by the firmware: the board comes back, on the same port, with its files."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pico import Pico


@pytest.mark.parametrize(
    "reset",
    ["machine.reset()", "machine.WDT(timeout=100)\nwhile True: pass"],
    ids=["machine.reset", "watchdog"],
)
def test_resets(pico: Pico, mpremote: Callable[..., str], reset: str) -> None:
    mpremote(pico, "exec", "with open('kept', 'w') as f: f.write('x')")
    before = mpremote(pico, "exec", "import time; time.sleep(1); print(time.ticks_ms())")
    mpremote(pico, "exec", f"import machine\n{reset}", check=False)  # hung up on
    after = "import machine, time, os; print(machine.reset_cause() == machine.WDT_RESET)"
    output = mpremote(
        pico, "exec", f"{after}; print('kept' in os.listdir()); print(time.ticks_ms())"
    )
    *facts, ticks = output.split()
    assert facts == ["True", "True"]
    assert int(ticks) < int(before)


def test_a_client_sees_the_reset_as_a_hang_up(pico: Pico, mpremote: Callable[..., str]) -> None:
    output = mpremote(pico, "exec", "import machine; machine.reset(); print('no')", check=False)
    assert "no" not in output.split()
    assert mpremote(pico, "exec", "print('back')") == "back\n"


def test_first_boot_is_from_power_on(firmware, mpremote: Callable[..., str]) -> None:
    with Pico(firmware) as pico:
        fact = "import machine; print(machine.reset_cause() == machine.PWRON_RESET)"
        assert mpremote(pico, "exec", fact) == "True\n"
