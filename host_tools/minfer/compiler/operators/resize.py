"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import numpy as np

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.copy import moved
from minfer.compiler.operators.gather import GatherParams, gather, progression
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.operators.slices import whole_numbers
from minfer.format import DType

ONE = 1024


@dataclass(frozen=True)
class BilinearParams:
    """Scale and offset of both axes, in 1/1024."""

    rows: tuple[int, int]
    cols: tuple[int, int]

    def words(self) -> list[int]:
        """scale and offset of the rows, then of the columns."""
        return [*self.rows, *self.cols]


@importer("RESIZE_BILINEAR")
def bilinear(node: Node) -> Op:
    """`ResizeBilinearInteger` (kernels/internal/reference/resize_bilinear.h)."""
    options = node.options("ResizeBilinearOptions")
    if options["AlignCorners"] and options["HalfPixelCenters"]:
        node.refuse("align_corners and half_pixel_centers: expected one of them at most")
    x, y = _image(node, DType.INT8, DType.INT16)
    axes = [_bilinear_axis(node, options, *sizes) for sizes in zip(x.shape[1:3], y.shape[1:3])]
    return node.op("RESIZE_BILINEAR", [x], BilinearParams(*axes), macs=4 * y.elements)


def _bilinear_axis(node: Node, options: dict[str, Any], size: int, wanted: int) -> tuple[int, int]:
    scale = (ONE * size + wanted // 2) // wanted
    if options["AlignCorners"] and wanted > 1:
        scale = (ONE * (size - 1) + (wanted - 1) // 2) // (wanted - 1)
    offset = scale // 2 - ONE // 2 if options["HalfPixelCenters"] else 0
    if (wanted - 1) * scale + offset >= ONE * size:
        node.refuse(
            f"from {size} to {wanted} elements TensorFlow Lite reads past the image; resize in two steps"
        )
    return scale, offset


@importer("RESIZE_NEAREST_NEIGHBOR")
def nearest(node: Node) -> list[Op]:
    """`GetNearestNeighbor` (kernels/internal/reference/resize_nearest_neighbor.h): a COPY where rows and columns allow it."""
    options = node.options("ResizeNearestNeighborOptions")
    x, y = _image(node, DType.INT8, DType.UINT8, DType.INT16)
    rows, cols = (_nearest_axis(options, *sizes) for sizes in zip(x.shape[1:3], y.shape[1:3]))
    row_steps, col_steps = _repeated(rows), _repeated(cols)
    batch, height, width, depth = x.shape
    if row_steps is None or col_steps is None:
        places = (rows[:, None] * width + cols).reshape(-1).astype(np.int32)
        indices = Tensor.constant(f"{y.name} indices", places)
        shape = GatherParams(1, batch, height * width, depth)
        return gather(node, x, indices, shape)

    def view(array: np.ndarray) -> np.ndarray:
        taken = array[:, row_steps[0], None, col_steps[0], None]
        times = (batch, taken.shape[1], row_steps[1], taken.shape[3], col_steps[1], depth)
        return np.broadcast_to(taken, times)

    return moved(node, x, y, view)


def _nearest_axis(options: dict[str, Any], size: int, wanted: int) -> np.ndarray:
    """Which element of the input each of the output is; in single precision, as there."""
    corners = options["AlignCorners"] and wanted > 1
    scale = (
        np.float32(size - 1) / np.float32(wanted - 1)
        if corners
        else np.float32(size) / np.float32(wanted)
    )
    offset = np.float32(0.5 if options["HalfPixelCenters"] else 0.0)
    real = (np.arange(wanted).astype(np.float32) + offset) * np.float32(scale)
    whole = np.floor(real + np.float32(0.5)) if options["AlignCorners"] else np.floor(real)
    return np.minimum(whole.astype(np.int64), size - 1)


def _repeated(numbers: np.ndarray) -> Optional[tuple[slice, int]]:
    """The slice that takes these elements if each is repeated so many times; None where there is none."""
    times = int(np.argmax(numbers != numbers[0])) or len(numbers)
    if len(numbers) % times or not np.array_equal(np.repeat(numbers[::times], times), numbers):
        return None
    steps = progression(numbers[::times])
    return None if steps is None else (steps, times)


def _image(node: Node, *types: DType) -> tuple[Tensor, Tensor]:
    """Input and output, checked to be [N,H,W,C] and quantised alike."""
    x = node.activation(0, *types)
    y = node.result(x.dtype)
    node.expect_rank(x, 4)
    height, width = whole_numbers(node, 1, "size")
    node.expect_shape(y, (x.shape[0], height, width, x.shape[3]))
    return x, y
