"""A pseudo-terminal for a process that has none: its stdin goes out, what a client sends comes from its stdout.

Run as `hold_pty.py [LINK]`. Writes the terminal's path, a line, to file descriptor 3, and points LINK at it. SIGHUP pulls
the plug: the client sees a hang-up, and a new terminal takes the old one's place. Ends when its stdin closes.

Output is for a client that is there: with none it is dropped, as on a serial port that nobody has opened.
"""

from __future__ import annotations

import array
import fcntl
import os
import select
import signal
import sys
import termios
import time
import tty
from pathlib import Path

STDIN, STDOUT, PATHS = 0, 1, 3
NO_CLIENT_POLL = 10  # milliseconds between two looks for a client
PATIENCE = 1000  # milliseconds for a client to take its last output


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
            await_reader(path)
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
    """Copies both ways until stdin closes. Reads it only when the client has taken all before."""
    pending = b""
    connected = False
    while True:
        events = wait(master, connected, for_output=bool(pending))
        state = poll(master, select.POLLIN, 0)
        if state & select.POLLIN:
            os.write(STDOUT, os.read(master, 65536))
        elif connected and state & select.POLLHUP:
            pending = b""
            discard_unread(path)
        connected = not state & select.POLLHUP
        if events & select.POLLHUP and pending:
            finish(master, pending)
            return
        if events and not pending:
            received = os.read(STDIN, 65536)
            if not received:
                return
            pending = received if connected else b""
        pending = send(master, pending)


def send(master: int, pending: bytes) -> bytes:
    """Sends as much as there is room for. Returns the rest."""
    try:
        return pending[os.write(master, pending) :]
    except BlockingIOError:
        return pending


def finish(master: int, pending: bytes) -> None:
    """Sends the last output, unless the client does not take it."""
    pending += sys.stdin.buffer.read()
    while pending and poll(master, select.POLLOUT, PATIENCE) == select.POLLOUT:
        pending = send(master, pending)


def await_reader(path: str) -> None:
    """Gives the client time to read what it was sent, which a hang-up would drop."""
    slave = os.open(path, os.O_RDWR | os.O_NOCTTY)
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        unread = array.array("i", [0])
        fcntl.ioctl(slave, termios.FIONREAD, unread)
        if not unread[0]:
            break
        time.sleep(0.002)
    os.close(slave)


def wait(master: int, connected: bool, for_output: bool) -> int:
    """Waits for something to do. Returns what there is on stdin."""
    if not connected:
        return poll(STDIN, select.POLLIN, NO_CLIENT_POLL)
    poller = select.poll()
    poller.register(STDIN, 0 if for_output else select.POLLIN)
    poller.register(master, select.POLLIN | (select.POLLOUT if for_output else 0))
    return dict(poller.poll()).get(STDIN, 0)


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
