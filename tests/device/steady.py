# The steady state allocates nothing.
from array import array

import minfer
from expect import skip

try:
    from micropython import heap_lock, heap_unlock
except ImportError:
    skip("no heap_lock in this firmware")


def steady(function, x, out):
    heap_lock()
    try:
        for _ in range(10):
            function(x, out)
            function(x, out=out)
    finally:
        heap_unlock()


model = minfer.load("dense.mnf")
steady(model.run, bytes(4), bytearray(3))
steady(model.run, array("b", 4 * [0]), array("b", 3 * [0]))
steady(model.run, None, bytearray(3))
steady(model.predict, array("f", 4 * [0.5]), array("f", 3 * [0]))
steady(model.predict, array("d", 4 * [0.5]), array("d", 3 * [0]))
steady(model.predict, (1, 2, 3, 4), array("f", 3 * [0]))
face = minfer.load("face.mnf")
steady(face.run, array("f", 6 * [0.5]), array("f", 6 * [0]))
pair = minfer.load("pair.mnf")
steady(pair.run, (bytes(5), bytes(5)), (bytearray(5), bytearray(5)))

# The methods of the object itself, and not only those bound beforehand.
x, out = bytes(4), bytearray(3)
heap_lock()
model.run(x, out)
model.run(x, out=out)
heap_unlock()
steps = model.steps(x, out)
heap_lock()
for _ in steps:
    pass
heap_unlock()
print("ok")
