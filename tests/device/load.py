# A model comes from a path or from any buffer; a file that cannot be read is named.
import gc
from array import array

import minfer
from expect import raises

path = "dense.mnf"
with open(path, "rb") as file:
    data = file.read()
x = bytes([1, 2, 3, 4])
answer = array("b", [53, -37, -5])

for buffer in (path, data, bytearray(data), memoryview(data), array("B", data), array("i", data)):
    model = minfer.load(buffer)
    gc.collect()
    assert model.run(x) == answer
    assert model.size == len(data)
assert minfer.load(data + b"more").run(x) == answer

shifted = bytearray(4) + data
assert minfer.load(memoryview(shifted)[4:]).run(x) == answer
raises(
    minfer.ModelError,
    "model at an address that is no multiple of 4: expected remainder 0, found 1",
    minfer.load,
    memoryview(b"x" + data)[1:],
)

# The model keeps its file alive, and what it was loaded from may go.
models = [minfer.load(bytes(data)) for _ in range(20)]
del data
gc.collect()
garbage = [bytearray(500) for _ in range(20)]
for model in models:
    assert model.run(x) == answer

raises(OSError, "[Errno 2] ENOENT: nowhere.mnf", minfer.load, "nowhere.mnf")
for other in (None, 5, [1, 2]):
    raises(TypeError, "object with buffer protocol required", minfer.load, other)
raises(TypeError, "object with buffer protocol required", minfer.load, print)

# The file is closed again, whatever it held.
try:
    import os

    handles = os.listdir("/proc/self/fd")
except OSError:
    pass
else:
    for _ in range(5):
        minfer.load(path)
        raises(
            minfer.ModelError,
            "not a minfer model: expected magic 826691149, found -2127442478",
            minfer.load,
            "models.romfs",
        )
    assert len(os.listdir("/proc/self/fd")) == len(handles)

assert issubclass(minfer.ModelError, ValueError)
print("ok")
