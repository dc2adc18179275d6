"""All generated cases, and a stratified sample of them for the device."""

from __future__ import annotations

import random
from collections import defaultdict
from functools import lru_cache
from itertools import islice
from pathlib import Path

import minfer
import numpy as np
from minfer import reference
from operators import (
    batch_matmul,
    choose,
    conv,
    dilation,
    elementwise,
    face,
    fully_connected,
    gather,
    graph,
    idle,
    island,
    move,
    normalise,
    pad,
    pool,
    recurrent,
    reduce,
    requantise,
    reshape,
    resize,
    shape,
    softmax,
    transpose_conv,
    unary,
)
from spec import Case, Spec

FAMILIES = (
    conv,
    transpose_conv,
    fully_connected,
    batch_matmul,
    pool,
    elementwise,
    choose,
    softmax,
    normalise,
    pad,
    unary,
    requantise,
    reshape,
    reduce,
    recurrent,
    move,
    gather,
    resize,
    dilation,
    shape,
    face,
    island,
    graph,
    idle,
)

MOST_BYTES = 24_000  # of a model, its inputs and its outputs, on a chip


@lru_cache(maxsize=None)
def all_specs() -> tuple[Spec, ...]:
    """Every line of every table."""
    specs = tuple(spec for family in FAMILIES for spec in family.CASES)
    names = {spec.name for spec in specs}
    if len(names) != len(specs):
        raise ValueError(f"{len(specs) - len(names)} lines occur twice")
    return specs


def outputs(case: Case) -> list[list[np.ndarray]]:
    """What TensorFlow Lite's reference kernels answer to each sample, or the case's own oracle."""
    if case.answers is not None:
        return case.answers
    oracle = reference.Reference(case.oracle, case.kernels)
    return [oracle.run(sample) for sample in case.samples]


def differing(case: Case, min_ram: bool = False) -> list[str]:
    """One line for each output of each sample in which the engine differs from the reference."""
    model = minfer.Model.load(minfer.compile_model(case.model, min_ram=min_ram))
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
    """`n` lines that a chip has the memory for, as evenly from all operators as they have them."""
    strata = defaultdict(list)
    for spec in all_specs():
        strata[spec.operator].append(spec)
    rng = random.Random(n)
    for specs in strata.values():
        rng.shuffle(specs)
    deepest = max(len(specs) for specs in strata.values())
    in_turn = (specs[i] for i in range(deepest) for specs in strata.values() if i < len(specs))
    return list(islice((spec for spec in in_turn if _fits_a_chip(spec.case())), n))


def _fits_a_chip(case: Case) -> bool:
    edges = sum(array.nbytes for array in (*case.samples[0], *outputs(case)[0]))
    return len(case.model) + edges <= MOST_BYTES


def pack(cases: list[Case], most_samples: int) -> bytes:
    """Models and samples as tests/device/support/many.py reads them: every piece behind its length."""
    packed = [_number(len(cases))]
    for case in cases:
        packed += _piece(case.name.encode()), _piece(
            minfer.compile_model(case.model, name=case.name)
        )
        answers = outputs(case)
        packed.append(_number(min(most_samples, len(case.samples))))
        for sample, answer in list(zip(case.samples, answers))[:most_samples]:
            packed += (_piece(array.tobytes()) for array in (*sample, *answer))
    return b"".join(packed)


def _piece(data: bytes) -> bytes:
    return _number(len(data)) + data


def _number(n: int) -> bytes:
    return n.to_bytes(4, "little")
