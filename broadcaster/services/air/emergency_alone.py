"""An emergency while no row can be written: play-out sounds it alone, and the rows follow once there is room.

A draft that has its sound needs nothing from the disk any more. Its bundle goes to play-out over loopback under a
number that no row has (that of the emergency, negative); play-out's journal holds it until the desk takes it in.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, Emergency, origins
from broadcaster.db.queries.schedule import broadcast_of
from broadcaster.db.queries.zones import zones_by_code
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.air.broadcasts import BroadcastState, ItemKind
from broadcaster.domain.air.desk import Answer, Bundle, OrderOutcome, Record, zones_of
from broadcaster.domain.people.roles import Actor
from broadcaster.errors import StationError
from broadcaster.services.air import ear, emergency_soundings
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station
from broadcaster.sound.store import Store

ATTEMPT = -1
"""Marks the row of a sounding that play-out did alone."""
_PATIENCE_S = 3.0
_DONE = (
    "Chưa ghi được vào cơ sở dữ liệu nên máy phát tự phát bản tin này một lần, rồi ghi nhật ký khi có chỗ. Chưa lặp "
    "lại. Hãy xóa bớt tệp trên ổ đĩa ngay. Dừng: nút DỪNG PHÁT, hoặc loa stop."
)
_SELF = "Hãy xóa bớt tệp trên ổ đĩa rồi phát lại, hoặc nói qua micro cắm thẳng vào tăng âm."


class UnsoundedError(StationError):
    """Raised when neither a row can be written nor play-out can sound an emergency without one."""

    code = "database"


@contextlib.contextmanager
def or_by_mouth() -> Iterator[None]:
    """Say what to do where what is urgent cannot even be written down.

    Raises:
        UnsoundedError: it cannot.
    """
    try:
        yield
    except DatabaseUnavailableError as away:
        raise UnsoundedError(f"{away.message} {_SELF}") from away


def sound(station: Station, session: Session, row: Emergency, codes: tuple[str, ...], away: StationError) -> str:
    """Have play-out sound a confirmed draft, of which nothing could be written; return what to tell the person.

    Raises:
        UnsoundedError: its words are not there, or play-out does not answer, or refuses.
    """
    rundown = emergency_soundings.rundown_of(station, session, row)
    store = Store(station.home.store)
    if not any(i.kind is ItemKind.EMERGENCY for i in rundown) or any(i.audio_sha256 not in store for i in rundown):
        raise UnsoundedError(f"{away.message} Bản tin chưa có lời đọc nên máy phát không tự phát được. {_SELF}")
    now = row.confirmed_at or station.now()
    made = emergency_soundings.sounding_of(row, ATTEMPT, now, rundown, emergency_soundings.GRACE, codes)
    made.id = -row.id
    outputs = station.outputs(session)
    bundle = Bundle(broadcast_of(made), zones_of(zones_by_code(session), codes), {}, outputs.besides(codes))
    told = {"bundle": bundle.as_json(), "by": row.confirmed_by, "at": now.isoformat()}
    said = ear.ask(station.home, _PATIENCE_S, alone=told)
    if said is None:
        raise UnsoundedError(f"{away.message} Máy phát cũng không trả lời. {_SELF}")
    answer = Answer.from_json(said)
    if answer.outcome is not OrderOutcome.CARRIED_OUT:
        raise UnsoundedError(f"{away.message} {answer.text} {_SELF}")
    return _DONE


def known(station: Station, session: Session, line: Record, owner: str) -> Record:
    """A line of the journal under the number of its row; what play-out sounded alone is given one."""
    match line.kind:
        case "alone":
            _take(station, session, line.body, owner)
        case _:
            return _real(session, line)
    return line


def _take(station: Station, session: Session, body: Mapping[str, Any], owner: str) -> None:
    """Write the rows of what play-out sounded alone; once."""
    number, bundle = -int(body["broadcast"]), Bundle.from_json(body["bundle"])
    row = session.get(Emergency, number, with_for_update=True)
    if row is None or _row_of(session, number) is not None:
        return
    b, at, by = bundle.broadcast, dt.datetime.fromisoformat(body["at"]), str(body["by"])
    if row.confirmed_at is None:
        emergency_soundings.activate(station, row, by, at)
        Trail(session, station.now(), Actor(by, by, frozenset())).record(
            "confirm", "emergency", number, note="Máy phát tự phát khi chưa ghi được vào cơ sở dữ liệu."
        )
    made = origins.emergency(
        number, by, b.title, b.zones, b.rundown, b.starts_at, b.grace, attempt=ATTEMPT, ordered_at=at
    )
    made.state, made.owner = BroadcastState.CUED, owner_of(owner)
    session.add(made)
    session.flush()


def owner_of(owner: str) -> str:
    """Whose the row is: nobody else claims it, and this play-out has it under another number."""
    return f"{owner[:110]}:alone"


def _real(session: Session, line: Record) -> Record:
    key = "broadcast_id" if "broadcast_id" in line.body else "broadcast"
    number = line.body.get(key)
    if not isinstance(number, int) or number >= 0 or (found := _row_of(session, -number)) is None:
        return line
    mark = {"alone": True} if line.kind == "begin" else {}
    return replace(line, body={**line.body, key: found, **mark})


def _row_of(session: Session, number: int) -> int | None:
    return session.scalar(
        select(BroadcastRow.id).where(BroadcastRow.emergency_id == number, BroadcastRow.attempt == ATTEMPT)
    )
