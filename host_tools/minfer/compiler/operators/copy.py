"""COPY: what every operator that only moves elements becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from minfer.compiler.walk import Walk


@dataclass(frozen=True)
class CopyParams:
    """`fill`: what the output holds first, if anything; `regions`: the input's number and a walk through output and input."""

    regions: tuple[tuple[int, Walk], ...]
    fill: Optional[int] = None

    def words(self) -> list[int]:
        """Whether to fill, the value, then the regions."""
        head = [0, 0] if self.fill is None else [1, self.fill]
        return head + [word for number, walk in self.regions for word in (number, *walk.words())]
