"""What outlives a run: kept from step to step, restored by reset, and no part of the arena."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import converted
import minfer
import numpy as np
import pytest
from build import Builder
from c_programs import sanitized
from minfer.errors import ConvertError
from minfer.inspection import describe
from minfer.reference import Reference
from operators import recurrent
from spec import Spec


def steps(model: bytes, n: int) -> list[list[np.ndarray]]:
    """Noise for `n` runs of a model."""
    rng = np.random.default_rng(6)
    return [
        [rng.integers(-128, 128, detail["shape"]).astype(detail["dtype"])]
        for _ in range(n)
        for detail in Reference(model).inputs
    ]


def test_converted_network() -> None:
    source = converted.stream()
    oracle, model = Reference(source), minfer.Model.load(minfer.compile_model(source))
    for number, sample in enumerate(steps(source, 40)):
        assert np.array_equal(model.run(sample)[0], oracle.run(sample)[0]), f"step {number}"


@pytest.mark.parametrize("spec", recurrent.CASES, ids=lambda spec: spec.name)
def test_reset(spec: Spec) -> None:
    case = spec.case()
    model = minfer.Model.load(minfer.compile_model(case.model))
    first = [model.run(sample) for sample in case.samples]
    model.reset()
    assert all(np.array_equal(model.run(s), y) for s, y in zip(case.samples, first))


def test_reset_as_the_interpreter() -> None:
    case = recurrent.Svdf().case()
    oracle, model = Reference(case.model), minfer.Model.load(minfer.compile_model(case.model))
    for _ in range(2):
        for sample in case.samples:
            assert np.array_equal(model.run(sample)[0], oracle.run(sample)[0])
        oracle._interpreter.reset_all_variables()
        model.reset()


def test_models_of_one_file_have_states_of_their_own() -> None:
    case = recurrent.Variable().case()
    file = minfer.compile_model(case.model)
    a, b = minfer.Model.load(file), minfer.Model.load(file)
    sample = case.samples[0]
    first = a.run(sample)[0]
    a.run(sample)
    assert np.array_equal(b.run(sample)[0], first)


def test_state_is_counted_apart_from_the_arena() -> None:
    case = recurrent.Svdf(x=(2, 10), units=4, rank=2, steps=5).case()
    model = minfer.Model.load(minfer.compile_model(case.model))
    assert model.state_size == 2 * 8 * 5 * 2
    assert describe(model)["state_bytes"] == model.state_size
    tensors = [op.outputs[0].size + op.inputs[0].size + op.scratch for op in model.ops]
    assert model.arena_size <= sum(tensors) + 3 * 15


def kinds(model: bytes) -> list[str]:
    return [op.name for op in minfer.Model.load(minfer.compile_model(model)).ops]


def test_variables_cost_no_copy_where_none_is_needed() -> None:
    assert kinds(recurrent.Variable(value="double").case().model) == ["ADD", "LOOKUP"]
    assert kinds(recurrent.Variable(value="input").case().model) == ["ADD", "COPY"]
    assert kinds(recurrent.Variable(value="double", late=True).case().model) == [
        "COPY",
        "LOOKUP",
        "ADD",
    ]


@pytest.mark.parametrize("spec", recurrent.CASES[::5], ids=lambda spec: spec.name)
def test_under_sanitizers(spec: Spec, tmp_path: Path) -> None:
    case = spec.case()
    model = minfer.Model.load(minfer.compile_model(case.model))
    wanted = b"".join(model.run(sample)[0].tobytes() for sample in case.samples)
    (tmp_path / "model").write_bytes(minfer.compile_model(case.model))
    (tmp_path / "input").write_bytes(b"".join(sample[0].tobytes() for sample in case.samples))
    command = [
        sanitized("kernels/run.c"),
        *(tmp_path / name for name in ("model", "input", "output")),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "output").read_bytes() == wanted


def variable_model(change: Callable[[Builder], None]) -> bytes:
    """A sum kept in a variable, after `change`."""
    b = Builder()
    inputs, outputs = recurrent.Variable().build(b, np.random.default_rng(0))
    change(b)
    return b.finish(inputs, outputs)


def without_initial_value(b: Builder) -> None:
    b.once = None
    b.operators = [op for op in b.operators if len(op.inputs) + len(op.outputs)]


def unused_subgraph(b: Builder) -> None:
    b.operators[0].builtinOptions.initSubgraphIndex = 2


def computed_initial_value(b: Builder) -> None:
    b.once.tensors[-1].buffer = 0


def of_another_shape(b: Builder) -> None:
    b.once.tensors[-1].shape = np.array((6, 1), np.int32)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without_initial_value, "variable 'variable 0': no initial value"),
        (unused_subgraph, "no subgraph 2"),
        (computed_initial_value, "expected constants assigned to variables"),
        (of_another_shape, "expected int8 of shape (1, 6), found int8 of shape (6, 1)"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_refusals(change: Callable[[Builder], None], words: str) -> None:
    with pytest.raises(ConvertError) as refused:
        minfer.compile_model(variable_model(change))
    assert words in str(refused.value) and "\n" not in str(refused.value)
