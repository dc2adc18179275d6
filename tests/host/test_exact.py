"""The engine against TensorFlow Lite's reference kernels: not one value may differ."""

from __future__ import annotations

import pytest
from cases import all_specs, differing
from hypothesis import given
from settings import THOROUGH
from spec import Spec
from strategies import graphs, operators


@pytest.mark.parametrize("spec", all_specs(), ids=lambda spec: spec.name)
def test_table(spec: Spec) -> None:
    assert differing(spec.case()) == []


@given(operators)
@THOROUGH
def test_random_operators(spec: Spec) -> None:
    assert differing(spec.case()) == []


@given(graphs())
@THOROUGH
def test_random_graphs(spec: Spec) -> None:
    assert differing(spec.case()) == []


def test_there_are_3000_cases() -> None:
    assert len(all_specs()) >= 3000
