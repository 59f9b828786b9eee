"""A change judged by what it does to the air: the coming days planned with and without it, before it is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow
from broadcaster.db.queries.zones import zone_names
from broadcaster.domain.air.broadcasts import OPEN_STATES, SESSION_KINDS, BroadcastState, Origin
from broadcaster.domain.schedule.rotations import DayKind, in_use
from broadcaster.domain.setup.outputs import Outputs
from broadcaster.domain.setup.zones import names_in_words
from broadcaster.errors import RuleError
from broadcaster.scheduling.air_difference import AirPlan, AirSession, air_difference, collisions
from broadcaster.scheduling.expand import Place, expand
from broadcaster.services.schedule.coming import HANDS_OFF, allowed_of, left_out
from broadcaster.services.schedule.in_force import day_marks, rotations_in_force
from broadcaster.services.station import Station
from broadcaster.settings import Settings

FAR = 400
"""So many days are looked at: a year, and the feasts at its end."""
ANYTHING = "*"
"""The agreement of what needs no person to ask: the founding of a station, a demonstration."""


class SilencesError(RuleError):
    """Raised when a change takes sound off the air and nobody agreed to just that."""

    def __init__(self, told: AirNews) -> None:
        super().__init__(" ".join(told.silenced), field="air")
        self.told = told


@dataclass(frozen=True, slots=True)
class AirNews:
    """What a change does to the air, in words."""

    lines: tuple[str, ...] = ()
    silenced: tuple[str, ...] = ()
    """Those of the lines that tell what is heard no more."""
    mark: str = ""
    """A mark of what is silenced: who agrees to it agrees to nothing else."""
    back: str = ""
    """That of what the way back would silence, as things stand: what the change itself put on the air."""

    @property
    def silences(self) -> bool:
        """Whether a person must agree."""
        return bool(self.silenced)


NO_NEWS = AirNews()


def judged(
    station: Station,
    session: Session,
    first: dt.date,
    change: Callable[[], None],
    *,
    agreed: str | None,
    settings: Settings | None = None,
) -> tuple[AirNews, AirPlan]:
    """Make a `change` to the rows and say what it does to the air from `first` on; the plan after it comes along.

    Args:
        station: the station.
        session: the transaction that the change is part of.
        first: the first day that it can touch.
        change: what changes the rows.
        agreed: the `mark` that a person agreed to, or `ANYTHING`; None only looks.
        settings: those that will hold afterwards, where they are the change.

    Raises:
        RuleError: two sessions would sound through one output at once.
        SilencesError: something falls silent that nobody agreed to; the transaction must not be kept.
    """
    first, outputs = max(first, station.today()), station.outputs(session)
    before = air_of(station, session, first)
    change()
    session.flush()
    later = replace(station, settings=settings) if settings is not None else station
    after = air_of(later, session, first)
    now = later.outputs(session)
    rewired = {z for z in now.by_zone if now.by_zone[z] != outputs.by_zone.get(z)}
    _require_apart(session, now, after, {a for a in after.airings if a.zones & rewired} | _fresh(before, after))
    news = replace(
        _told(session, before, after, _crossed(later, session, now, _fresh(before, after))),
        back=_told(session, after, before, _crossed(later, session, outputs, _fresh(after, before))).mark,
    )
    if agreed is not None and news.silences and agreed not in {ANYTHING, news.mark}:
        raise SilencesError(news)
    return news, after


def air_of(station: Station, session: Session, first: dt.date, days: int = FAR) -> AirPlan:
    """What planning would put on the air in `days` from `first`, and what people changed by hand."""
    after, tz = station.now() + HANDS_OFF, station.settings.tz
    rotations, (kinds, without) = rotations_in_force(session), day_marks(session)
    titles = {r.code: r.title for r in rotations}
    gone = left_out(session, station.now())
    held = _held(station, session, after, titles)
    coming = expand(rotations, first, days, kinds, tz, without)
    last = first + dt.timedelta(days=days - 1)
    airings = [
        AirSession(
            rotation=o.rotation,
            rotation_title=titles[o.rotation],
            slot=o.slot.code,
            title=o.slot.title,
            at=o.starts_at.astimezone(tz).replace(tzinfo=None),
            length=o.slot.max_length,
            zones=frozenset(codes),
        )
        for o, codes in allowed_of(station, session, coming, first, [])
        if codes and o.place not in gone and o.place not in held
    ]
    airings += [a for a in held.values() if first <= a.at.date() <= last]
    rulers = {}
    for day in (first + dt.timedelta(days=n) for n in range(days)):
        ruler, _ = in_use(rotations, day, kinds.get(day, DayKind.ORDINARY))
        if ruler is not None:
            rulers[day] = (ruler.code, ruler.title)
    return AirPlan(airings=tuple(sorted(airings, key=lambda a: (a.at, a.rotation, a.slot))), rulers=rulers, last=last)


def _held(station: Station, session: Session, after: dt.datetime, titles: dict[str, str]) -> dict[Place, AirSession]:
    """The sessions of the rotation that people changed by hand: planning leaves them as they are."""
    rows = session.scalars(
        select(BroadcastRow).where(
            BroadcastRow.origin == Origin.ROTATION,
            BroadcastRow.starts_at > after,
            BroadcastRow.by_hand,
            BroadcastRow.state == BroadcastState.PLANNED,
        )
    )
    return {Place(r.rotation_code, r.slot_code, r.starts_at): session_of(station, r, titles) for r in rows}


def session_of(station: Station, row: BroadcastRow, titles: Mapping[str, str]) -> AirSession:
    """A broadcast of a rotation as a plan has it; `titles` are those of the rotations."""
    return AirSession(
        rotation=row.rotation_code or "",
        rotation_title=titles.get(row.rotation_code or "", row.title),
        slot=row.slot_code or "",
        title=row.title,
        at=station.local(row.starts_at).replace(tzinfo=None),
        length=row.ends_at - row.starts_at,
        zones=frozenset(row.zones),
    )


def _fresh(before: AirPlan, after: AirPlan) -> set[AirSession]:
    return set(after.airings) - set(before.airings)


def _told(session: Session, before: AirPlan, after: AirPlan, crossed: Sequence[str]) -> AirNews:
    names, difference = zone_names(session), air_difference(before, after)
    silenced = [
        *replace(difference, changes=tuple(c for c in difference.changes if c.fate.grave)).lines(names),
        *crossed,
    ]
    mark = hashlib.sha256("\n".join([difference.mark, *crossed]).encode()).hexdigest()[:20] if silenced else ""
    return AirNews((*difference.lines(names), *crossed), tuple(silenced), mark)


def _crossed(station: Station, session: Session, outputs: Outputs, fresh: Iterable[AirSession]) -> list[str]:
    """A sentence for each session of `fresh` at whose time people planned something of their own on its output."""
    new, names = set(fresh), zone_names(session)
    rows = session.scalars(
        select(BroadcastRow).where(
            BroadcastRow.origin != Origin.ROTATION,
            BroadcastRow.kind.in_(SESSION_KINDS),
            BroadcastRow.starts_at > station.now(),
            BroadcastRow.state.in_(OPEN_STATES),
        )
    )
    single = [session_of(station, r, {}) for r in rows]
    if not new or not single:
        return []
    days = AirPlan(airings=(*new, *single), last=max(a.at.date() for a in new))
    pairs = [(a, b) if a in new else (b, a) for a, b in collisions(days, _reach(outputs, names), new)]
    return [
        f"“{mine.title}” ({mine.at:%H:%M}) ngày {mine.at:%d/%m/%Y} vướng giờ với “{other.title}” ({other.at:%H:%M}) đã "
        f"hẹn riêng ở cụm loa {_where(outputs, names, mine, other)}: "
        "một trong hai có thể sẽ không phát. Hãy dời buổi đã hẹn."
        for mine, other in sorted(pairs, key=lambda p: p[0].at)
        if other not in new
    ]


def _where(outputs: Outputs, names: Mapping[str, str], mine: AirSession, other: AirSession) -> str:
    return names_in_words([names.get(z, z) for z in outputs.meeting(sorted(mine.zones), sorted(other.zones))])


def _reach(outputs: Outputs, names: Iterable[str]) -> dict[str, frozenset[str]]:
    return {code: outputs.of_zones([code]) for code in names}


def _require_apart(session: Session, outputs: Outputs, after: AirPlan, fresh: set[AirSession]) -> None:
    """Check that no session of `fresh` sounds through the output of another at the same time."""
    names = zone_names(session)
    for one, two in collisions(after, _reach(outputs, names), fresh):
        mine, other = (one, two) if one in fresh else (two, one)
        raise RuleError(
            f"“{mine.title}” ({mine.at:%H:%M}) và “{other.title}” ({other.at:%H:%M}) của lịch “{other.rotation_title}” "
            f"chồng giờ nhau ngày {mine.at:%d/%m/%Y} ở cụm loa {_where(outputs, names, mine, other)}. Hãy dời giờ hoặc "
            "rút ngắn một khung.",
            field="slot",
        )
