# How many cores a model may compute on: any number gives the same outputs.
import minfer
from expect import raises

x = bytes(range(256)) * 4
expected = None
for cores in (1, 2, 1):
    model = minfer.load("long.mnf", cores=cores)
    assert 1 <= model.cores <= cores
    out = bytes(model.run(x))
    assert expected in (None, out)
    expected = out
assert minfer.load("long.mnf").cores == minfer.load("long.mnf", None, 2).cores

for cores in (0, 3, -1):
    words = "cores: expected 1 to 2, found %d" % cores
    raises(ValueError, words, minfer.load, "long.mnf", cores=cores)
print("ok")
