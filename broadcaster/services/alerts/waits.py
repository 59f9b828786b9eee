"""What waits for a person and since when, from the lists that the panel shows, for whoever is to be told of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import CueOffer, Emergency, LexiconProposal
from broadcaster.db.queries import emergencies, proposals
from broadcaster.db.queries.scripts import many
from broadcaster.domain.air.emergencies import EmergencyState
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.rules import Ailing
from broadcaster.domain.alerts.troubles import TroubleKind
from broadcaster.domain.alerts.waits import PersonWait, WaitKind, too_long
from broadcaster.domain.schedule.rotations import DayKind
from broadcaster.services.people import second_person
from broadcaster.services.reports.due import due
from broadcaster.services.schedule import conflicts, uptakes
from broadcaster.services.schedule.in_force import day_kinds
from broadcaster.services.station import Station

_K = TroubleKind
_W = WaitKind
Waits = dict[TroubleKind, tuple[Ailing, ...]]
_FREE: Final = frozenset({DayKind.TET, DayKind.HOLIDAY, DayKind.STORM})
_TYPED: Final = dt.timedelta(minutes=15)
"""Whoever fills in an emergency is given so long before others are told that it is not confirmed."""
_LAST_DAYS: Final = 1


def for_people(station: Station, session: Session) -> Waits:
    """What has waited too long, by the kinds as which it is told; each is there though nothing waits."""
    free = {day for day, kind in day_kinds(session).items() if kind in _FREE}
    waits, hours = _waits(station, session), station.settings.alerts.waiting_hours
    found = list(too_long(waits, station.now(), station.settings.tz, free, hours))
    told = {kind: tuple(a for a in found if a.kind is kind) for kind in (_K.DECISION, _K.ANSWER)}
    return told | {_K.REPORT: tuple(_reports(station))}


def unconfirmed(station: Station, session: Session) -> Iterator[Ailing]:
    """Emergencies that nobody confirmed, so that nobody hears them; those that a message made are told at once."""
    now = station.now()
    for row in session.scalars(select(Emergency).where(Emergency.state == EmergencyState.DRAFT)):
        received = row.source is not None
        over = row.expires_at is not None and row.expires_at <= now
        if over or not (received or now - row.created_at >= _TYPED):
            continue
        at = f"{station.local(row.created_at):%H:%M %d/%m}"
        come = f"nhận được lúc {at}" if received else f"soạn từ {at}"
        words = f"Tin khẩn cấp “{row.title}” {come} chưa ai xác nhận nên chưa phát. Hãy xem ngay ở trang Khẩn cấp."
        rank = Rank.URGENT if received else Rank.WARNING
        yield Ailing(kind=_K.EMERGENCY, about=f"draft/{row.id}", sentence=words, rank=rank)


def _waits(station: Station, session: Session) -> Iterator[PersonWait]:
    now = station.now()
    for script, since in many.waiting_since(session):
        yield PersonWait(_W.SCRIPT, str(script.id), script.title, since)
    for grave in second_person.waiting(session, now):
        yield PersonWait(_W.AGREEMENT, str(grave.id), grave.words, grave.at)
    for reading in proposals.waiting(session, LexiconProposal):
        yield PersonWait(_W.READING, str(reading.id), f"số {reading.id}", reading.at)
    for sound in proposals.waiting(session, CueOffer):
        yield PersonWait(_W.SOUND, str(sound.id), sound.title, sound.at)
    for emergency in emergencies.unreviewed(session):
        ended = emergency.ended_at or emergency.expires_at
        if ended is not None and ended <= now:
            yield PersonWait(_W.REVIEW, str(emergency.id), emergency.title, ended)
    for row in conflicts.unanswered(session, now):
        yield PersonWait(_W.LOST, str(row.id), row.title, row.starts_at)
    for one in uptakes.lost(station, session):
        yield PersonWait(_W.UNUSED, str(one.script_id), one.title, one.since)


def _reports(station: Station) -> Iterator[Ailing]:
    for one in due(station):
        if one.report is None and one.left <= _LAST_DAYS:
            late = "đã quá hạn" if one.left < 0 else "phải nộp"
            words = f"Báo cáo {one.period.title} {late} ngày {one.day:%d/%m/%Y} mà chưa lập. Hãy lập ở trang Báo cáo."
            yield Ailing(kind=_K.REPORT, about=one.written, sentence=words)
