# Run by MicroPython. Arguments: model, files of inputs and outputs, buffers in and out, samples.
import sys
from array import array

import minfer

SIZES = {"b": 1, "B": 1, "h": 2, "i": 4, "q": 8, "f": 4}


def buffers(words):
    return [array(word[0], bytes(int(word[1:]) * SIZES[word[0]])) for word in words]


path, inputs, outputs, takes, gives, count = sys.argv[1:]
model = minfer.load(path)
xs = buffers(takes.split(","))
ys = buffers(gives.split(","))
with open(inputs, "rb") as source, open(outputs, "wb") as sink:
    for _ in range(int(count)):
        for x in xs:
            source.readinto(x)
        model.run(xs[0] if len(xs) == 1 else xs, ys[0] if len(ys) == 1 else ys)
        for y in ys:
            sink.write(y)
