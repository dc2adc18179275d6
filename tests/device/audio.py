# The methods of a front end for sound; tests/host/test_audio_firmware.py compares what it computes.
from array import array

import minfer.audio
from expect import raises

try:
    from micropython import heap_lock, heap_unlock
except ImportError:
    heap_lock = heap_unlock = None

front_end = minfer.audio.MicroSpeech(frames=3, every=2)
assert front_end.shape == (3, 40) and front_end.typecode == "b"
assert (front_end.rate, front_end.window, front_end.hop, front_end.every) == (16000, 480, 320, 2)
assert not front_end.due

# Up to where features are due, then nothing, then from there on.
samples = array("h", [(i * i * 7919) % 20001 - 10000 for i in range(2000)])
out = array("b", bytes(120))
assert front_end.write(samples) == 480 + 2 * 320
assert front_end.due and front_end.write(samples, 1120) == 0
assert front_end.take(out) is out
assert not front_end.due and any(out)
assert front_end.write(samples, 1120) == 640 and front_end.due
second = bytearray(120)
front_end.take(second)
assert bytes(second[:40]) == bytes(out)[80:] != bytes(second[40:80])

# Bytes of samples, at an odd address as well; and as if new.
front_end.reset()
assert not front_end.due
raw = bytes(1) + bytes(samples)
assert front_end.write(memoryview(raw)[1:]) == 1120
again = array("b", bytes(120))
front_end.take(again)
assert again == out
assert front_end.write(samples, start=len(samples)) == 0

# The steady state allocates nothing.
if heap_lock:
    front_end.reset()
    _ = None  # a new name takes room
    heap_lock()
    try:
        for _ in range(3):
            front_end.write(samples)
            front_end.take(out)
            front_end.write(samples, 100)
            front_end.take(again)
    finally:
        heap_unlock()

front_end.reset()
missing = "nothing to take: expected 3 more frames; write samples until due"
raises(ValueError, missing, front_end.take, out)
front_end.write(samples)
size = "out: expected 120 bytes of typecode 'b' for shape (3, 40), found %s"
raises(ValueError, size % "119 bytes of typecode 'B'", front_end.take, bytearray(119))
raises(ValueError, size % "240 bytes of typecode 'h'", front_end.take, array("h", range(120)))
kind = "samples: expected int16, or bytes of them, found %s"
raises(ValueError, kind % "3 bytes of typecode 'B'", front_end.write, bytes(3))
raises(ValueError, kind % "4 bytes of typecode 'i'", front_end.write, array("i", [1]))
raises(ValueError, "start: expected 0 to 2000, found 2001", front_end.write, samples, 2001)
raises(ValueError, "start: expected 0 to 2000, found -1", front_end.write, samples, -1)

new = minfer.audio.MicroSpeech
high = "high: expected below 8000, half of the rate, found 9000"
raises(ValueError, high, new, high=9000)
raises(ValueError, "low: expected below 7500, which is high, found 7600", new, low=7600)
raises(ValueError, "frames: expected at least 1, found 0", new, frames=0)
raises(ValueError, "strength: expected at most 1, found 1.5", new, strength=1.5)
raises(ValueError, "strength: expected at least 0, found nan", new, strength=float("nan"))
assert new(frames=None, low=None).shape == (49, 40)
try:
    new(mels=3)
except TypeError as error:
    assert str(error).startswith("MicroSpeech: expected arguments of rate, window, hop"), error
    assert str(error).endswith("full_scale, found mels"), error
else:
    raise AssertionError("an unknown argument was taken")
try:
    new(49)
except TypeError:
    pass
else:
    raise AssertionError("an argument without its name was taken")
print("ok")
