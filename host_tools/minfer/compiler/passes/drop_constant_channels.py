"""A channel that is the same whatever the input needs no computing: what it adds goes into the biases behind it.

Training leaves such channels behind: a bias so low that a RELU clamps every sum, weights so small that they round to nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

import numpy as np

from minfer.compiler.ir import RESHAPE, Graph, Op, Tensor
from minfer.compiler.operators.convolution import ConvParams
from minfer.compiler.operators.window import Axis
from minfer.compiler.quantise import Multiplier, multiply
from minfer.format import DType

POOLS = ("AVERAGE_POOL_2D", "MAX_POOL_2D")
INT32 = np.iinfo(np.int32)


def drop_constant_channels(graph: Graph) -> Graph:
    """Leaves out channels that are constant, or that nobody looks at, between convolutions, pools and fully connected layers."""
    ranges: dict[Tensor, np.ndarray] = {}
    for op in graph.ops:
        if _is_chained(op):
            ranges[op.outputs[0]] = _output_range(op, _range(op.inputs[0], ranges))
    keep = _kept(graph, ranges)
    for op in graph.ops:
        if _is_chained(op) or op.kind == "FULLY_CONNECTED":
            _shrink(op, keep, ranges)
    for tensor, kept in keep.items():
        tensor.shape = (*tensor.shape[:-1], int(kept.sum()))
    return graph


def _is_chained(op: Op) -> bool:
    """Whether an operator's output may lose channels: int8, each channel in its own place."""
    x, y = op.inputs[0], op.outputs[0]
    if x is None or x.dtype != DType.INT8 or y.dtype != DType.INT8 or y.initial is not None:
        return False
    if op.kind == RESHAPE:
        return x.elements == y.elements == x.shape[-1] == y.shape[-1]
    if op.kind == "CONV_2D":
        return op.inputs[1].shape[3] == x.shape[3]  # not in groups
    return op.kind in POOLS or (op.kind == "DEPTHWISE_CONV_2D" and x.shape[3] == y.shape[3])


def _range(tensor: Tensor, ranges: dict[Tensor, np.ndarray]) -> np.ndarray:
    """The least and the greatest value of each channel, [2, channels]."""
    if tensor in ranges:
        return ranges[tensor]
    return np.repeat([[-128], [127]], tensor.shape[-1], axis=1)


def _stays_inside(axis: Axis) -> bool:
    """Whether no window sees the padding."""
    reach = (axis.size_out - 1) * axis.stride - axis.pad + (axis.kernel - 1) * axis.dilation
    return axis.pad == 0 and reach < axis.size_in


def _sees_padding(op: Op) -> bool:
    return isinstance(op.params, ConvParams) and not (
        _stays_inside(op.params.rows) and _stays_inside(op.params.cols)
    )


def _output_range(op: Op, x: np.ndarray) -> np.ndarray:
    """The range of each channel of an operator's output, from that of its input."""
    if op.kind == RESHAPE:
        return x
    if op.kind in POOLS:
        return x.clip(op.params.min, op.params.max)
    inputs = x - op.inputs[0].zero_point
    if _sees_padding(op):
        inputs = np.stack([inputs[0].clip(max=0), inputs[1].clip(min=0)])
    weights = op.inputs[1].data.astype(np.int64)
    products = np.sort(inputs[:, None, None, None, :] * weights, axis=0)
    sums = products.sum(axis=(2, 3) if op.kind == "DEPTHWISE_CONV_2D" else (2, 3, 4))
    sums = sums.reshape(2, -1) + _bias(op)
    return np.array([_requantised(op, o, *sums[:, o]) for o in range(sums.shape[1])]).T


def _requantised(op: Op, o: int, low: int, high: int) -> tuple[int, int]:
    """The range of output channel `o` where its sums are from `low` to `high`: a shift to the right keeps their order."""
    least, most = op.params.min, op.params.max
    multiplier = Multiplier(*map(int, op.inputs[3].data[:, o]))
    if low < INT32.min or high > INT32.max or (multiplier.shift > 0 and low != high):
        return least, most
    ends = multiply(np.array([low, high]), multiplier) + op.outputs[0].zero_point
    return tuple(ends.clip(least, most))


def _bias(op: Op) -> np.ndarray:
    channels = op.outputs[0].shape[-1]
    bias: Optional[Tensor] = op.inputs[2]
    return np.zeros(channels, np.int64) if bias is None else bias.data.astype(np.int64)


def _kept(graph: Graph, ranges: dict[Tensor, np.ndarray]) -> dict[Tensor, np.ndarray]:
    """Which channels stay, of each tensor that loses some."""
    keep = {
        op.outputs[0]: np.full(op.outputs[0].shape[-1], graph.is_output(op.outputs[0]))
        for op in graph.ops
        if _is_chained(op)
    }
    changed = True
    while changed:
        before = {tensor: kept.copy() for tensor, kept in keep.items()}
        for op in reversed(graph.ops):
            for place, x in enumerate(op.inputs):
                if x in keep:
                    keep[x] |= _looked_at(op, keep, ranges) if place == 0 else True
        for op in graph.ops:
            x, y = op.inputs[0], op.outputs[0]
            if y in keep and op.kind != "CONV_2D":  # a channel for a channel
                keep[y] |= keep.get(x, True)
            if y in keep and not keep[y].any():
                keep[y][0] = True
        changed = any((keep[tensor] != before[tensor]).any() for tensor in keep)
    return {tensor: kept for tensor, kept in keep.items() if not kept.all()}


def _looked_at(op: Op, keep: dict[Tensor, np.ndarray], ranges: dict[Tensor, np.ndarray]) -> np.ndarray:
    """The channels of its first input that an operator cannot do without."""
    x, y = op.inputs[0], op.outputs[0]
    if _is_chained(op) and op.kind != "CONV_2D":
        return keep[y]
    is_layer = op.kind == "FULLY_CONNECTED" and op.inputs[1].data is not None and x.elements == x.shape[-1]
    if not is_layer and not _is_chained(op):
        return np.full(x.shape[-1], True)
    least, most = _range(x, ranges)
    constant = least == most
    if _sees_padding(op):
        constant &= least == x.zero_point
    return ~constant & _weights(op).any(axis=tuple(range(op.inputs[1].data.ndim - 1)))


def _weights(op: Op) -> np.ndarray:
    """Less their zero point."""
    return op.inputs[1].data.astype(np.int64) - getattr(op.params, "weights_zero_point", 0)


def _shrink(op: Op, keep: dict[Tensor, np.ndarray], ranges: dict[Tensor, np.ndarray]) -> None:
    """Takes an operator's weights, biases and multipliers of the channels that stay."""
    x, y = op.inputs[0], op.outputs[0]
    if op.kind in (*POOLS, RESHAPE) or not (x in keep or y in keep):
        return
    all_x, all_y = np.full(x.shape[-1], True), np.full(y.shape[-1], True)
    kept_x, kept_y = keep.get(x, all_x), keep.get(y, all_y)
    weights, bias = op.inputs[1], _bias(op)
    if op.kind == "DEPTHWISE_CONV_2D":
        data = weights.data[..., kept_y]
    else:
        # What constant channels add to every sum; one without weights may be anything.
        constant = (_range(x, ranges)[0] - x.zero_point) * ~kept_x
        bias = bias + (_weights(op) * constant).reshape(len(bias), -1).sum(axis=1)
        data = weights.data[kept_y][..., kept_x]
    op.macs = op.macs // weights.elements * data.size
    wrapped = bias[kept_y].astype(np.uint32).astype(np.int32)
    op.inputs[1] = replace(weights, data=data, shape=data.shape)
    op.inputs[2] = Tensor.constant(f"{weights.name} bias", wrapped)
    if y in keep:
        requant = op.inputs[3]
        op.inputs[3] = Tensor.constant(requant.name, requant.data[:, kept_y].copy())
