# Frames through minfer.image.Picture, in pieces of random sizes, against the host's results: records.bin lies beside, as
# tests/host/pictures.py packs it.
import json
import struct
from array import array

from minfer.image import Picture


def piece(file):
    return file.read(struct.unpack("<I", file.read(4))[0])


seed = 1


def random(limit):
    global seed
    seed = seed * 1103515245 + 12345 & 0x7FFFFFFF
    return (seed >> 12) % limit


pictures = values = wrong = 0
with open("records.bin", "rb") as file:
    for _ in range(struct.unpack("<I", file.read(4))[0]):
        arguments = json.loads(piece(file))
        frame = piece(file)
        wanted = piece(file)
        picture = Picture(**arguments)
        position = 0
        while position < len(frame):
            assert not picture.due
            end = min(position + 1 + random(random(300) + 1), len(frame))
            position += picture.write(memoryview(frame)[:end], position)
            assert position == end
        assert picture.due and picture.write(frame) == 0
        found = bytes(picture.take())
        assert len(found) == len(wanted)
        if found != wanted:
            wrong += sum(a != b for a, b in zip(found, wanted))
        pictures += 1
        values += len(wanted)
print("%d pictures, %d bytes, %d differing" % (pictures, values, wrong))
assert pictures > 0 and wrong == 0
print("ok")
