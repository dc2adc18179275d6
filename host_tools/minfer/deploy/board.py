"""A MicroPython board at the end of a serial port: its raw REPL, through mpremote's transport."""

from __future__ import annotations

import ast
import binascii
import io
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport
from serial.tools import list_ports

from minfer.deploy.romfs import Piece
from minfer.errors import MinferError

SCRIPT = Path(__file__).with_name("on_board.py")
SILENCE_SECONDS = 30  # after which a board is given up
BOOT_SECONDS = 60  # a boot may have to finish an installation
CHUNK = 3072  # bytes sent at once

Progress = Callable[[int], None]  # told the bytes done since it was told last


class Board:
    """A board in its raw REPL from `__enter__` to `__exit__`, freshly reset, knowing on_board.py.

    Every method raises MinferError where the board is lost or its Python raises.
    """

    def __init__(self, port: str, needs_minfer: bool = True) -> None:
        """`port`: a device's path, or a URL of pyserial's.

        Without `needs_minfer` any MicroPython will do, and it knows on_board.py after `prepare()`.
        """
        self.port = port
        self._needs_minfer = needs_minfer

    def __enter__(self) -> Board:
        try:
            self._transport = SerialTransport(self.port, timeout=SILENCE_SECONDS)
        except (TransportError, OSError, ValueError) as error:
            raise MinferError(_why_closed(self.port)) from error
        try:
            self.reset()
            if self._needs_minfer:
                self._expect_minfer()
                self.prepare()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._transport.exit_raw_repl()
        self._close()

    def reset(self) -> None:
        """Resets the board; it has forgotten all it was told."""
        with self._watch():
            try:
                with redirect_stdout(io.StringIO()):  # mpremote prints what it did not expect
                    self._transport.enter_raw_repl(timeout_overall=BOOT_SECONDS)
            except TransportError as error:
                raise MinferError(
                    f"{self.port}: expected a board running MicroPython, found no prompt;"
                    " flash minfer's firmware, or press the board's reset button"
                ) from error

    def prepare(self) -> None:
        """Tells the board on_board.py."""
        self.exec(SCRIPT.read_text("utf-8"))

    def exec(self, code: str, on_line: Callable[[str], None] | None = None) -> str:
        """Runs `code`. Returns what it prints, or gives it to `on_line` as the lines come."""
        output, errors = self._exec(code, on_line)
        if errors:
            raise MinferError(f"{self.port}: the board says: {errors.splitlines()[-1]}")
        return output

    def eval(self, expression: str) -> Any:
        """The value of an expression of literals."""
        return ast.literal_eval(self.exec(f"print(repr({expression}))"))

    def values(self, call: str) -> list[Any]:
        """What `call` prints, a literal a line."""
        return [ast.literal_eval(line) for line in self.exec(call).splitlines()]

    def write(self, path: str, pieces: Sequence[Piece], progress: Progress) -> None:
        """Writes a file piece by piece."""
        self.exec(f"sink = open({path!r}, 'wb')")
        for piece in pieces:
            if isinstance(piece, bytes):
                self.send(piece, "sink.write(a2b_base64({data}))", progress)
            else:
                call = f"copy_rom(sink, {piece.offset}, {piece.size})"
                self.exec(call, lambda line: progress(int(line)))
        self.exec("sink.close()")

    def send(self, content: bytes, call: str, progress: Progress = lambda done: None) -> None:
        """Runs `call` for each chunk of `content`: {data} becomes the chunk, in base64, {start} and
        {end} its place."""
        for start in range(0, len(content), CHUNK):
            chunk = content[start : start + CHUNK]
            encoded = binascii.b2a_base64(chunk, newline=False)
            self.exec(call.format(data=encoded, start=start, end=start + len(chunk)))
            progress(len(chunk))

    def _close(self) -> None:
        with suppress(OSError):  # it may be gone; whoever spoke to it has been told
            self._transport.close()

    def _expect_minfer(self) -> None:
        _, errors = self._exec("import sys\nimport minfer")
        if errors:
            board = self.eval("sys.implementation[2] if len(sys.implementation) > 2 else ''")
            raise MinferError(
                f"{self.port}: expected a board running minfer, found MicroPython without it"
                f" ({board}); put it there with minfer install, or flash minfer's firmware"
            )

    def _exec(self, code: str, on_line: Callable[[str], None] | None = None) -> tuple[str, str]:
        received = bytearray()

        def consume(data: bytes) -> None:
            if data == b"\n":
                on_line(received.decode())
                received.clear()
            elif data not in b"\r\x04":
                received.extend(data)

        with self._watch():
            output, errors = self._transport.exec_raw(
                code, SILENCE_SECONDS, consume if on_line else None
            )
        return output.decode("utf-8", "replace"), errors.decode("utf-8", "replace")

    @contextmanager
    def _watch(self) -> Iterator[None]:
        try:
            yield
        except (TransportError, OSError, struct.error) as error:
            raise MinferError(
                f"{self.port}: the board does not answer any more;"
                " plug it in again and repeat the command"
            ) from error


def find_port(given: str | None = None) -> str:
    """`given`, or else the only port with a board.

    Raises MinferError where there is none, or more than one.
    """
    if given:
        return given
    ports = [port for port in sorted(list_ports.comports()) if port.vid is not None]
    if not ports:
        raise MinferError("no board found: plug one in by USB, or say where it is with --port")
    if len(ports) > 1:
        choices = ", ".join(f"{port.device} ({port.description})" for port in ports)
        raise MinferError(f"{len(ports)} boards found, choose one with --port: {choices}")
    return ports[0].device


def _why_closed(port: str) -> str:
    if "://" not in port and not Path(port).exists():
        return f"{port}: there is no such port; is the board plugged in?"
    if "://" not in port and not os.access(port, os.R_OK | os.W_OK):
        return f"{port}: no permission to use the port; join the group that owns it (dialout)"
    return f"{port}: the port cannot be opened; close the program that is using it"
