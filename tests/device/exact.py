# A real model's outputs against the reference's: model.mnf, inputs.bin and outputs.bin lie beside.
import minfer
from expect import skip

try:
    model = minfer.load("model.mnf")
    x = bytearray(len(bytes(model.input.data)))
except MemoryError as error:
    skip("the model and an input take more RAM than there is: %s" % error)
out = bytearray(len(bytes(model.output.data)))
wanted = bytearray(len(out))
samples = differing = 0
with open("inputs.bin", "rb") as inputs, open("outputs.bin", "rb") as outputs:
    while inputs.readinto(x) == len(x):
        assert outputs.readinto(wanted) == len(wanted)
        model.run(x, out)
        samples += 1
        if out != wanted:
            differing += sum(a != b for a, b in zip(out, wanted))
print("%d samples of %d values, %d differing" % (samples, len(out), differing))
assert samples > 0 and differing == 0
print("ok")
