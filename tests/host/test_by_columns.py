"""Weights of fully connected layers by columns: which layers have them so, where each lies, and that nothing else changes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command import minfer_command
from minfer.compiler import compile_model
from minfer.engine import Model
from minfer.format import Layout
from operators.fully_connected import FullyConnected

LARGE = FullyConnected(x=(2, 30), out=21, per_channel=True, zero_points=(-3, 5, 0))


def layouts(spec: FullyConnected, **settings: bool) -> list[int]:
    return [op.layout for op in Model.load(compile_model(spec.case().model, **settings)).ops]


@pytest.mark.parametrize(
    "spec",
    [
        FullyConnected(out=15),
        FullyConnected(out=40, dtype="int16"),
        FullyConnected(out=40, weights_dtype="int4"),
        FullyConnected(out=40, computed=True),
    ],
    ids=lambda spec: spec.name,
)
def test_rows_where_columns_do_not_serve(spec: FullyConnected) -> None:
    assert layouts(spec) == [Layout.ROWS]


def test_columns_from_16_channels_on() -> None:
    assert layouts(FullyConnected(out=16)) == [Layout.COLUMNS]
    assert layouts(FullyConnected(out=16), columns=False) == [Layout.ROWS]


def test_where_weights_lie() -> None:
    """As docs/FORMAT.md says."""
    model = LARGE.case().model
    rows, columns = (compile_model(model, columns=value) for value in (False, True))
    by_row, by_column = (Model.load(file).ops[0].inputs[1] for file in (rows, columns))
    channels, depth = by_row.shape
    assert by_column.shape == (24, depth) and by_column.size == 24 * depth
    expected = np.frombuffer(rows, np.int8, by_row.size, by_row.offset).reshape(by_row.shape)
    for o in range(channels):
        for k in range(depth):
            at = by_column.offset + (o // 8 * depth + k) * 8 + o % 8
            assert columns[at] == int(expected[o, k]) + 128


def test_both_orders_give_the_same() -> None:
    case = LARGE.case()
    models = [Model.load(compile_model(case.model, columns=value)) for value in (False, True)]
    for sample in case.samples:
        by_row, by_column = (model.run(sample) for model in models)
        assert all(map(np.array_equal, by_row, by_column))


def test_command_line(tmp_path: Path) -> None:
    source, target = tmp_path / "large.tflite", tmp_path / "large.mnf"
    source.write_bytes(LARGE.case().model)
    for option, layout in (("--columns", "columns"), ("--no-columns", "rows")):
        minfer_command("convert", source, "-o", target, option).success()
        facts = json.loads(minfer_command("inspect", target, "--json").success())
        assert [op["layout"] for op in facts["operators"]] == [layout]
        shown = minfer_command("inspect", target).success()
        assert ("by columns" in shown) == (layout == "columns")
