"""The starter kit brought to life: sample scripts spoken and approved, and a first bulletin on the air."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster import handwritten
from broadcaster.db.models import BroadcastRow, Job, PlayLogEntry, Script
from broadcaster.disks import refused
from broadcaster.domain.air.broadcasts import LEAD, BroadcastKind, BroadcastState
from broadcaster.domain.people.roles import STARTER_KIT, machine
from broadcaster.domain.scripts.scripts import Genre
from broadcaster.domain.work.jobs import NOT_DONE, JobKind
from broadcaster.errors import RuleError
from broadcaster.services.schedule.air import ANYTHING
from broadcaster.services.schedule.once import air_once
from broadcaster.services.schedule.planning import plan_unwatched
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.scripts.approving import airable
from broadcaster.services.scripts.four_eyes import approve
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.setup.founding import load_starter_scripts
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from broadcaster.services.work.performing import Progress

KIT = machine(STARTER_KIT)
COMMENT = "Nội dung mẫu của bộ cài, được duyệt tự động khi cài đặt. Lãnh đạo cần nghe lại trước khi dùng lâu dài."
FIRST_TITLE = "Buổi phát đầu tiên"


def prepare(station: Station) -> list[str]:
    """Load the sample scripts and rotations, and ask the worker to speak and approve them.

    The station's own calls come first, then one column for the first bulletin, which airs as soon as it is ready;
    the rest is spoken while the station already lives. A second call does nothing new.

    Returns:
        A sentence for each rotation that could not be used; the others are.
    """
    left: list[str] = []
    numbers = load_starter_scripts(station)
    for path in sorted((station.home.root / "schedules").glob("*.toml")):
        if path.name not in {"zones.toml", "exceptions.toml"}:
            try:
                apply_rotation(station, KIT, handwritten.text(path), path.name, agreed=ANYTHING)
            except (RuleError, OSError) as error:
                why = error if isinstance(error, RuleError) else refused(error, str(path))
                left.append(f"Lịch mẫu {path.name} không dùng được nên bị bỏ qua. {why}")
    plan_unwatched(station)
    if not numbers:
        return left
    with station.db.write() as session:
        scripts = list(session.scalars(select(Script).where(Script.id.in_(numbers)).order_by(Script.id)))
        first = _first_items(scripts)
        rest = [n for n in numbers if n not in first]
        spoken = [_want(station, session, JobKind.STARTER, str(n), {"script_id": n}) for n in first]
        # It airs what could be spoken: one voice that fails must not keep a new station silent.
        _want(station, session, JobKind.FIRST_BULLETIN, "first", {"scripts": first}, after=spoken, or_without=True)
        for n in rest:
            _want(station, session, JobKind.STARTER, str(n), {"script_id": n})
    return left


def starter_job(station: Station, arguments: Mapping[str, Any], progress: Progress) -> None:
    """Speak one sample script and approve it in the kit's name."""
    script_id = int(arguments["script_id"])
    speak(station, KIT, script_id, progress)
    approve(station, KIT, script_id, COMMENT)


def first_bulletin_job(station: Station, arguments: Mapping[str, Any], _progress: Progress) -> None:
    """Plan the first bulletin a few seconds from now: on the horns in an allowed hour, else as a trial.

    Raises:
        RuleError: none of its scripts was spoken; a first bulletin without words is none.
    """
    with station.db.read() as session:
        if session.scalars(select(BroadcastRow.id).where(BroadcastRow.title == FIRST_TITLE)).first() is not None:
            return
        approved = {c.script_id: c for c in airable(session)}
    scripts = [int(n) for n in arguments["scripts"] if int(n) in approved]
    items: Sequence[int | str] = ["nhac-hieu", *scripts, "nhac-ket"]
    starts_at = (station.now() + LEAD).replace(microsecond=0)
    length = dt.timedelta(milliseconds=sum(approved[n].duration_ms for n in scripts) + 60_000)
    trial = not station.settings.station_hours.allows(station.local(starts_at).replace(tzinfo=None), length)
    air_once(station, KIT, items, title=FIRST_TITLE, starts_at=starts_at, trial=trial)
    plan_unwatched(station)


@dataclass(frozen=True, slots=True)
class FirstBulletin:
    """A first bulletin that was planned: when it starts (aware UTC), where it goes, and what was heard of it."""

    state: BroadcastState
    starts_at: dt.datetime
    trial: bool
    verdict: str
    words_ms: int
    """How long somebody was heard to speak, by the play log."""


def first_bulletin(station: Station) -> FirstBulletin | str | None:
    """The first bulletin once it is planned, or why there will be none; None while its words are made."""
    with station.db.read() as session:
        row = session.scalars(select(BroadcastRow).where(BroadcastRow.title == FIRST_TITLE)).first()
        if row is None:
            failed = select(Job.error).where(Job.kind == JobKind.FIRST_BULLETIN, Job.state.in_(NOT_DONE))
            return session.scalar(failed)
        words_ms = session.scalar(
            select(func.coalesce(func.sum(PlayLogEntry.heard_ms), 0)).where(
                PlayLogEntry.broadcast_id == row.id, PlayLogEntry.script_id.is_not(None)
            )
        )
        trial = row.kind is BroadcastKind.TRIAL
        return FirstBulletin(row.state, row.starts_at, trial, row.verdict, words_ms or 0)


def _first_items(scripts: Sequence[Script]) -> list[int]:
    """Choose station call, the shortest column and closing for the first bulletin, in the order in which they air."""
    chosen = []
    for genre in (Genre.STATION_CALL, Genre.COLUMN, Genre.CLOSING):
        fitting = [s for s in scripts if s.genre is genre]
        chosen += [s.id for s in sorted(fitting, key=lambda s: len(s.folded))[:1]]
    return chosen


def _want(station: Station, session: Session, kind: JobKind, key: str, arguments: dict[str, Any], **order: Any) -> int:
    return jobs.want(session, station.now(), kind, key, arguments, by=KIT.username, **order)
