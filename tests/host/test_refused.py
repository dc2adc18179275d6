"""Variants of known operators that minfer refuses: one line with the operator, the tensor and the reason."""

from __future__ import annotations

import minfer
import pytest
from cases import FAMILIES
from spec import Spec

REFUSED = [line for family in FAMILIES for line in getattr(family, "REFUSED", [])]


@pytest.mark.parametrize("spec, why", REFUSED, ids=[spec.name for spec, _ in REFUSED])
def test_refused(spec: Spec, why: str) -> None:
    model, _, _ = spec.write(spec.name)
    with pytest.raises(minfer.ConvertError) as refusal:
        minfer.compile_model(model)
    line = str(refusal.value)
    assert "\n" not in line
    assert line.startswith(f"operator 0 ({spec.operator}), tensor '")
    assert why in line
