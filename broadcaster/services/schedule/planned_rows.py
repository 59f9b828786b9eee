"""What is planned beside what is written: a day's rows at a time, changed rows alone rewritten, texts shared."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, Table, Text, bindparam, delete, insert, or_, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from broadcaster.clock import day_start
from broadcaster.db.base import Encoded
from broadcaster.db.models import BroadcastRow, origins
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, Origin
from broadcaster.domain.schedule.rundown import Filled
from broadcaster.scheduling.expand import Occurrence, Place

_TABLE = cast(Table, BroadcastRow.__table__)
_BATCH = 1000
_LISTS = ("zones", "rundown", "reasons")
_PLAIN = ("kind", "title", "ends_at", "sound_ms", "late", "grace_s", "overrun", "state", "verdict")


@dataclass(frozen=True, slots=True)
class Draft:
    """One broadcast as planning would write it."""

    occurrence: Occurrence
    zones: tuple[str, ...]
    filled: Filled


class Met(Enum):
    """What became of one wanted broadcast."""

    ADDED = "added"
    CHANGED = "changed"
    KEPT = "kept"


class PlannedRows:
    """The rows between two moments, met by what planning wants in order of time; `finish` writes the rest.

    Args:
        session: an open transaction.
        after: rows from here on are planning's (aware UTC).
        until: the end of what is planned (aware).
        tz: the station's zone, by whose days rows are read.
    """

    def __init__(self, session: Session, after: dt.datetime, until: dt.datetime, tz: ZoneInfo) -> None:
        self._session, self._read_to, self._until, self._tz = session, after, until, tz
        held = session.execute(
            select(_TABLE.c.rotation_code, _TABLE.c.slot_code, _TABLE.c.starts_at).where(
                _TABLE.c.origin == Origin.ROTATION,
                _TABLE.c.starts_at > after,
                _TABLE.c.starts_at < until,
                or_(_TABLE.c.by_hand, _TABLE.c.state != BroadcastState.PLANNED),
            )
        )
        self.held = {Place(*row) for row in held}
        """Rows that people changed or that are no longer planned: nothing fills them."""
        self._rows: dict[Place, RowMapping] = {}
        self._fresh: list[dict[str, Any]] = []
        self._changed: list[dict[str, Any]] = []
        self._stale: list[int] = []
        self._first_read = True
        self._texts: dict[int, tuple[Filled, Encoded, Encoded]] = {}
        self._zones: dict[tuple[str, ...], Encoded] = {}

    def meet(self, occurrence: Occurrence, wanted: Draft | None) -> Met:
        """Write `wanted` where it is new or other than its row; None leaves what stands there."""
        if occurrence.starts_at >= self._read_to:
            self._read_day(occurrence.day)
        row = self._rows.pop(occurrence.place, None)
        if wanted is None:
            return Met.KEPT
        columns = self._columns(wanted)
        if row is None:
            named = origins.of_rotation(occurrence.rotation, occurrence.slot.code)
            self._fresh.append(columns | named | {"starts_at": occurrence.starts_at})
        elif not _same(row, columns):
            self._changed.append(columns | {"row": row["id"]})
        else:
            return Met.KEPT
        if len(self._fresh) + len(self._changed) >= _BATCH:
            self._write()
        return Met.ADDED if row is None else Met.CHANGED

    def finish(self) -> int:
        """Write what is left and remove what the rotation no longer asks for; return how many were removed."""
        self._read(self._until)
        self._retire()
        self._write()
        for n in range(0, len(self._stale), _BATCH):
            self._session.execute(delete(_TABLE).where(_TABLE.c.id.in_(self._stale[n : n + _BATCH])))
        return len(self._stale)

    def _read_day(self, day: dt.date) -> None:
        end = day_start(day + dt.timedelta(days=1), self._tz)
        self._read(min(end, self._until))
        self._texts.clear()

    def _read(self, end: dt.datetime) -> None:
        self._retire()
        lists = [sql_cast(_TABLE.c[name], Text).label(name) for name in _LISTS]
        plain = [_TABLE.c[name] for name in ("id", "rotation_code", "slot_code", "starts_at", "by_hand", *_PLAIN)]
        # `after` itself is play-out's, the end of a day belongs to the next
        first = _TABLE.c.starts_at > self._read_to if self._first_read else _TABLE.c.starts_at >= self._read_to
        ours = select(*plain, *lists).where(_TABLE.c.origin == Origin.ROTATION, first, _TABLE.c.starts_at < end)
        found = self._session.execute(ours).mappings()
        self._rows = {Place(r["rotation_code"], r["slot_code"], r["starts_at"]): r for r in found}
        self._read_to, self._first_read = end, False

    def _retire(self) -> None:
        self._stale += [
            r["id"] for r in self._rows.values() if r["state"] is BroadcastState.PLANNED and not r["by_hand"]
        ]
        self._rows = {}

    def _write(self) -> None:
        if self._fresh:
            self._session.execute(insert(_TABLE), self._fresh)
            self._fresh = []
        if self._changed:
            names = (*_LISTS, *_PLAIN)
            query = update(_TABLE).where(_TABLE.c.id == bindparam("row"))
            self._session.execute(query.values({n: bindparam(n) for n in names}), self._changed)
            self._changed = []

    def _columns(self, wanted: Draft) -> dict[str, Any]:
        filled, slot = wanted.filled, wanted.occurrence.slot
        texts = self._texts.get(id(filled))
        if texts is None:  # the filled rundown is kept beside its texts, so that its identity stays its own
            rundown = Encoded(i.as_json() for i in filled.items)
            texts = self._texts[id(filled)] = (filled, rundown, Encoded(r.as_json() for r in filled.reasons))
        if wanted.zones not in self._zones:
            self._zones[wanted.zones] = Encoded(wanted.zones)
        return {
            "kind": BroadcastKind.ROTATION,
            "title": slot.title,
            "ends_at": wanted.occurrence.ends_at,
            "zones": self._zones[wanted.zones],
            "rundown": texts[1],
            "reasons": texts[2],
            "sound_ms": filled.sound_ms,
            "late": slot.late,
            "grace_s": int(slot.grace.total_seconds()),
            "overrun": slot.overrun,
            "state": BroadcastState.PLANNED,
            "verdict": "",
        }


def _same(row: RowMapping, columns: Mapping[str, Any]) -> bool:
    return all(row[n] == columns[n] for n in _PLAIN) and all(
        row[n] == columns[n].text or json.loads(row[n]) == columns[n] for n in _LISTS
    )
