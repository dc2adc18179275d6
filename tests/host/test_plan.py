"""A second mind on the memory plan: it reads the emitted file and follows every byte."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import minfer
import numpy as np
import pytest
from cases import all_specs
from hypothesis import given
from minfer.compiler import kernel_needs
from minfer.compiler.emit import emit
from minfer.compiler.import_tflite import import_tflite
from minfer.compiler.ir import Tensor
from minfer.compiler.min_ram import min_ram
from minfer.compiler.passes import run_passes
from minfer.compiler.plan import plan
from minfer.format import Kind
from mnf import IN_PLACE, File, Operator, Place, parse
from settings import THOROUGH
from strategies import graphs

MODELS = sorted((Path(__file__).resolve().parents[2] / "../shared/models").glob("*.tflite"))
NOBODY = -1


@dataclass
class Value:
    """What one write put into the arena: who wrote it, and the last operator that reads it."""

    place: Place
    born: int
    dies: int


class Arena:
    """The owner of each byte: the number of a value, or nobody."""

    def __init__(self, file: File, has_views: bool) -> None:
        self.file, self.has_views = file, has_views
        self.owner = np.full(file.arena_size, NOBODY)
        self.values: list[Value] = []
        self.written: dict[int, int] = {}  # tensor to value

    def write(self, tensor: int, when: int) -> None:
        assert tensor not in self.written, f"tensor {tensor} is written twice"
        place = self.file.places[tensor]
        self.written[tensor] = len(self.values)
        self.owner[place.offset : place.end] = len(self.values)
        self.values.append(Value(place, when, when))

    def read(self, tensor: int, when: int) -> None:
        """Every byte comes from the tensor's own write; a reshaped one has another number, and so has a view."""
        place = self.file.places[tensor]
        owners = [int(i) for i in np.unique(self.owner[place.offset : place.end])]
        assert NOBODY not in owners, f"operator {when} reads tensor {tensor}, which nobody wrote"
        if tensor in self.written:
            own = self.written[tensor]
            assert owners == [own], f"operator {when} reads tensor {tensor} overwritten by {owners}"
        elif not self.has_views:
            assert len(owners) == 1, f"operator {when} reads tensor {tensor} from values {owners}"
            askew = self.values[owners[0]].place != place
            assert not askew, f"operator {when} reads tensor {tensor} askew"
        for value in owners:
            self.values[value].dies = max(self.values[value].dies, when)

    def spoil(self, place: Place) -> None:
        self.owner[place.offset : place.end] = NOBODY


def follow(file: File, has_views: bool = False) -> list[Value]:
    """Runs the plan without computing: nothing live is overwritten. Returns what was written."""
    arena = Arena(file, has_views)
    for tensor in file.inputs:
        arena.write(tensor, -1)
    for tensor in file.inputs:
        arena.read(tensor, -1)  # no input overwrites another
    for when, op in enumerate(file.operators):
        for tensor in op.inputs:
            arena.read(tensor, when)
        arena.spoil(op.scratch)
        outputs = [file.places[t] for t in op.outputs]
        for tensor in op.inputs:
            place = file.places[tensor]
            assert not op.scratch.size or not op.scratch.overlaps(
                place
            ), f"operator {when}: scratch on an input"
            for out in outputs:
                same = op.name in IN_PLACE and out.offset == place.offset
                behind = tensor == op.operands[0] and stays_behind(file, op, place, out)
                assert (
                    same or behind or not out.overlaps(place)
                ), f"operator {when}: output on an input"
        for tensor, out in zip(op.outputs, outputs):
            assert not op.scratch.size or not op.scratch.overlaps(
                out
            ), f"operator {when}: scratch on an output"
            arena.write(tensor, when)
    for tensor in file.outputs:
        arena.read(tensor, len(file.operators))
    return arena.values


def stays_behind(file: File, op: Operator, x: Place, y: Place) -> bool:
    """Whether an operator over windows reads each byte of its input before it writes over it: row by row, or pixel by pixel.

    A depthwise convolution does all rows of one channel before the next one.
    """
    if op.name not in ("CONV_2D", "DEPTHWISE_CONV_2D", "AVERAGE_POOL_2D", "MAX_POOL_2D"):
        return False
    n, height, width, channels = file.shapes[op.operands[0]]
    _, rows, columns, outputs = file.shapes[op.outputs[0]]
    size = x.size // (n * height * width * channels)
    if op.name.endswith("CONV_2D"):
        _, window, window_width, _ = file.shapes[op.operands[1]]
        stride, stride_w, pad, _, dilation, _ = op.params[:6]
    else:
        window, window_width, stride, stride_w, pad = op.params[:5]
        dilation = 1
    if (window, window_width, stride, stride_w) == (1, 1, 1, 1):
        n, height, width, rows, columns = 1, n * height * width, 1, n * rows * columns, 1
    if op.name == "DEPTHWISE_CONV_2D":
        read = [row * stride - pad + (window - 1) * dilation + 1 for row in range(rows)]
        fits = all((row + 1) * columns <= read[row] * width for row in range(rows - 1))
        return n == 1 and size == 1 and channels == outputs and x.offset == y.offset and fits
    return n == 1 and all(
        y.offset + (row + 1) * columns * outputs * size
        <= x.offset + max(0, row * stride - pad) * width * channels * size
        for row in range(rows)
    )


def greedy_by_size(buffers: list[Value]) -> int:
    """Bytes of a plan that places the largest first, each as low as those alive with it allow."""
    placed: list[Value] = []
    for buffer in sorted(buffers, key=lambda b: (-b.place.size, b.born)):
        offset = 0
        alive = (p for p in placed if p.born <= buffer.dies and buffer.born <= p.dies)
        for other in sorted(alive, key=lambda p: p.place.offset):
            if offset + buffer.place.size <= other.place.offset:
                break
            offset = max(offset, up(other.place.end))
        placed.append(Value(Place(offset, buffer.place.size), buffer.born, buffer.dies))
    return max(up(p.place.end) for p in placed)


def up(size: int) -> int:
    return -(-size // 16) * 16


def check_state(file: File) -> None:
    """Variables share no byte, fill the state, and begin as an image that is nothing else's."""
    places = sorted(set(file.states.values()), key=lambda p: p.offset)
    assert all(p.offset % 16 == 0 for p in places)
    for one, next_one in zip(places, places[1:]):
        assert not one.overlaps(next_one), f"state at {one} and {next_one}"
    assert file.state_size == max((up(p.end) for p in places), default=0)
    for tensor, place in file.constants.items():
        assert not file.image.size or not place.overlaps(
            file.image
        ), f"constant {tensor} lies in the state's image"


def check(model: bytes) -> File:
    file = parse(minfer.compile_model(model))
    check_state(file)
    values = follow(file)
    scratch = [Value(op.scratch, i, i) for i, op in enumerate(file.operators) if op.scratch.size]
    buffers = values + scratch
    assert all(b.place.offset % 16 == 0 for b in buffers)
    assert max(up(b.place.end) for b in buffers) == file.arena_size
    assert file.arena_size <= greedy_by_size(buffers)
    return file


def check_bands(model: bytes) -> None:
    """Where operators compute bands of rows: each byte of a view is that of what the view is of, as the graph has it."""
    graph = min_ram(run_passes(import_tflite(model)), kernel_needs)
    needs = kernel_needs(graph)
    made = plan(graph, needs)
    follow(parse(emit(graph, made, {})), has_views=True)
    # Of each byte of the arena: which root, and which byte of it.
    holds = np.full((made.arena_size, 2), NOBODY)
    roots: dict[Tensor, int] = {}

    def bytes_of(tensor: Tensor) -> np.ndarray:
        number = roots.setdefault(tensor.root, len(roots))
        within = tensor.root_at + np.arange(tensor.size)
        return np.stack((np.full(tensor.size, number), within), axis=1)

    def place(tensor: Tensor) -> slice:
        return slice(made.offset(tensor), made.offset(tensor) + tensor.size)

    for edge in graph.inputs:
        holds[place(edge.tensor)] = bytes_of(edge.tensor)
    for i, op in enumerate(graph.ops):
        for x in op.inputs:
            if x is not None and x.kind == Kind.ARENA:
                assert (
                    holds[place(x)] == bytes_of(x)
                ).all(), f"operator {i} reads '{x.name}' spoilt"
        scratch = made.scratch.get(op, 0)
        holds[scratch : scratch + needs.scratch[op]] = NOBODY
        for y in op.outputs:
            if y.kind == Kind.ARENA:
                holds[place(y)] = bytes_of(y)
    for edge in graph.outputs:
        assert (holds[place(edge.tensor)] == bytes_of(edge.tensor)).all()


def test_generated_models() -> None:
    with_state = 0
    for spec in all_specs():
        try:
            with_state += check(spec.case().model).state_size > 0
            check_bands(spec.case().model)
        except AssertionError as error:
            raise AssertionError(f"{spec.name}: {error}") from error
    assert with_state > 0


@given(graphs())
@THOROUGH
def test_random_graphs(graph) -> None:
    check(graph.case().model)
    check_bands(graph.case().model)


@pytest.mark.skipif(not MODELS, reason="no models beside the project (../shared/models)")
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_real_models(path: Path) -> None:
    check(path.read_bytes())
    check_bands(path.read_bytes())
