"""Bands of rows: the same numbers, whatever the bands, and fewer bytes where the compiler chooses them."""

from __future__ import annotations

import minfer
import numpy as np
import pytest
from banded import compile_in_bands
from cases import differing
from hypothesis import given
from hypothesis import strategies as st
from operators import graph
from operators.graph import Graph
from settings import THOROUGH
from spec import Spec

KINDS = (
    "conv1",
    "conv3",
    "conv3",
    "stride",
    "depthwise",
    "dilated",
    "max_pool",
    "average_pool",
    "pad",
    "add",
    "mul",
    "relu",
    "leaky_relu",
    "softmax",
)
# A small input, two residual blocks, the second of which halves rows and columns, a small end.
RESIDUAL = Graph(
    (
        ("conv1", 0, 0),
        ("conv3", 1, 0),
        ("conv3", 2, 0),
        ("add", 3, 1),
        ("conv3", 4, 0),
        ("average_pool", 5, 0),
        ("average_pool", 4, 0),
        ("add", 7, 6),
        ("average_pool", 8, 0),
    ),
    x=(1, 40, 24, 1),
)


@st.composite
def images(draw: st.DrawFn) -> Graph:
    """Chains with branches: each operator on one of the last three tensors."""
    n = draw(st.integers(2, 8))
    steps = tuple(
        (
            draw(st.sampled_from(KINDS)),
            max(0, i - draw(st.sampled_from((0, 0, 0, 1, 2)))),
            max(0, i - draw(st.integers(0, 3))),
        )
        for i in range(n)
    )
    height, width, channels = (draw(st.integers(1, most)) for most in (17, 5, 5))
    return Graph(steps, x=(1, height, width, channels))


def run(file: bytes, samples: list[list[np.ndarray]]) -> list[bytes]:
    """The outputs, of a run that begins with anything in the arena."""
    model = minfer.Model.load(file)
    model._arena[:] = np.random.default_rng(0).integers(0, 256, model._arena.size)
    return [output.tobytes() for sample in samples for output in model.run(sample)]


@given(images(), st.data())
@THOROUGH
def test_any_bands(spec: Graph, data: st.DataObject) -> None:
    case = spec.case()

    def ends(height: int) -> list[int]:
        cuts = data.draw(st.sets(st.integers(1, height - 1), min_size=1))
        return [*sorted(cuts), height]

    file = compile_in_bands(case.model, lambda all: data.draw(st.sampled_from(all)), ends)
    if file is not None:
        whole = minfer.compile_model(case.model)
        assert run(file, case.samples) == run(whole, case.samples)
        macs = [sum(op.macs for op in minfer.Model.load(f).ops) for f in (file, whole)]
        assert macs[0] <= macs[1]  # rows that nobody reads are left out


@pytest.mark.parametrize("spec", graph.CASES, ids=lambda spec: spec.name)
def test_graphs(spec: Spec) -> None:
    assert differing(spec.case(), min_ram=True) == []


@given(images())
@THOROUGH
def test_random_images(spec: Graph) -> None:
    assert differing(spec.case(), min_ram=True) == []


def test_it_saves() -> None:
    model = RESIDUAL.case().model
    whole, banded = (
        minfer.Model.load(minfer.compile_model(model, min_ram=min_ram)) for min_ram in (False, True)
    )
    assert banded.arena_size < 0.45 * whole.arena_size
    assert sum(op.macs for op in banded.ops) == sum(op.macs for op in whole.ops)
    assert differing(RESIDUAL.case(), min_ram=True) == []


def test_where_nothing_is_saved_the_file_is_the_same() -> None:
    model = Graph((("fully_connected", 0, 0), ("softmax", 1, 0))).case().model
    assert minfer.compile_model(model, min_ram=True) == minfer.compile_model(model)
