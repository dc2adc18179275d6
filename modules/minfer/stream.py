# Samples that keep coming, and answers as they are found.
import time

import micropython

from minfer._pipeline import open_source
from minfer.decision import Decision

POLL_MS = 2  # between two looks at a source that has nothing yet


class Ring:
    """Bytes on their way from an interrupt or a callback to the loop.

    size: bytes, up to 65534. A put() that finds no room is dropped as a whole, and so are those after it until all has
    been read: one gap, and whole samples around it.
    dropped: bytes dropped, as far as reading has come; readinto() has returned None where the gap is.
    """

    def __init__(self, size):
        if not 2 <= size <= 65534:
            raise ValueError("size: expected 2 to 65534 bytes, found %d" % size)
        self._ring = micropython.RingIO(size)
        self._size = size
        self._full = False
        self._closed = False
        self._lost = 0  # counted by put() alone, which may come at any time
        self.dropped = 0

    def put(self, data):
        """Takes whole samples, in a bytes-like object; returns how many bytes it took. Allocates nothing."""
        n = len(data)
        if self._full or n > self._size - self._ring.any():
            self._full = True
            self._lost += n
            return 0
        if self._ring.write(data) != n:
            raise ValueError("put: expected bytes, a bytearray or a memoryview of one")
        return n

    def close(self):
        """Nothing more will be put."""
        self._closed = True

    def any(self):
        """Bytes that wait."""
        return self._ring.any()

    def readinto(self, buffer):
        """Fills a buffer; None where there is too little for it yet, 0 after close(). What is before a gap or the end comes at
        once, however little."""
        n = self._ring.any()
        enough = min(len(buffer), self._size // 2)
        if n >= enough or (n and (self._full or self._closed)):
            return self._ring.readinto(buffer)
        if self._full and not self._ring.any():
            self._full = False  # from here on put() takes data again
            self.dropped = self._lost
            return None
        return 0 if self._closed and not self._ring.any() else None

    def listen(self, i2s, block=1024):
        """Has an I2S microphone fill the ring from its callback, `block` bytes each time.

        Its own buffer, ibuf, has to last for the longest operator of the model: callbacks run between two.
        """
        data = bytearray(block)

        def on_data(i2s):
            self.put(data)
            i2s.readinto(data)

        i2s.irq(on_data)
        i2s.readinto(data)


def _print_dropped(n):
    print("minfer: %d samples dropped: they came faster than they were taken" % n)


class Stream:
    """Answers from samples that keep coming: `for answer in Stream(...)`, or `async for`.

    source: an object with readinto(buffer), which returns how many bytes there are, None for none yet, 0 at the end: a Ring,
    machine.I2S, a file, a UART, a socket; or the path of a .wav file; or an iterable of buffers of samples.
    block: bytes read at once; without, 20 ms of signal, or 1 KB of a picture.
    on_dropped(n): is told how many numbers of signal were dropped: those that a source counts, in bytes, in an attribute
    `dropped`, when readinto() has returned None. Without, a line is printed. The pipeline starts afresh behind the gap.
    dropped: all of them together.

    With `async for` other tasks run after every block, after every operator of the model, and while there is nothing to read.
    """

    def __init__(self, source, pipeline, block=None, on_dropped=_print_dropped):
        source = open_source(source, pipeline)
        self.pipeline = pipeline
        self.dropped = 0
        self._on_dropped = on_dropped
        self._width = 2 if pipeline.per_second else 1  # bytes of a number
        self._source = self._buffers = None
        if hasattr(source, "readinto"):
            self._source = source
            usual = 2 * max(int(pipeline.per_second) // 50, 1) if pipeline.per_second else 1024
            self._block = bytearray(max(block or usual, 2))
            self._view = memoryview(self._block)
            self._dropped = getattr(source, "dropped", 0)
        else:
            self._buffers = iter(source)
        self._reader = None  # asyncio's, of a source that can be waited for
        self._odd = 0  # bytes at `_end` of the block that make no whole number yet
        self._end = 0
        self._samples = None
        self._at = 0  # in them

    def __iter__(self):
        return self

    def __next__(self):
        while True:
            if self._write():
                answer = self.pipeline.infer()
                if answer is not None:
                    return answer
            else:
                more = self._read()
                if more is None:
                    time.sleep_ms(POLL_MS)
                elif not more:
                    raise StopIteration

    def __aiter__(self):
        import asyncio
        import select

        self._sleep_ms = asyncio.sleep_ms
        if self._source is not None:
            try:
                poll = select.poll()
                poll.register(self._source, select.POLLIN)
                poll.poll(0)
                self._reader = asyncio.StreamReader(self._source)
            except (OSError, TypeError):
                self._reader = None  # a file of a board, or a Python object
        return self

    async def __anext__(self):
        while True:
            if self._write():
                for _ in self.pipeline.steps():
                    await self._sleep_ms(0)
                answer = self.pipeline.answer()
                if answer is not None:
                    return answer
            else:
                if self._reader is None:
                    more = self._read()
                else:
                    more = self._accept(await self._reader.readinto(self._place()))
                if more is False:
                    raise StopAsyncIteration
                await self._sleep_ms(POLL_MS if more is None else 0)

    def _write(self):
        # Whether a window is due, from what was read.
        if self._samples is None:
            return False
        self._at += self.pipeline.write(self._samples, self._at)
        if not self.pipeline.due:
            self._samples = None
            return False
        return True

    def _read(self):
        # Whether there is more: None for not yet.
        if self._source is not None:
            return self._accept(self._source.readinto(self._place()))
        for samples in self._buffers:
            self._samples = samples
            self._at = 0
            return True
        return False

    def _place(self):
        # Where the source shall write to: behind a byte whose other half comes now.
        if not self._odd:
            return self._block
        self._block[0] = self._block[self._end]
        return self._view[1:]

    def _accept(self, n):
        if n is None:
            self._look_for_gap()
            return None
        if n == 0:
            return False
        n += self._odd
        self._odd = n % self._width
        self._end = n - self._odd
        self._samples = self._block if self._end == len(self._block) else self._view[: self._end]
        self._at = 0
        return True

    def _look_for_gap(self):
        dropped = getattr(self._source, "dropped", 0)
        if dropped == self._dropped:
            return
        n = (dropped - self._dropped) // self._width
        self._dropped = dropped
        self._odd = 0
        self.dropped += n
        self.pipeline.skip(n)
        self._on_dropped(n)
