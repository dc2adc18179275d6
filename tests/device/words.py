# What a person reads at the prompt.
import minfer

arena = bytearray(2048)
for name in ("dense", "face", "pair", "wide"):
    model = minfer.load(open(name + ".mnf", "rb").read(), arena)
    print(model)
    print(model.name, model.labels, model.ops, model.arena_size, model.size)
    for tensor in model.inputs + model.outputs:
        print(tensor)
        print(
            tensor.name,
            tensor.shape,
            tensor.dtype,
            tensor.face,
            tensor.scale,
            tensor.zero_point,
            len(tensor.data),
        )

profile = minfer.load(open("pair.mnf", "rb").read()).profile((bytes(5), bytes(5)))
assert all(us >= 0 for _, us, _ in profile)
print(minfer.Profile((name, 1000 * (i + 1), 7 * i) for i, (name, _, _) in enumerate(profile)))
print(repr(minfer.Profile()))
for name in ("load", "Model", "ModelError", "Profile", "Tensor"):
    assert name in dir(minfer)
for name in (
    "run",
    "predict",
    "classify",
    "profile",
    "steps",
    "input",
    "output",
    "labels",
    "arena",
):
    assert name in dir(model), name
