# Sounds through the front ends of minfer.audio and minfer.motion, in pieces of random sizes, against the host's features: records.bin lies
# beside, as tests/host/sounds.py packs it.
import gc
import json
import struct
from array import array

import minfer.audio
import minfer.motion


def piece(file):
    return file.read(struct.unpack("<I", file.read(4))[0])


seed = 1


def random(limit):
    global seed
    seed = seed * 1103515245 + 12345 & 0x7FFFFFFF
    return (seed >> 12) % limit


def differing(a, b):
    return sum(x != y for x, y in zip(a, b)) if a != b else 0


sounds = values = wrong = 0
with open("records.bin", "rb") as file:
    for _ in range(struct.unpack("<I", file.read(4))[0]):
        head = json.loads(piece(file))
        gc.collect()  # or what is left of the last one splits the heap of a Pico
        samples = array("h", piece(file))
        wanted = piece(file)
        module = minfer.motion if head["kind"] == "Motion" else minfer.audio
        front_end = getattr(module, head["kind"])(**head["arguments"])
        frames, channels = front_end.shape
        out = array(front_end.typecode, range(frames * channels))
        size = len(bytes(out))
        done = position = 0
        while position < len(samples):
            start = position
            end = min(position + 1 + random(1000), len(samples))
            part = samples[start:end] if random(2) else bytes(samples[start:end])
            while position < end:
                position += front_end.write(part, position - start)
                if front_end.due:
                    assert front_end.write(part, position - start) == 0
                    assert front_end.take(out) is out
                    wrong += differing(bytes(out), wanted[done : done + size])
                    done += size
        assert done == len(wanted), (head, done, len(wanted))
        sounds += 1
        values += done
print("%d sounds, %d bytes, %d differing" % (sounds, values, wrong))
assert sounds > 0 and wrong == 0
print("ok")
