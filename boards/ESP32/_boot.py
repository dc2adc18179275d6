# Runs before boot.py and main.py: mounts the file system, made where there is none, and finishes
# an installation of models that a power cut interrupted.
import vfs
from flashbdev import bdev
from minfer import _rom


def mount():
    if bdev is None:
        return  # no flash is left behind the partitions
    try:
        vfs.mount(bdev, "/")
    except OSError:
        import inisetup

        inisetup.setup()


mount()
_rom.install()
del vfs, bdev, _rom, mount  # the prompt starts with nothing
