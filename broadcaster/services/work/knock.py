"""The worker's bell: a datagram on loopback, so that wanted work is looked for at once.

Rows hold what is wanted. A knock that is lost, or that nobody hears because the worker is on another machine, costs no
more than the second until the worker looks by itself; so a knock carries nothing and needs no secret.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path

from broadcaster import keeping

_FILE = "worker.port"


class Bell:
    """Hears knocks for the station whose `run` folder this is."""

    def __init__(self, run: Path) -> None:
        """Begin to listen.

        Raises:
            OSError: no port, or the disk refuses.
        """
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.bind(("127.0.0.1", 0))
        keeping.keep(run / _FILE, str(self._line.getsockname()[1]), lasting=False)

    def wait(self, seconds: float) -> bool:
        """Whether somebody knocked within `seconds`."""
        self._line.settimeout(seconds)
        try:
            self._line.recv(1)
        except TimeoutError:
            return False
        except OSError:  # Windows: the datagram is longer than what is read of it
            return True
        return True

    def close(self) -> None:
        """Stop listening; the address stays, for another worker may have written its own there."""
        self._line.close()


def knock(run: Path) -> None:
    """Knock at the worker of the station whose `run` folder this is; when none listens, nothing happens."""
    with suppress(OSError, ValueError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.sendto(b"", ("127.0.0.1", int((run / _FILE).read_text(encoding="ascii"))))
