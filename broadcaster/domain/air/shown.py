"""What a person is shown of a broadcast before saying that it is to sound."""

from __future__ import annotations

from typing import Any, Final

from broadcaster.domain.air.broadcasts import Broadcast

SHOWN: Final = {
    "title": "Tên",
    "starts_at": "Giờ phát",
    "zones": "Nơi phát",
    "items": "Các mục",
    "rests": "Phần còn lại",
    "held": "Phần bị giữ lại",
    "text": "Lời",
    "repeat_minutes": "Lặp lại",
}


def deciding(broadcast: Broadcast, **more: Any) -> dict[str, Any]:
    """All that decides what will be heard of a broadcast, when and where; `more` is what a page shows besides."""
    items = [(i.no, i.title, i.audio_sha256) for i in broadcast.rundown]
    said = {"title": broadcast.title, "starts_at": broadcast.starts_at, "zones": broadcast.zones, "items": items}
    return said | more
