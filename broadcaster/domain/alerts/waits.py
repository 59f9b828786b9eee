"""What waits for a person, and for how long in working time: when it is too long, whoever decides is told. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self
from zoneinfo import ZoneInfo

from broadcaster.clock import day_bounds
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.rules import Ailing
from broadcaster.domain.alerts.troubles import TroubleKind

OPENS: Final = dt.time(7)
CLOSES: Final = dt.time(17)
_SATURDAY: Final = 5
_LONGEST: Final = dt.timedelta(days=60)
"""Further back nothing is counted: it is too long by then, whatever is asked."""


class WaitKind(StrEnum):
    """What waits, and for whom."""

    label: str
    trouble: TroubleKind
    page: str

    def __new__(cls, word: str, label: str, trouble: TroubleKind, page: str) -> Self:
        """Make a kind of its word, its Vietnamese name, what it is told as, and the page where it is decided."""
        member = str.__new__(cls, word)
        member._value_, member.label, member.trouble, member.page = word, label, trouble, page
        return member

    SCRIPT = "script", "Bài", TroubleKind.DECISION, "trang Duyệt"
    AGREEMENT = "agreement", "Việc cần lãnh đạo đồng ý", TroubleKind.DECISION, "trang Chờ lãnh đạo đồng ý"
    READING = "reading", "Đề nghị cách đọc", TroubleKind.DECISION, "trang Từ điển đọc"
    SOUND = "sound", "Âm thanh", TroubleKind.DECISION, "trang Âm thanh"
    REVIEW = "review", "Lần phát khẩn cấp chưa được xem lại", TroubleKind.DECISION, "trang Khẩn cấp"
    LOST = "lost", "Buổi không ai nghe được", TroubleKind.ANSWER, "trang Lịch phát, mục cần xử lý"
    UNUSED = "unused", "Bài đã duyệt mà không buổi nào phát", TroubleKind.ANSWER, "trang Đang phát"


@dataclass(frozen=True, slots=True)
class PersonWait:
    """One thing that waits for a person."""

    kind: WaitKind
    number: str
    """Which of its kind."""
    title: str
    since: dt.datetime


def worked(since: dt.datetime, now: dt.datetime, tz: ZoneInfo, free: Collection[dt.date] = ()) -> dt.timedelta:
    """The working time between two moments: Monday to Friday in office hours, without days that are `free`."""
    since, total = max(since, now - _LONGEST), dt.timedelta(0)
    day, last = since.astimezone(tz).date(), now.astimezone(tz).date()
    while day <= last:
        if day.weekday() < _SATURDAY and day not in free:
            midnight, _ = day_bounds(day, day, tz)
            opens, closes = (midnight + dt.timedelta(hours=at.hour) for at in (OPENS, CLOSES))
            total += max(min(now, closes) - max(since, opens), dt.timedelta(0))
        day += dt.timedelta(days=1)
    return total


def too_long(
    waits: Iterable[PersonWait], now: dt.datetime, tz: ZoneInfo, free: Collection[dt.date], hours: int
) -> Iterator[Ailing]:
    """What has waited for `hours` of working time, or longer, as people are told of it; nobody asks for it at 0."""
    for one in waits:
        if hours and worked(one.since, now, tz, free) >= dt.timedelta(hours=hours):
            since = one.since.astimezone(tz)
            words = f"{one.kind.label} “{one.title}” chờ từ {since:%H:%M %d/%m/%Y}. Hãy xem ở {one.kind.page}."
            yield Ailing(kind=one.kind.trouble, about=f"{one.kind}/{one.number}", sentence=words, rank=Rank.WARNING)
