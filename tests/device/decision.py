# Decision: averaging, threshold, hysteresis, refractory time, ignored labels.
from expect import raises
from minfer.decision import Decision

LABELS = ("silence", "yes", "no")


def detections(decision, rows, step=100):
    # (window, label) of what is detected in rows of probabilities.
    found = []
    for i, row in enumerate(rows):
        label = decision.update(row, i * step)
        if label is not None:
            found.append((i, label))
    return found


def both(rows, expected, **settings):
    # The same from real numbers and from the integers of a model.
    assert detections(Decision(LABELS, **settings), rows) == expected
    integers = [[min(round(256 * p) - 128, 127) for p in row] for row in rows]
    decision = Decision(LABELS, scale=1 / 256, zero_point=-128, **settings)
    assert detections(decision, integers) == expected
    decision.reset()
    assert detections(decision, integers) == expected


def yes(*values):
    return [(1 - p, p, 0) for p in values]


both(yes(0.25, 0.75, 0.25), [(1, "yes")], ignore=["silence"])
both(yes(0.25, 0.75, 0.25), [(0, "silence"), (1, "yes"), (2, "silence")])
# What reaches the threshold counts.
both(yes(0.5, 0.75), [(1, "yes")], threshold=0.75, ignore=["silence"])
# The mean of three: one window alone is not enough, nor are windows that have not been.
both(yes(1, 0, 0, 1, 1, 0), [(4, "yes")], average=3, threshold=0.6, ignore=["silence"])
# Once, until it has been below `release`.
rows = yes(0.875, 0.625, 0.875, 0.375, 0.875)
both(rows, [(0, "yes"), (4, "yes")], threshold=0.75, release=0.5, ignore=["silence"])
both(rows, [(0, "yes"), (2, "yes"), (4, "yes")], threshold=0.75, ignore=["silence"])
both(rows, [(0, "yes"), (4, "yes")], threshold=0.75, refractory_ms=300, ignore=["silence"])
# Refractory time is for all classes.
rows = [(0, 0.75, 0.25), (0, 0.25, 0.75), (0, 0.25, 0.75), (0, 0.75, 0.25)]
both(rows, [(0, "yes"), (1, "no"), (3, "yes")])
both(rows, [(0, "yes"), (2, "no")], refractory_ms=200)
both(rows, [(1, "no")], ignore=["yes"])

decision = Decision(3, average=2, threshold=0.5)
assert decision.labels == (0, 1, 2)
assert decision.update([0, 0, 1]) == 2  # 0.5 in the mean
assert decision.update([0, 0, 0.5]) is None
assert decision.best == 2 and decision.probability == 0.75 and decision.mean(1) == 0

raises(ValueError, "average: expected 1 to 1000 windows, found 0", Decision, LABELS, average=0)
raises(ValueError, "threshold: expected above 0 to 1, found 2", Decision, LABELS, threshold=2)
raises(
    ValueError,
    "release: expected above 0 to the threshold, 0.5, found 0.75",
    Decision,
    LABELS,
    release=0.75,
)
raises(
    ValueError,
    "refractory_ms: expected 0 or more, found -1",
    Decision,
    LABELS,
    refractory_ms=-1,
)
raises(
    ValueError,
    "ignore: expected labels of silence, yes, no, found maybe",
    Decision,
    LABELS,
    ignore=["maybe"],
)

try:
    from micropython import heap_lock, heap_unlock
except ImportError:
    heap_lock = None
if heap_lock:
    decision = Decision(LABELS, average=3, scale=1 / 256, zero_point=-128, refractory_ms=50)
    row = bytearray(3)
    row[1] = 120
    decision.update(row, 0)
    i = 0  # a new name takes room
    heap_lock()
    try:
        for i in range(20):
            decision.update(row, i)
    finally:
        heap_unlock()
print("ok")
