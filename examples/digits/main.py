# Recognises handwritten digits: the same script on the unix port and on a board.
# digits.mnf and heldout.bin lie beside it, in /rom or in /; README.md says where they come from.
import os
import time
from array import array

import minfer

DRAWN = 8
IN_A_ROW = 4
SHADES = " ░▒▓█"
RECORD = 65  # of heldout.bin: the digit, then 8x8 pixels, int8 as the model takes them


def find(name):
    here = globals().get("__file__", "").rpartition("/")[0] or "."
    for folder in (here, "/rom", ""):
        path = folder + "/" + name
        try:
            os.stat(path)
            return path
        except OSError:
            pass
    raise OSError("%s is neither beside main.py nor in /rom nor in /: see README.md" % name)


def draw(digits):
    # digits: a list of (pixels, caption), side by side.
    for row in range(0, 64, 8):
        lines = (
            "".join(SHADES[(p ^ 128) * 5 // 256] * 2 for p in d[row : row + 8]) for d, _ in digits
        )
        print("  " + "   ".join(lines))
    print("  " + "   ".join("%-16s" % caption for _, caption in digits) + "\n")


def show(model, file):
    shown = []
    for _ in range(DRAWN):
        record = file.read(RECORD)
        answer, confidence = model.classify(memoryview(record)[1:])
        verdict = "" if answer == model.labels[record[0]] else ", is " + model.labels[record[0]]
        shown.append((record[1:], "%s (%.1f %%)%s" % (answer, 100 * confidence, verdict)))
        if len(shown) == IN_A_ROW:
            draw(shown)
            shown = []


def measure(model, file):
    # Digits seen, digits right and microseconds spent in the model.
    record = bytearray(RECORD)
    pixels = memoryview(record)[1:]
    scores = array("b", bytes(len(model.labels)))
    seen = right = us = 0
    while file.readinto(record) == RECORD:
        start = time.ticks_us()
        model.run(pixels, scores)
        us += time.ticks_diff(time.ticks_us(), start)
        seen += 1
        right += max(range(len(scores)), key=lambda i: scores[i]) == record[0]
    return seen, right, us


def main():
    model = minfer.load(find("digits.mnf"))
    print("\n  %r\n" % model)
    with open(find("heldout.bin"), "rb") as file:
        show(model, file)
        file.seek(0)
        seen, right, us = measure(model, file)
    print("  accuracy   %.1f %% (%d of %d held-out digits)" % (100 * right / seen, right, seen))
    print("  arena      %d bytes of RAM" % model.arena_size)
    print("  model      %d bytes" % model.size)
    print("  speed      %d us an inference\n" % (us // seen))


main()
