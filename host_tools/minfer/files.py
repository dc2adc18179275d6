"""Files as the command line takes and leaves them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from minfer.compiler import compile_model
from minfer.engine import Model

TFLITE_MAGIC = b"TFL3"


def is_tflite(content: bytes) -> bool:
    """Whether the bytes are those of a TensorFlow Lite model."""
    return content[4:8] == TFLITE_MAGIC


def load_model(path: Path) -> tuple[Model, bytes]:
    """The model of a .mnf file, or of a .tflite file compiled in memory, and its .mnf bytes."""
    content = path.read_bytes()
    if is_tflite(content) or path.suffix == ".tflite":
        content = compile_model(content, path.stem)
    return Model.load(content), content


def write_atomically(path: Path, content: bytes) -> None:
    """Writes under a temporary name beside `path`, then renames: all of the file or nothing."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
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
