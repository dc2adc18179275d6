# predict(): real numbers in and out, rounded to nearest with halves away from zero, saturated.
from array import array

import minfer
from expect import raises

model = minfer.load("dense.mnf")  # scale 0.5 and zero point -1 in, 0.25 and 3 out
answer = model.run(array("b", [1, 2, 3, 4]))
reals = [(q - 3) * 0.25 for q in answer]
numbers = [1, 1.5, 2, 2.5]


def predicted(x, out=None):
    result = model.predict(x, out)
    assert out is None or result is out
    return list(result)  # arrays of floats have no ==


class Sequence:
    def __getitem__(self, i):
        return numbers[i]


for x in (
    numbers,
    tuple(numbers),
    [numbers],
    [[1, 1.5], [2, 2.5]],
    [[[[[numbers]]]]],
    [array("f", [1, 1.5]), (2, 2.5)],
    array("f", numbers),
    array("d", numbers),
    memoryview(array("f", [0] + numbers))[1:],
    (n for n in numbers),
    map(float, numbers),
    Sequence(),
):
    assert predicted(x) == reals, x
assert predicted(range(4)) == predicted([0, 1, 2, 3])
# Buffers have a type: bytes are the model's own integers, as run() takes them, never numbers of 0 to 255.
assert predicted(array("b", [1, 2, 3, 4])) == predicted(bytes([1, 2, 3, 4])) == reals
assert predicted(numbers, array("f", 3 * [0])) == reals
assert predicted(numbers, array("d", 3 * [0])) == reals
assert type(model.predict(numbers)) is array and isinstance(model.predict(numbers)[0], float)

nan, inf = float("nan"), float("inf")
written = model.input.data
for real, q in (
    (0.24, -1),
    (0.25, 0),
    (-0.24, -1),
    (-0.25, -2),
    (0.75, 1),
    (-0.75, -3),
    (64.25, 127),
    (63.9, 127),
    (1e30, 127),
    (inf, 127),
    (-63.5, -128),
    (-64.5, -128),
    (-1e30, -128),
    (-inf, -128),
    (nan, -1),
    (10**40, 127),
):
    for x in ([real, 0, 0, 0], array("f", [real, 0, 0, 0])):
        model.predict(x)
        assert written[0] == q, (real, q, written[0])

face = minfer.load("face.mnf")  # negates, scale 0.5; its face is real
assert face.input.face == "float32" and face.input.dtype == "int8"
six = array("f", [1, -2, 0.25, 63.5, -1000, 1000])
negated = [-1, 2, -0.5, -63.5, 63.5, -63.5]
assert list(face.run(six)) == negated
assert list(face.predict(six)) == negated
assert list(face.predict([[1, -2, 0.25], [63.5, -1000, 1000]])) == negated
out = array("f", 6 * [0])
assert face.run(six, out) is out and list(out) == negated
face.input.data[:] = array("b", [1, 2, 3, 4, 5, 6])
assert list(face.run()) == [-0.5, -1, -1.5, -2, -2.5, -3]
raises(
    ValueError,
    "input: expected 24 bytes of float32 for shape (2, 3), found 6 bytes of int8",
    face.run,
    array("b", 6 * [0]),
)
raises(
    ValueError,
    "output: expected 24 writable bytes of float32 for shape (2, 3), found 48 bytes of float64",
    face.run,
    six,
    array("d", 6 * [0]),
)

expected = "input: expected 4 numbers for shape (1, 4), found "
raises(ValueError, expected + "3", model.predict, [1, 2, 3])
raises(ValueError, expected + "5 or more", model.predict, [1, 2, 3, 4, 5, 6])
raises(ValueError, expected + "6 or more", model.predict, array("f", range(6)))
raises(ValueError, expected + "0", model.predict, [[], ()])
raises(
    ValueError,
    "input: expected 4 bytes of int8 for shape (1, 4), found 8 bytes of int16",
    model.predict,
    array("h", [1, 2, 3, 4]),
)
raises(TypeError, "can't convert NoneType to float", model.predict, [None, 1, 2, 3])
raises(TypeError, "can't convert list to float", model.predict, [[[[[[[1, 2, 3, 4]]]]]]])
raises(
    ValueError,
    "output: expected 12 writable bytes of float32 for shape (1, 3), found 3 bytes of int8",
    model.predict,
    numbers,
    array("b", 3 * [0]),
)


def disturbed():
    yield 1
    model.run(bytes(4))


raises(RuntimeError, "model: it is running already", model.predict, disturbed())
assert predicted(numbers) == reals
print("ok")
