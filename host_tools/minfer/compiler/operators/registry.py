"""What an importer sees of an operator, and the table of importers.

    @importer("SOFTMAX")
    def softmax(node: Node) -> Op:
        ...

An importer checks what the engine needs, computes the integers and returns an operator of the IR,
several in execution order, or none where the outputs are constants.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn, Optional, Union

import numpy as np

from minfer.compiler.ir import NoParams, Op, Params, Tensor
from minfer.compiler.quantise import activation_range
from minfer.compiler.tflite_file import ACTIVATION_NAMES, SourceOp, SourceTensor
from minfer.errors import ConvertError
from minfer.format import MAX_BYTES, MAX_RANK, DType

FULL_INT8 = (
    "quantise the whole model to int8 (optimizations, representative_dataset,"
    " supported_ops = [TFLITE_BUILTINS_INT8])"
)


@dataclass
class Node:
    """An operator of the source model with its tensors."""

    source: SourceOp
    inputs: list[Optional[Tensor]]
    outputs: list[Tensor]
    intermediates: list[SourceTensor] = field(default_factory=list)

    @property
    def where(self) -> str:
        """The operator as messages name it."""
        return describe(self.source)

    def refuse(self, why: str, tensor: Optional[Tensor] = None) -> NoReturn:
        """Raises the error that says why this operator cannot be converted."""
        name = (tensor or self.outputs[0]).name
        raise ConvertError(f"{self.where}, tensor '{name}': {why}")

    def operand(self, i: int, what: str) -> Tensor:
        """Input `i`, which must be there."""
        if i >= len(self.inputs) or self.inputs[i] is None:
            self.refuse(f"no {what}: expected it as input {i}, found {len(self.inputs)} inputs")
        return self.inputs[i]

    def activation(self, i: int, *types: DType) -> Tensor:
        """Input `i`, checked to be of one of the types (int8 if none is named) with one scale and zero point."""
        return self._quantised(self.operand(i, "input"), types)

    def result(self, *types: DType) -> Tensor:
        """The only output, checked as `activation` checks an input."""
        if len(self.outputs) != 1:
            self.refuse(f"expected 1 output, found {len(self.outputs)}")
        return self._quantised(self.outputs[0], types)

    @property
    def output(self) -> Tensor:
        """The only output, checked to be int8 with one scale and zero point."""
        return self.result()

    def constant(self, i: int, what: str, *types: DType) -> Tensor:
        """Input `i`, checked to be a constant of one of the types."""
        tensor = self.operand(i, what)
        if tensor.data is None:
            self.refuse(f"{what} computed at run time: expected a constant; freeze it", tensor)
        if tensor.dtype not in types:
            self.refuse(
                f"{what}: expected {_either(types)}, found {tensor.dtype}; {FULL_INT8}", tensor
            )
        return tensor

    def optional_constant(self, i: int, what: str, *types: DType) -> Optional[Tensor]:
        """As `constant`, None where the input is absent."""
        if i >= len(self.inputs) or self.inputs[i] is None:
            return None
        return self.constant(i, what, *types)

    def weight_scales(self, weights: Tensor, channels: int) -> np.ndarray:
        """The scales of weights whose channels lie along one dimension: one, or one a channel."""
        scales = weights.scales
        if len(scales) not in (1, channels):
            self.refuse(f"weights: expected 1 or {channels} scales, found {len(scales)}", weights)
        if not (np.isfinite(scales).all() and (scales >= 0).all()):
            self.refuse("weights: expected scales of 0 or more", weights)
        return scales

    def options(self, kind: str) -> dict[str, Any]:
        """The options of the operator, checked to be of a kind."""
        if self.source.options_type != kind or not self.source.options:
            self.refuse(f"expected {kind}, found {self.source.options_type}; convert it again")
        return self.source.options

    def clamp(self, options: dict[str, Any]) -> tuple[int, int]:
        """Least and greatest value of the output under the operator's fused activation."""
        number = options["FusedActivationFunction"]
        name = ACTIVATION_NAMES.get(number, str(number))
        y = self.outputs[0]
        scale = 1.0 if y.dtype == DType.INT32 else y.scale
        bounds = activation_range(name, scale, y.zero_point, y.dtype)
        if bounds is None:
            self.refuse(f"fused activation {name}: expected NONE, RELU, RELU6 or RELU_N1_TO_1")
        if bounds[0] > bounds[1]:
            self.refuse(
                f"activation {name} leaves no value of scale {y.scale}, zero point {y.zero_point}"
            )
        return bounds

    def expect_shape(self, tensor: Tensor, shape: tuple[int, ...]) -> None:
        """Refuses a tensor whose shape is another than what the operator computes.

        Sets it where the file leaves it open.
        """
        if tensor.leaves_open and tensor.data is None:
            tensor.shape = tuple(shape)
            self.check_size(tensor)
        elif tensor.shape != tuple(shape):
            self.refuse(
                f"expected shape {tuple(shape)}, found {tensor.shape}; convert it again", tensor
            )

    def check_size(self, tensor: Tensor) -> None:
        """Refuses a tensor that the file format cannot hold."""
        if len(tensor.shape) > MAX_RANK or tensor.size > MAX_BYTES:
            self.refuse(
                f"shape {tensor.shape}: expected at most {MAX_RANK} dimensions and 2 GiB", tensor
            )

    def expect_rank(self, tensor: Tensor, rank: int) -> None:
        """Refuses a tensor of another number of dimensions."""
        if len(tensor.shape) != rank:
            self.refuse(f"expected {rank} dimensions, found shape {tensor.shape}", tensor)

    def expect_same_quantisation(self, x: Tensor, y: Tensor) -> None:
        """Refuses an output that is not quantised as the input where TensorFlow Lite wants that."""
        if (x.scale, x.zero_point) != (y.scale, y.zero_point):
            self.refuse(
                f"expected the input's scale {x.scale:.6g} and zero point {x.zero_point},"
                f" found {y.scale:.6g} and {y.zero_point}; convert it again",
                y,
            )

    def op(
        self,
        kind: str,
        inputs: list[Optional[Tensor]],
        params: Optional[Params] = None,
        macs: int = 0,
    ) -> Op:
        """The operator of the IR that stands for this one."""
        return Op(kind, inputs, self.outputs, params or NoParams(), macs, self.where)

    def _quantised(self, tensor: Tensor, types: tuple[DType, ...]) -> Tensor:
        if tensor.dtype == DType.FLOAT32:
            weights = [t for t in self.inputs if t is not None and t.data is not None]
            dynamic = any(t.dtype == DType.INT8 for t in weights)
            kind = "dynamic-range model, float32 activations" if dynamic else "float32 activations"
            self.refuse(f"{kind}: expected int8; {FULL_INT8}", tensor)
        if tensor.dtype == DType.UINT8 and DType.UINT8 not in types:
            self.refuse(
                "uint8 activations: expected int8; convert the model anew with TensorFlow 2,"
                " inference_input_type = inference_output_type = int8",
                tensor,
            )
        if tensor.dtype not in (types or (DType.INT8,)):
            self.refuse(
                f"{tensor.dtype} activations: expected {_either(types)}; {FULL_INT8}", tensor
            )
        if len(tensor.scales) != 1:
            self.refuse(f"expected 1 scale, found {len(tensor.scales)}; {FULL_INT8}", tensor)
        # The converter gives int16 constants that are 0 throughout the scale 0.
        is_zero = tensor.data is not None and not tensor.data.any() and tensor.zero_point == 0
        if not (
            math.isfinite(tensor.scale) and (tensor.scale > 0 or (tensor.scale == 0 and is_zero))
        ):
            self.refuse(f"expected a scale above 0, found {tensor.scale}", tensor)
        if tensor.dtype == DType.INT16 and tensor.zero_point != 0:
            self.refuse(f"expected a zero point of 0 with int16, found {tensor.zero_point}", tensor)
        least, most = np.iinfo(tensor.dtype.numpy).min, np.iinfo(tensor.dtype.numpy).max
        if not least <= tensor.zero_point <= most:
            self.refuse(
                f"expected a zero point of {least} to {most}, found {tensor.zero_point}", tensor
            )
        return tensor


def _either(types: tuple[DType, ...]) -> str:
    return " or ".join(map(str, types or (DType.INT8,)))


def describe(op: SourceOp) -> str:
    """An operator of the source model as messages name it."""
    return f"operator {op.index} ({op.name})"


Importer = Callable[[Node], Union[Op, list[Op], None]]
IMPORTERS: dict[str, Importer] = {}


def importer(*names: str) -> Callable[[Importer], Importer]:
    """Enters a function as the importer of TensorFlow Lite operators."""

    def enter(function: Importer) -> Importer:
        for name in names:
            IMPORTERS[name] = function
        return function

    return enter
