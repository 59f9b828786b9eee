"""A small modem behind a pty: it answers AT commands as a real one does, and keeps the messages that it took."""

from __future__ import annotations

import contextlib
import os
import re
import select
import threading
import tty
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Modem:
    port: str = ""
    pin: str = ""
    """What unlocks the card; empty: it is open."""
    locked: bool = False
    """Whether the card asks for its PUK."""
    card: bool = True
    network: str = "0,1"
    """What it answers of its registration."""
    asked_before_network: int = 0
    """So many times it still looks for the network."""
    refuses: str = ""
    """What it answers to a message."""
    mute: bool = False
    leaves_at: str = ""
    """The command at which it is pulled out."""
    chatter: bytes = b""
    """What it says unasked before each answer."""
    echo: bool = True
    heard: list[str] = field(default_factory=list)
    took: list[bytes] = field(default_factory=list)
    _length: int = -1

    def answer(self, command: str) -> bytes:
        """What it says to one line."""
        self.heard.append(command)
        said = self._said(command)
        echoed = f"{command}\r".encode() if self.echo else b""
        return echoed + self.chatter + said

    def _said(self, command: str) -> bytes:
        if command == "ATE0":
            self.echo = False
        if command in {"", "AT", "ATE0", "AT+CMEE=1", "AT+CMGF=0"}:
            return b"\r\nOK\r\n" if command else b""
        if not self.card:
            return b"\r\n+CME ERROR: 10\r\n"
        if command == "AT+CPIN?":
            state = "SIM PUK" if self.locked else "SIM PIN" if self.pin else "READY"
            return f"\r\n+CPIN: {state}\r\n\r\nOK\r\n".encode()
        if given := re.fullmatch(r'AT\+CPIN="(\d+)"', command):
            if given[1] != self.pin:
                return b"\r\n+CME ERROR: 16\r\n"
            self.pin = ""
            return b"\r\nOK\r\n"
        if self.pin or self.locked:
            return b"\r\n+CME ERROR: 11\r\n"
        if command == "AT+CREG?":
            self.asked_before_network -= 1
            state = "0,2" if self.asked_before_network >= 0 else self.network
            return f"\r\n+CREG: {state}\r\n\r\nOK\r\n".encode()
        if length := re.fullmatch(r"AT\+CMGS=(\d+)", command):
            self._length = int(length[1])
            return b"\r\n> "
        return b"\r\nERROR\r\n"

    def take(self, text: bytes) -> bytes:
        """What it says to the text after its prompt."""
        data, length, self._length = bytes.fromhex(text.decode()), self._length, -1
        if data[0] != 0 or len(data) - 1 != length:
            return b"\r\n+CMS ERROR: 304\r\n"
        if self.refuses:
            return f"\r\n{self.refuses}\r\n".encode()
        self.took.append(data[1:])
        return f"\r\n+CMGS: {len(self.took)}\r\n\r\nOK\r\n".encode()


@contextlib.contextmanager
def plugged(modem: Modem) -> Iterator[Modem]:
    """Keep a modem at its port until the block ends, or it leaves."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    modem.port = os.ttyname(theirs)
    stop_read, stop_write = os.pipe()
    ends = [ours, theirs]

    def live() -> None:
        held = b""
        while True:
            ready, _, _ = select.select([ours, stop_read], [], [], 60)
            if not ready or stop_read in ready:
                return
            with contextlib.suppress(OSError):
                held += os.read(ours, 256)
            while True:
                end = b"\x1a" if modem._length >= 0 else b"\r"
                line, found, rest = held.partition(end)
                if not found:
                    break
                held = rest
                if modem.mute:
                    continue
                text = line.replace(b"\x1b", b"").strip()
                if modem.leaves_at and text.decode() == modem.leaves_at:
                    while ends:
                        os.close(ends.pop())
                    return
                os.write(ours, modem.take(text) if end == b"\x1a" else modem.answer(text.decode()))

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    try:
        yield modem
    finally:
        os.write(stop_write, b"x")
        thread.join(10)
        for end in [*ends, stop_read, stop_write]:
            os.close(end)


def read(pdu: bytes) -> tuple[str, str, tuple[int, int, int] | None]:
    """The number, the text and the place among its parts (which, of how many, of which message) of a message."""
    many = bool(pdu[0] & 0x40)
    digits = pdu[2]
    size = (digits + 1) // 2
    number = "".join(f"{b & 15:X}{b >> 4:X}" for b in pdu[4 : 4 + size])[:digits]
    number = ("+" if pdu[3] == 0x91 else "") + number
    coding, length, data = pdu[5 + size], pdu[6 + size], pdu[7 + size :]
    place = (data[5], data[4], data[3]) if many else None
    if coding == 8:
        assert len(data) == length
        return number, data[6 if many else 0 :].decode("utf-16-be"), place
    bits = int.from_bytes(data, "little")
    septets = [(bits >> (7 * at)) & 127 for at in range(length)]
    assert len(data) == -(-length * 7 // 8)
    return number, "".join(_GSM[s] for s in septets[7 if many else 0 :]), place


_GSM = {n: chr(n) for n in (10, 13, *range(0x20, 0x24), *range(0x25, 0x40), *range(0x41, 0x5B), *range(0x61, 0x7B))}
"""The letters that stand at the same place in ASCII: all that a text without marks is made of, mostly."""
