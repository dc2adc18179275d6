"""Random operators and random small graphs, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st
from operators.conv import Conv
from operators.elementwise import Binary
from operators.fully_connected import FullyConnected
from operators.graph import ANYWHERE, SPATIAL, Graph
from operators.pool import Pool
from spec import Spec, window

INT8 = st.integers(-128, 127)
ACTIVATION = st.sampled_from(("NONE", "RELU", "RELU6", "RELU_N1_TO_1"))
PADDING = st.sampled_from(("SAME", "VALID"))
SPREAD = st.floats(1.0, 300.0, width=32)
IMAGE = st.tuples(*(st.integers(1, n) for n in (3, 9, 9, 9)))


def pairs(most: int) -> st.SearchStrategy[tuple[int, int]]:
    """A value for each of both spatial axes."""
    return st.tuples(st.integers(1, most), st.integers(1, most))


def fits(line: Conv | Pool) -> bool:
    """Whether the window finds at least one place on each axis."""
    dilation = line.dilation if isinstance(line, Conv) else (1, 1)
    axes = zip(line.x[1:3], line.kernel, line.stride, dilation)
    return all(window(*axis, line.padding) > 0 for axis in axes)


convolutions = st.builds(
    Conv,
    x=IMAGE,
    out=st.integers(1, 9),
    kernel=pairs(4),
    stride=pairs(3),
    dilation=pairs(3),
    padding=PADDING,
    activation=ACTIVATION,
    depth_multiplier=st.integers(0, 3),
    bias=st.sampled_from(("random", "zeros", "absent")),
    per_channel=st.booleans(),
    zero_points=st.tuples(INT8, INT8),
    spread=SPREAD,
).filter(fits)

fully_connected = st.builds(
    FullyConnected,
    x=st.lists(st.integers(1, 9), min_size=1, max_size=4).map(tuple),
    out=st.integers(1, 9),
    bias=st.sampled_from(("present", "absent", "none")),
    per_channel=st.booleans(),
    activation=ACTIVATION,
    zero_points=st.tuples(INT8, INT8, st.just(0)),
    spread=SPREAD,
)

pools = st.builds(
    Pool,
    op=st.sampled_from(("AVERAGE_POOL_2D", "MAX_POOL_2D")),
    x=IMAGE,
    kernel=pairs(4),
    stride=pairs(3),
    padding=PADDING,
    activation=ACTIVATION,
    zero_point=INT8,
).filter(fits)

elementwise = st.builds(
    Binary,
    op=st.sampled_from(("ADD", "SUB", "MUL", "SQUARED_DIFFERENCE", "PRELU", "MAXIMUM", "MINIMUM")),
    x=st.lists(st.integers(1, 9), min_size=1, max_size=4).map(tuple),
    scales=st.tuples(*[st.floats(2.0**-9, 2.0**3, width=32)] * 3),
    zero_points=st.tuples(INT8, INT8, INT8),
    activation=ACTIVATION,
    second=st.sampled_from(("input", "constant", "same")),
)

operators: st.SearchStrategy[Spec] = st.one_of(convolutions, fully_connected, pools, elementwise)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Up to ten operators, each on any earlier tensor; up to three of the tensors are outputs."""
    n = draw(st.integers(1, 10))
    steps = tuple(
        (
            draw(st.sampled_from(SPATIAL + ANYWHERE)),
            draw(st.integers(0, i)),
            draw(st.integers(0, i)),
        )
        for i in range(n)
    )
    outputs = draw(st.lists(st.integers(0, n), min_size=1, max_size=3, unique=True).map(tuple))
    return Graph(steps, outputs, draw(st.tuples(*(st.integers(1, most) for most in (2, 7, 7, 6)))))
