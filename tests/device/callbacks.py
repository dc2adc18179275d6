# Scheduled callbacks run between operators, and cannot disturb the run they came into.
import gc

import minfer
from expect import skip

try:
    from micropython import schedule
except ImportError:
    skip("no schedule in this firmware")

model = minfer.load("long.mnf")
other = minfer.load("dense.mnf")
x = bytes(1024)
seen = []


def callback(arg):
    gc.collect()
    try:
        model.run(x)
    except RuntimeError as error:
        seen.append(str(error))
    seen.append(other.run(bytes(4))[0])


def numbers():
    yield from bytes(1023)
    schedule(callback, None)
    yield 0  # no jump from here on: the callback's next chance is between two operators


assert model.predict(numbers())[0] == 1000 % 256 - 256
assert seen == ["model: it is running already", 23], seen
print("ok")
