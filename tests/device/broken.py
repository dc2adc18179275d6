# A broken file is refused with ModelError, or runs within its bounds; nothing else happens.
import gc
import struct

import minfer
from expect import raises, skip

try:
    from binascii import crc32
except ImportError:
    skip("no crc32 to mend the checksum with")

with open("pair.mnf", "rb") as file:
    data = file.read()
x = (bytes(5), bytes(5))


def refused(buffer):
    try:
        minfer.load(buffer)
    except minfer.ModelError:
        return True
    return False


for size in range(len(data)):
    assert refused(data[:size]), size
for i in range(8, len(data)):
    broken = bytearray(data)
    broken[i] ^= 1 << i % 8
    assert refused(broken), i

# With the checksum mended, the rest of the validation has to stand alone.
loaded = 0
for i in range(12, len(data)):
    for value in (0, 1, 0x7F, 0x80, 0xFF, data[i] ^ 16):
        broken = bytearray(data)
        broken[i] = value
        struct.pack_into("<I", broken, 8, crc32(memoryview(broken)[12:]))
        try:
            model = minfer.load(broken)
        except minfer.ModelError:
            continue
        except MemoryError:  # a large arena is no fault of the file
            gc.collect()
            continue
        loaded += 1
        try:
            repr(model)
            model.labels
            repr(model.inputs + model.outputs)
        except UnicodeError:  # text that is no UTF-8
            pass
        try:
            model.run(x)
        except ValueError:  # another shape or type of input
            pass
assert loaded > 100, loaded

for bad, words in (
    (b"", "file too short for a model: expected at least 64 bytes, found 0"),
    (b"TFL3" * 16, "not a minfer model: expected magic 826691149, found 860636756"),
    (data[:-4], "truncated file: expected 720 bytes, found 716"),
):
    raises(minfer.ModelError, words, minfer.load, bad)


def mended(offset, fmt, value):
    broken = bytearray(data)
    struct.pack_into(fmt, broken, offset, value)
    struct.pack_into("<I", broken, 8, crc32(memoryview(broken)[12:]))
    return broken


tensors, ops = struct.unpack_from("<2I", data, 28)
raises(
    minfer.ModelError,
    "tensor 2: unknown data type: expected 1 to 8, found 9",
    minfer.load,
    mended(tensors + 2 * 44, "B", 9),
)
raises(
    minfer.ModelError,
    "operator 0 (ADD): scratch reaches outside the arena: expected an end of at most 64, found 80",
    minfer.load,
    mended(ops + 8, "<I", 80),
)
raises(
    minfer.ModelError,
    "operator 0 (999): operator this firmware does not have: expected an opcode below 35, found 999; update the firmware",
    minfer.load,
    mended(ops, "<H", 999),
)
print("ok")
