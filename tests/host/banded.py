"""Models in bands of a test's choice, whether they save anything or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from cases import outputs
from minfer.compiler import kernel_needs
from minfer.compiler.bands import in_bands, stretches
from minfer.compiler.emit import emit, rows_record
from minfer.compiler.import_tflite import import_tflite
from minfer.compiler.passes import run_passes
from minfer.compiler.plan import plan
from operators.graph import Graph

T = TypeVar("T")


def compile_in_bands(
    model: bytes, choose: Callable[[Sequence[T]], T], ends: Callable[[int], Sequence[int]]
) -> bytes | None:
    """A .mnf with one stretch of its operators in bands, which `choose` picks; None where it has none.

    `ends` says where the bands of so many rows end.
    """
    graph = run_passes(import_tflite(model))
    found = [
        (first, last) for first, last in stretches(graph) if graph.ops[last].outputs[0].shape[1] > 1
    ]
    if not found:
        return None
    first, last = choose(found)
    graph = in_bands(graph, first, last, ends(graph.ops[last].outputs[0].shape[1]))
    return emit(graph, plan(graph, kernel_needs(graph)), {"rows": rows_record(graph)})


def odd_rows() -> dict[str, bytes]:
    """What tests/device/exact.py reads, of a small model in bands, the rows of which begin at any address."""
    steps = (
        *(("conv1", 0, 0), ("conv3", 1, 0), ("add", 2, 1), ("depthwise", 3, 0), ("dilated", 4, 0)),
        *(("leaky_relu", 5, 0), ("max_pool", 6, 0), ("stride", 7, 0), ("average_pool", 8, 0)),
    )
    case = Graph(steps, x=(1, 23, 7, 1)).case()
    file = compile_in_bands(
        case.model, lambda found: max(found, key=lambda s: s[1] - s[0]), lambda rows: (1, 3, rows)
    )
    assert file is not None
    return {
        "model.mnf": file,
        "inputs.bin": b"".join(sample[0].tobytes() for sample in case.samples),
        "outputs.bin": b"".join(answer[0].tobytes() for answer in outputs(case)),
    }
