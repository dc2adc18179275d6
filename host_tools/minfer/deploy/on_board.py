# Sent to the board's prompt once a connection: what the host asks it to do.
import gc
import hashlib
import os
import vfs
from binascii import a2b_base64  # what the host sends comes in base64

STEP = 16384  # bytes between two words of progress, so that the host sees the board is alive


def partition():
    # ROMFS as a memoryview; empty where the firmware has none.
    rom = vfs.rom_ioctl(2, 0) if hasattr(vfs, "rom_ioctl") else 0
    return memoryview(rom) if hasattr(rom, "readblocks") else memoryview(b"")


def walk(folder):
    for entry in os.ilistdir(folder):
        path = folder + "/" + entry[0]
        if entry[1] & 0x4000:
            yield from walk(path)
        else:
            yield path


def list_rom():
    # Path, address, offset in the partition, size and SHA-256 of each file of ROMFS.
    from uctypes import addressof  # only firmwares with ROMFS have to have it

    start = addressof(partition())
    if "rom" not in os.listdir("/"):
        return
    for path in walk("/rom"):
        with open(path, "rb") as file:
            data = memoryview(file)
            address = addressof(data)
            print((path[5:], address, address - start, len(data), hashlib.sha256(data).digest()))


def digests(path, sizes):
    # SHA-256 of consecutive parts of a file.
    block = memoryview(bytearray(4096))
    with open(path, "rb") as file:
        for size in sizes:
            digest = hashlib.sha256()
            while size:
                n = file.readinto(block[: min(size, len(block))])
                if not n:
                    break
                digest.update(block[:n])
                size -= n
            print(digest.digest())


def copy_rom(sink, offset, size):
    rom = partition()
    for start in range(offset, offset + size, STEP):
        end = min(start + STEP, offset + size)
        sink.write(rom[start:end])
        print(end - start)


def remove(path):
    try:
        os.remove(path)
    except OSError:
        pass  # not there


def size_of(path):
    # None where there is no such file.
    try:
        return os.stat(path)[6]
    except OSError:
        return None


def free_bytes():
    status = os.statvfs("/")
    return status[1] * status[4]


def largest_block():
    # Bytes of the largest buffer there is room for.
    gc.collect()
    fits, too_large = 0, gc.mem_free() + 1
    while too_large - fits > 16:
        size = (fits + too_large) // 2
        try:
            bytearray(size)
            fits = size
        except MemoryError:
            too_large = size
        gc.collect()
    return fits


def refusals(minfer, models):
    # What the loader says to each.
    for model in models:
        try:
            minfer.load(model)
        except minfer.ModelError as error:
            print(repr(str(error)))
