# Ctrl-C between two operators raises KeyboardInterrupt and leaves the model usable.
import io
import os

import minfer
from expect import skip


def press_by_signal():
    os.system("(sleep 0.05; kill -INT $PPID) &")


class Terminal(io.IOBase):
    """A second terminal with one key to read, Ctrl-C."""

    keys = 1

    def readinto(self, buffer):
        if self.keys:
            self.keys -= 1
            buffer[0] = 3
            return 1

    def write(self, data):
        pass


def press_by_terminal():
    os.dupterm(Terminal())
    schedule(os.dupterm_notify, None)


if hasattr(os, "system"):
    press = press_by_signal
elif hasattr(os, "dupterm_notify"):
    from micropython import schedule

    press = press_by_terminal
else:
    skip("no way to press Ctrl-C from within")

model = minfer.load("long.mnf")
x = bytes(1024)
untouched = b"\x55" * 1024


def steps(x, out):
    for _ in model.steps(x, out):
        pass


def interrupted(run):
    """Whether Ctrl-C came inside of run(), and not around it."""
    inside = False
    out = bytearray(untouched)
    press()
    try:
        while True:
            inside = True
            run(x, out)
            inside = False
            out[:] = untouched
    except KeyboardInterrupt:
        pass
    return inside and out == untouched


for run in (model.run, steps):
    for _ in range(10):  # now and then it comes around
        if interrupted(run):
            break
    else:
        raise AssertionError("never inside of a run")
    assert model.run(x)[0] == 1000 % 256 - 256
if hasattr(os, "dupterm"):
    os.dupterm(None)
print("ok")
