# A long recording as a stream in pieces of random sizes: sound.wav and model.mnf lie beside. Prints what is detected, and what
# became of the memory.
import gc

import minfer
from minfer.stream import Stream
from minfer.wav import Wav


class Pieces:
    """The sound in pieces of 1 to 2,000 bytes, halves of samples among them."""

    def __init__(self, path):
        self.sound = Wav(path)
        self.block = bytearray(2000)
        self.view = memoryview(self.block)
        self.at = self.n = 0
        self.seed = 1

    def readinto(self, buffer):
        self.seed = (self.seed * 1103 + 12345) % 1048573
        if self.at == self.n:
            self.n = self.sound.readinto(self.block)
            self.at = 0
        n = min(1 + self.seed % 2000, self.n - self.at, len(buffer))
        buffer[:n] = self.view[self.at : self.at + n]
        self.at += n
        return n


stream = Stream(Pieces("sound.wav"), minfer.pipeline("model.mnf"), block=2000)
first = last = None
for answer in stream:
    print(answer.label, answer.time)
    answer = None
    gc.collect()
    last = gc.mem_alloc()
    if first is None:
        first = last
print(
    "%d ms, %d dropped, %d bytes more in use" % (stream.pipeline.time, stream.dropped, last - first)
)
