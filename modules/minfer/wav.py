# Sound from .wav files, piece by piece. The same file serves chip and laptop.
PCM = 1
EXTENSIBLE = 0xFFFE  # says at another place that it is PCM
HEAD = 40  # bytes of a format chunk, at most


class Wav:
    """A .wav file as a source of samples: 16-bit PCM, the first channel where there are several.

    rate: samples a second; channels: how many there are.
    Raises ValueError for another kind of file, OSError for one that cannot be read.
    """

    def __init__(self, path):
        self._path = path
        self._file = open(path, "rb")
        try:
            self._left = self._find()
        except BaseException:
            self.close()
            raise
        self._frames = None  # where frames of several channels are read to

    def _find(self):
        # Walks over the chunks to the samples; returns the bytes of these.
        head = self._file.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            raise ValueError("%s: expected a .wav file, found none" % self._path)
        self.rate = None
        while True:
            head = self._file.read(8)
            if len(head) < 8:
                raise ValueError("%s: expected samples in the .wav file, found none" % self._path)
            size = _number(head, 4, 4)
            if head[:4] == b"fmt ":
                chunk = self._file.read(min(size, HEAD))
                self._read_format(chunk)
                self._file.seek(size - len(chunk) + size % 2, 1)
            elif head[:4] == b"data":
                if self.rate is None:
                    raise ValueError("%s: expected the format before the samples" % self._path)
                # What a recorder did not come back to fill in: to the end of the file.
                size = size if 0 < size < 0xFFFFFF00 else 1 << 29
                return size - size % (2 * self.channels)
            else:
                self._file.seek(size + size % 2, 1)

    def _read_format(self, chunk):
        kind, bits = _number(chunk, 0, 2), _number(chunk, 14, 2)
        if kind == EXTENSIBLE:
            kind = _number(chunk, 24, 2)
        if kind != PCM or bits != 16:
            raise ValueError(
                "%s: expected 16-bit PCM, found %d bits of kind %d; convert it, for example by sox"
                % (self._path, bits, kind)
            )
        self.channels, self.rate = _number(chunk, 2, 2), _number(chunk, 4, 4)
        if self.channels == 0:
            raise ValueError("%s: expected a channel or more, found none" % self._path)

    def check(self, rate):
        """ValueError where the sound has another rate."""
        if self.rate != rate:
            raise ValueError(
                "%s: expected %d samples a second, found %d; resample it, for example by sox -r %d"
                % (self._path, rate, self.rate, rate)
            )

    def readinto(self, buffer):
        """Fills a bytearray with int16 samples as far as there are some; returns the bytes, 0 at the end."""
        if self.channels == 1:
            if self._left < len(buffer):
                buffer = memoryview(buffer)[: self._left]
            n = self._file.readinto(buffer)
            self._left -= n
            return n - n % 2
        width = 2 * self.channels
        size = len(buffer) // 2 * width
        if self._frames is None or len(self._frames) != size:
            self._frames = bytearray(size)
        frames = self._frames
        if self._left < size:
            frames = memoryview(frames)[: self._left]
        n = self._file.readinto(frames)
        self._left -= n
        frames = self._frames
        n //= width
        for i in range(n):
            buffer[2 * i] = frames[i * width]
            buffer[2 * i + 1] = frames[i * width + 1]
        return 2 * n

    def close(self):
        """Closes the file."""
        self._file.close()


def _number(data, start, size):
    # Little-endian. A chunk that is too short reads as 0, and is refused for it.
    return int.from_bytes(data[start : start + size], "little")
