# Outputs of int32 and int64.
from array import array

import minfer

model = minfer.load("indices.mnf")
assert [tensor.dtype for tensor in model.outputs] == ["int32", "int64"]
greatest, least = model.run(array("b", [3, 9, -1, 7, 7, 2]))
assert greatest == array("i", [1, 0]) and least == array("q", [2, 2])
out = (array("i", [5, 5]), array("q", [5, 5]))
model.run(array("b", [0, 0, 0, -3, -2, -1]), out)
assert list(out[0]) == [0, 2] and list(out[1]) == [0, 0]
assert list(model.outputs[0].data) == [0, 2] and list(model.outputs[1].data) == [0, 0]
print("ok")
