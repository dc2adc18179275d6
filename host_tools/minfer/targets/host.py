"""The engine inside this very process."""

from __future__ import annotations

from collections.abc import Sequence

from minfer.engine import Model
from minfer.samples import Sample


class HostTarget:
    """Runs models on the laptop's own engine."""

    def run(self, file: bytes, samples: Sequence[Sample]) -> list[Sample]:
        """The outputs for each sample."""
        model = Model.load(file)
        return [model.run(sample) for sample in samples]
