"""Undo: what people did to broadcasts is kept with the rows as they were before it, and put back exactly so.

An act is undone only while the rows are as it left them, and only into a state that may still be.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from broadcaster.db.base import Loaded, PlainWord, UtcDateTime, Words
from broadcaster.db.models import BroadcastChange, BroadcastRow
from broadcaster.db.queries.one import one_of
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.schedule.coming import HANDS_OFF
from broadcaster.services.schedule.places import require_place
from broadcaster.services.station import Station

KEPT: Final = dt.timedelta(days=2)
"""So long an act is kept to be undone."""
_COLUMNS = cast(Table, BroadcastRow.__table__).columns
Image = dict[str, Any]
"""A row as JSON."""


@contextmanager
def keeping(
    station: Station, session: Session, actor: Actor, verb: str, numbers: Sequence[int] = ()
) -> Iterator[list[int]]:
    """Keep what is done to the rows `numbers` meanwhile so that it can be undone; numbers of new rows are added."""
    touched = list(numbers)
    before = {n: image_of(session, n) for n in touched}
    yield touched
    session.flush()
    images = [i for n in dict.fromkeys(touched) if (i := _change(n, before.get(n), image_of(session, n)))]
    if images:
        session.execute(delete(BroadcastChange).where(BroadcastChange.at < station.now() - KEPT))
        session.add(BroadcastChange(at=station.now(), by=actor.username, verb=verb, images=images))
        session.flush()


def last_change(session: Session, number: int, actor: Actor) -> int | None:
    """The number of what a person did last that touched a broadcast."""
    query = select(BroadcastChange).where(BroadcastChange.by == actor.username).order_by(BroadcastChange.id.desc())
    return next((c.id for c in session.scalars(query.limit(50)) if any(i["id"] == number for i in c.images)), None)


def undo(station: Station, actor: Actor, change: int) -> list[int]:
    """Put the rows of an act back as they were before it; return the numbers of those that are there.

    Raises:
        ForbiddenError: the actor may not operate.
        NotFoundError: the act is not kept any more.
        RuleError: something came in between, a broadcast is about to start, or its place is taken.
    """
    actor.require(Permission.OPERATE)
    with station.db.write() as session:
        done = one_of(session, BroadcastChange, change, lock=True)
        soon = station.now() + HANDS_OFF
        if done.by != actor.username:
            actor.require(Permission.SCHEDULE)
        for image in done.images:
            stands = image_of(session, image["id"])
            if stands is None or _digest(stands) != image["after"]:
                raise RuleError(
                    "Sau việc đó buổi phát đã được thay đổi tiếp, nên không hoàn tác được nữa. "
                    "Hãy xem lại buổi phát rồi sửa.",
                    field="broadcast",
                )
            starts = {stands["starts_at"], (image["before"] or stands).get("starts_at", stands["starts_at"])}
            if any(dt.datetime.fromisoformat(at) <= soon for at in starts):
                raise RuleError("Buổi này đã qua hoặc sắp bắt đầu, nên không hoàn tác được nữa.", field="broadcast")
        for image in done.images:
            if image["before"] is None:
                session.delete(session.get_one(BroadcastRow, image["id"]))
        session.flush()
        rows = [_put_back(session, i) for i in done.images if i["before"] is not None]
        for row in rows:
            if row.state is BroadcastState.PLANNED:
                require_place(station, session, row, row.starts_at, row.zones, besides=row.id)
            Trail(session, station.now(), actor).record("undo", "broadcast", row.id, note=row.title)
        session.delete(done)
        return [row.id for row in rows]


def image_of(session: Session, number: int) -> Image | None:
    """A row as it stands, as JSON; None when there is none."""
    row = session.get(BroadcastRow, number, populate_existing=True)
    return None if row is None else {c.key: _plain(getattr(row, c.key)) for c in _COLUMNS}


def _put_back(session: Session, image: Image) -> BroadcastRow:
    row = session.get_one(BroadcastRow, image["id"])
    for name, value in image["before"].items():
        setattr(row, name, _loaded(_COLUMNS[name].type, value))
    session.flush()
    return row


def _change(number: int, before: Image | None, after: Image | None) -> Image | None:
    """What became of a row: the columns that were otherwise before it (None: there was no row), a mark of it since."""
    if after is None or after == before:
        return None
    was = None if before is None else {name: value for name, value in before.items() if value != after[name]}
    return {"id": number, "before": was, "after": _digest(after)}


def _digest(image: Image) -> str:
    return hashlib.sha256(json.dumps(image, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, list | tuple):
        return [v.as_json() if hasattr(v, "as_json") else _plain(v) for v in value]
    return str(value) if isinstance(value, str) else value  # the word of an enum


def _loaded(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UtcDateTime):
        return dt.datetime.fromisoformat(value)
    if isinstance(kind, PlainWord):
        return kind.kind(value)
    if isinstance(kind, Words):
        return tuple(kind.kind(v) for v in value)
    if isinstance(kind, Loaded):
        return tuple(kind.kind.from_json(v) for v in value)
    return value
