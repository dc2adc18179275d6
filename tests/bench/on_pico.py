# Sent to the emulated Pico's prompt: the cycles of one inference. /rom holds model.mnf, input.bin and expected.bin.
import gc

import machine
import minfer

COUNT = 0xE0001004  # cycles, on the emulated Pico


def timed(step):
    # What step() gives, and its cycles, of which `nothing` are the measurement's own. Interrupts wait meanwhile.
    count = machine.mem32
    state = machine.disable_irq()
    begin = count[COUNT]
    result = step()
    cycles = count[COUNT] - begin
    machine.enable_irq(state)
    return result, (cycles & 0xFFFFFFFF) - nothing


nothing = 0
idle = iter(range(2))
for _ in range(2):  # the second time, every name has been looked up once
    nothing += timed(lambda: next(idle))[1]


def load(cores):
    # A firmware that knows nothing of a second core has no such argument.
    return minfer.load("/rom/model.mnf", **({} if cores is None else {"cores": cores}))


def measure(cores):
    # Cycles of loading, of a whole run, then of each operator.
    gc.collect()
    model, loading = timed(lambda: load(cores))
    x = memoryview(open("/rom/input.bin", "rb"))
    expected = open("/rom/expected.bin", "rb").read()
    y = bytearray(len(expected))
    _, whole = timed(lambda: model.run(x, y))
    if y != expected:
        raise ValueError("the outputs are not those expected")
    steps = model.steps(x)
    print([loading, whole] + [timed(lambda: next(steps))[1] for _ in model.ops])


try:
    load(1)
    choices = (1, 2)
except TypeError:
    choices = (None,)
for cores in choices:
    measure(cores)
