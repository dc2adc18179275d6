# Stream and Ring: samples that keep coming, in whatever pieces, with and without asyncio; what is dropped is counted.
import gc
import struct
import time
from array import array

import minfer
from expect import raises, skip
from minfer._pipeline import Pipeline
from minfer.decision import Decision
from minfer.stream import Ring, Stream

try:
    import asyncio
except ImportError:
    skip("no asyncio in this firmware")


class Groups:
    """A front end: a window is a group of four samples, the first three its features."""

    typecode = "b"
    shape = (3,)
    rate = 100

    def __init__(self):
        self.group = array("h", [0, 0, 0, 0])
        self.reset()

    def reset(self):
        self.n = 0
        self.due = False

    def write(self, samples, start=0):
        taken = 0
        while self.n < 4 and 2 * (start + taken) < len(samples):
            i = 2 * (start + taken)
            value = samples[i] | samples[i + 1] << 8
            self.group[self.n] = value if value < 0x8000 else value - 0x10000
            self.n += 1
            taken += 1
        self.due = self.n == 4
        return taken

    def take(self, out):
        for i in range(3):
            out[i] = self.group[i]
        self.reset()
        return out


class Source:
    """Gives what readinto() shall return, one by one: bytes, or None."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)

    def readinto(self, buffer):
        if not self.pieces:
            return 0
        piece = self.pieces.pop(0)
        if piece is None:
            return None
        buffer[: len(piece)] = piece
        return len(piece)


YES = struct.pack("<4h", -128, 120, -128, 0)
NO = struct.pack("<4h", 120, -128, -128, 0)
SOUND = YES + NO + YES + NO
EXPECTED = [("yes", 40), ("no", 80), ("yes", 120), ("no", 160)]
model = minfer.load("echo.mnf")


def pipeline(**settings):
    decision = Decision(model.labels, scale=1 / 256, zero_point=-128, **settings)
    return Pipeline(model, Groups(), decision)


def words(answers):
    return [(answer.label, answer.time) for answer in answers]


async def gather(stream):
    found = []
    async for answer in stream:
        found.append((answer.label, answer.time))
    return found


def check(make, expected, **settings):
    assert words(Stream(make(), pipeline(), **settings)) == expected
    assert asyncio.run(gather(Stream(make(), pipeline(), **settings))) == expected


# Pieces of any size, halves of samples among them; nothing yet; buffers instead of a source.
for size in (1, 2, 3, 5, 8, 32):
    pieces = [SOUND[i : i + size] for i in range(0, 32, size)]
    check(lambda: Source(*pieces), EXPECTED, block=32)
    check(lambda: Source(None, *pieces, None, None), EXPECTED, block=33)
pieces = [SOUND[i : i + 6] for i in range(0, 32, 6)]
check(lambda: pieces, EXPECTED)
check(lambda: iter(pieces), EXPECTED)
check(lambda: [], [])


# A ring: in order, and whole.
def filled(size, *pieces):
    ring = Ring(size)
    for piece in pieces:
        assert ring.put(piece) == len(piece)
    ring.close()
    return ring


check(lambda: filled(32, SOUND), EXPECTED)
check(lambda: filled(100, YES[:3], YES[3:] + NO), EXPECTED[:2])
check(lambda: filled(10), [])

ring = Ring(8)
block = bytearray(4)
assert ring.readinto(block) is None and ring.any() == 0
assert ring.put(b"abcdef") == 6 and ring.any() == 6
assert ring.put(b"ghi") == 0  # no room: it is dropped as a whole,
assert ring.put(b"g") == 0  # and what comes behind it as well
assert ring.dropped == 0
assert ring.readinto(block) == 4 and block == b"abcd"
assert ring.readinto(block) == 2 and block[:2] == b"ef"
assert ring.put(b"ghi") == 0 and ring.dropped == 0
assert ring.readinto(block) is None and ring.dropped == 7  # the gap is here
assert ring.put(b"jkl") == 3
assert ring.readinto(block) is None  # not yet as many as asked for
assert ring.put(b"mnopq") == 5
assert ring.readinto(block) == 4 and block == b"jklm"
assert ring.readinto(block) == 4 and block == b"nopq"
ring.close()
assert ring.readinto(block) == 0 and ring.dropped == 7
raises(ValueError, "size: expected 2 to 65534 bytes, found 65535", Ring, 65535)
raises(ValueError, "size: expected 2 to 65534 bytes, found 1", Ring, 1)
raises(
    ValueError,
    "put: expected bytes, a bytearray or a memoryview of one",
    Ring(8).put,
    array("h", [1]),
)
gc.collect()
try:
    big = Ring(65534)
except MemoryError:
    big = None  # beside a native module in the RAM of a small chip
if big is not None:
    block = bytearray(SOUND * 300)
    for turn in range(3):  # around its end
        for _ in range(6):
            assert big.put(block) == 9600
        assert big.put(memoryview(block)[:7934]) == 7934 and big.put(b"a") == 0
        for n in 6 * [9600] + [7934]:
            found = bytearray(9600)
            assert big.readinto(found) == n and found[:n] == block[:n]
        assert big.readinto(found) is None and big.dropped == turn + 1
    del big

# Dropped samples are counted, told of, part of the time, and the pipeline starts afresh behind them.
dropped = []


def overrun():
    ring = Ring(32)
    ring.put(YES + NO[:4])
    ring.put(bytes(100))
    ring.put(bytes(7))
    return ring


ring = overrun()
stream = Stream(ring, pipeline(), on_dropped=dropped.append)
assert next(stream).label == "yes" and stream.dropped == 0
assert dropped == []
gone = []


def late(n):
    dropped.append(n)
    ring.put(NO)
    ring.close()


stream._on_dropped = late
answer = next(stream)
assert (answer.label, answer.time) == ("no", 40 + 20 + 530 + 40)
assert dropped == [53] and stream.dropped == 53
assert words(stream) == []


# A microphone that calls back fills the ring.
class Microphone:
    def irq(self, callback):
        self.callback = callback

    def readinto(self, buffer):
        self.buffer = buffer

    def hear(self, data):
        self.buffer[:] = data
        self.callback(self)


microphone = Microphone()
ring = Ring(64)
ring.listen(microphone, block=8)
microphone.hear(YES)
microphone.hear(NO)
ring.close()
assert words(Stream(ring, pipeline())) == EXPECTED[:2]


# With asyncio others run while a source has nothing, and after each operator.
async def live():
    ring = Ring(64)

    async def speak():
        for i in range(0, 32, 2):
            ring.put(SOUND[i : i + 2])
            await asyncio.sleep_ms(1)
        ring.close()

    task = asyncio.create_task(speak())
    found = await gather(Stream(ring, pipeline(), block=2))
    await task
    return found


assert asyncio.run(live()) == EXPECTED


class Blank:
    """A front end whose window is one sample, and nothing in it."""

    typecode = "b"
    shape = (1, 1024)
    rate = 1
    due = False

    def reset(self):
        self.due = False

    def write(self, samples, start=0):
        self.due = start == 0
        return 1 - start

    def take(self, out):
        self.due = False


class Counting(Pipeline):
    """Counts the operators that have run."""

    n = 0

    def steps(self):
        for step in super().steps():
            self.n += 1
            yield step


async def neighbour(pipeline, operators, waits):
    # How many operators have run, and how many us it took, from one turn of this task to the next.
    n, last = pipeline.n, time.ticks_us()
    while True:
        await asyncio.sleep_ms(0)
        now = time.ticks_us()
        operators[pipeline.n - n] = True
        waits[0] = max(waits[0], time.ticks_diff(now, last))
        n, last = pipeline.n, now


async def beside(pipeline, operators, waits):
    task = asyncio.create_task(neighbour(pipeline, operators, waits))
    async for _ in Stream([bytes(2)], pipeline):
        pass
    task.cancel()


big = minfer.load("long.mnf")
start = time.ticks_us()
big.run()
whole = time.ticks_diff(time.ticks_us(), start)
longest, last = 0, time.ticks_us()
for _ in big.steps():
    now = time.ticks_us()
    longest = max(longest, time.ticks_diff(now, last))
    last = now
operators, waits = {}, [0]
counting = Counting(big, Blank())
asyncio.run(beside(counting, operators, waits))
assert counting.n == 1000 and max(operators) == 1, (counting.n, operators)
print("inference %d us, longest operator %d us, longest wait %d us" % (whole, longest, waits[0]))
print("ok")
