"""The room on the disk, asked before what people bring is taken in, and how much one person sends in a day."""

from __future__ import annotations

import contextlib
import json

from broadcaster import keeping
from broadcaster.floor import DiskRoom, said
from broadcaster.services.station import Station


def look(station: Station) -> DiskRoom:
    """How full the station's disk is.

    Raises:
        OSError: it does not answer.
    """
    return DiskRoom.at(station.home.root, floor(station))


def floor(station: Station) -> int:
    """The bytes that the settings want to stay free."""
    return round(station.settings.playout.floor_gigabytes * 1e9)


def require(station: Station, asked: int = 0, *, field: str = "") -> None:
    """Let so many bytes in that somebody brings.

    Raises:
        NoRoomError: the disk has no room for them.
    """
    look(station).require(asked, field=field)


def refuses_share(station: Station, who: str, length: int, most: int) -> str:
    """A Vietnamese sentence when a person has sent as much as anybody may in a day; else note that so much more comes.

    Kept in a file, so that it holds over a restart; what cannot be read is counted from nothing.
    """
    path, today = station.home.run / "sent-today.json", station.today().isoformat()
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        sent: dict[str, int] = dict(kept["sent"]) if kept["day"] == today else {}
    except (OSError, ValueError, KeyError, TypeError):
        sent = {}
    before = int(sent.get(who, 0))
    if before + length > most:
        return (
            f"Hôm nay bạn đã gửi {said(before)} tệp, mỗi người mỗi ngày chỉ gửi được {said(most)}. "
            "Hãy gửi tiếp vào ngày mai."
        )
    with contextlib.suppress(OSError):
        keeping.keep(path, json.dumps({"day": today, "sent": sent | {who: before + length}}))
    return ""
