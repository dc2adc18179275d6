# Ctrl-C between two operators raises KeyboardInterrupt and leaves the model usable.
import os

import minfer
from expect import skip

if not hasattr(os, "system"):
    skip("no way to press Ctrl-C from within")

model = minfer.load("long.mnf")
x = bytes(8192)
out = bytearray(1)


def interrupted(run, out):
    """Whether Ctrl-C, pressed a little later, came inside of run()."""
    inside = False
    os.system("(sleep 0.05; kill -INT $PPID) &")
    try:
        for _ in range(100000):
            inside = True
            run(x, out)
            inside = False
            out[0] = 0x55
    except KeyboardInterrupt:
        return inside and out[0] == 0x55
    raise AssertionError("no KeyboardInterrupt")


def finished(x, out):
    for _ in model.steps(x, out):
        pass


for run in (model.run, finished):
    out = bytearray(b"\x55" * 8192)
    # Now and then it comes between two runs: press again.
    for _ in range(10):
        if interrupted(run, out):
            break
    else:
        raise AssertionError("never inside of a run")
    assert model.run(x)[0] == 1000 % 256 - 256
print("ok")
