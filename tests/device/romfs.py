# In ROMFS a model is used where it lies: no byte of it is copied.
import gc

import minfer
from expect import raises, skip

try:
    import vfs

    vfs.VfsRom
except (ImportError, AttributeError):
    skip("no ROMFS in this firmware")

with open("models.romfs", "rb") as file:
    image = file.read()
vfs.mount(vfs.VfsRom(image), "/models")
arena = bytearray(1024)

minfer.load("/models/long.mnf", arena)
gc.collect()
before = gc.mem_alloc()
model = minfer.load("/models/long.mnf", arena)
taken = gc.mem_alloc() - before
assert taken < 2048, taken
assert repr(model).endswith("27.8 KB in flash>"), model

assert model.run(bytes(1024))[0] == 1000 % 256 - 256
gc.collect()
assert model.run(bytes(1024))[1023] == 1000 % 256 - 256
raises(OSError, "[Errno 2] ENOENT: /models/dense.mnf", minfer.load, "/models/dense.mnf")
vfs.umount("/models")
print("ok")
