# The front end for motion: what it refuses, in which words, that take() and write() allocate nothing, and known features.
import gc
from array import array

import minfer.motion
from expect import raises

Motion = minfer.motion.Motion


def refused(words, **arguments):
    raises(ValueError, words, Motion, **arguments)


refused("axes: expected at least 1, found 0", axes=0)
refused("window: expected at most 4096, found 5000", window=5000)
refused("detrend: expected one of constant|linear, found cubic", detrend="cubic")
refused("zero_point: expected at most 127, found 128", zero_point=128)
refused("features: expected 1 or more with bands, found 0", features=())
refused(
    "features: expected of mean, rms, std, min, max, skew, kurtosis, zero_crossings, peak_to_peak, found crest",
    features=("crest",),
)
refused("bands: expected pairs of frequencies, found (3,)", bands=((3,),))
refused("bands: expected frequencies from 0 to the rate, found (-1, 3)", bands=((-1, 3),))
refused(
    "filter: expected rows of six integers, as minfer.motion.sections() gives them on the laptop, found [1.0, 0, 0, 1, 0, 0]",
    filter=[[1.0, 0, 0, 1, 0, 0]],
)
refused(
    "filter: section 1 of 1: expected a stable one, found poles outside the unit circle",
    filter=[[1, 0, 0, 30, 0, 1 << 30]],
)
refused("mean: expected a number, or 27 of them, found 2", mean=(1, 2))

motion = Motion(axes=2, window=8, every=4, features=("mean", "min", "max", "zero_crossings"))
assert motion.shape == (2, 4) and motion.typecode == "f" and not motion.due
assert (motion.rate, motion.window, motion.every) == (100, 8, 4)
samples = array("h", (5, -1, 5, 1) * 6)
out = array("f", range(8))
raises(
    ValueError,
    "nothing to take: expected 8 more samples; write samples until due",
    motion.take,
    out,
)
raises(ValueError, "start: expected 0 to 24, found 25", motion.write, samples, 25)
assert motion.write(samples, 1) == 16 and motion.due
assert motion.write(samples, 17) == 0
assert motion.take(out) is out and not motion.due
assert list(out) == [0, -1, 1, 7, 5, 5, 5, 0]
assert motion.write(samples, 17) == 7
motion.reset()
assert motion.write(samples) == 16
raises(
    ValueError,
    "out: expected 32 bytes of typecode 'f' for shape (2, 4), found 8 bytes of typecode 'b'",
    motion.take,
    array("b", range(8)),
)

# No byte of the heap, once it is made.
low_pass = [[98732168, 197464336, 98732168, 29, -353234944, 69350466]]
motion = Motion(filter=low_pass, detrend="linear", bands=((0, 5), (5, 20)), scale=1, zero_point=3)
assert motion.typecode == "b"
samples = array("h", range(-3000, 3000, 5))
out = bytearray(3 * 11)
taken = motion.write(samples)
motion.take(out)
before = after = 0  # a new name takes room
gc.collect()
before = gc.mem_alloc()
motion.write(samples, taken)
motion.take(out)
after = gc.mem_alloc()
assert after == before, after - before
print("ok")
