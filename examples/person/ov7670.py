# An OV7670 camera module (the kind without FIFO) on a Pico: its frames, row by row, as a source for minfer.stream.Stream.
# The pins are README.md's. A PIO state machine reads the bytes, DMA puts a row of them into RAM.
import time

import rp2
from machine import PWM, Pin, mem32

WIDTH, HEIGHT = 160, 120
ROW = 2 * WIDTH  # bytes: Y U Y V
D0 = 2  # to D7: eight pins in a row
PCLK, HREF, VSYNC = 10, 11, 12
XCLK, RESET = 13, 14
CLOCK = 12_500_000  # Hz
PATIENCE_MS = 2000
ADDRESS = 0x21
STATE_MACHINE = 0  # of PIO 0
RX_STALL = (
    0x50200008,
    1 << STATE_MACHINE,
)  # FDEBUG, and its bit: bytes came that nobody had room for
RX_REQUEST = 4 + STATE_MACHINE  # DREQ_PIO0_RX0

# Register and value: YUYV of 160 x 120.
REGISTERS = (
    (0x11, 0x01),  # CLKRC: half of the clock
    (0x12, 0x00),  # COM7: YUV
    (0x3A, 0x04),  # TSLB: Y first
    (0x40, 0xC0),  # COM15: 0 to 255
    (0x0C, 0x04),  # COM3: scale down
    (0x3E, 0x1A),  # COM14: pixel clock by 4
    (0x72, 0x22),  # SCALING_DCWCTR: every fourth pixel and row
    (0x73, 0xF2),  # SCALING_PCLK_DIV: by 4
    (0x17, 0x16),  # HSTART
    (0x18, 0x04),  # HSTOP
    (0x32, 0xA4),  # HREF: the low bits of both
    (0x19, 0x02),  # VSTART
    (0x1A, 0x7A),  # VSTOP
    (0x03, 0x0A),  # VREF: the low bits of both
)


def make_program(pclk, vsync):
    # Names of the module are out of reach inside of it, those of a function around it are not.
    @rp2.asm_pio(
        in_shiftdir=rp2.PIO.SHIFT_RIGHT, autopush=True, push_thresh=32, fifo_join=rp2.PIO.JOIN_RX
    )
    def read_frame():
        wait(1, gpio, vsync)
        wait(0, gpio, vsync)
        wrap_target()
        label("next")
        wait(0, gpio, pclk)
        wait(1, gpio, pclk)
        jmp(pin, "row")  # HREF, which changes with the falling edge, as the data do
        jmp("next")
        label("row")
        in_(pins, 8)
        wrap()

    return read_frame


class OV7670:
    """Frames of 160 x 120 pixels in yuv422. i2c: a machine.I2C on the camera's SIOC and SIOD.

    dropped: bytes of frames whose end did not come in time; Stream reports them.
    """

    def __init__(self, i2c):
        self.dropped = 0
        self._clock = PWM(Pin(XCLK), freq=CLOCK, duty_u16=32768)
        reset = Pin(RESET, Pin.OUT, value=0)
        time.sleep_ms(10)
        reset.value(1)
        time.sleep_ms(10)
        for register, value in REGISTERS:
            i2c.writeto_mem(ADDRESS, register, bytes((value,)))
            time.sleep_ms(1)
        for pin in list(range(D0, D0 + 8)) + [PCLK, HREF, VSYNC]:
            Pin(pin, Pin.IN)
        program = make_program(PCLK, VSYNC)
        self._machine = rp2.StateMachine(STATE_MACHINE, program, in_base=Pin(D0), jmp_pin=Pin(HREF))
        self._dma = rp2.DMA()
        self._control = self._dma.pack_ctrl(inc_read=False, treq_sel=RX_REQUEST)
        self._rows = bytearray(ROW), bytearray(ROW)  # one is filled while the other is read
        self._row = None  # the number of the row that comes

    def readinto(self, buffer):
        """Waits for a row, puts it into the buffer, of 320 bytes, and returns that number; None where the frame is dropped.

        Between two frames nothing is read: the next one begins with the next call.
        Raises OSError where no row comes for PATIENCE_MS.
        """
        if self._row is None:
            self.begin()
        start = time.ticks_ms()
        while self._dma.active():
            if time.ticks_diff(time.ticks_ms(), start) > PATIENCE_MS:
                self._end()
                raise OSError(
                    "expected a frame, found none: are the camera's pins as in README.md?"
                )
        row = self._row
        self._row += 1
        if self._row < HEIGHT:
            self._fill(self._rows[self._row & 1])
        buffer[:ROW] = self._rows[row & 1]
        if self._stalled():
            self.dropped += ROW * (row + 1)
            self._end()
            return None
        if self._row == HEIGHT:
            self._end()
        return ROW

    def begin(self):
        """From here on the camera's next frame is read; readinto() does it where it has to."""
        self._machine.restart()
        self._row = 0
        self._fill(self._rows[0])
        mem32[RX_STALL[0]] = RX_STALL[1]  # forgets
        self._machine.active(1)

    def close(self):
        """Stops the camera's clock, and gives back the DMA channel."""
        self._end()
        self._dma.close()
        self._clock.deinit()

    def _end(self):
        self._machine.active(0)
        self._dma.active(0)
        while self._machine.rx_fifo():
            self._machine.get()
        self._row = None

    def _fill(self, row):
        self._dma.config(
            read=self._machine, write=row, count=ROW // 4, ctrl=self._control, trigger=True
        )

    def _stalled(self):
        return mem32[RX_STALL[0]] & RX_STALL[1]
