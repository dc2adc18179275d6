# Sent to an emulated Pico's prompt, and again after each soft reset: digits.mnf on both cores,
# whatever happens meanwhile. Interrupts come from a state machine, so that they fall anywhere, also
# into the middle of a job of both cores.
import _thread
import gc
import random
import time

import machine
import micropython
import minfer
import rp2
from machine import Timer

x = bytes({x})
expected = bytes({expected})
random.seed({seed})
micropython.alloc_emergency_exception_buf(100)

out, other_out = bytearray(10), bytearray(10)
model = minfer.load("digits.mnf")
other = minfer.load("digits.mnf")
alone = minfer.load("digits.mnf", cores=1)
flash = rp2.Flash()
LAST = flash.ioctl(4, 0) - 1  # block
nothing = b"\xff" * 256  # to program this changes nothing, and yet the flash is away meanwhile
counts = [0, 0, 0, 0]  # flash writes, runs of another model, threads, runs of a thread
stop = [True]


def run():
    out[:] = bytes(10)
    model.run(x, out)
    assert out == expected, bytes(out)


def write_flash(source):
    flash.writeblocks(LAST, nothing, 0)
    counts[0] += 1


def run_other(source):
    other.run(x, other_out)
    assert other_out == expected, bytes(other_out)
    counts[1] += 1


def thread():
    while not stop[0]:
        alone.run(x, other_out)
        counts[3] += 1


def start_thread(source):
    if stop[0]:
        stop[0] = False
        try:
            _thread.start_new_thread(thread, ())
            counts[2] += 1
        except OSError:  # the last one has not gone yet
            stop[0] = True
    else:
        stop[0] = True


@rp2.asm_pio()
def beat():
    irq(rel(0))
    nop()[31]
    nop()[31]


def interrupted(handler, n, frequency):
    # n runs, with a handler that runs inside of an interrupt, inside of an operator.
    heart = rp2.StateMachine(0, beat, freq=frequency)
    heart.irq(handler, hard=True)
    heart.active(1)
    try:
        for _ in range(n):
            run()
    finally:
        heart.active(0)
        heart.irq(None)


def scheduled(handler, n, period):
    # n runs, with a handler that runs between two operators.
    timer = Timer(period=period, callback=handler)
    try:
        for _ in range(n):
            run()
    finally:
        timer.deinit()


def pressed(n):
    # n runs interrupted by Ctrl-C, which the host presses until it reads that these are done.
    while n:
        try:
            while True:
                run()
        except KeyboardInterrupt:
            n -= 1


def until_gone():
    stop[0] = True
    time.sleep_ms(30)
