# A thousand loads, runs and refusals leave nothing behind.
import gc

import minfer

with open("pair.mnf", "rb") as file:
    data = file.read()
x = (bytes(5), bytes(5))
out = (bytearray(5), bytearray(5))


def cycle(n):
    for i in range(n):
        model = minfer.load(data) if i % 10 else minfer.load("pair.mnf")
        model.run(x, out)
        view = model.input.data
        steps = model.steps(x, out)
        next(steps)
        if i % 4 == 0:
            gc.collect()
            next(steps)
            view[0] = 1
        try:
            minfer.load(data[:-4])
        except minfer.ModelError:
            pass
        try:
            model.run(b"")
        except ValueError:
            pass


cycle(100)
gc.collect()
before = gc.mem_alloc()
cycle(1000)
gc.collect()
grown = gc.mem_alloc() - before
assert grown < 200, grown
print("ok")
