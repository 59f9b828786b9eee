"""Entries of the play log."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from broadcaster.domain.log.playlog import Entry, Outcome

VN = ZoneInfo("Asia/Ho_Chi_Minh")

AT = dt.datetime(2026, 3, 1, 22, tzinfo=dt.UTC)


def entry(
    broadcast: int = 1, item: int = 1, zone: str = "z1", outcome: Outcome = Outcome.FULL, **more: object
) -> Entry:
    heard = {Outcome.FULL: 60_000, Outcome.PARTIAL: 20_000}.get(outcome, 0)
    values: dict[str, object] = {
        "id": f"b{broadcast}-{item}-{zone}",
        "broadcast_id": broadcast,
        "broadcast_title": "Sáng",
        "item_no": item,
        "zone": zone,
        "kind": "script",
        "title": "Bài",
        "script_id": item,
        "revision": 1,
        "topic": f"t{item % 3}",
        "unit": "vhxh",
        "genre": "column",
        "audio_sha256": "a" * 64,
        "planned_at": AT,
        "started_at": AT,
        "ended_at": AT,
        "duration_ms": 60_000,
        "heard_ms": heard,
        "outcome": outcome,
        "reason": "" if outcome is Outcome.FULL else "Mất điện.",
        "actor": "tự động",
        "host": "h",
        "sink": "main",
    }
    return Entry(**(values | more))  # type: ignore[arg-type]
