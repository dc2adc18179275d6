"""Samples in numpy files: one, or several stacked first; .npy for one edge, .npz for several."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from minfer.engine import EdgeInfo
from minfer.errors import MinferError
from minfer.format import DType

Sample = list[np.ndarray]


@dataclass(frozen=True)
class Stacking:
    """How a file holds its samples: `is_stacked` with their number first, `without_batch` of 1."""

    is_stacked: bool
    without_batch: bool


def read_samples(path: Path, edges: Sequence[EdgeInfo]) -> tuple[list[Sample], Stacking]:
    """Samples for the inputs of a model; raises MinferError for another shape or type."""
    arrays = _load(path)
    if len(edges) == 1 and len(arrays) == 1:
        arrays = {edges[0].name: next(iter(arrays.values()))}
    missing = [edge.name for edge in edges if edge.name not in arrays]
    if missing:
        raise MinferError(
            f"{path}: expected a .npz with arrays {', '.join(repr(e.name) for e in edges)},"
            f" found {', '.join(map(repr, arrays))}"
        )
    columns, stackings = zip(*(_split(path, arrays[edge.name], edge) for edge in edges))
    if len({len(column) for column in columns}) > 1:
        raise MinferError(f"{path}: expected as many samples for each input")
    return [list(sample) for sample in zip(*columns)], stackings[0]


def write_samples(
    samples: Sequence[Sample], edges: Sequence[EdgeInfo], stacking: Stacking, path: Path
) -> bytes:
    """The content of a .npy file, or of a .npz file where `path` ends so."""
    columns = {
        edge.name: _join([sample[i] for sample in samples], stacking)
        for i, edge in enumerate(edges)
    }
    file = io.BytesIO()
    if path.suffix == ".npz":
        np.savez(file, **columns)
    elif len(edges) == 1:
        np.save(file, next(iter(columns.values())))
    else:
        raise MinferError(f"{path}: expected the ending .npz for {len(edges)} outputs")
    return file.getvalue()


def random_samples(edges: Sequence[EdgeInfo], n: int, seed: int) -> list[Sample]:
    """Samples that reach every integer of an input, and saturate where the face is float32."""
    chance = np.random.default_rng(seed)
    return [[_random(edge, chance) for edge in edges] for _ in range(n)]


def _random(edge: EdgeInfo, chance: np.random.Generator) -> np.ndarray:
    if edge.face == DType.BOOL:
        return chance.integers(0, 2, edge.shape).astype(bool)
    if edge.face != DType.FLOAT32:
        bounds = np.iinfo(edge.face.numpy)
        return chance.integers(bounds.min, bounds.max, edge.shape, edge.face.numpy, endpoint=True)
    bounds = np.iinfo(edge.dtype.numpy)
    beyond = (bounds.max - bounds.min) / 20
    integers = chance.uniform(bounds.min - beyond, bounds.max + beyond, edge.shape)
    return (edge.scale * (integers - edge.zero_point)).astype(np.float32)


def _load(path: Path) -> dict[str, np.ndarray]:
    try:
        content = np.load(path, allow_pickle=False)
        if isinstance(content, np.ndarray):
            return {path.stem: content}
        return dict(content.items())
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise MinferError(f"{path}: expected a .npy or .npz file of numbers ({error})") from error


def _split(path: Path, array: np.ndarray, edge: EdgeInfo) -> tuple[list[np.ndarray], Stacking]:
    """One array a sample."""
    shape, without = edge.shape, edge.shape[1:]
    stacking = None
    if array.shape == shape:
        stacking = Stacking(is_stacked=False, without_batch=False)
    elif array.shape[1:] == shape and array.ndim:
        stacking = Stacking(is_stacked=True, without_batch=False)
    elif shape[:1] == (1,) and array.shape == without:
        stacking = Stacking(is_stacked=False, without_batch=True)
    elif shape[:1] == (1,) and array.shape[1:] == without and array.ndim:
        stacking = Stacking(is_stacked=True, without_batch=True)
    if stacking is None or array.dtype != edge.face.numpy:
        raise MinferError(
            f"{path}: input '{edge.name}': expected {edge.describe()}, or samples of it stacked,"
            f" found {array.dtype} of shape {array.shape}"
        )
    stacked = array if stacking.is_stacked else array[np.newaxis]
    return [sample.reshape(shape) for sample in stacked], stacking


def _join(arrays: list[np.ndarray], stacking: Stacking) -> np.ndarray:
    """As the inputs came."""
    if stacking.without_batch and arrays[0].shape[:1] == (1,):
        arrays = [array[0] for array in arrays]
    return np.stack(arrays) if stacking.is_stacked else arrays[0]
