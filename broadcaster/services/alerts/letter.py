"""The weekly letter: two lines on Monday morning that say how the station did, every number counted from rows."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.clock import day_bounds
from broadcaster.db.models import BroadcastRow
from broadcaster.db.queries import alerts as rows
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.alerts.book import TO_ALL
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.troubles import Trouble, TroubleKind
from broadcaster.services.alerts.outbox import Outbox
from broadcaster.services.setup.backup import last_backup
from broadcaster.services.station import Station

MONDAY: Final = 0
FROM: Final = dt.time(7)
_OVER: Final = (BroadcastState.AIRED, BroadcastState.PARTIAL, BroadcastState.MISSED, BroadcastState.REFUSED)
_OVER_UNHEARD: Final = (BroadcastState.UNHEARD, BroadcastState.UNKNOWN)


def write(station: Station, outbox: Outbox) -> None:
    """Put the letter of the last week into the outbox, once, when it is wanted and its time has come."""
    local = station.local(station.now())
    if not station.settings.alerts.weekly or local.weekday() != MONDAY or local.time() < FROM:
        return
    year, week, _ = local.date().isocalendar()
    about = f"{year}-W{week:02d}"
    try:
        with station.db.read() as session:
            if rows.known(session, Trouble(TroubleKind.LETTER, about, Rank.NOTE, "").key):
                return
            words = lines(station, session, local.date())
    except DatabaseUnavailableError:
        return  # what is told of the week stands in rows; the database itself is told of as a trouble
    trouble = Trouble(TroubleKind.LETTER, about, Rank.NOTE, words)
    uid, now = uuid.uuid4().hex, station.now()
    outbox.change(lambda book: book.begin(trouble, uid, now, ended=True))


def lines(station: Station, session: Session, monday: dt.date) -> str:
    """How the seven days before `monday` went, in two lines."""
    first, last = monday - dt.timedelta(days=7), monday - dt.timedelta(days=1)
    start, end = day_bounds(first, last, station.settings.tz)
    found = session.execute(
        select(BroadcastRow.state, func.count())
        .where(BroadcastRow.starts_at >= start, BroadcastRow.starts_at < end)
        .where(BroadcastRow.kind != BroadcastKind.TRIAL, BroadcastRow.state.in_([*_OVER, *_OVER_UNHEARD]))
        .group_by(BroadcastRow.state)
    )
    count = Counter({state: int(times) for state, times in found})
    heard, partly, planned = count[BroadcastState.AIRED], count[BroadcastState.PARTIAL], count.total()
    troubles = [a for a in rows.began_between(session, start, end) if a.kind not in TO_ALL]
    still = sum(a.ended_at is None for a in troubles)
    well = heard == planned and not still
    span = f"{first:%d/%m}–{last:%d/%m/%Y}"
    partial = f", {partly} buổi phát thiếu" if partly else ""
    saved = last_backup(station.home)
    backup = "chưa sao lưu lần nào" if saved is None else f"sao lưu gần nhất {station.local(saved):%H:%M %d/%m}"
    return (
        f"{'Đài khỏe' if well else 'Đài có chuyện cần xem'}, tuần {span}: phát đủ {heard}/{planned} buổi{partial}.\n"
        f"Trong tuần có {len(troubles)} tin báo sự cố, {still} còn mở; {backup}."
    )
