# minfer.image: where results go, what is refused, files, and no allocation while rows come.
from array import array

import micropython

import minfer
from expect import raises
from minfer.image import Bmp, Picture

frame = bytes(range(96, 104))
pixels = bytes(v ^ 128 for v in frame)  # int8 of pixel - 128
common = {"width": 4, "height": 2, "format": "grey", "shape": (2, 4, 1)}
exact = dict(common, scale=1, zero_point=-128)

# A result of its own, or in what it is given: an array, bytes, a view, a model's input.
picture = Picture(**exact)
assert (picture.width, picture.height, picture.format) == (4, 2, "grey")
assert picture.shape == (2, 4, 1) and picture.typecode == "b" and not picture.due
assert picture.write(frame + frame) == 8 and picture.due
assert picture.write(frame) == 0
assert isinstance(picture.take(), array) and not picture.due
for out in (array("b", 8 * [0]), array("B", 8 * [0]), bytearray(8), memoryview(bytearray(10))[1:9]):
    picture = Picture(out=out, **exact)
    for row in (frame[:3], array("B", frame[3:])):
        picture.write(row)
    assert picture.take() is out and bytes(out) == pixels
    picture.write(array("H", 4 * [257]), 2)
    picture.write(rows=b"?\x01\x01", start=1)
    other = bytearray(8)
    assert picture.take(other) is other and other == bytes(8 * [129])

model = minfer.load("dense.mnf")
picture = Picture(
    width=2, height=2, format="grey", shape=(1, 4, 1), crop=(0, 1, 2, 1), resize="nearest",
    scale=0.5, zero_point=-1, mean=10, std=2.0, out=model.input.data
)  # fmt: skip
picture.write(bytes((0, 0, 12, 14)))
picture.take(model.input.data)
assert list(model.input.data) == [1, 1, 3, 3]
assert model.run() == model.run(array("b", (1, 1, 3, 3)))

real = Picture(**common)
assert real.typecode == "f"
real.write(frame)
assert list(real.take()) == list(range(96, 104))
assert real.write(frame) == 8
real.reset()
assert not real.due

# Rows, one by one, into the same place: no allocation.
half = memoryview(frame)[:4]
picture = Picture(out=bytearray(8), **exact)
micropython.heap_lock()
try:
    for _ in range(3):
        picture.write(half)
        picture.write(frame, 4)
        picture.take()
finally:
    micropython.heap_unlock()


# Files.
def number(value, size):
    return value.to_bytes(size, "little")


def bmp(width, height, bits, palette, rows):
    start = 54 + len(palette)
    head = number(40, 4) + number(width, 4) + number(height, 4) + number(1, 2) + number(bits, 2)
    head += number(0, 12) + number(0, 4) + number(len(palette) // 4, 4) + number(0, 4)
    return (
        b"BM"
        + number(start + len(rows), 4)
        + number(0, 4)
        + number(start, 4)
        + head
        + palette
        + rows
    )


def source(data):
    with open("test.bmp", "wb") as file:
        file.write(data)
    return Bmp("test.bmp")


def read(data, size):
    bmp = source(data)
    buffer = bytearray(size)
    found = b""
    n = bmp.readinto(buffer)
    while n:
        found += buffer[:n]
        n = bmp.readinto(memoryview(buffer))
    bmp.close()
    return bmp.format, found


grey = bmp(3, 2, 8, bytes((9, 9, 9, 0, 70, 70, 70, 0)), b"\0\1\0?\1\1\1?")
colours = bmp(2, 1, 8, bytes((3, 2, 1, 0, 6, 5, 4, 0)), b"\1\0??")
wide = bmp(1, 2, 24, b"", b"\3\2\1?\6\5\4?")
deep = bmp(1, 1, 32, b"", b"\3\2\1?")
broken = bmp(2, 1, 8, bytes((3, 2, 1, 0)), b"\1\0??")
try:
    for size in (1, 2, 100):
        assert read(grey, size) == ("grey", b"FFF\x09F\x09")
        assert read(colours, size) == ("rgb888", b"\4\5\6\1\2\3")
        assert read(wide, size) == ("rgb888", b"\4\5\6\1\2\3")
        assert read(deep, size) == ("rgb888", b"\1\2\3")
    source(bmp(4, 2, 8, bytes((9, 9, 9, 0)), bytes(8))).check(picture)
    raises(
        ValueError,
        "test.bmp: expected a frame of 4 x 2 in grey, found 3 x 2 in grey",
        source(grey).check,
        picture,
    )
    raises(ValueError, "test.bmp: expected a .bmp file, found none", source, b"RIFF" + grey)
    raises(ValueError, "test.bmp: expected 2 rows, found the file's end", read, grey[:-1], 9)
    raises(ValueError, "test.bmp: expected pixels of its palette, found others", read, broken, 9)
except OSError as error:
    print("no files can be written here: %s;" % error)  # a ROMFS, which is read only

# What is refused, in the words of the host.
expected = (
    ("width: expected at least 1, found 0", {"width": 0}),
    ("width: expected a multiple of 2 in this format, found 3", {"width": 3, "format": "yuv422"}),
    ("format: expected one of grey|rgb565|rgb565_be|rgb888|yuv422, found jpeg", {"format": "jpeg"}),
    ("crop: expected (x, y, width, height), found (1, 2)", {"crop": (1, 2)}),
    ("crop: width: expected at most 2, found 3", {"crop": (2, 0, 3, 1)}),
    ("shape: expected (height, width, channels), found (2, 4)", {"shape": (2, 4)}),
    ("shape: channels: expected 1 or 3, found 2", {"shape": (2, 4, 2)}),
    ("shape: channels: expected 1 or 3, found 1e+06", {"shape": (2, 4, 1000000)}),
    ("shape: height: expected at most 2048, found 2049", {"shape": (2049, 4, 1)}),
    ("resize: expected one of bilinear|nearest, found cubic", {"resize": "cubic"}),
    ("std: expected a number, or 3 of them, found 2", {"std": (1, 2), "shape": (2, 4, 3)}),
    (
        "out: expected 8 bytes of typecode 'b' for shape (2, 4, 1), found 9 bytes of typecode 'B'",
        {"out": bytearray(9), "scale": 1},
    ),
    (
        "out: expected 32 bytes of typecode 'f' for shape (2, 4, 1), found 8 bytes of typecode 'b'",
        {"out": array("b", frame)},
    ),
)
for words, changed in expected:
    raises(ValueError, words, lambda: Picture(**dict(common, **changed)))
raises(TypeError, "'width' argument required", Picture)
no_buffer = "object with buffer protocol required"
raises(TypeError, no_buffer, lambda: Picture(**dict(common, out=bytes(8), scale=1)))
raises(TypeError, no_buffer, picture.write, 5)
raises(ValueError, "start: expected 0 to 8, found 9", picture.write, frame, 9)
picture.write(frame, 5)
raises(ValueError, "nothing to take: expected 5 more bytes; write rows until due", picture.take)
print("ok")
