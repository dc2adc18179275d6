# What a model keeps from run to run: its own, whoever shares its arena, until reset.
from array import array

import minfer


def totals(n):
    return array("b", [10 + n, 20 + 2 * n, 30 + 3 * n, 40 - 4 * n])


x = array("b", [1, 2, 3, -4])
model = minfer.load("memory.mnf")
assert model.state_size == 16
assert ", state 16 bytes, " in repr(model), model
for n in range(1, 6):
    assert model.run(x) == totals(n)

other = minfer.load("memory.mnf", model.arena)
assert other.run(x) == totals(1)
assert model.run(x) == totals(6)
model.arena[:] = bytes(len(model.arena))
assert model.run(x) == totals(7)

for _ in model.steps(x):
    pass
assert array("b", model.output.data) == totals(8)
model.reset()
assert model.run(x) == totals(1)
assert other.run(x) == totals(2)
assert minfer.load("pair.mnf").state_size == 0
print("ok")
