# Run by table.py: the heap an import takes, then a model's outputs against the reference's, and marks before and after one
# run: ticks_cpu() is the function where instructions are counted. model.mnf, inputs.bin and outputs.bin lie beside.
import gc
import time

gc.collect()
before = gc.mem_alloc()
import minfer  # noqa: E402

gc.collect()
print("import", gc.mem_alloc() - before)
try:
    model = minfer.load("model.mnf")
except MemoryError as error:
    print("SKIP", error)
    raise SystemExit
x = bytearray(len(bytes(model.input.data)))
out = bytearray(len(bytes(model.output.data)))
wanted = bytearray(len(out))
mark = time.ticks_cpu
with open("inputs.bin", "rb") as inputs, open("outputs.bin", "rb") as outputs:
    while inputs.readinto(x) == len(x):
        outputs.readinto(wanted)
        gc.collect()
        mark()
        mark()
        model.run(x, out)
        mark()
        assert out == wanted, "the outputs are not the reference's"
print("arena", model.arena_size)
print("ok")
