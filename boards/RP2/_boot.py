# Runs before boot.py and main.py: mounts the file system, made where there is none, and finishes
# an installation of models that a power cut interrupted.
import rp2
import vfs
from minfer import _rom


def mount():
    flash = rp2.Flash()
    try:
        files = vfs.VfsLfs2(flash, progsize=_rom.PAGE)
    except OSError:
        vfs.VfsLfs2.mkfs(flash, progsize=_rom.PAGE)
        files = vfs.VfsLfs2(flash, progsize=_rom.PAGE)
    vfs.mount(files, "/")


mount()
_rom.install()
del rp2, vfs, _rom, mount  # the prompt starts with nothing
