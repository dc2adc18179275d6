"""Files as the command line takes and leaves them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Optional, Union

import numpy as np

from minfer.compiler import compile_model
from minfer.engine import Model
from minfer.errors import ConvertError, MinferError, ModelError
from minfer.recipe import load_recipe, recipe_text

TFLITE_MAGIC = b"TFL3"


def is_tflite(content: bytes) -> bool:
    """Whether the bytes are those of a TensorFlow Lite model."""
    return content[4:8] == TFLITE_MAGIC


def compile_file(
    path: Path,
    name: str = "",
    labels: Sequence[str] = (),
    frontend: Union[str, Path, Mapping[str, Any], None] = None,
    samples: Union[str, Path, np.ndarray, None] = None,
    min_ram: bool = False,
    columns: bool = True,
) -> bytes:
    """The .mnf bytes of a .tflite file; the name is that of the file if none is given.

    frontend: a recipe, as minfer.recipe.load_recipe takes it. samples: windows of features, or a .npy file of them, whose
    statistics go into the recipe. min_ram: compute bands of rows where that makes the arena smaller.
    columns: as compile_model() takes it.
    """
    recipe = None
    if frontend is not None:
        tables = load_recipe(frontend)
        windows = _read_windows(samples)

        def recipe(model: Model) -> str:
            return recipe_text(tables, model, windows)

    elif samples is not None:
        raise ConvertError("samples: expected a recipe that they belong to, found none: --frontend")
    try:
        return compile_model(path.read_bytes(), name or path.stem, labels, recipe, min_ram, columns)
    except ConvertError as error:
        raise ConvertError(f"{path}: {error}") from error


def convert(
    model: Union[str, Path], output: Union[str, Path, None] = None, **settings: Any
) -> Model:
    """Compiles a .tflite file to a .mnf file, beside it if `output` is not given, and returns the Model.

    settings: name, labels, frontend, samples, min_ram, columns, as compile_file() takes them. Raises ConvertError; OSError for files that
    cannot be read.
    """
    source = Path(model)
    file = compile_file(source, **settings)
    write_atomically(Path(output) if output else source.with_suffix(".mnf"), file)
    return Model.load(file)


def _read_windows(samples: Union[str, Path, np.ndarray, None]) -> Optional[np.ndarray]:
    if samples is None or isinstance(samples, np.ndarray):
        return samples
    try:
        return np.load(samples, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ConvertError(f"{samples}: expected a .npy file of numbers ({error})") from error


def load_model(path: Path) -> tuple[Model, bytes]:
    """The model of a .mnf file, or of a .tflite file compiled in memory, and its .mnf bytes."""
    content = path.read_bytes()
    if is_tflite(content) or path.suffix == ".tflite":
        content = compile_file(path)
    try:
        return Model.load(content), content
    except ModelError as error:
        raise ModelError(f"{path}: {error}", error.op, error.reason) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Writes under a temporary name beside `path`, then renames: all of the file or nothing."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise MinferError(f"{path}: cannot be written ({error.strerror})") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
