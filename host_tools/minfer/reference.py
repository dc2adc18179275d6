"""TensorFlow Lite's reference kernels, against which minfer is exact."""

from __future__ import annotations

import os
import re
import struct
import warnings
from collections.abc import Sequence

import numpy as np
import tflite

from minfer.errors import MinferError
from minfer.samples import Sample

# From 2.20 on the fully connected kernel rounds some values differently.
LAST_EXACT = (2, 19)
QUANTISED_DIMENSION_FIELD = 16
OPERATOR_VERSION_FIELD = 8
# Of operators whose reference kernels run what newer versions add, but are registered for older ones.
REGISTERED = {
    tflite.BuiltinOperator.DEPTH_TO_SPACE: 1,
    tflite.BuiltinOperator.REVERSE_V2: 1,
    tflite.BuiltinOperator.TILE: 2,
    tflite.BuiltinOperator.TRANSPOSE: 5,
}
SVDF_STATE = 4  # which of the operator's inputs


class Reference:
    """A .tflite model under the reference interpreter."""

    def __init__(self, model: bytes, kernels: str = "BUILTIN_REF") -> None:
        """Raises MinferError where TensorFlow is missing, too new, or refuses the model.

        `kernels` names an OpResolverType: those of another one are exact for CEIL, ELU and ROUND
        alone.
        """
        _refuse_what_it_misreads(model)
        tensorflow = _tensorflow()
        resolver = tensorflow.lite.experimental.OpResolverType[kernels]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._interpreter = tensorflow.lite.Interpreter(
                    model_content=mend(model), experimental_op_resolver_type=resolver
                )
            self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            why = " ".join(str(error).split())
            missing = re.search(r"builtin opcode '(\w+)' version '(\d+)'", why)
            if missing:
                raise MinferError(
                    "nothing to compare with: TensorFlow Lite has no reference kernel of"
                    f" {missing[1]} version {missing[2]}"
                ) from error
            raise MinferError(f"TensorFlow Lite refuses the model: {why}") from error
        self.inputs = self._interpreter.get_input_details()
        self.outputs = self._interpreter.get_output_details()

    def run(self, sample: Sequence[np.ndarray]) -> Sample:
        """One inference: an array for each input, an array for each output."""
        for detail, array in zip(self.inputs, sample):
            self._interpreter.set_tensor(detail["index"], array)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(detail["index"]) for detail in self.outputs]


def mend(model: bytes) -> bytes:
    """Sets quantised dimensions past a tensor's rank to 0, and versions of operators to registered ones.

    Some published models have such dimensions on their biases; no kernel reads them there, but the
    interpreter rejects the file.
    """
    mended = bytearray(model)
    root = tflite.Model.GetRootAs(model, 0)
    for i in range(root.OperatorCodesLength()):
        code = root.OperatorCodes(i)
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        if code.Version() > REGISTERED.get(number, code.Version()):
            place = code._tab.Pos + code._tab.Offset(OPERATOR_VERSION_FIELD)
            struct.pack_into("<i", mended, place, REGISTERED[number])
    subgraph = root.Subgraphs(0)
    for i in range(subgraph.TensorsLength()):
        tensor = subgraph.Tensors(i)
        quantisation = tensor.Quantization()
        if quantisation and quantisation.QuantizedDimension() >= max(1, tensor.ShapeLength()):
            table = quantisation._tab
            place = table.Pos + table.Offset(QUANTISED_DIMENSION_FIELD)
            struct.pack_into("<i", mended, place, 0)
    return bytes(mended)


def _refuse_what_it_misreads(model: bytes) -> None:
    """SVDF with a state of int8 is TensorFlow Lite Micro's; TensorFlow Lite takes its bytes for int16, and reads past their end."""
    file = tflite.Model.GetRootAs(model, 0)
    graph = file.Subgraphs(0)
    for i in range(graph.OperatorsLength()):
        op = graph.Operators(i)
        code = file.OperatorCodes(op.OpcodeIndex())
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        if number != tflite.BuiltinOperator.SVDF or op.InputsLength() <= SVDF_STATE:
            continue
        if graph.Tensors(op.Inputs(SVDF_STATE)).Type() == tflite.TensorType.INT8:
            raise MinferError(
                f"operator {i} (SVDF): TensorFlow Lite has none with a state of int8 to compare with,"
                " only TensorFlow Lite Micro has"
            )


def _tensorflow():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import tensorflow
    except ImportError as error:
        raise MinferError(
            "verify compares with TensorFlow Lite's reference kernels:"
            " pip install 'minfer[verify]' with Python 3.9 to 3.12"
        ) from error
    version = tuple(int(part) for part in tensorflow.__version__.split(".")[:2])
    if version > LAST_EXACT:
        raise MinferError(
            f"expected TensorFlow 2.19 or earlier, found {tensorflow.__version__}, whose fully"
            " connected kernel rounds differently: pip install 'minfer[verify]'"
        )
    return tensorflow
