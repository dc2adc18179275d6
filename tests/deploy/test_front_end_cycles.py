"""The front ends for sound keep up on the emulated Pico, counted in its cycles; docs/AUDIO.md has the figures."""

from __future__ import annotations

import pytest
from emulated import on_board, start

FRAMES = 25
HOP = 320
CYCLES_OF_A_HOP = 125_000_000 * HOP // 16_000

# Noise of full scale, a frame each 20 ms. Interrupts wait meanwhile.
COUNT = """
import machine
from array import array
from minfer.audio import {kind}
fe = {kind}(frames=1)
samples = array("h", bytes(2 * (fe.window + ({frames} - 1) * fe.hop)))
seed = 1
for i in range(len(samples)):
    seed = (seed * 1103 + 12345) % 1048573
    samples[i] = (seed >> 4) - 32768
out = array(fe.typecode, range(fe.shape[0] * fe.shape[1]))
counter, taken, frames = machine.mem32, 0, 0
state = machine.disable_irq()
start = counter[0xE0001004]
while taken < len(samples):
    taken += fe.write(samples, taken)
    if fe.due:
        fe.take(out)
        frames += 1
cycles = counter[0xE0001004] - start & 0xFFFFFFFF
machine.enable_irq(state)
print(frames, cycles)
"""


@pytest.mark.parametrize("kind, percent", [("MicroSpeech", 10), ("LogMel", 10), ("MFCC", 11)])
def test_share_of_a_core_in_real_time(kind: str, percent: int) -> None:
    with start() as pico:
        said = on_board(pico, COUNT.format(kind=kind, frames=FRAMES))
    frames, cycles = map(int, said.split())
    assert frames == FRAMES
    assert 0 < cycles / frames < CYCLES_OF_A_HOP * percent / 100
