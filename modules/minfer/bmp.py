# Pictures from .bmp files, row by row. The same file serves chip and laptop.
HEAD = 54  # bytes of a file's head and the first form of a picture's
UNCOMPRESSED = 0


class Bmp:
    """A .bmp file as a source of rows, the top one first: 8 bits a pixel with a palette, 24 or 32 bits, uncompressed.

    width, height: in pixels; format: "grey" where the palette is, "rgb888" otherwise, as a Picture takes it.
    Raises ValueError for another kind of file, OSError for one that cannot be read.
    """

    def __init__(self, path):
        self._path = path
        self._file = open(path, "rb")
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        self._y = 0  # of the next row
        self._x = 0  # bytes of `_row` that were given
        self._row = b""

    def _open(self):
        head = self._file.read(HEAD)
        if len(head) < HEAD or head[:2] != b"BM":
            raise ValueError("%s: expected a .bmp file, found none" % self._path)
        bits, compression = _number(head, 28, 2), _number(head, 30, 4)
        if bits not in (8, 24, 32) or compression != UNCOMPRESSED:
            raise ValueError(
                "%s: expected 8, 24 or 32 bits a pixel, uncompressed, found %d bits and compression %d"
                % (self._path, bits, compression)
            )
        self.width, height = _number(head, 18, 4), _number(head, 22, 4)
        self._upwards = height < 1 << 31
        self.height = height if self._upwards else (1 << 32) - height
        if not (0 < self.width <= 1 << 15 and 0 < self.height <= 1 << 15):
            raise ValueError(
                "%s: expected 1 to 32768 pixels each way, found %d x %d"
                % (self._path, self.width, self.height)
            )
        self._bytes = bits // 8  # a pixel
        self._stride = (self.width * self._bytes + 3) // 4 * 4
        self._start = _number(head, 10, 4)
        self._palette = None
        self.format = "rgb888"
        if bits == 8:
            n_colours = _number(head, 46, 4) or 256
            self._file.seek(14 + _number(head, 14, 4))
            self._palette = self._file.read(4 * min(n_colours, 256))
            if all(_is_grey(self._palette, i) for i in range(0, len(self._palette), 4)):
                self.format = "grey"
                self._palette = bytes(self._palette[i] for i in range(0, len(self._palette), 4))
        self._raw = bytearray(self._stride)

    def check(self, picture):
        """ValueError where a Picture takes other frames than this one."""
        expected = (picture.width, picture.height, picture.format)
        found = (self.width, self.height, self.format)
        if found != expected:
            raise ValueError(
                "%s: expected a frame of %d x %d in %s, found %d x %d in %s"
                % ((self._path,) + expected + found)
            )

    def readinto(self, buffer):
        """Fills a bytearray or memoryview as far as there are rows; returns the bytes, 0 at the end.

        Raises ValueError where the file ends too soon, or a pixel is not in its palette.
        """
        done = 0
        while done < len(buffer):
            if self._x == len(self._row):
                if self._y == self.height:
                    break
                self._read_row()
            n = min(len(buffer) - done, len(self._row) - self._x)
            buffer[done : done + n] = self._row[self._x : self._x + n]
            self._x += n
            done += n
        return done

    def _read_row(self):
        y = self.height - 1 - self._y if self._upwards else self._y
        self._file.seek(self._start + y * self._stride)
        raw = self._raw
        if self._file.readinto(raw) != len(raw):
            raise ValueError(
                "%s: expected %d rows, found the file's end" % (self._path, self.height)
            )
        try:
            self._row = memoryview(self._convert(raw))
        except IndexError:
            raise ValueError("%s: expected pixels of its palette, found others" % self._path)
        self._x = 0
        self._y += 1

    def _convert(self, raw):
        width, palette = self.width, self._palette
        if self.format == "grey":
            for i in range(width):
                raw[i] = palette[raw[i]]
            return memoryview(raw)[:width]
        row = bytearray(3 * width)
        step, colours = (4, palette) if palette else (self._bytes, raw)
        at = 0
        for i in range(width):
            k = step * (raw[i] if palette else i)
            row[at] = colours[k + 2]  # a file has blue, green, red
            row[at + 1] = colours[k + 1]
            row[at + 2] = colours[k]
            at += 3
        return row

    def close(self):
        """Closes the file."""
        self._file.close()


def _is_grey(palette, i):
    return palette[i] == palette[i + 1] == palette[i + 2]


def _number(data, start, size):
    return int.from_bytes(data[start : start + size], "little")
