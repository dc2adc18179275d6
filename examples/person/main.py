# Is there a person? Looks at the .bmp files beside it, then at frames: of an OV7670 where ov7670.py lies beside it, else those
# that camera.py sends from a laptop's camera.
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


def look_out(pipeline):
    # Says when somebody comes, as the camera on the board sees it. Until Ctrl-C.
    from machine import I2C, Pin
    from minfer.stream import Stream
    from ov7670 import OV7670, ROW

    camera = OV7670(I2C(0, scl=Pin(17), sda=Pin(16), freq=100_000))
    try:
        for answer in Stream(camera, pipeline, block=ROW):
            print(answer.label, answer.probability)
    finally:
        camera.close()


def main():
    pipeline = minfer.pipeline(find("person.mnf"))
    print(pipeline.model)
    names = sorted(os.listdir(here))
    for name in names:
        if name.endswith(".bmp"):
            label, probability = look_at(here + "/" + name, pipeline.model)
            print("%-16s %s (%.1f %%)" % (name, label, 100 * probability))
    if "ov7670.py" in names:
        look_out(pipeline)
    else:
        watch(pipeline)


main()
