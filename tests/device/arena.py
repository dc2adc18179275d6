# The arena: the caller's or the model's own, shared, and never trusted to be what it was.
import gc
from array import array

import minfer
from expect import raises

x, answer = bytes([1, 2, 3, 4]), array("b", [53, -37, -5])
pair_x = (bytes([1, 2, 3, 4, 5]), bytes(5))

arena = bytearray(64)
dense = minfer.load("dense.mnf", arena=arena)
pair = minfer.load("pair.mnf", arena)
assert dense.arena is arena and pair.arena is arena
assert dense.arena_size == 32 and pair.arena_size == 64
for _ in range(3):
    assert dense.run(x) == answer
    assert bytes(pair.run(pair_x)[0]) == pair_x[0]
third = minfer.load("dense.mnf", pair.arena)
assert third.run(x) == answer

# Any writable buffer; what lies around a slice is left alone.
for arena in (
    array("i", range(8)),
    array("f", 8 * [0]),
    array("H", 16 * [0]),
    memoryview(bytearray(48))[4:],
):
    model = minfer.load("dense.mnf", arena)
    gc.collect()
    assert model.run(x) == answer
    view = model.output.data
    assert list(view) == list(answer)
    view[0] = -7
    assert model.output.data[0] == -7
whole = bytearray(b"\xa5" * 64)
model = minfer.load("dense.mnf", memoryview(whole)[16:48])
assert model.run(x) == answer
assert whole[:16] == b"\xa5" * 16 and whole[48:] == b"\xa5" * 16

# A view outlives the model and the caller's own reference to the arena.
views = [minfer.load("dense.mnf").output.data for _ in range(20)]
for i, view in enumerate(views):
    view[0] = i
gc.collect()
garbage = [bytearray(b"\xff" * 32) for _ in range(40)]
assert [view[0] for view in views] == list(range(20))

for bad, words in (
    (bytes(32), "arena: expected a writable buffer of at least 32 bytes, found bytes"),
    (5, "arena: expected a writable buffer of at least 32 bytes, found int"),
    (bytearray(31), "arena: expected at least 32 bytes, found 31"),
    (
        memoryview(bytearray(64))[3:],
        "arena: expected an address that is a multiple of 4, found remainder 3",
    ),
):
    raises(ValueError, words, minfer.load, "dense.mnf", bad)
with open("dense.mnf", "rb") as file:
    data = bytearray(file.read())
raises(
    ValueError, "arena: expected a buffer of its own, found the model's", minfer.load, data, data
)

# Buffers that are resized under the model's feet.
arena = bytearray(32)
model = minfer.load(data, arena)
assert model.run(x) == answer
arena.extend(bytes(4000))
assert model.run(x) == answer
arena = bytearray(32)
model = minfer.load("dense.mnf", arena)


def numbers():
    yield 1
    arena.extend(bytes(4000))
    yield from (1.5, 2, 2.5)


assert list(model.predict(numbers())) == [12.5, -10.0, -2.0]
model = minfer.load(data)
data.extend(bytes(4000))
try:
    assert model.run(x) == answer  # where there was room to grow in place
except ValueError as error:
    assert str(error) == "model: its buffer has changed its size since it was loaded; load it again"

# More than there is: asked for, and what there would be.
try:
    with open("pair.mnf", "rb") as file:
        data = bytearray(file.read())
    import struct
    from binascii import crc32

    struct.pack_into("<I", data, 16, 1 << 29)
    struct.pack_into("<I", data, 8, crc32(memoryview(data)[12:]))
    minfer.load(data)
except MemoryError as error:
    words = str(error).split(" ")
    assert words[:6] == ["arena:", "asked", "for", "536870912", "bytes,", "the"], error
    assert words[6:10] == ["largest", "free", "block", "has"] and int(words[10]) > 0, error
else:
    raise AssertionError("512 MB were there")
print("ok")
