"""What `make` builds, found from where a command is given and from where this package lies."""

from __future__ import annotations

import os
from pathlib import Path

from minfer.errors import MinferError


def find_built(relative: str, what: str, remedy: str, variable: str = "") -> Path:
    """The file `relative` to a project's folder, or the one that an environment variable names.

    Raises MinferError, saying `what` is missing and the `remedy`.
    """
    given = os.environ.get(variable) if variable else None
    if given:
        places = [Path(given)]
    else:
        starts = (Path.cwd(), Path(__file__).resolve().parent)
        places = [folder / relative for start in starts for folder in (start, *start.parents)]
    for place in places:
        if place.is_file():
            return place
    raise MinferError(f"no {what}: expected {given or relative}; {remedy}")
