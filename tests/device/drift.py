# Drift: features against those of training; how sure an answer is.
from array import array

from expect import raises
from minfer.drift import Drift, entropy, margin


def noise(n, mean, std, seed=1):
    # n integers, alike in every run, of nearly that mean and deviation.
    found = array("b")
    for _ in range(n):
        total = 0
        for _ in range(12):  # a sum of 12 uniform numbers is as good as normal
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            total += (seed >> 16) % 1000
        found.append(int(mean + std * (total - 5994) / 1000))
    return found


told = []
# Two channels: means 1 and -1, deviations 2 and 4, in units of 0.1, whose zero is 5.
drift = Drift([1, -1], [2, 4], told.append, rows=80, scale=0.1, zero_point=5)


def window(first, second, seed):
    # 10 rows; first and second: mean and deviation of each channel, as integers.
    a, b = noise(10, *first, seed), noise(10, *second, seed + 1)
    rows = array("b")
    for i in range(10):
        rows.append(a[i])
        rows.append(b[i])
    return rows


def feed(first, second, n=20):
    # As many windows of four rows make one comparison.
    for seed in range(n):
        drift.update(window(first, second, 3 * seed + 7))


feed((15, 20), (-5, 40))
assert told == [] and drift.shift < 0.2 and drift.ratio < 1.1, (drift.shift, drift.ratio)
assert not drift.warned
# Means moved by 1.5 deviations: once, however long it lasts.
feed((45, 20), (-65, 30), 60)
assert told == [drift] and drift.warned
assert 1.3 < drift.shift < 1.7, drift.shift
# Half of the way back is not yet back.
feed((31, 20), (-37, 40))
assert drift.warned and 0.5 < drift.shift < 1, drift.shift
feed((15, 20), (-5, 40))
assert told == [drift] and not drift.warned
# Deviations: a third of what they were.
feed((15, 7), (-5, 13))
assert told == 2 * [drift] and 2.5 < drift.ratio < 3.5 and drift.shift < 0.2, drift.ratio
# Nothing moves at all, at the usual mean.
feed((15, 0), (-5, 0))
assert told == 2 * [drift] and drift.ratio > 20

# Real numbers; one channel for all; one that never moved in training.
told = []
drift = Drift([0.5], [0.25], told.append, rows=8)
for value in (0.25, 0.75):
    drift.update(array("f", [value, 1 - value] * 4))
assert told == [] and drift.shift < 1e-5 and abs(drift.ratio - 1) < 1e-5
for _ in range(2):
    drift.update(array("f", [1.0, 1.5] * 4))
assert told == [drift] and abs(drift.shift - 3) < 1e-5
still = Drift([0, 3], [1, 0], told.append, rows=4)
still.update(array("f", [-1, 3, 1, 3] * 4))
assert still.shift < 1e-5 and abs(still.ratio - 1) < 1e-5
still.update(array("f", [-1, 3.5, 1, 3.5] * 4))
assert still.warned and still.shift > 10

raises(
    ValueError,
    "statistics: expected as many means as deviations, found 1 and 2",
    Drift,
    [1],
    [1, 2],
    None,
)
raises(ValueError, "rows: expected 2 to 16000, found 1", Drift, [1], [1], None, rows=1)
raises(
    ValueError,
    "expected a shift above 0 and a ratio above 1, found 1.0 and 1",
    Drift,
    [1],
    [1],
    None,
    ratio=1,
)

assert entropy([0, 1, 0, 0]) == 0 and abs(entropy([0.25] * 4) - 2) < 1e-6
assert abs(entropy([0.5, 0.5]) - 1) < 1e-6
assert margin([0.25, 0.125, 0.625]) == 0.375 and margin([0.5, 0.5]) == 0 and margin([1]) == 1

try:
    from micropython import heap_lock, heap_unlock
except ImportError:
    heap_lock = None
if heap_lock:
    drift = Drift([1, -1], [2, 4], told.append, rows=1000, scale=0.1, zero_point=5)
    features = window((15, 20), (-5, 40), 1)
    heap_lock()
    try:
        for _ in range(100):
            drift.update(features)
    finally:
        heap_unlock()
print("ok")
