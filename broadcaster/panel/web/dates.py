"""Dates and moments as forms and addresses write them: ISO, station time."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from broadcaster.errors import RuleError


def a_date(text: str | None) -> dt.date | None:
    """Return the date of `2026-03-04`, or of `2026-03-04T...`; None for anything else."""
    try:
        found = dt.date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def a_moment(text: str, zone: ZoneInfo, *, field: str) -> dt.datetime:
    """Return the moment (aware UTC) that a form writes as `2026-03-04T17:30` in station time.

    Raises:
        RuleError: it is no such moment.
    """
    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None or not 2000 <= found.year <= 2200:
        raise RuleError("Hãy chọn ngày và giờ phát, ví dụ 04/03/2026 17:30.", field=field)
    return found.replace(tzinfo=zone).astimezone(dt.UTC)
