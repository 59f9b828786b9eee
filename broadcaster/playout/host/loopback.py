"""The ear of play-out on loopback: a datagram wakes it at once, so that it need not ask the database in a hurry.

The datagram is only a knock: what is wanted stands in a `Command` row. Three are exceptions: a stop must also work when
the database does not, and so must an emergency of which no row can be written, so both are carried in the datagram
itself; and a question about this very moment (how loud is it?) is answered by a datagram, for it is asked several times
a second and belongs in no table. The secret in `run/playout.port`, readable by the station's own account only, keeps
other programs of the machine from knocking.
"""

from __future__ import annotations

import contextlib
import functools
import json
import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from broadcaster import keeping
from broadcaster.threads import WatchedThread, survived

LARGEST = 65_507
"""Bytes in a datagram; longer ones are not ours."""
_DATAGRAM = 65_536
"""No datagram is longer; one that is cut short is an error on Windows."""
LARGEST_ANSWER = 60_000


class Loopback:
    """Listens on a free UDP port of 127.0.0.1 and calls `heard(message)` on its own thread; an answer goes back."""

    def __init__(self, port_file: Path, heard: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
        self.port_file = port_file
        self._heard = heard
        self._secret = secrets.token_hex(16).encode()
        self._socket: socket.socket | None = None
        self._thread: WatchedThread | None = None
        self._unsaid = False

    def open(self) -> None:
        """Start listening, and write the address where the disk takes it.

        Raises:
            OSError: no port.
        """
        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listener.bind(("127.0.0.1", 0))
        self._socket = listener
        self._unsaid = True
        self._thread = WatchedThread(functools.partial(self._listen, listener), "playout-ear")
        self._thread.start()
        self.announce()

    def announce(self) -> str:
        """Write the address where others look for it, unless that was done; a Vietnamese sentence when it fails.

        Asked again and again: a play-out that starts on a full disk airs, and is found once there is room.
        """
        if self._unsaid and self._socket is not None:
            address = f"{self._socket.getsockname()[1]} {self._secret.decode()}\n"
            try:
                keeping.keep(self.port_file, address, lasting=False)
            except OSError as error:
                return f"Máy phát không ghi được địa chỉ nhận lệnh, lệnh dừng tới chậm vài giây: {error.strerror}."
            self._unsaid = False
        return ""

    def close(self) -> None:
        """Stop listening and take the address away."""
        self.port_file.unlink(missing_ok=True)
        listener, self._socket = self._socket, None
        if listener is None:
            return
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as knock:  # unblocks recv on every system
            knock.sendto(b"", listener.getsockname())
        if self._thread is not None:
            self._thread.join(2)
        listener.close()

    def _listen(self, listener: socket.socket) -> None:
        while self._socket is not None:
            try:
                packet, sender = listener.recvfrom(_DATAGRAM)
            except ConnectionResetError:
                continue  # on Windows an unreachable sender shows up here
            with survived("playout-ear"):  # whatever it is, it costs that one datagram, never the ear
                self._take(listener, packet, sender)

    def _take(self, listener: socket.socket, packet: bytes, sender: Any) -> None:
        secret, text = packet[: len(self._secret)], packet[len(self._secret) :]
        if len(packet) > LARGEST or not secrets.compare_digest(secret, self._secret):
            return
        message = json.loads(text)
        if not isinstance(message, dict):
            return
        answer = self._heard(message)
        if answer is not None:
            with contextlib.suppress(OSError):
                listener.sendto(json.dumps(answer).encode()[:LARGEST_ANSWER], sender)
