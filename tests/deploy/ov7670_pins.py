# examples/person/ov7670.py on an emulated Pico, against a camera that this script plays by the input overrides of the pins.
# The emulator's PIO runs beside the processor, not in step with it: where the state machine is in its program says what it saw.
import time

import ov7670
from machine import mem32

ROW, HEIGHT = 4, 2
HIGH = 3 << 16  # GPIOn_CTRL: INOVER
LOW = 2 << 16
PLACE = 0x502000D4  # SM0_ADDR
FIRST = 32 - 7  # where the program, of seven instructions, begins
VSYNC_HIGH, VSYNC_LOW, CLOCK_LOW, CLOCK_HIGH = range(4)  # instructions that wait for these
PATIENCE_MS = 10000


class I2C:
    written = []

    def writeto_mem(self, address, register, data):
        self.written.append((address, register, data[0]))


def drive(pin, high):
    register = 0x40014004 + 8 * pin
    mem32[register] = mem32[register] & ~HIGH | (HIGH if high else LOW)


def reached(place):
    start = time.ticks_ms()
    while mem32[PLACE] != FIRST + place:
        found = mem32[PLACE] - FIRST
        late = time.ticks_diff(time.ticks_ms(), start) > PATIENCE_MS
        assert not late, "expected place %d, found %d" % (place, found)


def send(byte):
    for i in range(8):
        drive(ov7670.D0 + i, byte >> i & 1)
    drive(ov7670.PCLK, 1)
    reached(CLOCK_LOW)
    drive(ov7670.PCLK, 0)
    reached(CLOCK_HIGH)


def see(seed):
    camera.begin()
    reached(VSYNC_HIGH)
    drive(ov7670.VSYNC, 1)
    reached(VSYNC_LOW)
    drive(ov7670.VSYNC, 0)
    reached(CLOCK_HIGH)
    for y in range(HEIGHT):
        row = bytes((seed + 31 * y + 7 * x) & 255 for x in range(ROW))
        drive(ov7670.HREF, 1)
        for byte in row:
            send(byte)
        drive(ov7670.HREF, 0)
        send(0xA5)  # the clock goes on between rows
        assert camera.readinto(buffer) == ROW and buffer == row, (y, buffer, row)


ov7670.ROW, ov7670.HEIGHT, ov7670.PATIENCE_MS = ROW, HEIGHT, 100
for pin in (ov7670.PCLK, ov7670.HREF, ov7670.VSYNC):
    drive(pin, 0)
camera = ov7670.OV7670(I2C())
buffer = bytearray(ROW)
try:
    assert I2C.written == [(0x21, register, value) for register, value in ov7670.REGISTERS]
    see(5)
    try:
        camera.readinto(buffer)
        assert False, "no frame came"
    except OSError as error:
        assert "expected a frame, found none" in str(error)
    see(9)
    assert camera.dropped == 0
finally:
    camera.close()  # the emulator does not end while a state machine runs
print("ok")
