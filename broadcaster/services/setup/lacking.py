"""What the station needs a sound of and has none, and how it is made again.

What is approved is bound to its bytes. A sound that comes out byte for byte as it was airs as approved; any other asks
its leader once more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, CueRow, Emergency, Rendition
from broadcaster.domain.air.broadcasts import OPEN_STATES
from broadcaster.domain.air.emergencies import EmergencyState
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import StationError
from broadcaster.services.air import emergencies, signs
from broadcaster.services.schedule.cues import shipped
from broadcaster.services.scripts import approving, recordings, speaking
from broadcaster.services.setup.archives import LISTS
from broadcaster.services.station import Station
from broadcaster.sound.store import Store, digest

SOON = dt.timedelta(hours=24)


class Wants(StrEnum):
    """What a sound is needed for."""

    CUE = "cue"
    SCRIPT = "script"
    EMERGENCY = "emergency"
    BROADCAST = "broadcast"
    """Pinned in a coming broadcast, and of none of the others."""


_BY_HAND = {
    Wants.CUE: "hãy nạp lại tệp ở trang Âm thanh",
    Wants.SCRIPT: "giọng người thật: hãy thu lại, hoặc cho máy đọc",
    Wants.EMERGENCY: "bản ghi âm không còn: hãy ghi lại hoặc viết thành chữ",
    Wants.BROADCAST: "buổi ấy sẽ thiếu mục này: hãy lập lại lịch",
}


_STANDS_IN = "tệp của đài không còn, đang dùng âm thanh đi kèm thay"


@dataclass(frozen=True, slots=True)
class Lack:
    """A sound that is needed and not there."""

    what: Wants
    title: str
    sha256: str
    cue: str = ""
    number: int = 0
    """Of the script or the emergency."""
    human: bool = False
    """A person's own voice."""
    stands_in: bool = False
    """A sound of the kit is heard in its place."""
    remade: bool = True
    """Whether the station can make it again by itself."""
    wanted_at: dt.datetime | None = None
    """The next broadcast that needs it."""

    @property
    def advice(self) -> str:
        """What becomes of it, or what a person has to do, in a few Vietnamese words."""
        if self.remade:
            return "tạo lại được; nếu khác bản đã duyệt thì phải duyệt lại"
        return f"{_STANDS_IN}; {_BY_HAND[self.what]}" if self.stands_in else _BY_HAND[self.what]


def lacks(station: Station) -> list[Lack]:
    """What approvals in force, coming broadcasts, emergencies and the signs of the station need and lack.

    What is wanted soonest stands first.
    """
    store = Store(station.home.store)
    with station.db.read() as session:
        found = {lack.sha256: lack for lack in _needed(station, session) if lack.sha256 not in store}
        for at, title, sha256 in _pinned(station, session):
            if sha256 in found or sha256 not in store:
                known = found.get(sha256) or Lack(Wants.BROADCAST, title, sha256)
                found[sha256] = replace(known, wanted_at=known.wanted_at or at)
        told = [replace(lack, remade=_may_remake(station, session, lack)) for lack in found.values()]
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(told, key=lambda lack: (lack.wanted_at or far, lack.what, lack.title))


def _needed(station: Station, session: Session) -> Iterator[Lack]:
    for cue in session.scalars(select(CueRow).order_by(CueRow.name)):
        yield Lack(
            Wants.CUE, cue.title, cue.lost_sha256 or cue.audio_sha256, cue=cue.name, stands_in=bool(cue.lost_sha256)
        )
    for c in approving.airable(session):
        if c.valid_to is None or c.valid_to >= station.today():
            human = recordings.is_human(c.voice)
            yield Lack(Wants.SCRIPT, c.title, c.audio_sha256, number=c.script_id, human=human)
    waiting = (EmergencyState.DRAFT, EmergencyState.ACTIVE)
    for row in session.scalars(select(Emergency).where(Emergency.state.in_(waiting))):
        for sha256 in filter(None, (row.quick_sha256, row.good_sha256)):
            yield Lack(Wants.EMERGENCY, row.title, sha256, number=row.id, human=row.recorded)


def _may_remake(station: Station, session: Session, lack: Lack) -> bool:
    if lack.what is Wants.CUE:
        kit = shipped().get(lack.cue)
        return kit is not None and digest(signs.file_of(kit)) == lack.sha256
    if lack.human:
        return lack.what is Wants.SCRIPT and original_of(station, session, lack.sha256) is not None
    return lack.what is not Wants.BROADCAST


def _pinned(station: Station, session: Session) -> Iterator[tuple[dt.datetime, str, str]]:
    rows = select(BroadcastRow).where(BroadcastRow.state.in_(OPEN_STATES), BroadcastRow.ends_at > station.now())
    for row in session.scalars(rows.order_by(BroadcastRow.starts_at)):
        yield from ((row.starts_at, item.title, item.audio_sha256) for item in row.rundown if item.audio_sha256)


def original_of(station: Station, session: Session, sha256: str) -> Path | None:
    """What a person said, before it was mastered into the sound of this hash; None when it is not kept."""
    version = session.scalars(select(Rendition.engine_version).where(Rendition.audio_sha256 == sha256)).first()
    beginning = (version or "").rpartition("+")[2]
    found = sorted((station.home.root / LISTS["recordings.json"]).glob(f"{beginning[:2]}/{beginning}*.flac"))
    return found[0] if beginning and found else None


def again(
    station: Station, actor: Actor, *, now: bool = False, tell: Callable[[str], None] = lambda _words: None
) -> list[Lack]:
    """Make again what can be made again, by the worker or, with `now`, before this returns; return what is missing.

    Raises:
        ForbiddenError: the actor may not manage the station.
    """
    actor.require(Permission.MANAGE)
    signs.mend(station)
    for lack in lacks(station):
        if not lack.remade:
            continue
        tell(lack.title)
        try:
            _make(station, actor, lack, now=now)
        except StationError as error:
            tell(f"{lack.title}: {error}")
    return lacks(station)


def _make(station: Station, actor: Actor, lack: Lack, *, now: bool) -> None:
    if lack.what is Wants.EMERGENCY:
        emergencies.voice_again(station, actor, lack.number)
    elif lack.what is Wants.SCRIPT and lack.human:
        with station.db.read() as session:
            original = original_of(station, session, lack.sha256)
        if original is not None:
            recordings.record(station, actor, lack.number, original)
            approving.ask_again(station, lack.number)
    elif lack.what is Wants.SCRIPT and now:
        speaking.speak(station, actor, lack.number)
        approving.ask_again(station, lack.number)
    elif lack.what is Wants.SCRIPT:
        speaking.want_rendition(station, actor, lack.number)
