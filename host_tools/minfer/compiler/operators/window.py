"""Windows that slide over an image, as convolutions and pools share them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from minfer.compiler.operators.registry import Node


@dataclass(frozen=True)
class Axis:
    """Geometry along the height or the width; `pad` counts what lies before the first element."""

    size_in: int
    size_out: int
    kernel: int
    stride: int
    pad: int
    dilation: int = 1

    @property
    def is_sound(self) -> bool:
        """Whether every window begins within its reach before the input, and none past its end."""
        reach = (self.kernel - 1) * self.dilation
        return (
            0 <= self.pad <= reach and (self.size_out - 1) * self.stride - self.pad < self.size_in
        )


PADDING_SAME = 0
PADDING_VALID = 1


def axis(
    node: Node, options: dict[str, Any], letter: str, size_in: int, kernel: int, dilation: int = 1
) -> Axis:
    """`ComputeOutSize` and `ComputePaddingHeightWidth` (kernels/padding.h) along H or W."""
    stride = options[f"Stride{letter}"]
    if stride < 1 or dilation < 1 or kernel < 1:
        node.refuse(
            "expected a kernel, stride and dilation of 1 or more,"
            f" found {kernel}, {stride}, {dilation}"
        )
    span = (kernel - 1) * dilation + 1
    if options["Padding"] == PADDING_SAME:
        size_out = -(-size_in // stride)
    elif options["Padding"] == PADDING_VALID:
        size_out = -(-(size_in - span + 1) // stride)
    else:
        node.refuse(f"expected padding SAME or VALID, found {options['Padding']}")
    if size_out < 1:
        node.refuse(f"a window of {span} does not fit into {size_in} elements; pad the input")
    pad = max(0, (size_out - 1) * stride + span - size_in) // 2
    return Axis(size_in, size_out, kernel, stride, pad, dilation)
