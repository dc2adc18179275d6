"""Random operators and random small graphs, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st
from operators.conv import Conv
from operators.elementwise import Binary
from operators.fully_connected import FullyConnected
from operators.graph import ANYWHERE, SPATIAL, Graph
from operators.normalise import Normalise
from operators.pool import Pool
from operators.recurrent import Lstm, Svdf
from operators.reduce import Arg, Reduce
from operators.softmax import Softmax
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
    out=st.integers(1, 9) | st.integers(16, 70),
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

SHAPE = st.lists(st.integers(1, 7), min_size=1, max_size=5).map(tuple)
SCALE = st.floats(2.0**-9, 2.0**3, width=32)


@st.composite
def reductions(draw: st.DrawFn) -> Reduce:
    """Over any axes; only MEAN and SUM of int8, and MEAN of int16, rescale."""
    x = draw(SHAPE)
    axes = draw(st.lists(st.integers(-len(x), len(x) - 1), min_size=1, max_size=len(x)).map(tuple))
    op = draw(st.sampled_from(("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN")))
    dtype = draw(st.sampled_from(("int8", "int16")))
    scale, point = draw(SCALE), draw(INT8) if dtype == "int8" else 0
    scales, points = (scale, scale), (point, point)
    if op == "MEAN" or (op, dtype) == ("SUM", "int8"):
        scales, points = (scale, draw(SCALE)), (point, draw(INT8) if dtype == "int8" else 0)
    return Reduce(op, x, axes, draw(st.booleans()), dtype, scales, points)


@st.composite
def arguments(draw: st.DrawFn) -> Arg:
    """ARG_MAX and ARG_MIN along any axis."""
    x = draw(SHAPE)
    axis = draw(st.integers(-len(x), len(x) - 1))
    op, index = draw(st.sampled_from(("ARG_MAX", "ARG_MIN"))), draw(
        st.sampled_from(("int32", "int64"))
    )
    return Arg(op, x, axis, index=index)


ROWS = SHAPE.filter(lambda shape: len(shape) <= 4)
rows = st.one_of(
    st.builds(
        Normalise,
        op=st.sampled_from(("L2_NORMALIZATION", "LOG_SOFTMAX")),
        x=ROWS,
        scale=SCALE,
        zero_point=INT8,
    ),
    st.builds(Softmax, x=ROWS, scale=SCALE, dtypes=st.just(("int8", "int16")), zero_point=INT8),
    st.builds(
        Softmax, x=ROWS, scale=SCALE, dtypes=st.just(("int16", "int16")), zero_point=st.just(0)
    ),
)

recurrent = st.one_of(
    st.builds(
        Svdf,
        x=st.tuples(st.integers(1, 3), st.integers(1, 20)),
        units=st.integers(1, 9),
        rank=st.integers(1, 3),
        steps=st.integers(1, 12),
        bias=st.booleans(),
        zero_points=st.tuples(INT8, INT8),
        scales=st.tuples(SCALE, SCALE),
        state=st.sampled_from(("int16", "int8")),
    ),
    st.builds(
        Lstm,
        x=st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 12)),
        cells=st.integers(1, 9),
        time_major=st.booleans(),
        coupled=st.booleans(),
        zero_points=st.tuples(INT8, INT8),
        cell_shift=st.integers(-15, -9),
        cell_clip=st.sampled_from((0.0, 0.0, 0.3, 5.0)),
        weight_scale=st.floats(2.0**-12, 2.0**-3, width=32),
    ),
)

operators: st.SearchStrategy[Spec] = st.one_of(
    convolutions, fully_connected, pools, elementwise, reductions(), arguments(), rows, recurrent
)


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
