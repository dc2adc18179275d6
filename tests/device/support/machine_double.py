# A double of the module machine, for the examples: an MPU-6050 on I2C and an ADXL345 on SPI, as their data sheets describe them,
# which measure what signal.bin holds. Where that ends, the program does.

with open("signal.bin", "rb") as file:
    signal = memoryview(file.read())
SAMPLE = 6  # bytes: three axes
AT_ONCE = 4  # samples that come between two looks at the FIFO


class Fifo:
    def __init__(self, size):
        self.size = size  # bytes
        self.start = self.end = 0  # in the signal

    def grow(self):
        if self.end == len(signal):
            raise SystemExit
        self.end = min(self.end + AT_ONCE * SAMPLE, len(signal))
        return min(self.end - self.start, self.size)

    def clear(self):
        self.start = self.end

    def take(self, n):
        assert self.end - self.start >= n, "read from an empty FIFO"
        self.start += n
        return signal[self.start - n : self.start]


class Pin:
    OUT = 1
    low = None  # the number of the pin that is low

    def __init__(self, number, mode=None, value=None):
        self.number = number

    def __call__(self, value):
        Pin.low = None if value else self.number


class I2C:
    def __init__(self, number, sda, scl, freq):
        assert number == 0 and (sda.number, scl.number) == (4, 5) and freq <= 400_000
        self.registers = bytearray(128)
        self.registers[0x75] = 0x68
        self.registers[0x6B] = 0x40  # asleep
        self.fifo = Fifo(1024)

    def readfrom_mem(self, address, register, n):
        data = bytearray(n)
        self.readfrom_mem_into(address, register, data)
        return data

    def readfrom_mem_into(self, address, register, buffer):
        if address != 0x68:
            raise OSError(19)
        if register == 0x72:
            # Awake, 4 g, 1 kHz / 10, acceleration into the FIFO that is on.
            set_up = [self.registers[i] for i in (0x6B, 0x1C, 0x19, 0x23, 0x6A)]
            assert set_up == [0x01, 0x08, 9, 0x08, 0x40] and 1 <= self.registers[0x1A] <= 6
            n = self.fifo.grow()
            buffer[0], buffer[1] = n >> 8, n & 255
        elif register == 0x74:
            data = self.fifo.take(len(buffer))
            for i in range(0, len(buffer), 2):  # big-endian
                buffer[i], buffer[i + 1] = data[i + 1], data[i]
        else:
            buffer[:] = self.registers[register : register + len(buffer)]

    def writeto_mem(self, address, register, data):
        assert address == 0x68 and len(data) == 1
        self.registers[register] = data[0]
        if register == 0x6A and data[0] & 0x04:
            self.fifo.clear()


class SPI:
    def __init__(self, number, baudrate, polarity, phase, sck, mosi, miso):
        assert baudrate <= 5_000_000 and (polarity, phase) == (1, 1)
        assert number == 0 and (miso.number, sck.number, mosi.number) == (16, 18, 19)
        self.registers = bytearray(64)
        self.registers[0x00] = 0xE5
        self.fifo = Fifo(33 * SAMPLE)

    def write(self, data):
        assert Pin.low == 17, "not selected"
        self.address = data[0]
        if not data[0] & 0x80:
            self.registers[data[0]] = data[1]
            if data[0] == 0x38 and data[1] == 0x00:
                self.fifo.clear()

    def read(self, n):
        assert Pin.low == 17 and self.address & 0x80 and n == 1
        register = self.address & 0x3F
        if register == 0x39:
            # 1600 Hz, full resolution of 16 g, measuring, into the FIFO that streams.
            assert [self.registers[i] for i in (0x2C, 0x31, 0x2D, 0x38)] == [0x0E, 0x0B, 0x08, 0x80]
            return bytes([self.fifo.grow() // SAMPLE])
        return self.registers[register : register + 1]

    def write_readinto(self, data, buffer):
        assert Pin.low == 17 and data[0] == 0xC0 | 0x32 and len(data) == len(buffer) == 7
        buffer[1:] = self.fifo.take(SAMPLE)
