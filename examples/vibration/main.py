# Listens to a machine through an accelerometer, learns what is normal, and says when that changes.
# vibration.mnf and detector.py lie beside this script, in /rom or in /. With recording.bin there as
# well, that is what vibrates; without it, an ADXL345 by SPI: VCC to 3V3, GND to GND, SDO to GP16,
# CS to GP17, SCL to GP18, SDA to GP19.
import os
import time
from array import array

import minfer
from detector import Detector

SDO, CS, SCL, SDA = 16, 17, 18, 19
BLOCK = 96  # numbers read at once: 32 samples of three axes


class ADXL345:
    """An accelerometer as a source, in bursts: its FIFO holds 20 ms.

    1600 samples a second of x, y, z, int16, 256 to a g, up to 16 g. Raises OSError where none answers.
    """

    def __init__(self, spi, cs):
        self._spi, self._cs = spi, cs
        self._command, self._reply = bytearray(7), bytearray(7)
        cs(1)
        if self._get(0x00) != 0xE5:  # DEVID
            raise OSError("expected an ADXL345 on SPI, found none: look at the wires")
        self._set(0x2D, 0x00)  # POWER_CTL: standby
        self._set(0x2C, 0x0E)  # BW_RATE: 1600 Hz
        self._set(0x31, 0x0B)  # DATA_FORMAT: full resolution, 16 g
        self._set(0x2D, 0x08)  # POWER_CTL: measure

    def start(self):
        """Begins a burst: the FIFO empty."""
        self._set(0x38, 0x00)  # FIFO_CTL: bypass,
        self._set(0x38, 0x80)  # then stream

    def readinto(self, samples):
        """Puts what the FIFO holds into an array of int16; how many numbers, or None where it has overflowed."""
        if self._get(0x30) & 0x01:  # INT_SOURCE: overrun
            return None
        entries = min(self._get(0x39) & 0x3F, len(samples) // 3)  # FIFO_STATUS
        self._command[0] = 0xC0 | 0x32  # read several bytes, from DATAX0 on: one sample
        reply = self._reply
        for i in range(0, 3 * entries, 3):
            self._cs(0)
            self._spi.write_readinto(self._command, reply)
            self._cs(1)
            for axis in range(3):
                number = reply[1 + 2 * axis] | reply[2 + 2 * axis] << 8
                samples[i + axis] = number - ((number & 0x8000) << 1)
        return 3 * entries

    def _get(self, register):
        self._cs(0)
        self._spi.write(bytes([0x80 | register]))
        value = self._spi.read(1)[0]
        self._cs(1)
        return value

    def _set(self, register, value):
        self._cs(0)
        self._spi.write(bytes([register, value]))
        self._cs(1)


class Recording:
    """A file of samples, as a source with the methods of ADXL345."""

    def __init__(self, path):
        self._file = open(path, "rb")

    def start(self):
        pass

    def readinto(self, samples):
        n = self._file.readinto(samples)
        if n == 0:
            raise EOFError
        return n // 2


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


def sensor():
    from machine import SPI, Pin

    spi = SPI(0, 5_000_000, polarity=1, phase=1, sck=Pin(SCL), mosi=Pin(SDA), miso=Pin(SDO))
    return ADXL345(spi, Pin(CS, Pin.OUT, value=1))


def window(source, front_end, samples):
    # Fills the front end with a window in one piece: what comes between two is not needed.
    front_end.reset()
    source.start()
    view = memoryview(samples)
    while not front_end.due:
        n = source.readinto(samples)
        if n is None:
            print("the FIFO overflowed: this window starts again")
            front_end.reset()
            source.start()
        elif n:
            front_end.write(view[:n])


def main():
    path = find("vibration.mnf")
    if path is None:
        raise OSError("vibration.mnf is neither beside main.py nor in /rom nor in /: see README.md")
    detector = Detector(minfer.pipeline(path))
    recording = find("recording.bin")
    source = Recording(recording) if recording else sensor()
    samples = array("h", [0] * BLOCK)
    print("learning from", recording or "the ADXL345")
    number, us, alarm = 0, 0, False
    try:
        while True:
            window(source, detector.front_end, samples)
            start = time.ticks_us()
            error = detector.infer()
            us = max(us, time.ticks_diff(time.ticks_us(), start))
            number += 1
            if error is None:
                if detector.threshold:
                    print("window %d: learned, threshold %.1f" % (number, detector.threshold))
            elif detector.alarm != alarm:
                alarm = detector.alarm
                print("window %d: %s, error %.1f" % (number, "ALARM" if alarm else "normal", error))
    except EOFError:
        print("%d windows, at most %d us each" % (number, us))


main()
