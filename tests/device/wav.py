# Wav: the chunks of a .wav file, its kinds, its channels.
import struct

from expect import raises, skip
from minfer.wav import Wav


def chunk(name, data, size=None):
    return (
        name + struct.pack("<I", len(data) if size is None else size) + data + bytes(len(data) % 2)
    )


def form(kind=1, channels=1, rate=16000, bits=16):
    width = channels * bits // 8
    return struct.pack("<HHIIHH", kind, channels, rate, rate * width, width, bits)


def write(*chunks):
    body = b"WAVE" + b"".join(chunks)
    with open("test.wav", "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", len(body)) + body)


def read(size):
    # (rate, all bytes), `size` bytes at once.
    sound = Wav("test.wav")
    block = bytearray(size)
    found = b""
    while True:
        n = sound.readinto(block)
        if n == 0:
            break
        found += block[:n]
    assert sound.readinto(block) == 0
    sound.close()
    return sound.rate, found


def refused(words):
    raises(ValueError, "test.wav: " + words, Wav, "test.wav")


try:
    write()
except OSError:
    skip("no file can be written here")

SOUND = struct.pack("<10h", *range(-5000, 5000, 1000))
write(chunk(b"fmt ", form()), chunk(b"data", SOUND), chunk(b"LIST", b"behind"))
for size in (2, 6, 20, 64):
    assert read(size) == (16000, SOUND)

# Other chunks, of odd sizes too; a longer format; an extensible one.
write(
    chunk(b"LIST", b"odd"),
    chunk(b"fmt ", form(rate=8000) + b"\x00\x00"),
    chunk(b"fact", b"1234"),
    chunk(b"data", SOUND),
)
assert read(8) == (8000, SOUND)
extensible = form(0xFFFE) + struct.pack("<HHIH", 22, 16, 4, 1) + b"\x00\x00\x00\x00\x10\x00\x80\x00"
write(chunk(b"fmt ", extensible + b"\x00\xaa\x00\x38\x9b\x71"), chunk(b"data", SOUND))
assert read(8) == (16000, SOUND)

# The first of two channels, and of three.
for channels in (2, 3):
    frames = b"".join(SOUND[i : i + 2] + b"\x55" * (2 * channels - 2) for i in range(0, 20, 2))
    write(chunk(b"fmt ", form(channels=channels)), chunk(b"data", frames))
    for size in (2, 6, 64):
        assert read(size) == (16000, SOUND)

# A recorder that never came back to say the size; a file cut in a sample.
for size in (0, 0xFFFFFFFF, 1000):
    write(chunk(b"fmt ", form()), chunk(b"data", SOUND, size) + b"\x01")
    assert read(6) == (16000, SOUND)

write(chunk(b"fmt ", form()), chunk(b"LIST", b""))
refused("expected samples in the .wav file, found none")
write(chunk(b"data", SOUND))
refused("expected the format before the samples")
write(chunk(b"fmt ", form(bits=8)), chunk(b"data", SOUND))
refused("expected 16-bit PCM, found 8 bits of kind 1; convert it, for example by sox")
write(chunk(b"fmt ", form(kind=3, bits=32)), chunk(b"data", SOUND))
refused("expected 16-bit PCM, found 32 bits of kind 3; convert it, for example by sox")
write(chunk(b"fmt ", form(channels=0)), chunk(b"data", SOUND))
refused("expected a channel or more, found none")
with open("test.wav", "wb") as file:
    file.write(b"RIFX")
refused("expected a .wav file, found none")
try:
    Wav("none.wav")
    assert False
except OSError as error:
    assert error.errno == 2
print("ok")
