# A stream between two answers allocates nothing: from the ring through front end and model to the decision.
import minfer
from expect import skip
from minfer._pipeline import Pipeline
from minfer.audio import MicroSpeech
from minfer.decision import Decision
from minfer.drift import Drift
from minfer.stream import Ring, Stream

try:
    from micropython import heap_lock, heap_unlock
except ImportError:
    skip("no heap_lock in this firmware")

model = minfer.load("speech.mnf")
pipeline = Pipeline(
    model,
    MicroSpeech(frames=2, every=1),
    Decision(model.labels, average=3, threshold=1, scale=1 / 256, zero_point=-128),
)
drift = Drift([0] * 40, [1] * 40, None, rows=16000, scale=0.1, zero_point=-128)
pipeline.watch = drift.update
ring = Ring(4096)
stream = Stream(ring, pipeline)
noise = bytes(i * i * 31 & 0xFF for i in range(640))


def run(n):
    for _ in range(n):
        for _ in range(4):
            ring.put(noise)
        while ring.any() >= len(noise):
            if stream._write():
                assert pipeline.infer() is None
            else:
                assert stream._read()


run(2)
heap_lock()
try:
    run(10)
finally:
    heap_unlock()
assert pipeline.time == 47 * 20  # the last block has been read, and waits
assert ring.any() == 0 and ring.dropped == 0 and drift._n_rows == 2 * 45
print("ok")
