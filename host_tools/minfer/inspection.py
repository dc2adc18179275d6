"""What a model file holds and costs, as plain data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Optional

from minfer.engine import EdgeInfo, Model, OpInfo, TensorInfo
from minfer.format import Kind, Layout


@dataclass(frozen=True)
class Occupant:
    """A tensor, or an operator's scratch, that lies in the arena at some moment."""

    what: str
    offset: int
    size: int


@dataclass(frozen=True, order=True)
class Need:
    """What a firmware must have to run a file: an operator, of a version, reading weights in a layout."""

    operator: str
    version: int
    layout: int


@dataclass(frozen=True)
class Peak:
    """The operator during which most of the arena is in use; None for a model without any."""

    op: Optional[OpInfo]
    used: int
    occupants: list[Occupant]


def needs(model: Model) -> list[Need]:
    """All that a firmware must have, each once, sorted."""
    return sorted({Need(op.name, op.version, op.layout) for op in model.ops})


def weight_bytes(op: OpInfo) -> int:
    """Bytes of the constants an operator reads."""
    return sum(t.size for t in op.inputs if t is not None and t.is_constant)


def arena_peak(model: Model) -> Peak:
    """Where the arena is fullest."""
    peak = Peak(None, 0, [])
    ops = model.ops
    lives = _lives(model, ops)
    for op in ops:
        occupants = _occupants(lives, op)
        used = _covered(occupants)
        if used > peak.used:
            peak = Peak(op, used, occupants)
    return peak


def describe(model: Model) -> dict[str, Any]:
    """Everything `minfer inspect` knows, fit for JSON."""
    ops = model.ops
    peak = arena_peak(model)
    return {
        "name": model.name,
        "labels": list(model.labels),
        "recipe": json.loads(model.recipe) if model.recipe else None,
        "file_bytes": model.size,
        "weight_bytes": _covered(
            [_occupant(t) for op in ops for t in op.inputs if t is not None and t.is_constant]
        ),
        "arena_bytes": model.arena_size,
        "state_bytes": model.state_size,
        "macs": sum(op.macs for op in ops),
        "inputs": [_edge(edge) for edge in model.inputs],
        "outputs": [_edge(edge) for edge in model.outputs],
        "operators": [_op(op) for op in ops],
        "needs": [vars(need) for need in needs(model)],
        "peak": {
            "operator": None if peak.op is None else peak.op.index,
            "bytes": peak.used,
            "occupants": [vars(occupant) for occupant in peak.occupants],
        },
    }


def _lives(model: Model, ops: list[OpInfo]) -> list[tuple[int, int, TensorInfo]]:
    """From the operator that writes a tensor to each that reads it, or a view of it; −1 is the caller before.

    A reshape's output, a view, and what is written in parts have no writer of their own: what counts is who last wrote their bytes.
    """
    lives = []
    written = [(-1, edge.tensor) for edge in model.inputs]
    for op in ops:
        for tensor in op.inputs:
            if tensor is not None and tensor.kind == Kind.ARENA:
                lives += [(first, op.index, t) for first, t in _last_writes(written, tensor)]
        for tensor in (t for t in op.outputs if t.kind == Kind.ARENA):
            written.append((op.index, tensor))
            lives.append((op.index, op.index, tensor))
    for edge in model.outputs:
        lives += [(first, len(ops), t) for first, t in _last_writes(written, edge.tensor)]
    return lives


def _last_writes(
    written: list[tuple[int, TensorInfo]], tensor: TensorInfo
) -> Iterator[tuple[int, TensorInfo]]:
    """Of `written`, first to last, what the bytes of a tensor come from."""
    missing = [(tensor.offset, tensor.offset + tensor.size)]
    for first, source in reversed(written):
        begin, end = source.offset, source.offset + source.size
        left = [
            (low, high)
            for start, stop in missing
            for low, high in ((start, min(stop, begin)), (max(start, end), stop))
            if low < high
        ]
        if left != missing:
            yield first, source
        missing = left
        if not missing:
            return


def _occupants(lives: list[tuple[int, int, TensorInfo]], op: OpInfo) -> list[Occupant]:
    """What lies in the arena while an operator runs, tensors on the same bytes once."""
    live = [tensor for first, last, tensor in lives if first <= op.index <= last]
    occupants = list({(t.offset, t.size): _occupant(t) for t in live}.values())
    if op.scratch:
        occupants.append(Occupant("scratch", op.scratch_offset, op.scratch))
    return sorted(occupants, key=lambda occupant: occupant.offset)


def _occupant(tensor: TensorInfo) -> Occupant:
    shape = "x".join(map(str, tensor.shape))
    return Occupant(f"tensor {tensor.index} {tensor.dtype} {shape}", tensor.offset, tensor.size)


def _covered(occupants: list[Occupant]) -> int:
    """Bytes under at least one of them."""
    covered = end = 0
    for occupant in sorted(occupants, key=lambda o: o.offset):
        stop = occupant.offset + occupant.size
        covered += max(0, stop - max(end, occupant.offset))
        end = max(end, stop)
    return covered


def _edge(edge: EdgeInfo) -> dict[str, Any]:
    return {
        "name": edge.name,
        "shape": list(edge.shape),
        "dtype": str(edge.dtype),
        "face": str(edge.face),
        "scale": edge.scale,
        "zero_point": edge.zero_point,
    }


def _op(op: OpInfo) -> dict[str, Any]:
    return {
        "index": op.index,
        "name": op.name,
        "rows": op.rows,
        "title": op.title,
        "layout": str(Layout(op.layout)),
        "inputs": [list(t.shape) for t in op.inputs if t is not None and not t.is_constant],
        "outputs": [list(t.shape) for t in op.outputs],
        "macs": op.macs,
        "weight_bytes": weight_bytes(op),
        "scratch_bytes": op.scratch,
        "scratch_offset": op.scratch_offset,
    }
