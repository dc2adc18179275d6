"""Files as the command line takes and leaves them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from minfer.compiler import compile_model
from minfer.engine import Model
from minfer.errors import ConvertError, MinferError, ModelError

TFLITE_MAGIC = b"TFL3"


def is_tflite(content: bytes) -> bool:
    """Whether the bytes are those of a TensorFlow Lite model."""
    return content[4:8] == TFLITE_MAGIC


def compile_file(path: Path, name: str = "", labels: Sequence[str] = ()) -> bytes:
    """The .mnf bytes of a .tflite file; the name is that of the file if none is given."""
    try:
        return compile_model(path.read_bytes(), name or path.stem, labels)
    except ConvertError as error:
        raise ConvertError(f"{path}: {error}") from error


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
