"""A board on a serial port, through its raw REPL."""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from minfer.deploy import Board, Candidate, check_models, list_rom
from minfer.engine import Model
from minfer.samples import Sample
from minfer.targets.buffers import describe_buffers, parse_samples

SCRIPT = Path(__file__).with_name("on_board.py")


@dataclass(frozen=True)
class OpTime:
    """What one operator took; `cycles` is exact where the chip counts them."""

    microseconds: int
    cycles: int


class BoardTarget:
    """Runs models where they lie in ROMFS, and those that do not from RAM."""

    def __init__(self, port: str) -> None:
        """`port`: the board's."""
        self._port = port

    def run(self, file: bytes, samples: Sequence[Sample]) -> list[Sample]:
        """The outputs for each sample."""
        model = Model.load(file)
        outputs: list[Sample] = []
        with self._ready(file, model) as board:
            for sample in samples:
                _put(board, sample)
                data = b"".join(map(binascii.a2b_base64, board.values("run()")))
                outputs += parse_samples(data, model.outputs, 1)
        return outputs

    def profile(self, file: bytes, sample: Sample) -> list[OpTime]:
        """What each operator takes on a sample."""
        with self._ready(file, Model.load(file)) as board:
            _put(board, sample)
            *rows, hertz = board.values("profile()")
        return [OpTime(us, cycles or us * hertz // 1_000_000) for us, cycles in rows]

    @contextmanager
    def _board(self, candidate: Candidate) -> Iterator[Board]:
        """The board; `candidate` is what is about to run."""
        with Board(self._port) as board:
            yield board

    @contextmanager
    def _ready(self, file: bytes, model: Model) -> Iterator[Board]:
        candidate = Candidate(f"{model.name}.mnf", file, model.arena_size)
        with self._board(candidate) as board:
            digest = hashlib.sha256(file).digest()
            path = next((f"/rom/{f.name}" for f in list_rom(board) if f.digest == digest), "")
            check_models(board, [candidate], in_ram=not path)
            if not path:
                board.exec(f"file = bytearray({len(file)})")
                board.send(file, "file[{start}:{end}] = a2b_base64({data})")
            board.exec(SCRIPT.read_text("utf-8"))
            takes, gives = describe_buffers(model.inputs), describe_buffers(model.outputs)
            board.exec(f"start({repr(path) if path else 'file'}, {takes!r}, {gives!r})")
            yield board


def _put(board: Board, sample: Sample) -> None:
    for i, array in enumerate(sample):
        board.send(array.tobytes(), f"put({i}, {{start}}, a2b_base64({{data}}))")
