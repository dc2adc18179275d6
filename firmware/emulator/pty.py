"""A pseudo-terminal for a process that has none: its stdin goes out, what a client sends comes from its stdout.

Run as `pty.py [LINK]`. Writes the terminal's path, a line, to file descriptor 3, and points LINK at it. SIGHUP pulls
the plug: the client sees a hang-up, and a new terminal takes the old one's place. Ends when its stdin closes.

Output is for a client that is there: with none it is dropped, as on a serial port that nobody has opened.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import tty
from pathlib import Path

STDIN, STDOUT, PATHS = 0, 1, 3
NO_CLIENT_POLL = 10  # milliseconds between two looks for a client


class Unplugged(Exception):
    """SIGHUP came."""


def main() -> None:
    link = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    signal.signal(signal.SIGHUP, unplug)
    open_for_more = True
    while open_for_more:
        master, path = open_terminal()
        if link:
            replace_link(link, path)
        os.write(PATHS, f"{path}\n".encode())
        try:
            carry(master, path)
            open_for_more = False
        except Unplugged:
            pass
        finally:
            os.close(master)
    if link and link.is_symlink() and os.readlink(link) == path:
        link.unlink()


def unplug(signum: int, frame: object) -> None:
    raise Unplugged


def open_terminal() -> tuple[int, str]:
    """The master's end of a raw terminal that no client has open yet, and its path."""
    master, slave = os.openpty()
    path = os.ttyname(slave)
    tty.setraw(slave)  # outlives the clients: they share one line discipline
    os.close(slave)  # so that the master can tell whether a client is there
    os.set_blocking(master, False)
    return master, path


def replace_link(link: Path, path: str) -> None:
    """Points `link` at `path`, in place of a link that was there before."""
    temporary = link.with_name(f"{link.name}.{os.getpid()}")
    temporary.symlink_to(path)
    temporary.replace(link)


def carry(master: int, path: str) -> None:
    """Copies both ways until stdin closes."""
    pending = b""
    connected = False
    while True:
        stdin_ready = wait(master, connected, want_output=bool(pending))
        state = poll(master, select.POLLIN, 0)
        if state & select.POLLIN:
            os.write(STDOUT, os.read(master, 65536))
        elif connected and state & select.POLLHUP:
            pending = b""
            discard_unread(path)
        connected = not state & select.POLLHUP
        if stdin_ready:
            received = os.read(STDIN, 65536)
            if not received:
                return
            pending = received if connected else b""
        if pending:
            try:
                pending = pending[os.write(master, pending) :]
            except BlockingIOError:
                pass


def wait(master: int, connected: bool, want_output: bool) -> bool:
    """Waits for something to do; whether stdin can be read. It is left alone while the client has output to take."""
    if not connected:
        return bool(poll(STDIN, select.POLLIN, NO_CLIENT_POLL))
    if want_output:
        poll(master, select.POLLIN | select.POLLOUT, None)
        return False
    both = select.poll()
    both.register(STDIN, select.POLLIN)
    both.register(master, select.POLLIN)
    return STDIN in dict(both.poll())


def poll(descriptor: int, events: int, milliseconds: int | None) -> int:
    """The events of one file descriptor; a hang-up is one whether asked for or not."""
    poller = select.poll()
    poller.register(descriptor, events)
    return dict(poller.poll(milliseconds)).get(descriptor, 0)


def discard_unread(path: str) -> None:
    """Drops what the last client left unread, so that the next one does not get it."""
    slave = os.open(path, os.O_RDWR | os.O_NOCTTY)
    termios.tcflush(slave, termios.TCIFLUSH)
    os.close(slave)


if __name__ == "__main__":
    main()
