"""A pseudo-terminal for a process that has none: its stdin goes out, what a client sends comes from its stdout.

Run as `pty.py [LINK]`; the first line of its output is the terminal's path, all that follows are the clients' bytes.
Output is for a client that is there: with none it is dropped, as on a serial port that nobody has opened.
Ends, and removes LINK, when its stdin closes.
"""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from pathlib import Path

STDIN, STDOUT = 0, 1
NO_CLIENT_POLL = 10  # milliseconds between two looks for a client


def main() -> None:
    link = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    master, slave = os.openpty()
    path = os.ttyname(slave)
    tty.setraw(slave)  # outlives the clients: they share one line discipline
    os.close(slave)  # so that the master can tell whether a client is there
    os.set_blocking(master, False)
    if link:
        replace_link(link, path)
    os.write(STDOUT, f"{path}\n".encode())
    try:
        carry(master)
    finally:
        if link and link.is_symlink() and os.readlink(link) == path:
            link.unlink()


def replace_link(link: Path, path: str) -> None:
    """Points `link` at `path`, in place of a link that was there before."""
    temporary = link.with_name(f"{link.name}.{os.getpid()}")
    temporary.symlink_to(path)
    temporary.replace(link)


def carry(master: int) -> None:
    """Copies both ways until stdin closes."""
    pending = b""
    connected = False
    while True:
        events = poll(master, want_output=bool(pending), wait=connected)
        if master in events and events[master] & select.POLLIN:
            os.write(STDOUT, os.read(master, 65536))
        elif connected and hung_up(master):
            connected, pending = False, b""
            termios.tcflush(master, termios.TCIOFLUSH)
        connected = connected or not hung_up(master)
        if STDIN in events:
            received = os.read(STDIN, 65536)
            if not received:
                return
            pending = received if connected else b""
        if pending:
            try:
                pending = pending[os.write(master, pending) :]
            except BlockingIOError:
                pass


def poll(master: int, want_output: bool, wait: bool) -> dict[int, int]:
    """Waits for something to do. Reads no more from stdin while the client has not taken what it was sent."""
    poller = select.poll()
    if want_output:
        poller.register(master, select.POLLIN | select.POLLOUT)
    else:
        poller.register(STDIN, select.POLLIN)
        if wait:
            poller.register(master, select.POLLIN)
    return dict(poller.poll(None if wait else NO_CLIENT_POLL))


def hung_up(master: int) -> bool:
    """Whether no client has the terminal open."""
    poller = select.poll()
    poller.register(master, 0)
    return any(event & select.POLLHUP for _, event in poller.poll(0))


if __name__ == "__main__":
    main()
