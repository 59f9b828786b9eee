"""Days that are not ordinary, or on which single slots do not air: marked by form, command or a year's file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from broadcaster.db.models import DayException
from broadcaster.db.queries import schedule
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.schedule import typed_days
from broadcaster.domain.schedule.lunar import lunar
from broadcaster.domain.schedule.recurrence import lunar_days, lunar_words
from broadcaster.domain.schedule.rotations import DayKind, Slot, in_use, ruling
from broadcaster.errors import RuleError, Where
from broadcaster.scheduling.rotation_toml import ExceptionForm, ExceptionsForm, parse_form, read_toml
from broadcaster.services.audit import Trail
from broadcaster.services.schedule.air import judged
from broadcaster.services.schedule.coming import HANDS_OFF
from broadcaster.services.schedule.in_force import day_marks, rotations_in_force
from broadcaster.services.schedule.rotations import Applied
from broadcaster.services.station import Station

_LONGEST_RUN = 366
_LONGEST_LUNAR = 60
"""So many days a run of lunar days lasts at most."""


class DayMark(NamedTuple):
    """What a day is marked as."""

    day: dt.date
    kind: DayKind = DayKind.ORDINARY
    title: str = ""
    left_out: tuple[str, ...] = ()
    """The slots that do not air on it."""

    @property
    def words(self) -> str:
        """The mark in Vietnamese."""
        unnamed = self.kind is DayKind.ORDINARY or self.title == self.kind.label
        named = self.kind.inline if unnamed else f"{self.kind.inline} “{self.title}”"
        return f"{named}, bỏ khung {', '.join(self.left_out)}" if self.left_out else named

    @property
    def plain(self) -> bool:
        """Whether it is a day like any other."""
        return self.kind is DayKind.ORDINARY and not self.left_out

    def with_also(self, other: DayMark, *, where: Where) -> DayMark:
        """This and `other` of the same day.

        Raises:
            RuleError: they name two kinds of day.
        """
        kinds = [m for m in (self, other) if m.kind is not DayKind.ORDINARY]
        if len({m.kind for m in kinds}) > 1:
            raise RuleError(
                f"Ngày {self.day:%d/%m/%Y} được ghi hai loại: {self.words} và {other.words}. Hãy giữ một.", field=where
            )
        kind, title = (kinds[-1].kind, kinds[-1].title) if kinds else (DayKind.ORDINARY, other.title)
        return DayMark(self.day, kind, title, tuple(dict.fromkeys((*self.left_out, *other.left_out))))


def add_exception(
    station: Station,
    actor: Actor,
    day: dt.date,
    kind: DayKind | None,
    title: str,
    *,
    to: dt.date | None = None,
    left_out: Collection[str] | None = None,
    agreed: str | None = "",
) -> Applied:
    """Mark `day`, or all days from it to `to`: of what kind, and which slots do not air. None of either keeps it.

    An agreement of None only looks.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        RuleError: the last day lies before the first, or too far from it; no such slot is in force.
        SilencesError: something falls silent that nobody agreed to.
    """
    actor.require(Permission.SCHEDULE)
    days = days_between(day, to, field=("to",))
    with station.db.read() as session:
        known = marks(session, days)
        _require_known(session, left_out or (), field=("leave_out",))
    wanted = [
        DayMark(
            d,
            known[d].kind if kind is None else kind,
            known[d].title if kind is None else title,
            known[d].left_out if left_out is None else tuple(sorted(left_out)),
        )
        for d in days
    ]
    return _mark(station, actor, wanted, agreed)


def marks(session: Session, days: Sequence[dt.date]) -> dict[dt.date, DayMark]:
    """How each of these days is marked."""
    rows = schedule.exceptions(session, days[0], days[-1])
    return {d: _of_row(rows.get(d), d) for d in days}


def _of_row(row: DayException | None, day: dt.date) -> DayMark:
    return DayMark(day) if row is None else DayMark(row.day, row.kind, row.title, tuple(row.left_out))


def offered(station: Station, session: Session, days: Iterable[dt.date]) -> dict[dt.date, list[Slot]]:
    """The slots still to come that each of these days would have, those that are left out of it too."""
    rotations, (kinds, _) = rotations_in_force(session), day_marks(session)
    found, soon = {}, station.local(station.now() + HANDS_OFF).replace(tzinfo=None)
    for day in days:
        ruler, joining = in_use(rotations, day, kinds.get(day, DayKind.ORDINARY))
        used = [*([ruler] if ruler else []), *joining]
        slots = [s for r in used for s in r.slots if s.on(day) and dt.datetime.combine(day, s.start) > soon]
        found[day] = sorted(slots, key=lambda s: s.start)
    return found


def apply_exceptions(station: Station, actor: Actor, text: str, name: str, *, agreed: str | None = "") -> Applied:
    """Mark the days that an exceptions file in TOML names; return the differences, a line each. None only looks.

    Days that the file does not name stay as they are, but for those of its `year` when it names one: then it is the
    whole of that year. `ordinary` takes a day's mark away. Days that are over are left alone. Of a day that several
    entries name, the slots that any of them leaves out do not air.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        RuleError: the file breaks the form; nothing is changed.
        SilencesError: something falls silent that nobody agreed to.
    """
    actor.require(Permission.SCHEDULE)
    form = parse_form(ExceptionsForm, read_toml(text, name=name), name=name)
    named: dict[dt.date, DayMark] = {}
    moon: set[dt.date] = set()
    for number, e in enumerate(form.exception, 1):
        where = (name, "exception", number)
        for day in days_of(e, form.year, where):
            if form.year is not None and e.lunar is None and day.year != form.year:
                raise RuleError(f"Ngày {day:%d/%m/%Y} không thuộc năm {form.year} của tệp này.", field=(*where, "day"))
            mark = DayMark(day, e.kind, e.title, tuple(e.leave_out))
            named[day] = named[day].with_also(mark, where=where) if day in named else mark
            if e.lunar is not None:
                moon.add(day)
    wanted = list(named.values())
    with station.db.read() as session:
        _require_known(session, {code for mark in wanted for code in mark.left_out}, field=(name, "leave_out"))
        if form.year is not None:
            rows = schedule.exceptions(session, dt.date(form.year, 1, 1), dt.date(form.year, 12, 31))
            wanted += [DayMark(day) for day in rows if day not in named]
    return _mark(station, actor, [mark for mark in wanted if mark.day >= station.today()], agreed, moon=moon)


def days_of(e: ExceptionForm, year: int | None, where: Where) -> list[dt.date]:
    """The days of the sun's calendar that an entry of a file means.

    Raises:
        RuleError: it names no day or two, a lunar one without the year of the file, or one that the year lacks.
    """
    if (e.day is None) == (e.lunar is None):
        raise RuleError("Mỗi mục cần đúng một trong hai khóa “day” (ngày dương) hoặc “lunar” (ngày âm).", field=where)
    if e.day is not None:
        return days_between(e.day, e.to, field=(*where, "to"))
    if year is None:
        raise RuleError("Tệp có ngày âm lịch phải ghi year = … ở đầu tệp.", field=(*where, "lunar"))
    first = _lunar_days(e.lunar, dt.date(year, 1, 1), 366, (*where, "lunar"))
    found = [day for day in first if day.year == year]
    if not found:
        raise RuleError(f"Năm {year} không có ngày {e.lunar} âm lịch.", field=(*where, "lunar"))
    if e.lunar_to is None:
        return found
    last = [_lunar_days(e.lunar_to, day, _LONGEST_LUNAR, (*where, "lunar_to"))[:1] for day in found]
    if not all(last):
        raise RuleError(
            f"Không có ngày {e.lunar_to} âm lịch trong {_LONGEST_LUNAR} ngày sau ngày {e.lunar}.",
            field=(*where, "lunar_to"),
        )
    return [d for day, (end,) in zip(found, last, strict=True) for d in days_between(day, end, field=where)]


def _lunar_days(written: int | str | None, first: dt.date, count: int, where: Where) -> list[dt.date]:
    wanted = lunar_days((*typed_days.read(str(written)), "")[0], field=where)
    return [day for n in range(count) if wanted.on(day := first + dt.timedelta(days=n))]


def _require_known(session: Session, codes: Collection[str], *, field: Where) -> None:
    known = {s.code for r in rotations_in_force(session) for s in r.slots}
    if unknown := sorted(set(codes) - known):
        raise RuleError(
            f"Không lịch nào đang dùng có khung mang mã “{unknown[0]}” để bỏ. Các mã: {', '.join(sorted(known))}.",
            field=field,
        )


def _mark(
    station: Station, actor: Actor, wanted: Sequence[DayMark], agreed: str | None, *, moon: Collection[dt.date] = ()
) -> Applied:
    lines: list[str] = []
    with station.db.write() as session:

        def put() -> None:
            for mark in wanted:
                row = session.get(DayException, mark.day)
                was = _of_row(row, mark.day)
                if was == mark or (was.plain and mark.plain):
                    continue
                called = f" ({lunar_words(lunar(mark.day))})" if mark.day in moon else ""
                lines.append(f"~ {mark.day:%d/%m/%Y}{called}: {was.words} → {mark.words}")
                _set_day(station, session, actor, mark)

        first = min((mark.day for mark in wanted), default=station.today())
        news, _ = judged(station, session, first, put, agreed=agreed)
        if agreed is None:
            session.rollback()
    return Applied(lines, news)


def days_between(first: dt.date, last: dt.date | None, *, field: Where) -> list[dt.date]:
    """The days from `first` to `last`, both counted; without `last` the one day.

    Raises:
        RuleError: the last day lies before the first, or more than a year from it.
    """
    count = ((last or first) - first).days + 1
    if count < 1:
        raise RuleError("Ngày cuối phải bằng hoặc sau ngày đầu.", field=field)
    if count > _LONGEST_RUN:
        raise RuleError(f"Một đợt dài nhất {_LONGEST_RUN} ngày. Hãy xem lại ngày cuối.", field=field)
    return [first + dt.timedelta(days=n) for n in range(count)]


def without_own_rotation(session: Session, first: dt.date, last: dt.date | None, kind: DayKind) -> bool:
    """Whether days of `kind` have no rotation of their own somewhere from `first` to `last`."""
    rotations = rotations_in_force(session)
    return any(ruling(rotations, day, kind) is None for day in days_between(first, last, field=("to",)))


def _set_day(station: Station, session: Session, actor: Actor, mark: DayMark) -> None:
    row = session.get(DayException, mark.day)
    if row is not None and mark.plain:
        session.delete(row)
    elif row is not None:
        row.kind, row.title, row.left_out = mark.kind, mark.title, list(mark.left_out)
    else:
        session.add(DayException(day=mark.day, kind=mark.kind, title=mark.title, left_out=list(mark.left_out)))
    note = f"{mark.kind.label}: {mark.title}" + (f" (bỏ khung {', '.join(mark.left_out)})" if mark.left_out else "")
    Trail(session, station.now(), actor).record("exception", "day", mark.day.isoformat(), note=note)
