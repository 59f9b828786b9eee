"""A talk with a modem in AT commands: one command, its lines, and how it ended."""

from __future__ import annotations

import re
from typing import Final, Protocol

from broadcaster.alerting.sender import SendError
from broadcaster.clock import Clock

_CODED: Final = re.compile(r"\+CM([SE]) ERROR: *(\d+)")
PATIENCE_S: Final = (1.0, 2.0, 4.0)
"""How long a sign of life is waited for, one try after the other."""
_ESCAPE, _END_OF_TEXT = b"\x1b", b"\x1a"


class SerialWire(Protocol):
    """A serial port, or something like it."""

    @property
    def in_waiting(self) -> int:
        """The bytes that have come."""
        ...

    def read(self, size: int, /) -> bytes:
        """So many bytes, or what came of them in a moment."""
        ...

    def write(self, data: bytes, /) -> int | None:
        """Send."""
        ...


class ModemRefusalError(Exception):
    """Raised when the modem answers with an error.

    Args:
        kind: `S` of the network's message service, `E` of the equipment, or nothing.
        code: its number; -1 when none is said.
    """

    def __init__(self, kind: str, code: int) -> None:
        super().__init__(f"{kind} {code}")
        self.kind = kind
        self.code = code


class ModemLine:
    """The modem at the other end of a wire."""

    def __init__(self, wire: SerialWire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock
        self._held = b""

    def wake(self) -> None:
        """Make it listen, whatever it was in the middle of.

        Raises:
            SendError: nothing answers.
        """
        for patience in PATIENCE_S:
            self._wire.write(_ESCAPE + b"\r")
            try:
                self.ask("AT", patience)
                self.ask("ATE0", patience)
                self.ask("AT+CMEE=1", patience)
            except ModemRefusalError:
                return
            except SendError:
                continue
            return
        raise SendError("Modem không trả lời: hãy rút ra cắm lại, và xem cổng trong cài đặt có đúng không.")

    def ask(self, command: str, seconds: float = 5.0) -> list[str]:
        """The lines that a command answers with, before its OK.

        Raises:
            ModemRefusalError: it ends in an error.
            SendError: it does not end.
        """
        self._held = b""
        self._wire.write(command.encode("ascii") + b"\r")
        return [line for line in self._until_end(seconds) if line != command]

    def submit(self, pdu: bytes, seconds: float = 40.0) -> list[str]:
        """Hand over one message, after the place of the service centre, which stays the card's own.

        Raises:
            ModemRefusalError: it is not taken.
            SendError: no end of it is told.
        """
        self._held = b""
        self._wire.write(f"AT+CMGS={len(pdu)}\r".encode())
        self._until_prompt(5.0)
        self._wire.write(b"00" + pdu.hex().upper().encode() + _END_OF_TEXT)
        return self._until_end(seconds)

    def rest(self, seconds: float = 2.0) -> None:
        """Let the modem be for a while."""
        self._clock.sleep_until(self._clock.monotonic() + seconds)

    def _come(self) -> bytes:
        return self._wire.read(max(1, self._wire.in_waiting))

    def _until_prompt(self, seconds: float) -> None:
        deadline = self._clock.monotonic() + seconds
        while self._clock.monotonic() < deadline:
            self._held += self._come()
            if self._held.rstrip(b" ").endswith(b">"):
                self._held = b""
                return
            for line in self._held.decode("ascii", "replace").splitlines():
                _require_no_error(line)
        raise SendError("Modem không nhận lệnh gửi tin.")

    def _until_end(self, seconds: float) -> list[str]:
        deadline = self._clock.monotonic() + seconds
        lines: list[str] = []
        while self._clock.monotonic() < deadline:
            self._held += self._come()
            *whole, self._held = self._held.split(b"\n")
            for raw in whole:
                line = raw.decode("ascii", "replace").strip()
                _require_no_error(line)
                if line == "OK":
                    return lines
                if line:
                    lines.append(line)
        raise SendError(f"Modem không trả lời trong {seconds:.0f} giây.")


def _require_no_error(line: str) -> None:
    line = line.strip()
    if coded := _CODED.search(line):
        raise ModemRefusalError(coded[1], int(coded[2]))
    if line in {"ERROR", "COMMAND NOT SUPPORT", "NO CARRIER"}:
        raise ModemRefusalError("", -1)
