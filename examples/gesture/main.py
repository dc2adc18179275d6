# Says which gesture a hand makes: wave, circle or punch.
# gesture.mnf lies beside this script, in /rom or in /. With recording.bin there as well, that is what moves;
# without it, an MPU-6050: VCC to 3V3, GND to GND, SDA to GP4, SCL to GP5 (pins 6 and 7).
import os

import minfer
from minfer.stream import Stream

SDA, SCL = 4, 5
BLOCK = 96  # bytes read at once: 16 samples of three axes


class MPU6050:
    """An accelerometer as a source: its FIFO keeps 1.7 s of samples while the chip does something else.

    100 samples a second of x, y, z, int16, 8192 to a g. Raises OSError where none answers.
    """

    FIFO = 1024  # bytes

    def __init__(self, i2c, address=0x68):
        self._i2c, self._address = i2c, address
        self._count = bytearray(2)
        self.dropped = 0  # bytes
        if i2c.readfrom_mem(address, 0x75, 1)[0] != 0x68:  # WHO_AM_I
            raise OSError(
                "expected an MPU-6050 at I2C address 0x%02x, found another chip" % address
            )
        self._set(0x6B, 0x01)  # PWR_MGMT_1: awake, clocked by a gyroscope
        self._set(0x1A, 0x03)  # CONFIG: low-pass at 44 Hz, which makes the base rate 1 kHz
        self._set(0x19, 9)  # SMPLRT_DIV: every tenth sample
        self._set(0x1C, 0x08)  # ACCEL_CONFIG: up to 4 g
        self._set(0x23, 0x08)  # FIFO_EN: acceleration
        self._clear()

    def readinto(self, buffer):
        """Fills the buffer, and returns its size; None while the FIFO holds less than that."""
        n = len(buffer)
        self._i2c.readfrom_mem_into(self._address, 0x72, self._count)  # FIFO_COUNT, big-endian
        waiting = self._count[0] << 8 | self._count[1]
        if waiting == self.FIFO:  # overflow: what is in there no longer begins with an x
            self.dropped += waiting // 6 * 6  # at least
            self._clear()
            return None
        if waiting < n:
            return None
        self._i2c.readfrom_mem_into(self._address, 0x74, buffer)  # FIFO_R_W
        for i in range(0, n, 2):  # big-endian as well
            buffer[i], buffer[i + 1] = buffer[i + 1], buffer[i]
        return n

    def _clear(self):
        self._set(0x6A, 0x04)  # USER_CTRL: the FIFO empty,
        self._set(0x6A, 0x40)  # then on

    def _set(self, register, value):
        self._i2c.writeto_mem(self._address, register, bytes([value]))


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
    from machine import I2C, Pin

    return MPU6050(I2C(0, sda=Pin(SDA), scl=Pin(SCL), freq=400_000))


def main():
    model = find("gesture.mnf")
    if model is None:
        raise OSError("gesture.mnf is neither beside main.py nor in /rom nor in /: see README.md")
    pipeline = minfer.pipeline(model)
    recording = find("recording.bin")
    source = open(recording, "rb") if recording else sensor()
    print(pipeline.model)
    print("watching", recording or "the MPU-6050")
    for answer in Stream(source, pipeline, block=BLOCK):
        print("%6.2f s  %-7s %.2f" % (answer.time / 1000, answer.label, answer.probability))


main()
