# Many small models against the reference: cases.bin lies beside, as tests/host/cases.py packs it.
import gc
import struct
from array import array

import minfer

CODES = {
    "int8": "b",
    "uint8": "B",
    "bool": "B",
    "int16": "h",
    "int32": "i",
    "int64": "q",
    "float32": "f",
}


def number(file):
    return struct.unpack("<I", file.read(4))[0]


def read_edges(file, tensors):
    arrays = []
    for tensor in tensors:
        raw = array(CODES[tensor.face], file.read(number(file)))
        arrays.append(raw)
    return arrays


models = values = 0
with open("cases.bin", "rb") as file:
    for _ in range(number(file)):
        name = file.read(number(file)).decode()
        data = file.read(number(file))
        model = minfer.load(data)
        for sample in range(number(file)):
            x = read_edges(file, model.inputs)
            wanted = read_edges(file, model.outputs)
            found = model.run(x[0] if len(x) == 1 else x)
            for a, b in zip([found] if len(wanted) == 1 else found, wanted):
                assert bytes(a) == bytes(b), "%s, sample %d: expected %s, found %s" % (
                    name,
                    sample,
                    b,
                    a,
                )
                values += len(b)
        models += 1
        model = data = None
        gc.collect()
print("%d models, %d values, 0 differing" % (models, values))
print("ok")
