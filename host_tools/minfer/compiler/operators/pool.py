"""AVERAGE_POOL_2D and MAX_POOL_2D."""

from __future__ import annotations

from dataclasses import dataclass

from minfer.compiler.ir import Op
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.operators.window import Axis, axis
from minfer.format import DType


@dataclass(frozen=True)
class PoolParams:
    """Of both pools; `min` and `max` clamp the output."""

    rows: Axis
    cols: Axis
    min: int
    max: int

    def words(self) -> list[int]:
        """kernel, stride and pad, each by height and width, then the clamp."""
        h, w = self.rows, self.cols
        return [h.kernel, w.kernel, h.stride, w.stride, h.pad, w.pad, self.min, self.max]


@importer("AVERAGE_POOL_2D", "MAX_POOL_2D")
def pool_2d(node: Node) -> Op:
    """Average or greatest element of each window; neither rescales."""
    options = node.options("Pool2DOptions")
    x = node.activation(0, DType.INT8, DType.INT16)
    y = node.result(x.dtype)
    node.expect_rank(x, 4)
    node.expect_same_quantisation(x, y)
    rows = axis(node, options, "H", x.shape[1], options["FilterHeight"])
    cols = axis(node, options, "W", x.shape[2], options["FilterWidth"])
    node.expect_shape(y, (x.shape[0], rows.size_out, cols.size_out, x.shape[3]))
    return node.op(node.source.name, [x], PoolParams(rows, cols, *node.clamp(options)))
