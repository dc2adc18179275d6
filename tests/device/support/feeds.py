# Signals through the pipelines of recipes: KIND.mnf and KIND.bin lie beside, kinds in feeds.txt. Prints each window's features,
# as a checksum, and its answer.
import binascii

import minfer

with open("feeds.txt") as kinds:
    for kind in kinds:
        kind = kind.strip()
        pipeline = minfer.pipeline(kind + ".mnf")
        pipeline.watch = lambda features: print(kind, binascii.crc32(bytes(features)))
        with open(kind + ".bin", "rb") as signal:
            for answer in pipeline.feed(signal.read()):
                print(answer.label, "%.4f" % answer.probability, answer.time)
print("ok")
