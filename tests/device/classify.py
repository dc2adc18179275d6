# classify(): the label and the probability of the likeliest class.
from array import array

import minfer

model = minfer.load("dense.mnf")
assert model.labels == ("cat", "dog", "früh")
assert model.classify([1, 1.5, 2, 2.5]) == ("cat", 12.5)
assert model.classify(array("f", [-9, -9, -9, -9])) == ("dog", 31.0)
assert model.classify(array("b", [1, 2, 3, 4])) == ("cat", 12.5)
model.input.data[:] = array("b", [1, 2, 3, 4])
assert model.classify() == ("cat", 12.5)

# Without labels, the number of the class; among equals, the first.
face = minfer.load("face.mnf")
assert face.labels == ()
assert face.classify([0, -3, 5, -3, 2, 1]) == (1, 3.0)
print("ok")
