"""All generated cases, and a stratified sample of them for the device.

    python tests/host/cases.py FOLDER [N]

writes the sample where tests/device/exact.py reads it: see `write`.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from functools import lru_cache
from pathlib import Path

import minfer
import numpy as np
from minfer import reference
from operators import batch_matmul, choose, conv, dilation, elementwise, face, fully_connected, gather, graph, move, normalise, pad, pool, recurrent, reduce, requantise, reshape, resize, shape, softmax, transpose_conv, unary
from spec import Case, Spec

FAMILIES = (conv, transpose_conv, fully_connected, batch_matmul, pool, elementwise, choose, softmax, normalise, pad, unary, requantise, reshape, reduce, recurrent, move, gather, resize, dilation, shape, face, graph)


@lru_cache(maxsize=None)
def all_specs() -> tuple[Spec, ...]:
    """Every line of every table."""
    specs = tuple(spec for family in FAMILIES for spec in family.CASES)
    names = {spec.name for spec in specs}
    if len(names) != len(specs):
        raise ValueError(f"{len(specs) - len(names)} lines occur twice")
    return specs


def outputs(case: Case) -> list[list[np.ndarray]]:
    """What TensorFlow Lite's reference kernels answer to each sample."""
    oracle = reference.Reference(case.oracle, case.kernels)
    return [oracle.run(sample) for sample in case.samples]


def differing(case: Case) -> list[str]:
    """One line for each output of each sample in which the engine differs from the reference."""
    model = minfer.Model.load(minfer.compile_model(case.model))
    lines = []
    for number, (sample, wanted) in enumerate(zip(case.samples, outputs(case))):
        found = model.run(sample)
        assert len(found) == len(wanted)
        for i, (ours, theirs) in enumerate(zip(found, wanted)):
            assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
            wrong = np.flatnonzero(ours != theirs)
            if len(wrong):
                ours, theirs = ours.flat[wrong[0]], theirs.flat[wrong[0]]
                lines.append(
                    f"sample {number}, output {i}: {len(wrong)} values differ,"
                    f" the first at {wrong[0]}: expected {theirs}, found {ours}"
                )
    return lines


def stratified(n: int) -> list[Spec]:
    """`n` lines with one int8 input and output, as evenly from all operators as they have them."""
    strata = defaultdict(list)
    for spec in all_specs():
        case = spec.case()
        edges = [*case.samples[0], *outputs(case)[0]]
        if len(edges) == 2 and all(edge.dtype == np.int8 for edge in edges):
            strata[spec.operator].append(spec)
    rng = random.Random(n)
    for specs in strata.values():
        rng.shuffle(specs)
    deepest = max(len(specs) for specs in strata.values())
    in_turn = (specs[i] for i in range(deepest) for specs in strata.values() if i < len(specs))
    return list(in_turn)[:n]


def write(case: Case, folder: Path) -> None:
    """Writes model.mnf and all samples, in a row, as tests/device/exact.py reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.mnf").write_bytes(minfer.compile_model(case.model, name=case.name))
    (folder / "inputs.bin").write_bytes(b"".join(sample[0].tobytes() for sample in case.samples))
    (folder / "outputs.bin").write_bytes(b"".join(answer[0].tobytes() for answer in outputs(case)))


if __name__ == "__main__":
    for spec in stratified(int(sys.argv[2]) if len(sys.argv) > 2 else 100):
        write(spec.case(), Path(sys.argv[1]) / spec.name)
