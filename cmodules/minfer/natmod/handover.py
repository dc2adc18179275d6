# The part of `_minfer` in Python: what the function table of native modules lacks, handed over to C.
from array import array

try:
    from _thread import allocate_lock

    _lock = allocate_lock()
    _acquire, _release = _lock.acquire, _lock.release
except ImportError:
    _acquire = _release = None


def _poll(again):
    if again:  # at a jump the interpreter runs callbacks and raises KeyboardInterrupt
        pass


_take_over(
    array,
    memoryview,
    float,
    ValueError,
    TypeError,
    RuntimeError,
    OverflowError,
    MemoryError,
    _poll,
    _acquire,
    _release,
)
del _take_over, array
