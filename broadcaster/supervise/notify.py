"""What systemd is told of a service of its own: datagrams of a few words at the socket that it names.

The protocol is that of `sd_notify(3)`; where nobody names a socket nothing is said.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator, MutableMapping
from typing import Final

from broadcaster.threads import WatchedThread

EXTEND_S: Final = 120
"""A start that goes on asks for so much more time with each sign of life."""
_EVERY_S: Final = 20.0


class Notifier:
    """The line to systemd.

    Args:
        environ: the environment of this process, from which what systemd put there is taken: no child shall speak.
    """

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        names = ("NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC")
        self.taken = {name: environ[name] for name in names if name in environ}
        """What systemd put there, for this very process under another program."""
        self._address = environ.pop("NOTIFY_SOCKET", "")
        mine = environ.pop("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        fed_within = environ.pop("WATCHDOG_USEC", "0")
        self.watchdog_s = int(fed_within) / 1_000_000 if mine and fed_within.isdecimal() else 0.0
        """So often systemd wants a sign of life, or it begins the service anew; 0 when it wants none."""

    def say(self, **words: object) -> None:
        """Tell systemd; whoever does not listen misses it."""
        if not self._address:
            return
        text = "\n".join(f"{name}={' '.join(str(value).split())}" for name, value in words.items())
        where = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.settimeout(1.0)
            line.sendto(text.encode(), where)

    def longer(self) -> None:
        """Say that the start goes on."""
        self.say(EXTEND_TIMEOUT_USEC=EXTEND_S * 1_000_000)

    @contextlib.contextmanager
    def patience(self, status: str) -> Iterator[None]:
        """Say again and again that the start goes on, for something that takes long and has no end to count to."""
        over = threading.Event()

        def ask() -> None:
            self.say(STATUS=status)
            while not over.is_set():
                self.longer()
                over.wait(_EVERY_S)

        thread = WatchedThread(ask, "patience")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(5)
