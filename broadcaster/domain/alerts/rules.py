"""Rules: from what is known of the station to what is wrong with it, pure.

A fact that nobody could ask is None; a rule that needs it judges nothing then, and what it told of before stays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.troubles import Seen, Trouble, TroubleKind

SOON: Final = dt.timedelta(hours=2)
"""What goes wrong with a broadcast this near cannot wait for the morning."""
ENDING: Final = dt.timedelta(days=21)
OLD_BACKUP: Final = dt.timedelta(days=2)

_K = TroubleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Ailing:
    """One thing that fails, as whoever looks after it says in a sentence."""

    kind: TroubleKind
    about: str = ""
    sentence: str
    rank: Rank = Rank.WARNING
    airs_at: dt.datetime | None = None
    """When it will be missed, where that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationFacts:
    """What is known of the station at one moment; None: it could not be asked."""

    now: dt.datetime
    tz: ZoneInfo
    next_at: dt.datetime | None = None
    """When the next broadcast begins, or began if one is on the air; None: there is none, or nobody could ask."""
    ailing: Mapping[TroubleKind, tuple[Ailing, ...]] = field(default_factory=dict)
    """What other parts of the house say is wrong, by each kind that they could look at."""
    daily: str | None = None
    """The rotation of tomorrow that has a slot then; empty: there is none."""
    tomorrow: int | None = None
    """Broadcasts with something in them that stand in tomorrow's plan, or were taken out of it by a person."""
    last_backup: dt.datetime | None = None
    founded_at: dt.datetime | None = None
    """Since when there is something to keep; None: nobody could ask."""
    certificates: Mapping[str, dt.datetime] | None = None
    """When each certificate ends, by what it is for."""


Rule = Callable[[StationFacts], Iterable[Trouble] | None]
"""What is wrong; None: it could not look."""


def judge(facts: StationFacts) -> Seen:
    """Ask every rule. Two that see the same trouble make one; the graver word counts."""
    found: dict[str, Trouble] = {}
    judged = set(facts.ailing)
    for kind, rule in RULES.items():
        if (troubles := rule(facts)) is None:
            judged.discard(kind)  # half of what is known of it is missing
            continue
        judged.add(kind)
        for trouble in troubles:
            _put(found, trouble)
    for ailing in (one for some in facts.ailing.values() for one in some):
        _put(found, Trouble(ailing.kind, ailing.about, _rank(ailing, facts), ailing.sentence))
    return Seen(found, frozenset(judged))


def _put(found: dict[str, Trouble], trouble: Trouble) -> None:
    before = found.get(trouble.key)
    if before is None or not before.rank.reaches(trouble.rank):
        found[trouble.key] = trouble


def _rank(ailing: Ailing, facts: StationFacts) -> Rank:
    """What keeps a broadcast of the next hours silent is urgent, whatever it is."""
    missed_at = ailing.airs_at or (facts.next_at if ailing.kind in _SILENCES else None)
    near = missed_at is not None and missed_at - facts.now <= SOON
    return Rank.URGENT if near else ailing.rank


_SILENCES: Final = frozenset({_K.OUTPUT})
"""Kinds that keep whatever comes next silent."""


def _tomorrow(facts: StationFacts) -> tuple[Trouble, ...] | None:
    if facts.daily is None or facts.tomorrow is None:
        return None
    if not facts.daily or facts.tomorrow:
        return ()
    words = (
        f"Ngày mai không có buổi nào để phát dù lịch “{facts.daily}” vẫn có khung giờ. "
        "Hãy duyệt thêm bài hoặc xem lại trang Lịch phát trước tối nay."
    )
    return (Trouble(_K.TOMORROW, "", Rank.WARNING, words),)


def _certificate(facts: StationFacts) -> Iterator[Trouble] | None:
    if facts.certificates is None:
        return None
    return (
        Trouble(
            _K.CERTIFICATE,
            name,
            Rank.WARNING,
            f"Chứng chỉ của {name} {'đã hết hạn' if ends <= facts.now else 'sẽ hết hạn'} ngày "
            f"{ends.astimezone(facts.tz):%d/%m/%Y}. Hãy xin chứng chỉ mới rồi thay ở trang Cài đặt.",
        )
        for name, ends in facts.certificates.items()
        if ends - facts.now <= ENDING
    )


def _backup(facts: StationFacts) -> tuple[Trouble, ...] | None:
    if facts.founded_at is None:
        return None
    last = facts.last_backup
    if facts.now - (last or facts.founded_at) <= OLD_BACKUP:
        return ()
    when = "chưa sao lưu lần nào" if last is None else f"sao lưu lần cuối {last.astimezone(facts.tz):%H:%M %d/%m/%Y}"
    words = f"Đài {when}. Hãy xem chỗ trống trên đĩa, rồi chạy “loa backup” hoặc nút Sao lưu ở trang Cài đặt."
    return (Trouble(_K.BACKUP, "", Rank.WARNING, words),)


RULES: Final[Mapping[TroubleKind, Rule]] = {
    _K.TOMORROW: _tomorrow,
    _K.CERTIFICATE: _certificate,
    _K.BACKUP: _backup,
}
"""A rule for each kind that is worked out here; what another part of the house finds out comes as `Ailing`."""
