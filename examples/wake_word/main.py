# Listens for a word, and says when it hears it.
# wake_word.mnf lies beside this script, in /rom or in /. With recording.wav there as well, that is what
# is heard; without it, an INMP441 by I2S: VDD to 3V3, GND and L/R to GND, SCK to GP16, WS to GP17, SD
# to GP18. The board's LED shines for a second after the word.
import os

import minfer
from minfer.stream import Ring, Stream

SCK, WS, SD = 16, 17, 18  # on a Pico WS is the pin after SCK
RATE = 16000


def find(name):
    here = globals().get("__file__", "").rpartition("/")[0] or "."
    for folder in (here, "/rom", ""):
        path = folder + "/" + name
        try:
            os.stat(path)
            return path
        except OSError:
            pass
    return None


def microphone():
    # A second of sound waits in the ring while the chip does something else; what does not fit is
    # counted and reported.
    from machine import I2S, Pin

    mic = I2S(
        0,
        sck=Pin(SCK),
        ws=Pin(WS),
        sd=Pin(SD),
        mode=I2S.RX,
        bits=16,
        format=I2S.MONO,
        rate=RATE,
        ibuf=8192,
    )
    ring = Ring(2 * RATE)
    ring.listen(mic)
    return ring


def lamp():
    # What turns the LED on for a second.
    from machine import Pin, Timer

    led, timer = Pin("LED", Pin.OUT), Timer()

    def shine():
        led.on()
        timer.init(mode=Timer.ONE_SHOT, period=1000, callback=lambda timer: led.off())

    return shine


def main():
    model = find("wake_word.mnf")
    if model is None:
        raise OSError("wake_word.mnf is neither beside main.py nor in /rom nor in /: see README.md")
    pipeline = minfer.pipeline(model)
    recording = find("recording.wav")
    shine = None if recording else lamp()
    source = recording or microphone()
    print(pipeline.model)
    print("listening to", recording or "the INMP441")
    for answer in Stream(source, pipeline):
        print("%6.2f s  %s %.2f" % (answer.time / 1000, answer.label, answer.probability))
        if shine:
            shine()


main()
