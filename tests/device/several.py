# Several inputs and outputs, of several types: tuples, lists or dicts in, tuples out.
from array import array

import minfer
from expect import raises


def same(arrays, wanted):
    return all(list(a) == list(b) for a, b in zip(arrays, wanted))


model = minfer.load("pair.mnf")
a, b = bytes([1, 2, 3, 4, 5]), array("b", [5, 0, -5, -10, 127])
total = array("b", [6, 2, -2, -6, 127])
negative = array("b", [-6, -2, 2, 6, -127])
assert model.run((a, b)) == (total, negative)
assert model.run([a, b]) == (total, negative)
out = [bytearray(5), array("b", a)]
assert model.run((a, b), out) is out
assert out[0] == bytes(total) and out[1] == negative
assert same(model.predict(([1, 2, 3, 4, 5], b)), (total, negative))
out = (array("f", 5 * [0]), array("d", 5 * [0]))
assert model.predict((range(1, 6), b), out) is out
assert same(out, (total, negative))

assert model.run({"right": b, "left": a}) == (total, negative)
raises(
    ValueError, "input 1: expected a value for 'right', found none", model.run, {"left": a, "x": b}
)

left, right = model.inputs
assert model.tensor("right") is right and model.tensor("output 1") is model.outputs[1]
raises(ValueError, "expected one of left, right, output 0, output 1, found x", model.tensor, "x")
assert model.input is left and model.output is model.outputs[0]
left.data[:] = array("b", a)
right.data[:] = b
assert model.run() == (total, negative)

raises(ValueError, "inputs: expected a tuple, list or dict of 2, found bytes", model.run, a)
raises(ValueError, "inputs: expected 2, found 3", model.run, (a, a, b))
raises(
    ValueError,
    "outputs: expected a tuple, list or dict of 2, found bytearray",
    model.run,
    (a, b),
    bytearray(5),
)
raises(
    ValueError,
    "input 1: expected 5 bytes of int8 for shape (1, 5), found 4 bytes of uint8",
    model.run,
    (a, bytes(4)),
)
raises(
    ValueError,
    "output 1: expected 5 writable bytes of int8 for shape (1, 5), found bytes",
    model.run,
    (a, b),
    (bytearray(5), bytes(5)),
)
raises(ValueError, "classify: expected a model with one output, found 2", model.classify, (a, b))

model = minfer.load("wide.mnf")
x = (array("h", [1, -2, 30000]), array("f", [1, 2, 3, 4.5]), b"\xff")
assert same(model.run(x), x)
assert [t.dtype for t in model.outputs] == ["int16", "float32", "uint8"]
assert [t.shape for t in model.outputs] == [(3,), (2, 2), ()]
view = model.inputs[1].data
view[3] = -8.25
assert list(model.run()[1]) == [1, 2, 3, -8.25]
raises(
    ValueError,
    "input 0: expected 6 bytes of int16 for shape (3,), found 6 bytes of uint8",
    model.run,
    (bytes(6), x[1], x[2]),
)
raises(
    ValueError,
    "output 0: expected a scale or float32, found int16 without; use run()",
    model.predict,
    x,
)
print("ok")
