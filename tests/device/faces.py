# What the caller sees of an edge: unsigned bytes over int8, real numbers over int16.
from array import array

import minfer
from expect import raises

model = minfer.load("bytes_face.mnf")  # negates the int8 tensor, scale 0.5, zero point -8
assert (model.input.face, model.input.dtype) == ("uint8", "int8")
seen = bytes([0, 1, 128, 255, 200])
negated = [255, 255, 128, 1, 56]
answer = model.run(seen)
assert list(answer) == negated and list(model.input.data) == [-128, -127, 0, 127, 72]
assert list(memoryview(answer)) == list(model.run(array("B", seen))) == negated
out = bytearray(5)
assert model.run(seen, out) is out and list(out) == negated
assert list(model.predict([4, 0, -1, 100, -100])) == [4, 8, 9, -59.5, 67.5]
raises(
    ValueError,
    "input: expected 5 bytes of uint8 for shape (1, 5), found 10 bytes of int16",
    model.run,
    array("h", 5 * [0]),
)

model = minfer.load("wide_face.mnf")  # halves the int16 tensor, scale 0.25
assert (model.input.face, model.input.dtype) == ("float32", "int16")
reals = array("f", [1, -2, 8191.75, 1e9, -1e9])
halved = [0.5, -1, 4096, 4096, -4096]
assert list(model.run(reals)) == halved
assert list(model.input.data) == [4, -8, 32767, 32767, -32768]
assert list(model.predict(list(reals))) == halved
out = array("d", 5 * [0])
assert model.predict(reals, out) is out and list(out) == halved
print("ok")
