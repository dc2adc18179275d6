# Scheduled callbacks run between operators, and cannot disturb the run they came into.
import minfer
from expect import skip

try:
    from micropython import schedule
except ImportError:
    skip("no schedule in this firmware")

model = minfer.load("long.mnf")
other = minfer.load("dense.mnf")
x = bytes(8192)
seen = []


def callback(arg):
    try:
        model.run(x)
    except RuntimeError as error:
        seen.append(str(error))
    seen.append(other.run(bytes(4))[0])


schedule(callback, None)
out = bytearray(8192)
for _ in model.steps(x, out):
    pass
seen.clear()

for step in model.steps(x, out):
    if step == 500:
        break
schedule(callback, None)  # runs at the next chance, which is within this very loop
for _ in range(10):
    pass
assert seen == [23]
seen.clear()

# Scheduled from inside: predict() asks Python for its numbers.
def numbers():
    for i in range(8192):
        if i == 8191:
            schedule(callback, None)
        yield 0


assert model.predict(numbers())[0] == 1000 % 256 - 256
assert seen == ["model: it is running already", 23]
print("ok")
