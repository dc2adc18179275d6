"""Bands: a stretch of operators computes some rows of its result at a time, so that none of what lies between is ever whole.

Rows of a tensor [1,H,W,C] lie one behind the other: rows of it are a view. What an operator of the next band reads
again is kept: its rows are copied away before their buffer goes, and back to the head of the next one. So nothing is computed twice
(Alwani et al., "Fused-Layer CNN Accelerators", 2016, call it reuse), and a band needs no more rows than its own and those kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Optional

from minfer.compiler.ir import Graph, Op, Rows, Tensor
from minfer.compiler.operators.convolution import ConvParams
from minfer.compiler.operators.copy import CopyParams
from minfer.compiler.operators.pool import PoolParams
from minfer.compiler.operators.window import Axis
from minfer.compiler.plan import IN_PLACE
from minfer.compiler.walk import Walk, broadcast
from minfer.format import Kind

WINDOWED = (ConvParams, PoolParams)


@dataclass(frozen=True)
class Span:
    """Rows of a tensor in one band: those from `kept` to before `start` are there from bands before, up to `end` they are new."""

    kept: int
    start: int
    end: int

    @property
    def n_kept(self) -> int:
        """Rows that are there already."""
        return max(0, self.start - self.kept)

    @property
    def n_new(self) -> int:
        """Rows that the band computes."""
        return max(0, self.end - self.start)


def windows(op: Op) -> Optional[Axis]:
    """How an operator's rows lie over those of its inputs; None where it cannot be done by rows."""
    y = op.outputs[0]
    operands = [t for t in op.inputs if t is not None]
    if len(y.shape) != 4 or y.shape[0] != 1 or y.kind != Kind.ARENA:
        return None
    if isinstance(op.params, WINDOWED):
        return op.params.rows if op.inputs[0].kind == Kind.ARENA else None
    if op.kind not in IN_PLACE or any(t.kind == Kind.STATE for t in operands):
        return None
    if any(t.shape != y.shape for t in operands if t.kind == Kind.ARENA):
        return None
    walk = getattr(op.params, "walk", None)
    if walk is not None:
        alike = all(t.data is None or len(t.shape) < 3 or t.shape[-3] == 1 for t in operands)
        if not alike or walk != broadcast(y.shape, [t.shape for t in operands]):
            return None
    return Axis(y.shape[1], y.shape[1], 1, 1, 0)


def stretches(graph: Graph) -> Iterator[tuple[int, int]]:
    """First and last operator of what can be done in bands: whatever is written before the last is read up to there, and nowhere else."""
    last_reader = {t: i for i, op in enumerate(graph.ops) for t in op.inputs}
    last_reader.update((edge.tensor, len(graph.ops)) for edge in graph.outputs)
    shared = {t.root for t in graph.tensors() if t.alias_of is not None}
    for first in range(len(graph.ops)):
        needed = first  # the last operator that reads what is written so far
        for last in range(first, len(graph.ops)):
            op = graph.ops[last]
            if windows(op) is None or op.rows is not None:
                break
            if last > first and needed <= last:
                yield first, last
            y = op.outputs[0]
            if y in shared:
                break
            needed = max(needed, last_reader.get(y, last))


def in_bands(graph: Graph, first: int, last: int, ends: Sequence[int]) -> Graph:
    """The graph with operators `first` to `last` in bands.

    They are one of its `stretches`. The output of the last stays whole: a band of it reaches to each of `ends`, in rows, the
    last of which is its height.
    """
    stretch = _Stretch(graph.ops[first : last + 1], ends)
    ops = graph.ops[:first] + stretch.bands() + graph.ops[last + 1 :]
    return Graph(graph.inputs, graph.outputs, ops)


class _Stretch:
    def __init__(self, ops: list[Op], ends: Sequence[int]) -> None:
        self._sources = ops
        self._windows = {op: windows(op) for op in ops}
        self._writers = {op.outputs[0]: op for op in ops}
        self._result = ops[-1].outputs[0]
        self._spans = self._all_spans(ends)
        self._ops: list[Op] = []
        # Of what is computed within: the buffer that holds rows of it, and the first of them.
        self._held: dict[Tensor, tuple[Tensor, int]] = {self._result: (self._result, 0)}

    def bands(self) -> list[Op]:
        """The operators, band by band."""
        for band, spans in enumerate(self._spans):
            after = self._spans[band + 1] if band + 1 < len(self._spans) else {}
            busy = [op for op in self._sources if spans[op.outputs[0]].n_new]
            last_reader = {x: op for op in busy for x in op.inputs if x in self._writers}
            rooms: dict[Tensor, Tensor] = {}
            for op in busy:
                y = op.outputs[0]
                output = self._room(y, spans, after, rooms)
                inputs = [self._rows_for(op, x, spans[y]) for x in op.inputs]
                # As early as can be: what is read for the last time may then be written over.
                for x in dict.fromkeys(op.inputs):
                    if last_reader.get(x) is op:
                        self._keep(x, after)
                self._ops.append(self._part(op, inputs, output, spans[y]))
            for x in after:
                if x not in last_reader:
                    self._keep(x, after)
        return self._ops

    def _reach(self, end: int) -> dict[Tensor, int]:
        """Rows of each tensor that must have been computed for the first `end` of the result."""
        reach = dict.fromkeys(self._writers, 0)
        reach[self._result] = end
        for op in reversed(self._sources):
            axis, rows = self._windows[op], reach[op.outputs[0]]
            for x in op.inputs:
                if x in reach and rows:
                    reach[x] = max(reach[x], _window(axis, rows - 1)[1])
        return reach

    def _all_spans(self, ends: Sequence[int]) -> list[dict[Tensor, Span]]:
        """The span of each tensor in each band."""
        bands = []
        whole, done = self._reach(ends[-1]), dict.fromkeys(self._writers, 0)
        for end in ends:
            reach = self._reach(end)
            needed: dict[Tensor, int] = {self._result: done[self._result]}
            spans = {}
            for op in reversed(self._sources):
                y = op.outputs[0]
                kept = needed.get(y, reach[y])
                start = max(done[y], kept)
                spans[y] = Span(kept, start, reach[y])
                if done[y] < whole[y]:
                    for x in op.inputs:
                        if x in self._writers:
                            from_row = _window(self._windows[op], start)[0]
                            needed[x] = min(needed.get(x, from_row), from_row)
            bands.append(spans)
            done = reach
        return bands

    def _room(
        self,
        y: Tensor,
        spans: dict[Tensor, Span],
        after: dict[Tensor, Span],
        rooms: dict[Tensor, Tensor],
    ) -> Tensor:
        """Where the new rows of `y` go: made, behind those kept, where it has not been in this band."""
        if y in rooms:
            return rooms[y]
        span = spans[y]
        if y is self._result:
            room = _view(y, span.start, span.n_new)
        elif span.n_kept:
            buffer = _rows(y, span.n_kept + span.n_new)
            kept, _ = self._held[y]
            self._ops.append(_copy(kept, _view(buffer, 0, span.n_kept), 0, _kept_rows(y, span)))
            self._held[y] = buffer, span.kept
            room = _view(buffer, span.n_kept, span.n_new)
        else:
            over = self._overwriter(y, spans, after)
            room = _rows(y, span.n_new)
            if over is not None:
                room.alias_of = self._room(over, spans, after, rooms)
            self._held[y] = room, span.start
        rooms[y] = room
        return room

    def _overwriter(
        self, y: Tensor, spans: dict[Tensor, Span], after: dict[Tensor, Span]
    ) -> Optional[Tensor]:
        """What is computed in place on the new rows of `y` and lies inside something larger; None where there is nothing.

        What is a tensor of its own is the planner's to place.
        """
        readers = [op for op in self._sources if y in op.inputs]
        if len(readers) != 1:
            return None
        z = readers[0].outputs[0]
        if z is not self._result and not spans[z].n_kept:
            return None

        def fits(x: Tensor) -> bool:
            alone = x in self._writers and sum(x in op.inputs for op in self._sources) == 1
            fresh = alone and not spans[x].n_kept and not (after and after[x].n_kept)
            return fresh and (x.size, spans[x].start, spans[x].end) == (
                z.size,
                spans[z].start,
                spans[z].end,
            )

        places = (readers[0].inputs[i] for i in IN_PLACE.get(readers[0].kind, ()))
        return z if next(filter(fits, places), None) is y else None

    def _rows_for(self, op: Op, x: Optional[Tensor], span: Span) -> Optional[Tensor]:
        """The rows of an input that an operator reads for new rows of its output; a constant as it is."""
        if x is None or x.kind != Kind.ARENA:
            return x
        axis = self._windows[op]
        first, end = _window(axis, span.start)[0], _window(axis, span.end - 1)[1]
        buffer, held_from = self._held.get(x, (x, 0))
        return _view(buffer, first - held_from, end - first)

    def _keep(self, x: Tensor, after: dict[Tensor, Span]) -> None:
        """Copies away what the next band reads again, unless it is all that is held."""
        span = after.get(x)
        if span is None or not span.n_kept:
            return
        buffer, held_from = self._held[x]
        if span.kept != held_from:
            kept = _rows(x, span.n_kept)
            self._ops.append(_copy(buffer, kept, span.kept - held_from, _kept_rows(x, span)))
            self._held[x] = kept, span.kept

    def _part(self, op: Op, inputs: list[Optional[Tensor]], output: Tensor, span: Span) -> Op:
        height = op.outputs[0].shape[1]
        params = op.params
        if isinstance(params, WINDOWED):
            first = span.start * params.rows.stride - params.rows.pad
            rows = replace(
                params.rows,
                size_in=inputs[0].shape[1],
                size_out=span.n_new,
                pad=max(0, -first),
            )
            params = replace(params, rows=rows)
        elif hasattr(params, "walk"):
            params = replace(params, walk=broadcast(output.shape, [x.shape for x in inputs]))
        macs = op.macs * span.n_new // height
        rows = Rows(span.start, span.end, height)
        return Op(op.kind, inputs, [output], params, macs, op.source, rows)


def _window(axis: Axis, row: int) -> tuple[int, int]:
    """The rows of the input that one row of the output sees, from the first to before the end."""
    first = row * axis.stride - axis.pad
    return max(0, first), min(axis.size_in, first + (axis.kernel - 1) * axis.dilation + 1)


def _rows(like: Tensor, n: int) -> Tensor:
    """A tensor of its own for `n` rows."""
    return replace(like, shape=(1, n, *like.shape[2:]), alias_of=None, alias_at=0)


def _view(whole: Tensor, first: int, n: int) -> Tensor:
    """`n` rows of a tensor where they lie; itself where that is all of it."""
    if (first, n) == (0, whole.shape[1]):
        return whole
    view = _rows(whole, n)
    view.alias_of, view.alias_at = whole, whole.size // whole.shape[1] * first
    return view


def _kept_rows(tensor: Tensor, span: Span) -> Rows:
    return Rows(span.kept, span.start, tensor.shape[1])


def _copy(x: Tensor, y: Tensor, first: int, rows: Rows) -> Op:
    """What lies in `x` from its row `first` on to `y`: `rows` of the whole."""
    start = x.elements // x.shape[1] * first
    params = CopyParams(((0, Walk((0, start), ((y.elements, (1, 1)),))),))
    return Op("COPY", [x], [y], params, source=f"rows of '{x.name}'", rows=rows)
