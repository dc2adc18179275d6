"""Parts of a tensor: SLICE, STRIDED_SLICE, SPLIT, SPLIT_V, UNPACK, REVERSE_V2."""

from __future__ import annotations

import numpy as np

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.copy import MOVABLE, NO_BOOL, expect_alike, movable, moved
from minfer.compiler.operators.registry import Node, importer
from minfer.format import DType

INDEX = (DType.INT32, DType.INT64)
UNPACKED = tuple(dtype for dtype in MOVABLE if dtype != DType.INT64)


@importer("SLICE")
def slice_(node: Node) -> list[Op]:
    """A size of −1 reaches to the end."""
    x = movable(node)
    begin, size = (whole_numbers(node, i, what) for i, what in ((1, "begin"), (2, "size")))
    if not len(begin) == len(size) == len(x.shape):
        node.refuse(f"expected {len(x.shape)} beginnings and sizes, found {begin} and {size}")
    ends = [n if s == -1 else b + s for n, b, s in zip(x.shape, begin, size)]
    if any(not 0 <= b < e <= n for n, b, e in zip(x.shape, begin, ends)):
        node.refuse(f"a slice from {begin} to {ends}, outside shape {x.shape}")
    return _part(node, x, tuple(slice(b, e) for b, e in zip(begin, ends)))


@importer("STRIDED_SLICE")
def strided_slice(node: Node) -> list[Op]:
    """As numpy slices; what the masks mean is in TensorFlow's description of tf.strided_slice."""
    options = node.options("StridedSliceOptions")
    x = movable(node)
    begin, end, strides = (
        whole_numbers(node, i, what) for i, what in ((1, "begin"), (2, "end"), (3, "strides"))
    )
    if not len(begin) == len(end) == len(strides) or 0 in strides:
        node.refuse(
            f"begin {begin}, end {end}, strides {strides}: expected as many of each, no stride 0"
        )
    index: list = []
    for i, (first, last, step) in enumerate(zip(begin, end, strides)):

        def masked(name: str) -> bool:
            return bool(options[f"{name}Mask"] >> i & 1)

        if masked("Ellipsis"):
            index.append(Ellipsis)
        elif masked("NewAxis"):
            index.append(None)
        elif masked("ShrinkAxis"):
            if step < 1:
                node.refuse(f"strides {strides}: expected 1 or more where an axis goes")
            index.append(0 if masked("Begin") else first)
        else:
            last = first + last if options["Offset"] else last
            index.append(
                slice(None if masked("Begin") else first, None if masked("End") else last, step)
            )
    if Ellipsis in index and sum(i is not None for i in index) > len(x.shape):
        node.refuse(
            "an ellipsis that stands for no dimension, which TensorFlow Lite gets wrong; leave it out"
        )
    try:
        return _part(node, x, tuple(index))
    except IndexError as error:
        node.refuse(f"a slice outside shape {x.shape}: {error}")


@importer("SPLIT")
def split(node: Node) -> list[Op]:
    """Equal parts along an axis."""
    x = movable(node, 1, *NO_BOOL)
    (axis,) = whole_numbers(node, 0, "axis")
    n = len(node.outputs)
    axis = axis_of(node, axis, x)
    if x.shape[axis] % n:
        node.refuse(f"{x.shape[axis]} elements do not split into {n} equal parts")
    return _split(node, x, axis, [x.shape[axis] // n] * n)


@importer("SPLIT_V")
def split_v(node: Node) -> list[Op]:
    """Parts of given sizes, of which one may be −1: what is left."""
    x = movable(node, 0, *NO_BOOL)
    sizes, (axis,) = whole_numbers(node, 1, "sizes"), whole_numbers(node, 2, "axis")
    axis = axis_of(node, axis, x)
    left = x.shape[axis] - sum(size for size in sizes if size != -1)
    sizes = [left if size == -1 else size for size in sizes]
    if sum(sizes) != x.shape[axis] or min(sizes) < 1 or len(sizes) != len(node.outputs):
        node.refuse(
            f"{x.shape[axis]} elements do not split into {len(node.outputs)} parts of sizes {sizes}"
        )
    return _split(node, x, axis, sizes)


@importer("UNPACK")
def unpack(node: Node) -> list[Op]:
    """One output for each element of an axis, which goes."""
    x = movable(node, 0, *UNPACKED)
    axis = axis_of(node, node.options("UnpackOptions")["Axis"], x)
    expect_alike(node, x)
    if x.shape[axis] != len(node.outputs):
        node.refuse(f"expected {x.shape[axis]} outputs, found {len(node.outputs)}")
    everything = (slice(None),) * axis
    return [op for i, y in enumerate(node.outputs) for op in _part_of(node, x, y, (*everything, i))]


@importer("REVERSE_V2")
def reverse(node: Node) -> list[Op]:
    """Backwards along some axes."""
    x = movable(node)
    axes = {axis_of(node, axis, x) for axis in whole_numbers(node, 1, "axes")}
    return _part(
        node, x, tuple(slice(None, None, -1 if i in axes else 1) for i in range(len(x.shape)))
    )


def whole_numbers(node: Node, i: int, what: str) -> list[int]:
    """The numbers of a constant input."""
    return node.constant(i, what, *INDEX).data.reshape(-1).tolist()


def axis_of(node: Node, axis: int, x: Tensor) -> int:
    """An axis that may count from the end, as one that counts from the start."""
    rank = len(x.shape)
    if not -rank <= axis < rank:
        node.refuse(f"expected an axis of {-rank} to {rank - 1}, found {axis}")
    return axis % rank


def _split(node: Node, x: Tensor, axis: int, sizes: list[int]) -> list[Op]:
    ends = np.cumsum(sizes).tolist()
    parts = [(slice(None),) * axis + (slice(end - size, end),) for end, size in zip(ends, sizes)]
    return [op for y, part in zip(node.outputs, parts) for op in _part_of(node, x, y, part)]


def _part(node: Node, x: Tensor, index: tuple) -> list[Op]:
    return _part_of(node, x, node.outputs[0], index)


def _part_of(node: Node, x: Tensor, y: Tensor, index: tuple) -> list[Op]:
    def view(array: np.ndarray) -> np.ndarray:
        # An index of whole numbers alone makes numpy answer with a number; the ellipsis keeps it a view.
        part = array[index if Ellipsis in index else (*index, Ellipsis)]
        node.expect_shape(y, part.shape)
        return part

    return moved(node, x, y, view)
