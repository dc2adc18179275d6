"""docs/OPERATORS.md says what the compiler and the engine do today."""

from __future__ import annotations

from document import PAGE, definition, document
from minfer.compiler.plan import IN_PLACE
from minfer.format import Opcode


def test_operators_page_is_fresh() -> None:
    page = PAGE.read_text("utf-8")
    # With another compiler, or none, only the bytes may differ: see document.py.
    assert document(page) == page, "docs/OPERATORS.md is stale: python tests/host/document.py"


def test_plan_and_engine_agree_on_what_is_in_place() -> None:
    engine = {op.name: definition(op.name)[0] for op in Opcode}
    planned = {op.name: " or ".join(map(str, IN_PLACE.get(op.name, ()))) or "no" for op in Opcode}
    assert planned == engine
