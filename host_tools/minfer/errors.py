"""What goes wrong in a way a person can mend: one line each, shown as it is."""

from __future__ import annotations


class MinferError(Exception):
    """Bad input; the text is one line saying what was expected, what was found, what to do."""


class ConvertError(MinferError):
    """A model that cannot be converted."""


class ModelError(MinferError):
    """A model file the engine refuses.

    `op` is the index of the operator it is about in the file, None where the whole file is meant;
    `reason` is the text without that operator.
    """

    def __init__(self, text: str, op: int | None = None, reason: str = "") -> None:
        super().__init__(text)
        self.op = op
        self.reason = reason or text
