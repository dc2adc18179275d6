"""Forms a .tflite file may have besides the one that today's converter writes."""

from __future__ import annotations

import io
import zipfile

import flatbuffers
import minfer
import numpy as np
import pytest
from build import schema
from operators.conv import Conv
from operators.elementwise import Binary
from operators.move import joined
from operators.pool import Pool
from operators.reshape import Reshape
from operators.softmax import Softmax
from spec import Spec


def written(model: schema.ModelT) -> bytes:
    packer = flatbuffers.Builder(1024)
    packer.Finish(model.Pack(packer), b"TFL3")
    return bytes(packer.Output())


def unpacked(file: bytes) -> schema.ModelT:
    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(file, 0))


def old(file: bytes) -> bytes:
    """As converters of before 2020 wrote it: operators by the short code alone, shapes without a signature."""
    model = unpacked(file)
    for code in model.operatorCodes:
        code.deprecatedBuiltinCode, code.builtinCode = code.builtinCode, 0
    for tensor in model.subgraphs[0].tensors:
        tensor.shapeSignature, tensor.hasRank = None, False
    return written(model)


def with_metadata(file: bytes) -> bytes:
    """As TensorFlow Lite's metadata writer leaves it: a buffer of its own, and labels in an archive behind the file."""
    model = unpacked(file)
    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = np.frombuffer(b"M001 and so on", np.uint8)
    entry.name, entry.buffer = "TFLITE_METADATA", len(model.buffers)
    model.buffers.append(buffer)
    model.metadata, model.description = [entry], "classifies"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as labels:
        labels.writestr("labels.txt", "cat\ndog\n")
    return written(model) + archive.getvalue()


@pytest.mark.parametrize("form", (old, with_metadata))
@pytest.mark.parametrize(
    "spec",
    (
        Conv(),
        Pool("MAX_POOL_2D"),
        Binary(),
        Softmax(),
        Reshape(),
        joined((2, 3), (2, 4), axis=1),
    ),
    ids=lambda value: value.operator,
)
def test_same_answers(spec: Spec, form) -> None:
    case = spec.case()
    found = minfer.Model.load(minfer.compile_model(form(case.model)))
    wanted = minfer.Model.load(minfer.compile_model(case.model))
    for sample in case.samples:
        for ours, theirs in zip(found.run(sample), wanted.run(sample)):
            np.testing.assert_array_equal(ours, theirs)


def test_several_signatures() -> None:
    model = unpacked(Binary().case().model)
    model.signatureDefs = []
    for name in ("encode", "decode"):
        signature = schema.SignatureDefT()
        signature.signatureKey, signature.inputs, signature.outputs = name, [], []
        model.signatureDefs.append(signature)
    with pytest.raises(minfer.ConvertError, match="several signatures: expected 1, found 2"):
        minfer.compile_model(written(model))
