# run(): every kind of buffer that fits, and words for every kind that does not.
from array import array

import minfer
from expect import raises

model = minfer.load("dense.mnf")
values = [1, -2, 3, -4]
raw = bytes(v & 255 for v in values)
answer = array("b", [13, 3, 3])

for x in (
    raw,
    bytearray(raw),
    memoryview(raw),
    array("b", values),
    array("B", raw),
    memoryview(b"?" + raw)[1:],
):
    assert model.run(x) == answer, x
for out in (bytearray(3), array("b", 3 * [0]), array("B", 3 * [0]), memoryview(bytearray(5))[1:4]):
    assert model.run(raw, out) is out
    assert bytes(out) == bytes(answer), out
assert model.run(x=raw, out=None) == answer

try:
    from ulab import numpy
except ImportError:
    pass
else:
    out = numpy.zeros(3, dtype=numpy.int8)
    model.run(numpy.array(values, dtype=numpy.int8), out)
    assert list(out) == list(answer)

# What was written to the input's data is the input where there is no other.
view = model.input.data
view[:] = array("b", values)
assert model.run() == answer
view[:] = array("b", values)
assert model.run(out=bytearray(3)) == bytes(answer)
view[:] = array("b", values)
assert model.run(view) == answer
assert model.run(raw, model.output.data) == answer

expected = "input: expected 4 bytes of int8 for shape (1, 4), found "
for x, found in (
    (bytes(3), "3 bytes of uint8"),
    (bytearray(5), "5 bytes of uint8"),
    (b"", "0 bytes of uint8"),
    (array("h", values), "8 bytes of int16"),
    (array("H", [1, 2]), "4 bytes of uint16"),
    (array("i", [1]), "4 bytes of int32"),
    (array("I", [1]), "4 bytes of uint32"),
    (array("f", [1]), "4 bytes of float32"),
    (array("d", values), "32 bytes of float64"),
    (values, "list"),
    (tuple(values), "tuple"),
    (5, "int"),
    (1.5, "float"),
    (model, "Model"),
):
    raises(ValueError, expected + found, model.run, x)

expected = "output: expected 3 writable bytes of int8 for shape (1, 3), found "
for out, found in (
    (bytes(3), "bytes"),
    (memoryview(bytes(3)), "memoryview"),
    (bytearray(2), "2 bytes of uint8"),
    (array("b", 4 * [0]), "4 bytes of int8"),
    (array("h", 3 * [0]), "6 bytes of int16"),
    (array("f", 3 * [0]), "12 bytes of float32"),
    ([0, 0, 0], "list"),
    ("abc", "str"),
):
    raises(ValueError, expected + found, model.run, raw, out)
assert model.run(raw) == answer

raises(TypeError, "extra keyword arguments given", model.run, raw, output=bytearray(3))
print("ok")
