"""What is known of the station, gathered for the rules: from its own judgement of itself, its rows and its disk."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.alerting import places
from broadcaster.boot.remedy import TURN_ON
from broadcaster.clock import day_bounds
from broadcaster.db.models import AuditEvent, BroadcastRow, Heartbeat, Incident
from broadcaster.db.queries import alerts as alert_rows
from broadcaster.db.queries.air import playout_status
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.air.desk import PROCESS
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.rules import SOON, Ailing, StationFacts
from broadcaster.domain.alerts.troubles import TroubleKind
from broadcaster.domain.schedule.rotations import DayKind, in_use
from broadcaster.services import disk_room
from broadcaster.services.air import ear
from broadcaster.services.air.fitness import ASKED_OF_PLAYOUT, Ailment, Organ, fitness
from broadcaster.services.air.heartbeats import ALIVE
from broadcaster.services.alerts import waits
from broadcaster.services.schedule.in_force import day_kinds, rotations_in_force
from broadcaster.services.setup import certificates
from broadcaster.services.setup.backup import last_backup
from broadcaster.services.setup.elsewhere import telling
from broadcaster.services.setup.elsewhere.facts import last_drill
from broadcaster.services.station import Station

_K = TroubleKind
OF_ORGAN: Final[Mapping[Organ, tuple[TroubleKind, Rank]]] = {
    Organ.DATABASE: (_K.DATABASE, Rank.URGENT),
    Organ.PLAYOUT: (_K.PLAYOUT, Rank.URGENT),
    Organ.HOLD: (_K.HELD, Rank.URGENT),
    Organ.LISTENER: (_K.PART, Rank.WARNING),
    Organ.OUTPUT: (_K.OUTPUT, Rank.WARNING),
    Organ.LATE: (_K.LATE, Rank.URGENT),
    Organ.QUIET: (_K.SILENT, Rank.URGENT),
    Organ.WORKER: (_K.WORKER, Rank.WARNING),
    Organ.THREADS: (_K.PART, Rank.WARNING),
    Organ.DISK: (_K.DISK, Rank.URGENT),
    Organ.SOUND: (_K.SOUND, Rank.WARNING),
    Organ.SIREN: (_K.SIREN, Rank.WARNING),
}
"""What people are told of an organ that fails, and how grave it is by itself."""
_WITHOUT_ROWS: Final = frozenset({Organ.DATABASE, Organ.PLAYOUT, Organ.QUIET, Organ.DISK})
"""What can be judged while the database is away."""
OF_INCIDENT: Final[Mapping[str, tuple[TroubleKind, Rank]]] = {
    "sink": (_K.OUTPUT, Rank.WARNING),
    "heard": (_K.SILENT, Rank.URGENT),
    "return": (_K.OTHER, Rank.WARNING),
    "clock": (_K.CLOCK, Rank.URGENT),
    "journal": (_K.DISK, Rank.URGENT),
    "marks": (_K.RECORD, Rank.WARNING),
    "record": (_K.RECORD, Rank.WARNING),
    "log": (_K.RECORD, Rank.WARNING),
    "security": (_K.ATTACK, Rank.WARNING),
    "emergency": (_K.EMERGENCY, Rank.URGENT),
    "restore": (_K.DRILL, Rank.WARNING),
    "backup": (_K.BACKUP, Rank.WARNING),
    "upgrade": (_K.UPGRADE, Rank.WARNING),
}
"""What people are told of an open incident, by the first word of its name; of those of `_SAID` the organs tell."""
_SAID: Final = frozenset({"database", "lease", "threads", "disk"})
_HEARD: Final = dt.timedelta(seconds=7)
"""The ear behind an output raises its alarm after three seconds; people are told after ten."""
SLOWLY_S: Final = 60.0
_PANEL_OF: Final = {True: "trang quản lý", False: "trang quản lý (đài tự làm, khởi động lại là có cái mới)"}


class FactFinder:
    """Looks at the station again and again; what changes slowly is asked once a minute."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._slow: StationFacts | None = None
        self._waits: waits.Waits = {}
        self._slow_at = float("-inf")

    def look(self) -> StationFacts:
        """What is known now; what cannot be asked is left out."""
        station = self._station
        ailing, now = _of_fitness(station), station.now()
        facts = StationFacts(now=now, tz=station.settings.tz, ailing=ailing)
        with contextlib.suppress(DatabaseUnavailableError):
            facts = self._of_rows(facts, ailing)
        return facts

    def _of_rows(self, facts: StationFacts, ailing: dict[TroubleKind, tuple[Ailing, ...]]) -> StationFacts:
        station, at = self._station, self._station.clock.monotonic()
        with station.db.read() as session:
            for one in (*_incidents(session, facts.now), *_elsewhere(station)):
                ailing[one.kind] = (*ailing.get(one.kind, ()), one)
            for kind, _ in OF_INCIDENT.values():
                ailing.setdefault(kind, ())
            ailing.setdefault(_K.OTHER, ())
            ailing[_K.PANEL] = tuple(_panel(session, facts.now))
            ailing[_K.SENDER] = tuple(_senders(station, session))
            ailing[_K.EMERGENCY] = (*ailing.get(_K.EMERGENCY, ()), *waits.unconfirmed(station, session))
            empty = tuple(_empty(station, session, facts.now))
            ailing[_K.APPROVAL] = (*ailing.get(_K.APPROVAL, ()), *empty)
            next_at = session.scalar(
                select(func.min(BroadcastRow.starts_at))
                .where(BroadcastRow.state.in_([BroadcastState.PLANNED, BroadcastState.CUED, BroadcastState.AIRING]))
                .where(BroadcastRow.ends_at > facts.now)
            )
            if self._slow is None or at - self._slow_at >= SLOWLY_S:
                self._slow, self._slow_at = _slowly(station, session, facts), at
                self._waits = waits.for_people(station, session)
            ailing |= self._waits
        slow = self._slow
        return StationFacts(
            now=facts.now,
            tz=facts.tz,
            ailing=ailing,
            next_at=next_at,
            daily=slow.daily,
            tomorrow=slow.tomorrow,
            last_backup=slow.last_backup,
            founded_at=slow.founded_at,
            certificates=slow.certificates,
        )


def _of_fitness(station: Station) -> dict[TroubleKind, tuple[Ailing, ...]]:
    """The answer of the one who is asked whether the horns would be heard, by what people are told of it."""
    found = fitness(station).ailments
    failing = {a.organ for a in found}
    asked = set(Organ)
    if Organ.DATABASE in failing and not _answers(station):
        asked = set(_WITHOUT_ROWS)
    if Organ.PLAYOUT in failing:
        asked -= ASKED_OF_PLAYOUT
    doubted = _clock_doubted(station, found)
    told: dict[TroubleKind, tuple[Ailing, ...]] = {OF_ORGAN[o][0]: () for o in asked}
    for kind in (_K.CLOCK, _K.APPROVAL):
        if {_K.CLOCK: Organ.HOLD, _K.APPROVAL: Organ.SOUND}[kind] in asked:
            told[kind] = ()
    for a in found:
        one = _ailing(a, doubted=doubted)
        told[one.kind] = (*told.get(one.kind, ()), one)
    room = disk_room.look(station)
    fills = {"filling": room.filling, "shut": room.shut}
    told[_K.DISK] = (
        *told.get(_K.DISK, ()),
        *(Ailing(kind=_K.DISK, about=n, sentence=s, rank=Rank.WARNING) for n, s in fills.items() if s),
    )
    return told


def _ailing(a: Ailment, *, doubted: bool) -> Ailing:
    kind, rank = OF_ORGAN[a.organ]
    if a.organ is Organ.HOLD and doubted:
        kind = _K.CLOCK
    if a.organ is Organ.SOUND and a.unapproved:
        kind = _K.APPROVAL
    about = a.about or (a.organ.value if kind is _K.PART else "")
    return Ailing(kind=kind, about=about, sentence=a.sentence, rank=rank, airs_at=a.airs_at)


def _answers(station: Station) -> bool:
    try:
        with station.db.read() as session:
            session.scalar(select(1))
    except DatabaseUnavailableError:
        return False
    return True


def _clock_doubted(station: Station, found: tuple[Ailment, ...]) -> bool:
    """Whether it is the clock that holds play-out back."""
    if not any(a.organ is Organ.HOLD for a in found):
        return False
    with contextlib.suppress(DatabaseUnavailableError), station.db.read() as session:
        word = ear.word(station.home)
        said = playout_status(session.get(Heartbeat, PROCESS), station.now(), word)
        return said is None or bool(said.get("clock_doubted")) or not said.get("hold")
    return False


def _incidents(session: Session, now: dt.datetime) -> Iterator[Ailing]:
    for row in session.scalars(select(Incident).where(Incident.ended_at.is_(None)).order_by(Incident.id)):
        word, _, about = row.what.partition("-")
        if word in _SAID or (word == "heard" and now - row.started_at < _HEARD):
            continue
        kind, rank = OF_INCIDENT.get(word, (_K.OTHER, Rank.NOTE))
        yield Ailing(kind=kind, about=about or (row.what if kind is _K.OTHER else ""), sentence=row.note, rank=rank)


def _panel(session: Session, now: dt.datetime) -> Iterator[Ailing]:
    beat = session.get(Heartbeat, "web")
    if beat is not None and now - beat.at > ALIVE:
        words = f"Trang quản lý không chạy; loa vẫn phát theo lịch. Hãy khởi động lại đài ({TURN_ON}) ở máy của đài."
        yield Ailing(kind=_K.PANEL, sentence=words, rank=Rank.WARNING)


def _senders(station: Station, session: Session) -> Iterator[Ailing]:
    known = station.settings.alerts.senders
    for row in alert_rows.senders(session):
        if row.failing_since is not None and row.failures > 1 and places.parted(row.name, known)[0] in known:
            words = f"Cách báo tin “{row.name}” không gửi được: {row.error} Hãy bấm “Gửi thử” ở trang Báo tin."
            yield Ailing(kind=_K.SENDER, about=row.name, sentence=words)


def _empty(station: Station, session: Session, now: dt.datetime) -> Iterator[Ailing]:
    """Broadcasts of the next hours in which nothing stands, for nothing was approved in time."""
    rows = session.scalars(
        select(BroadcastRow)
        .where(BroadcastRow.state.in_([BroadcastState.PLANNED, BroadcastState.CUED]))
        .where(BroadcastRow.starts_at > now, BroadcastRow.starts_at <= now + SOON)
        .order_by(BroadcastRow.starts_at)
    )
    for row in rows:
        if not any(item.script_id is not None or item.relay is not None for item in row.rundown):
            at = station.local(row.starts_at)
            words = f"Buổi “{row.title}” lúc {at:%H:%M} chưa có bài nào được duyệt để phát. Hãy duyệt bài trước giờ ấy."
            yield Ailing(kind=_K.APPROVAL, about=str(row.id), sentence=words, airs_at=row.starts_at)


def _elsewhere(station: Station) -> Iterator[Ailing]:
    """What is wrong with the copies outside this disk, and that the station could not be brought back in a trial."""
    well, words = telling.of_drill(station, last_drill(station))
    if not well:
        yield Ailing(kind=_K.DRILL, sentence=f"{words} Hãy xem trang Sao lưu nơi khác.")
    backup = station.settings.backup
    if not (backup.targets and backup.recipient):
        return  # the doctor and the page say what is missing; nothing broke
    well, words = telling.of_copies(station)
    if not well:
        yield Ailing(kind=_K.BACKUP, about="elsewhere", sentence=f"{words} Hãy xem trang Sao lưu nơi khác.")


def _slowly(station: Station, session: Session, facts: StationFacts) -> StationFacts:
    day = station.today() + dt.timedelta(days=1)
    kind = day_kinds(session).get(day, DayKind.ORDINARY)
    used, joining = in_use(rotations_in_force(session), day, kind)
    daily = next((r.title for r in [used, *joining] if r is not None and any(s.on(day) for s in r.slots)), "")
    start, end = day_bounds(day, day, station.settings.tz)
    rows = session.scalars(select(BroadcastRow).where(BroadcastRow.starts_at >= start, BroadcastRow.starts_at < end))
    ends = certificates.ends_at(station)
    return StationFacts(
        now=facts.now,
        tz=facts.tz,
        daily=daily,
        tomorrow=sum(1 for r in rows if r.rundown or r.state is BroadcastState.CANCELLED),
        last_backup=last_backup(station.home),
        founded_at=session.scalar(select(func.min(AuditEvent.at))) or facts.now,
        certificates={} if ends is None else {_PANEL_OF[bool(station.settings.web.certificate)]: ends},
    )
