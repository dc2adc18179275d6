# steps(): operator by operator, so that other things can happen in between.
from array import array

import minfer
from expect import raises

model = minfer.load("pair.mnf")
x = (bytes([1, 2, 3, 4, 5]), bytes(5))
out = (bytearray(5), bytearray(5))
assert list(model.steps(x, out)) == [0, 1]
assert out[0] == x[0] and out[1] == bytes(256 - v for v in x[0])
assert list(model.steps(x)) == [0, 1]
assert model.outputs[0].data == array("b", x[0])

# The outputs are written by the last step, not before.
out = (bytearray(5), bytearray(5))
steps = model.steps(x, out)
assert next(steps) == 0 and out[0] == bytes(5)
assert next(steps) == 1 and out[0] == x[0]
for _ in range(2):
    raises(StopIteration, "", next, steps)

# Another run in between would mix the two: the older one is told.
steps = model.steps(x)
next(steps)
model.run(x)
raises(RuntimeError, "model: another run has begun since these steps", next, steps)
assert list(model.steps(x, out)) == [0, 1]

raises(
    ValueError,
    "input 0: expected 5 bytes of int8 for shape (1, 5), found 1 bytes of uint8",
    model.steps,
    (b"1", b"2"),
)

profile = model.profile(x)
assert [(name, macs) for name, _, macs in profile] == [("ADD", 0), ("LOOKUP", 0)]
assert minfer.load("dense.mnf").profile(bytes(4))[0][2] == 12
assert list(minfer.load("wide.mnf").steps()) == []
print("ok")
