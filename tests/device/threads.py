# A model that runs refuses to be run by another thread; two models run at once.
import time

import minfer
from expect import skip

try:
    import _thread

    _thread.start_new_thread(lambda: None, ())
except (ImportError, OSError):
    skip("no threads in this firmware")
time.sleep_ms(50)

models = [minfer.load("long.mnf") for _ in range(2)]
x = bytes(1024)
expected = bytes([1000 % 256]) * 1024
answered = [0, 0]
refused = [0, 0]
failed = []


def work(me, model, out, enough):
    while not enough(me):
        try:
            model.run(x, out)
            answered[me] += 1
            if out != expected:
                failed.append("a wrong answer")
        except RuntimeError as error:
            refused[me] += 1
            if str(error) != "model: it is running already":
                failed.append(error)
            time.sleep_ms(1)


def both(mine, others, enough):
    """Runs two models in two threads, or one in both, until each thread has had enough."""
    answered[:] = refused[:] = [0, 0]
    done = []

    def second():
        work(1, others, bytearray(1024), enough)
        done.append(True)

    _thread.start_new_thread(second, ())
    out = bytearray(1024)
    while not done:
        work(0, mine, out, enough)
        time.sleep_ms(1)
    time.sleep_ms(50)  # for the thread to be gone
    assert not failed, failed


both(models[0], models[0], lambda me: answered[me] >= 3 and sum(refused) > 0)
assert sum(refused) > 0 and min(answered) >= 3
both(models[0], models[1], lambda me: answered[me] >= 10)
assert refused == [0, 0] and min(answered) >= 10
print("ok")
