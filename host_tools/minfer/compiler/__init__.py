"""The compiler: import, passes, plan, emit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Optional

from minfer.compiler.emit import emit, rows_record
from minfer.compiler.import_tflite import import_tflite
from minfer.compiler.ir import Edge, Graph, Op
from minfer.compiler.min_ram import min_ram as in_fewest_bytes
from minfer.compiler.passes import run_passes
from minfer.compiler.passes.by_columns import by_columns
from minfer.compiler.plan import Needs, apart, plan
from minfer.engine import Model
from minfer.errors import ConvertError, ModelError

__all__ = ["compile_model"]


def compile_model(
    source: bytes,
    name: str = "model",
    labels: Sequence[str] = (),
    recipe: Optional[Callable[[Model], str]] = None,
    min_ram: bool = False,
    columns: bool = True,
) -> bytes:
    """Compiles the bytes of a .tflite file to those of a .mnf file.

    `name`, `labels` (one for each class of the first output) and what `recipe` makes for the model travel in the file.
    With `min_ram` operators are computed in bands of rows where that makes the arena smaller.
    `columns`: weights of fully connected layers with 16 channels or more go by columns (docs/FORMAT.md, layout 1).
    Raises ConvertError where the model is not one that minfer runs exactly.
    """
    graph = run_passes(import_tflite(source))
    if columns:
        graph = by_columns(graph)
    _check_outputs(graph)
    _check_labels(graph, labels)
    metadata = {
        "name": name.encode("utf-8", "replace"),
        "labl": "\n".join(labels).encode("utf-8", "replace"),
        "inam": _names(graph.inputs),
        "onam": _names(graph.outputs),
        "hash": hashlib.sha256(source).digest(),
    }
    if recipe is not None:
        metadata["rcpe"] = recipe(_provisional(graph, metadata)).encode()
    if min_ram:
        graph = in_fewest_bytes(graph, kernel_needs)
        metadata["rows"] = rows_record(graph)
    file = emit(graph, plan(graph, kernel_needs(graph)), metadata)
    _load(file, graph.ops)
    return file


def kernel_needs(graph: Graph) -> Needs:
    """How much scratch the kernels need, and what they may write over."""
    model = _provisional(graph, {})
    numbers = {op: i for i, op in enumerate(graph.ops)}
    return Needs(
        {op: model.scratch(i) for op, i in numbers.items()},
        {op: model.lead(i) for op, i in numbers.items()},
    )


def _provisional(graph: Graph, metadata: dict[str, bytes]) -> Model:
    """A model in which nothing shares memory: there to be asked."""
    return _load(emit(graph, apart(graph), metadata), graph.ops)


def _names(edges: list[Edge]) -> bytes:
    return "\n".join(edge.name for edge in edges).encode()


def _check_outputs(graph: Graph) -> None:
    for edge in graph.outputs:
        if edge.tensor.data is not None:
            raise ConvertError(
                f"output '{edge.name}': a constant, whatever the input: expected one that is computed;"
                " leave it out of the model"
            )


def _check_labels(graph: Graph, labels: Sequence[str]) -> None:
    classes = graph.outputs[0].tensor.elements
    if labels and len(labels) != classes:
        raise ConvertError(f"labels: expected {classes}, one for each class, found {len(labels)}")
    if any("\n" in label for label in labels):
        raise ConvertError("labels: expected no line break inside a label")


def _load(file: bytes, ops: list[Op]) -> Model:
    """Loads a file; what the engine refuses is said of the operator in the source model."""
    try:
        return Model.load(file)
    except ModelError as error:
        if error.op is None:
            raise ConvertError(f"the engine refuses the model: {error}") from error
        raise ops[error.op].refusal(error.reason) from error
