# Is there a person? Looks at the .bmp files beside it, then at frames that camera.py sends from a laptop's camera.
# The same script runs on the unix port and on a board. person.mnf lies beside it, in /rom or in /: see README.md.
import json
import os
import select
import sys

import micropython

import minfer
from minfer.image import Bmp, Picture

BLOCK = 1024  # bytes of a file in RAM at once
HEAD = b"frame"
PATIENCE_MS = 3000  # without a byte, until the script ends

here = globals().get("__file__", "").rpartition("/")[0] or "."


def find(name):
    for folder in (here, "/rom", ""):
        path = folder + "/" + name
        try:
            os.stat(path)
            return path
        except OSError:
            pass
    raise OSError("%s is neither beside main.py nor in /rom nor in /: see README.md" % name)


def look_at(path, model):
    # (label, probability) of a .bmp file of any size: its middle, as the recipe treats the middle of a camera's frame.
    bmp = Bmp(path)
    side = min(bmp.width, bmp.height)
    settings = json.loads(model.recipe)["front_end"]
    picture = Picture(
        width=bmp.width,
        height=bmp.height,
        format=bmp.format,
        crop=((bmp.width - side) // 2, (bmp.height - side) // 2, side, side),
        shape=settings["shape"],
        mean=settings["mean"],
        std=settings["std"],
        scale=model.input.scale,
        zero_point=model.input.zero_point,
        out=model.input.data,
    )
    block = bytearray(BLOCK)
    while not picture.due:
        n = bmp.readinto(block)
        picture.write(memoryview(block)[:n])
    bmp.close()
    picture.take()
    return model.classify()


def read(poll, buffer):
    # Whether the laptop still sends, and filled the buffer.
    return bool(poll.poll(PATIENCE_MS)) and sys.stdin.buffer.readinto(buffer) == len(buffer)


def watch(pipeline):
    # Answers each frame by a line, until no more come.
    poll = select.poll()
    poll.register(sys.stdin, select.POLLIN)
    head = bytearray(len(HEAD))
    row = bytearray(2 * pipeline.front_end.width)
    micropython.kbd_intr(-1)  # a pixel may look like Ctrl-C
    print("frames?")
    try:
        while read(poll, head) and head == HEAD:
            while not pipeline.due:
                if not read(poll, row):
                    return
                pipeline.write(row)
            answer = pipeline.infer()
            print("%.3f%s" % (pipeline.probabilities[1], " " + answer.label if answer else ""))
    finally:
        micropython.kbd_intr(3)


def main():
    pipeline = minfer.pipeline(find("person.mnf"))
    print(pipeline.model)
    for name in sorted(os.listdir(here)):
        if name.endswith(".bmp"):
            label, probability = look_at(here + "/" + name, pipeline.model)
            print("%-16s %s (%.1f %%)" % (name, label, 100 * probability))
    watch(pipeline)


main()
