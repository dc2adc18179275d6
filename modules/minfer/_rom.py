# Puts an image of models into ROMFS; a power cut at any moment leaves the old one or the new one.
#
# `minfer deploy` writes the image to a file, compares it, then renames that file to PENDING: from
# this moment on the image is the one to have. install() copies it to ROMFS, right after and, where
# that was cut short, at boot.
import os

import vfs

PENDING = "/.minfer-rom"
PAGE = 256  # bytes; the least that flash is programmed by
BLOCK_SIZE = 5  # of the block device protocol
ERASE = 6
GET_SEGMENT = 2  # of vfs.rom_ioctl


def install(progress=lambda done, total: None):
    """Copies the pending image, if there is one, to ROMFS, mounts that at /rom, removes the file.

    progress(done, total) is told the bytes copied. Raises OSError where the flash is worn out.
    """
    try:
        total = os.stat(PENDING)[6]
    except OSError:
        return
    partition = vfs.rom_ioctl(GET_SEGMENT, 0)
    try:
        vfs.umount("/rom")
    except OSError:
        pass  # nothing was there
    with open(PENDING, "rb") as image:
        _copy(image, total, partition, progress)
    vfs.mount(vfs.VfsRom(partition), "/rom")
    os.remove(PENDING)


def _copy(image, total, partition, progress):
    size = partition.ioctl(BLOCK_SIZE, 0)
    flash = memoryview(partition)
    block = memoryview(bytearray(size))
    partition.ioctl(ERASE, 0)  # without its header half an image is none, and never mounted
    for start in range((total - 1) // size * size, -1, -size):
        image.seek(start)
        n = image.readinto(block)
        block[n:] = b"\xff" * (size - n)
        if flash[start : start + size] != block:
            _program(partition, start // size, block)
            if flash[start : start + size] != block:
                raise OSError(5, "flash at 0x%x of ROMFS does not keep what is written" % start)
        progress(min(total - start, total), total)


def _program(partition, index, block):
    partition.ioctl(ERASE, index)
    for page in range(len(block) - PAGE, -1, -PAGE):  # the first one last
        partition.writeblocks(index, block[page : page + PAGE], page)
