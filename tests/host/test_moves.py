"""What becomes of operators that only move elements: as little as possible."""

from __future__ import annotations

import minfer
import numpy as np
import pytest
from operators import dilation
from operators.dilation import Dilation
from operators.gather import Gather
from operators.move import Move, joined, packed, strided
from operators.resize import Resize
from spec import Spec


def names(model: bytes) -> list[str]:
    """The operators a model is compiled to."""
    return [op.name for op in minfer.Model.load(minfer.compile_model(model)).ops]


@pytest.mark.parametrize("spec", dilation.CASES, ids=lambda spec: spec.name)
def test_dilated_convolutions_are_one_operator(spec: Dilation) -> None:
    expected = [spec.conv.operator] if spec.folds else ["COPY", spec.conv.operator, "COPY"]
    assert names(spec.case().model) == expected


@pytest.mark.parametrize(
    "spec",
    (
        Move("TRANSPOSE", ((1, 5, 1, 3),), ((2, 1, 0, 3),)),
        Move("SLICE", ((2, 3),), ((0, 0), (-1, 3))),
        Move("TILE", ((2, 3),), ((1, 1),)),
        Move("BROADCAST_TO", ((2, 3),), ((1, 2, 3),)),
        Move("SPACE_TO_BATCH_ND", ((2, 4, 6, 3),), ((1, 1), ((0, 0), (0, 0)))),
        Move("PAD", ((2, 3),), (((0, 0), (0, 0)),)),
        joined((2, 3), axis=1),
        packed((2, 3), 1, 0),
        strided((2, 3), (0, 0), (2, 3), (1, 1), newAxis=1),
        Resize("RESIZE_NEAREST_NEIGHBOR", size=(4, 6)),
        Gather(given=(0, 1, 2, 3, 4), indices=(5,)),
    ),
    ids=lambda spec: spec.operator,
)
def test_what_moves_nothing_costs_nothing(spec: Spec) -> None:
    assert names(spec.case().model) == []


@pytest.mark.parametrize(
    "spec", (Gather(given=(4, 2, 0), indices=(3,)), Resize("RESIZE_NEAREST_NEIGHBOR", size=(8, 3)))
)
def test_regular_indices_are_a_copy(spec: Spec) -> None:
    assert names(spec.case().model) == ["COPY"]


@pytest.mark.parametrize("index", (-1, 5, 2**31 - 1, -(2**31)))
def test_an_index_out_of_range_is_an_error(index: int) -> None:
    model = minfer.Model.load(
        minfer.compile_model(Gather(indices=(2,), constant=False).case().model)
    )
    x = np.zeros(model.inputs[0].shape, np.int8)
    with pytest.raises(RuntimeError, match="operator 0"):
        model.run([x, np.array([0, index], np.int32)])
    assert model.run([x, np.array([0, 4], np.int32)])[0].shape == (2, 2, 3, 4)
