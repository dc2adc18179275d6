"""Small graphs of many operators: chains, branches, residuals, several outputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from build import Builder, Shape, Tensor
from operators import move
from operators.conv import Conv
from operators.elementwise import Binary
from operators.fully_connected import FullyConnected
from operators.pad import Pad
from operators.pool import Pool
from operators.reshape import Reshape
from operators.resize import Resize
from operators.softmax import Softmax
from operators.unary import Unary
from spec import Spec

# An operator and the tensors it takes. The graph's input is 0, the output of step i is i + 1.
Step = tuple[str, int, int]

SPATIAL = (
    *("conv1", "conv3", "stride", "dilated", "depthwise"),
    *("max_pool", "average_pool", "pad", "upsample"),
)
BINARY = ("add", "sub", "mul", "maximum", "squared_difference")
MOVING = ("join", "every_other", "turn")
ANYWHERE = (
    *BINARY,
    *MOVING,
    "relu",
    "relu6",
    "rescaled",
    "leaky_relu",
    "logistic",
    "reshape",
    "fully_connected",
    "softmax",
)


@dataclass(frozen=True)
class Graph(Spec):
    """`steps` may be anything: a step that its tensor cannot take becomes one that it can."""

    steps: tuple[Step, ...]
    outputs: Shape = (-1,)
    x: Shape = (1, 6, 7, 3)

    @property
    def operator(self) -> str:
        return "GRAPH"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        tensors = [b.tensor(self.x, 0.05, -3)]
        for kind, first, second in self.steps:
            tensors.append(apply(b, rng, kind, tensors, first, second))
        return tensors[:1], [tensors[i] for i in self.outputs]


def apply(
    b: Builder, rng: np.random.Generator, kind: str, tensors: list[Tensor], first: int, second: int
) -> Tensor:
    """The operator `kind` on tensor `first`; those of two operands also on tensor `second`, or on `first` alone if their shapes differ."""
    x = tensors[first]
    points = tuple(int(z) for z in rng.integers(-60, 60, 2))
    y_scale = float(rng.uniform(0.5, 2.0) * x.scale)
    if kind in SPATIAL and len(x.shape) != 4:
        kind = "fully_connected"
    if kind in BINARY:
        other = tensors[second] if tensors[second].shape == x.shape else x
        return Binary(kind.upper(), scales=(0, 0, y_scale), zero_points=(0, 0, points[0])).apply(
            b, x, other
        )
    if kind == "conv1":
        return Conv(out=5, kernel=(1, 1), zero_points=points).apply(b, rng, x)
    if kind == "conv3":
        return Conv(out=x.shape[3], zero_points=points).apply(b, rng, x)
    if kind == "stride":
        return Conv(out=4, kernel=(2, 3), stride=(2, 1), zero_points=points).apply(b, rng, x)
    if kind == "dilated":
        return Conv(out=3, kernel=(3, 2), dilation=(2, 1), zero_points=points).apply(b, rng, x)
    if kind == "depthwise":
        return Conv(depth_multiplier=1, zero_points=points).apply(b, rng, x)
    if kind == "max_pool":
        return Pool("MAX_POOL_2D", kernel=(3, 2), stride=(1, 1), padding="SAME").apply(b, x)
    if kind == "average_pool":
        return Pool("AVERAGE_POOL_2D", kernel=(2, 2), padding="SAME").apply(b, x)
    if kind == "pad":
        return Pad(pads=((0, 0), (1, 0), (1, 1), (0, 0))).apply(b, x)
    if kind in ("relu", "relu6"):
        return Unary(kind.upper(), scales=(x.scale, x.scale), zero_points=(0, x.zero_point)).apply(
            b, x
        )
    if kind == "rescaled":
        return Unary("QUANTIZE", scales=(x.scale, y_scale), zero_points=points).apply(b, x)
    if kind == "leaky_relu":
        return Unary("LEAKY_RELU", scales=(x.scale, y_scale), zero_points=points, alpha=0.2).apply(
            b, x
        )
    if kind == "logistic":
        return Unary("LOGISTIC", scales=(x.scale, 1 / 256), zero_points=(0, -128)).apply(b, x)
    if kind == "reshape":
        return Reshape(y=(x.shape[0], int(np.prod(x.shape[1:], dtype=int)))).apply(b, x)
    if kind == "upsample":
        return Resize("RESIZE_BILINEAR", size=(x.shape[1] + 2, x.shape[2] + 1)).apply(b, x)
    if kind == "join":
        other = tensors[second]
        if other.shape != x.shape:
            return move.join(b, x, x, first % len(x.shape))
        scales, points = (other.scale, x.scale), (other.zero_point, x.zero_point)
        same = scales[0] == scales[1] and points[0] == points[1]
        other = (
            other if same else Unary("QUANTIZE", scales=scales, zero_points=points).apply(b, other)
        )
        return move.join(b, x, other, first % len(x.shape))
    if kind in ("every_other", "turn"):
        return getattr(move, kind)(b, x, second % len(x.shape))
    if kind == "softmax":
        return Softmax().apply(b, x)
    return FullyConnected(out=6, zero_points=(*points, 0)).apply(b, rng, x)


CASES: list[Spec] = [
    # Residuals: one operand is needed later, or dies, or is the other.
    Graph((("conv3", 0, 0), ("add", 1, 0))),
    Graph((("conv3", 0, 0), ("add", 0, 1), ("add", 2, 1))),
    Graph((("conv3", 0, 0), ("add", 1, 1), ("depthwise", 2, 0), ("add", 3, 2))),
    Graph((("depthwise", 0, 0), ("relu", 1, 0), ("add", 2, 1), ("add", 3, 0))),
    # What runs in place must not spoil what is still to be read: by an operator, or by the caller.
    Graph((("leaky_relu", 0, 0), ("add", 1, 0))),
    Graph((("leaky_relu", 0, 0), ("logistic", 0, 0)), outputs=(1, 2)),
    Graph((("conv3", 0, 0), ("leaky_relu", 1, 0)), outputs=(1, 2)),
    Graph((("conv3", 0, 0), ("leaky_relu", 1, 0), ("add", 1, 0)), outputs=(2, 3, 1)),
    Graph((("conv3", 0, 0), ("reshape", 1, 0), ("softmax", 2, 0)), outputs=(1, 3)),
    Graph((("reshape", 0, 0), ("leaky_relu", 1, 0), ("fully_connected", 0, 0)), outputs=(2, 3)),
    Graph((("leaky_relu", 0, 0),), outputs=(0, 1)),
    # An activation that may become its producer's clamp, and ones that may not.
    *(
        Graph(((producer, 0, 0), (activation, 1, 0)), outputs=outputs)
        for producer in ("conv3", "depthwise", "add", "sub", "mul", "max_pool", "average_pool")
        for activation in ("relu", "relu6")
        for outputs in ((2,), (1, 2))
    ),
    Graph((("reshape", 0, 0), ("fully_connected", 1, 0), ("relu", 2, 0))),
    # What moves: the same tensor twice, parts of what others still read, a turn into another turn.
    Graph((("join", 0, 0), ("every_other", 1, 3), ("conv3", 2, 0))),
    Graph((("conv3", 0, 0), ("join", 1, 0), ("join", 2, 2), ("every_other", 3, 1)), outputs=(3, 4)),
    Graph((("turn", 0, 1), ("turn", 1, 3), ("add", 2, 0), ("upsample", 3, 0)), outputs=(1, 4)),
    Graph(
        (
            ("conv1", 0, 0),
            ("depthwise", 1, 0),
            ("upsample", 2, 0),
            ("join", 2, 1),
            ("logistic", 4, 0),
        ),
        outputs=(3, 5),
    ),
    # Tables in a row, reshapes in a row, operators nobody needs.
    Graph((("relu", 0, 0), ("leaky_relu", 1, 0), ("logistic", 2, 0))),
    Graph((("reshape", 0, 0), ("reshape", 1, 0), ("relu6", 2, 0), ("reshape", 3, 0))),
    Graph((("conv1", 0, 0), ("conv3", 0, 0), ("depthwise", 2, 0), ("softmax", 1, 0)), outputs=(3,)),
    Graph((("conv1", 0, 0),), outputs=(1, 1)),
    # Deep and narrow, as real networks are.
    Graph(
        (
            ("stride", 0, 0),
            ("depthwise", 1, 0),
            ("relu", 2, 0),
            ("conv1", 3, 0),
            ("pad", 4, 0),
            ("depthwise", 5, 0),
            ("average_pool", 6, 0),
            ("reshape", 7, 0),
            ("fully_connected", 8, 0),
            ("softmax", 9, 0),
        )
    ),
    Graph(
        (
            ("conv3", 0, 0),
            ("pad", 1, 0),
            ("conv3", 2, 0),
            ("conv1", 3, 0),
            ("max_pool", 4, 0),
            ("softmax", 5, 0),
        ),
        outputs=(-1, 3),
        x=(2, 5, 4, 4),
    ),
]
