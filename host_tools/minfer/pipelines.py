"""Pipelines on the laptop: the Python of the device, over the host's engine and front ends, so that both say the same.

pipeline = minfer.pipeline("kws.mnf")
pipeline.classify("yes.wav")                           # ('yes', 0.996)
for answer in pipeline.feed(samples):                  # int16, of any length
    print(answer.time, answer.label, answer.probability)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Union

import numpy as np

from minfer._pipeline import Pipeline, build
from minfer.engine import EdgeInfo, Model


@dataclass(frozen=True)
class DeviceTensor:
    """An input or output with the face it has on the device."""

    shape: tuple[int, ...]
    dtype: str
    face: str
    scale: float
    zero_point: int
    data: memoryview


class DeviceModel:
    """A Model with the face that it has on the device, as far as a pipeline looks at it."""

    def __init__(self, model: Model, recipe: Optional[str] = None) -> None:
        self._model = model
        self.name = model.name
        self.labels = model.labels
        self.recipe = model.recipe if recipe is None else recipe
        self.inputs = [self._tensor(edge) for edge in model.inputs]
        self.outputs = [self._tensor(edge) for edge in model.outputs]
        self.input, self.output = self.inputs[0], self.outputs[0]
        self.reset = model.reset

    def run(self, x: Any, out: Any) -> None:
        """One inference on `x`, or what lies in the input. `out` saves the device an allocation, and stays as it is."""
        for _ in self.steps(x):
            pass

    def steps(self, x: Any) -> Iterator[int]:
        """The same, operator by operator."""
        if x is not None:
            edge = self._model.inputs[0]
            self._model.write(edge, np.asarray(x).reshape(edge.shape))
        return self._model.steps()

    def _tensor(self, edge: EdgeInfo) -> DeviceTensor:
        data = memoryview(self._model.view(edge))
        return DeviceTensor(
            edge.shape, str(edge.dtype), str(edge.face), edge.scale, edge.zero_point, data
        )


def pipeline(model: Union[Model, bytes, str, Path]) -> Pipeline:
    """The Pipeline of a model with a recipe; `model`: a Model, the path of a .mnf file, or its bytes.

    Raises ValueError where it has no recipe, ModelError for what is no model.
    """
    return build(DeviceModel(model if isinstance(model, Model) else Model.load(model)))
