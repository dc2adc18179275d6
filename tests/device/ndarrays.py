# Arrays of ulab in and out of models and front ends, without conversion. Where ulab is not built in, a class with the same
# buffer protocol stands in: a shape, elements in one piece, ulab's typecodes.
from array import array

import minfer
import minfer.audio
import minfer.image
import minfer.motion

try:
    from ulab import numpy

    def ndarray(code, values):
        return numpy.array(values, dtype=ord(code))

    FLOAT = chr(numpy.float)  # "d" where MicroPython's own floats are of 64 bits
except ImportError:
    FLOAT = "f"

    class ndarray(array):
        def __init__(self, code, values):
            super().__init__(code, values)
            self.shape = (len(self),)


def content(buffer):
    return bytes(memoryview(buffer))


# Models: the elements of the face, and real numbers.
model = minfer.load("dense.mnf")
x, answer = [1, -2, 3, -4], array("b", [13, 3, 3])
for code in ("b", "B"):
    out = ndarray(code, [0, 0, 0])
    assert model.run(ndarray(code, [v & 255 if code == "B" else v for v in x]), out) is out
    assert content(out) == content(answer), out
reals = ndarray(FLOAT, [1, 1.5, 2, 2.5])
out = ndarray(FLOAT, [0, 0, 0])
assert model.predict(reals, out) is out
assert list(out) == list(model.predict([1, 1.5, 2, 2.5]))
assert model.classify(reals) == ("cat", 12.5)
arena = ndarray("B", range(64))
assert minfer.load("dense.mnf", arena=arena).run(ndarray("b", x)) == answer

# Front ends: what they take, and what they fill.
sound = [((i * i * 37) % 20001) - 10000 for i in range(2000)]
for make in (
    lambda: minfer.audio.MicroSpeech(frames=4),
    lambda: minfer.audio.LogMel(frames=2, window=256, hop=128, n_fft=256, mels=20),
    lambda: minfer.audio.MFCC(frames=2, window=256, hop=128, n_fft=256, scale=0.5),
    lambda: minfer.motion.Motion(axes=2, window=32, every=32, features=("mean", "rms")),
    lambda: minfer.motion.Motion(
        axes=2, window=32, every=32, features=("mean", "rms"), scale=100.0
    ),
):
    results = []
    for kind in (array, ndarray):
        front_end = make()
        count = 1
        for n in front_end.shape:
            count *= n
        code = front_end.typecode
        if code == "f" and kind is ndarray and FLOAT == "d":
            kind = array  # front ends fill floats of 32 bits alone
        samples = kind("h", sound)
        assert 0 < front_end.write(samples) < len(sound) and front_end.due
        out = kind(code, [0] * count)
        assert front_end.take(out) is out
        results.append(content(out))
    assert results[0] == results[1] and any(results[0])

frame = [v * 7 % 256 for v in range(24)]
words = [frame[i] | frame[i + 1] << 8 for i in range(0, 24, 2)]
common = {"width": 4, "height": 3, "format": "rgb565", "shape": (2, 2, 1)}
for settings, code in (({"scale": 1, "zero_point": -128}, "b"), ({}, FLOAT)):
    results = []
    for rows, kind in (
        (bytes(frame), array),
        (ndarray("B", frame), ndarray),
        (ndarray("H", words), ndarray),
    ):
        out = kind(code if kind is ndarray and FLOAT == "f" else "b" if settings else "f", [0] * 4)
        picture = minfer.image.Picture(out=out, **dict(common, **settings))
        assert picture.write(rows) == 24 and picture.take() is out
        results.append(content(out))
    assert results[0] == results[1] == results[2], results
print("ok")
