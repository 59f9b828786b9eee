"""Whether the log is whole: every planned broadcast has exactly one verdict, every item and zone exactly one entry."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.clock import day_bounds
from broadcaster.db.models import BroadcastRow, PlayLogEntry
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.log.playlog import Outcome, Punctuality, punctuality_of
from broadcaster.services.air import broadcasts
from broadcaster.services.station import Station

SETTLED = dt.timedelta(minutes=15)
"""A broadcast whose latest end is longer ago must have its verdict, a database that was away included."""
_BATCH = 400


@dataclass(frozen=True, slots=True)
class CompletenessResult:
    """What a check found."""

    broadcasts: int
    entries: int
    verdicts: dict[Punctuality, int]
    faults: tuple[str, ...]
    """Vietnamese sentences."""

    @property
    def whole(self) -> bool:
        """Whether nothing is missing or twice."""
        return not self.faults


def check(station: Station, first: dt.date, last: dt.date) -> CompletenessResult:
    """Hold the broadcasts of station days `first` to `last` against their verdicts and entries."""
    tz, now = station.settings.tz, station.now()
    start, end = day_bounds(first, last, tz)
    counts: Counter[Punctuality] = Counter()
    faults: list[str] = []
    broadcasts = entries = 0
    with station.db.read() as session:
        query = (
            select(BroadcastRow)
            .where(BroadcastRow.starts_at >= start, BroadcastRow.starts_at < end, BroadcastRow.ends_at < now - SETTLED)
            .order_by(BroadcastRow.id)
        )
        for rows in session.scalars(query.execution_options(yield_per=_BATCH)).partitions():
            logged = _logged(session, [r.id for r in rows])
            for row in rows:
                broadcasts += 1
                found = logged.get(row.id, Counter())
                entries += sum(found.values())
                word, why = _judge(row, found)
                if word is not None:
                    counts[word] += 1
                where = f"Buổi số {row.id} “{row.title}” ({station.local(row.starts_at):%H:%M %d/%m/%Y})"
                faults += [f"{where}: {w}" for w in why]
        faults += _corrections(session)
    return CompletenessResult(broadcasts, entries, dict(counts), tuple(faults))


def check_job(station: Station) -> CompletenessResult:
    """Check the last two days, and open an incident when the log is not whole; close it when it is."""
    today = station.today()
    found = check(station, today - dt.timedelta(days=2), today)
    note = f"Nhật ký chưa khớp với lịch ({len(found.faults)} chỗ). {found.faults[0]}" if found.faults else ""
    with station.db.write() as session:
        broadcasts.report_incident(session, "log-check", note, station.now(), over=found.whole)
    return found


def _logged(session: Session, ids: list[int]) -> dict[int, Counter[Outcome]]:
    """How many first entries each broadcast has, by outcome."""
    found: dict[int, Counter[Outcome]] = {}
    for number, outcome, times in session.execute(
        select(PlayLogEntry.broadcast_id, PlayLogEntry.outcome, func.count())
        .where(PlayLogEntry.broadcast_id.in_(ids), PlayLogEntry.corrects.is_(None))
        .group_by(PlayLogEntry.broadcast_id, PlayLogEntry.outcome)
    ):
        found.setdefault(int(number or 0), Counter())[outcome] += times
    return found


def _judge(row: BroadcastRow, found: Counter[Outcome]) -> tuple[Punctuality | None, list[str]]:
    if not row.state.terminal:
        return None, [f"đã qua giờ mà chưa có kết luận (đang ở trạng thái “{row.state.label}”)."]
    why = [] if row.verdict else ["có trạng thái cuối mà không có câu kết luận."]
    zones = 1 if row.kind is BroadcastKind.TRIAL else len(row.zones)
    wanted, have = zones * len(row.rundown), sum(found.values())
    by_hand = row.state is BroadcastState.CANCELLED and row.started_at is None
    if have != wanted and not (by_hand and have == 0):
        why.append(f"nhật ký có {have} bản ghi, theo lịch phải có {wanted}.")
    if row.state is BroadcastState.AIRED and found[Outcome.FULL] != have:
        why.append("kết luận là đã phát nhưng có mục không phát đủ.")
    late_s = (row.started_at - row.starts_at).total_seconds() if row.started_at else 0.0
    return punctuality_of(row.state, found, late_s=late_s, joined=row.joined_late), why


def _corrections(session: Session) -> list[str]:
    twice = session.execute(
        select(PlayLogEntry.corrects, func.count())
        .where(PlayLogEntry.corrects.is_not(None))
        .group_by(PlayLogEntry.corrects)
        .having(func.count() > 1)
    )
    return [f"Bản ghi “{entry}” được đính chính {times} lần." for entry, times in twice]
