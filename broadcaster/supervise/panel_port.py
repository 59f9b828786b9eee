"""The panel's port, held by the supervisor: nobody takes it while the panel is started again."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from typing import Final

from broadcaster.errors import RuleError
from broadcaster.ports import taken

SOCKETS: Final = "LOA_WEBSOCKETS"
TRIES: Final = 5
"""How often a port that another program has is asked for."""


class PanelPort:
    """The port at which the panel will be.

    Args:
        where: the host and the port, as they are set now.
        tell: says to the person at the screen how it stands.
        held: what another process held and handed on; it has told of it.
    """

    def __init__(
        self, where: Callable[[], tuple[str, int]], tell: Callable[[str], object], held: Sequence[socket.socket] = ()
    ) -> None:
        self._where = where
        self._tell = tell
        self._held = list(held)
        self._tried = 0
        self._told = ""

    @property
    def given_up(self) -> bool:
        """Whether it has been asked for often enough."""
        return not self._held and self._tried >= TRIES

    def open(self) -> bool:
        """Take the port if it can be had; say what came of it, each thing once."""
        if self._held:
            return True
        try:
            host, port = self._where()
            self._held = taken(host, port)
        except RuleError as error:
            self._tried += 1
            self._say(f"{error.message} Trang quản lý chưa mở; việc phát theo lịch không cần trang này.")
            if self.given_up:
                self._say(f"Đã thử {TRIES} lần, thôi không thử nữa. Sửa xong hãy tắt (Ctrl-C) rồi chạy lại “loa up”.")
            return False
        here = "127.0.0.1" if host in {"", "0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104
        self._say(f"Trang quản lý: http://{here}:{port}/  (Ctrl-C để tắt đài)")
        return True

    def anew(self) -> None:
        """Let go of the port and forget what was tried: where it shall be may have changed."""
        self.close()
        self._tried, self._told = 0, ""

    def handles(self) -> tuple[int, ...]:
        """What a child must inherit; where that cannot be, the port is let go of for the child to take."""
        if os.name != "posix":
            self.close()
        return tuple(door.fileno() for door in self._held)

    def environment(self) -> dict[str, str]:
        """What tells the child of `handles`."""
        return {SOCKETS: ",".join(map(str, self.handles()))}

    def close(self) -> None:
        """Let go of the port."""
        for door in self._held:
            door.close()
        self._held = []

    def _say(self, sentence: str) -> None:
        if sentence != self._told:
            self._tell(sentence)
            self._told = sentence


def inherited() -> Sequence[socket.socket]:
    """The sockets that the supervisor handed to this process; none for a panel started by hand."""
    return [socket.socket(fileno=int(n)) for n in os.environ.get(SOCKETS, "").split(",") if n]
