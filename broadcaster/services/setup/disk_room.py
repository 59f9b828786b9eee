"""How much room the station's disk has, and from when on a person is told."""

from __future__ import annotations

import contextlib
import json
import shutil
from typing import Final

from broadcaster import keeping
from broadcaster.services.station import Station

LAST: Final = 1_000_000_000
"""Bytes; with less, it is a matter of days or hours."""
SHARE: Final = 0.1
MUCH: Final = 20_000_000_000
"""Bytes that are enough, however small a part of the disk they are."""

UPLOADS: Final = 2_000_000_000
"""Bytes; with less, or less than `UPLOAD_SHARE`, nothing is uploaded: the journal and the plan need them."""
UPLOAD_SHARE: Final = 0.05


def refuses_uploads(station: Station) -> str:
    """A Vietnamese sentence when the disk is too full for what a person sends; empty while there is room."""
    left, total = free(station)
    if left >= max(UPLOADS, min(UPLOAD_SHARE * total, MUCH)):
        return ""
    return (
        f"Ổ đĩa của đài chỉ còn {left / 1e9:.1f} GB nên không nhận thêm tệp, để đài còn chỗ phát và ghi nhật ký. "
        "Hãy xóa bớt tệp không dùng rồi gửi lại."
    )


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
            f"Hôm nay bạn đã gửi {before / 1e9:.1f} GB tệp, mỗi người mỗi ngày chỉ gửi được {most // 10**9} GB. "
            "Hãy gửi tiếp vào ngày mai."
        )
    with contextlib.suppress(OSError):
        keeping.keep(path, json.dumps({"day": today, "sent": sent | {who: before + length}}))
    return ""


def free(station: Station) -> tuple[int, int]:
    """The free bytes of the station's disk, and all of them."""
    found = shutil.disk_usage(station.home.root)
    return found.free, found.total


def warning(station: Station) -> str:
    """A Vietnamese sentence when the disk fills up; empty while there is room."""
    return told(*free(station))


def told(left: int, total: int) -> str:
    """The words for so many free bytes of so many."""
    size = f"{left / 1e9:.1f} GB".replace(".", ",")
    if left < LAST:
        return (
            f"Ổ đĩa của đài gần hết chỗ: chỉ còn {size}. Hãy xóa bớt tệp ngay; đĩa đầy thì đài không ghi được gì mới."
        )
    if left < min(SHARE * total, MUCH):
        return f"Ổ đĩa của đài sắp đầy: còn {size} ({round(100 * left / total)} %). Hãy xóa bớt tệp không dùng."
    return ""
