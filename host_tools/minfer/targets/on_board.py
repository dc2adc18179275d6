# Sent to the board's prompt, after deploy/on_board.py: holds a model and the buffers it runs on.
import time
from array import array
from binascii import b2a_base64

import machine
import minfer
from uctypes import addressof, bytearray_at

# Where Cortex-M3 and above, and the emulated Pico, count cycles; elsewhere it stands still.
CYCLES = 0xE0001004


# Bytes of an element, by typecode.
SIZES = {"b": 1, "B": 1, "h": 2, "i": 4, "q": 8, "f": 4}


def buffers(words):
    # "f12,b490": each a typecode and a number of elements.
    return [array(w[0], bytes(int(w[1:]) * SIZES[w[0]])) for w in words.split(",")]


def start(file, takes, gives):
    global model, xs, ys
    model = minfer.load(file)
    xs, ys = buffers(takes), buffers(gives)


def content(buffer):
    # Its bytes, whatever its elements are.
    return bytearray_at(addressof(buffer), len(bytes(buffer[:1])) * len(buffer))


def put(i, begin, data):
    content(xs[i])[begin : begin + len(data)] = data


def one_or_all(buffers):
    return buffers[0] if len(buffers) == 1 else buffers


def run():
    model.run(one_or_all(xs), one_or_all(ys))
    for y in ys:
        print(b2a_base64(content(y)))


def measure(steps):
    # Microseconds and cycles of one step.
    count = machine.mem32
    begin_us, begin = time.ticks_us(), count[CYCLES]
    next(steps)
    cycles, us = count[CYCLES] - begin, time.ticks_diff(time.ticks_us(), begin_us)
    return us, cycles & 0xFFFFFFFF


def profile():
    # Microseconds and cycles (0: unknown) of each operator, less those of measuring; the frequency.
    nothing = measure(iter((0,)))
    counts = machine.mem32[CYCLES] != machine.mem32[CYCLES]
    steps = model.steps(one_or_all(xs))
    rows = [measure(steps) for _ in model.ops]
    for us, cycles in rows:
        print((max(us - nothing[0], 0), cycles - nothing[1] if counts else 0))
    print(machine.freq())
