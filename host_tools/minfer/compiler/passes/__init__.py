"""Passes: functions from graph to graph, one a module, run in this order."""

from __future__ import annotations

from minfer.compiler.ir import Graph
from minfer.compiler.passes.drop_constant_channels import drop_constant_channels
from minfer.compiler.passes.drop_reshapes import drop_reshapes
from minfer.compiler.passes.float_face import float_face
from minfer.compiler.passes.fold_constants import fold_constants
from minfer.compiler.passes.fold_dilations import fold_dilations
from minfer.compiler.passes.fold_pads import fold_pads
from minfer.compiler.passes.fuse_clamps import fuse_clamps
from minfer.compiler.passes.lower_copies import lower_copies
from minfer.compiler.passes.lower_variables import lower_variables
from minfer.compiler.passes.merge_lookups import merge_lookups
from minfer.compiler.passes.remove_dead import remove_dead
from minfer.compiler.passes.tabulate import tabulate
from minfer.compiler.passes.uint8_face import uint8_face

# Reshapes go last: the others see who reads a tensor only while no two lie on the same bytes.
PASSES = (
    float_face,
    uint8_face,
    tabulate,
    fold_constants,
    remove_dead,
    merge_lookups,
    fuse_clamps,
    fold_dilations,
    fold_pads,
    drop_constant_channels,
    lower_copies,
    lower_variables,
    drop_reshapes,
)


def run_passes(graph: Graph) -> Graph:
    """All of them."""
    for apply in PASSES:
        graph = apply(graph)
    return graph
