"""The neutral form in which other systems get bản tin, lịch phát, nhật ký phát and trạng thái cụm loa.

The API and `loa export` speak it alike. It claims no connection to any provincial system: it is a table with plain
names, to be carried wherever it is wanted. Times are ISO 8601 with the station's offset, lengths whole seconds or
milliseconds as their names say.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.clock import day_bounds
from broadcaster.db.models import Approval, BroadcastRow, PlayLogEntry, Revision, Script
from broadcaster.db.queries import air
from broadcaster.db.queries import log as log_queries
from broadcaster.db.queries import schedule as schedule_queries
from broadcaster.db.queries import zones as zones_queries
from broadcaster.domain.scripts.fields import Face, plain, shown_on, values_of
from broadcaster.domain.scripts.scripts import Decision, ScriptState, text_sha256
from broadcaster.domain.setup.fields import ZoneFields
from broadcaster.errors import RuleError
from broadcaster.services.lexicon.reading import filled
from broadcaster.services.station import Station

FORM = "loa-xa/1"
Row = dict[str, Any]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BATCH = 200


def scripts(station: Station, session: Session, rows: Iterable[Script], *, bodies: bool) -> Iterator[Row]:
    """Yield scripts with the hash of their newest words and of the sound that was approved."""
    found = list(rows)
    for start in range(0, len(found), _BATCH):
        part = found[start : start + _BATCH]
        ids = [s.id for s in part]
        newest: dict[int, Revision] = {}
        for revision in session.scalars(
            select(Revision).where(Revision.script_id.in_(ids)).order_by(Revision.script_id, Revision.number)
        ):
            newest[revision.script_id] = revision
        decided: dict[int, Approval] = {}
        for approval in session.scalars(select(Approval).where(Approval.script_id.in_(ids)).order_by(Approval.id)):
            decided[approval.script_id] = approval
        for s in part:
            yield _script(station, s, newest[s.id], decided.get(s.id), bodies=bodies)


def _script(station: Station, s: Script, revision: Revision, approval: Approval | None, *, bodies: bool) -> Row:
    approved = s.state is ScriptState.APPROVED and approval is not None and approval.decision == Decision.APPROVED
    body = filled(station, revision.body)
    row: Row = {
        "id": s.id,
        "state": s.state.value,
        "revision": revision.number,
        "body_sha256": text_sha256(body),
        "audio_sha256": approval.audio_sha256 if approved and approval else None,
        "approved_at": station.local(approval.at).isoformat() if approved and approval else None,
        "updated_at": station.local(s.updated_at).isoformat(),
    }
    stored = values_of(s)
    row |= {name: plain(stored[name]) for name in shown_on(Face.EXPORT)} | ({"body": body} if bodies else {})
    return {name: row[name] for name in HEADS["scripts"] if name in row}


def schedule(station: Station, rows: Iterable[BroadcastRow]) -> Iterator[Row]:
    """Yield broadcasts with the titles of their items."""
    for b in rows:
        yield {
            "id": b.id,
            "title": b.title,
            "kind": b.kind.value,
            "starts_at": station.local(b.starts_at).isoformat(),
            "ends_at": station.local(b.ends_at).isoformat(),
            "zones": list(b.zones),
            "state": b.state.value,
            "verdict": b.verdict,
            "sound_ms": b.sound_ms,
            "items": [
                {
                    "no": i.no,
                    "kind": i.kind.value,
                    "title": i.title,
                    "script_id": i.script_id,
                    "duration_ms": i.duration_ms,
                    "audio_sha256": i.audio_sha256,
                }
                for i in b.rundown
            ],
        }


def log(station: Station, rows: Iterable[PlayLogEntry]) -> Iterator[Row]:
    """Yield entries of the play log, each with its place in the chain."""
    for e in rows:
        yield {
            "seq": e.seq,
            "id": e.id,
            "broadcast_id": e.broadcast_id,
            "broadcast_title": e.broadcast_title,
            "item_no": e.item_no,
            "zone": e.zone,
            "kind": e.kind,
            "title": e.title,
            "script_id": e.script_id,
            "topic": e.topic,
            "unit": e.unit,
            "planned_at": station.local(e.planned_at).isoformat(),
            "started_at": station.local(e.started_at).isoformat() if e.started_at else None,
            "ended_at": station.local(e.ended_at).isoformat() if e.ended_at else None,
            "duration_ms": e.duration_ms,
            "heard_ms": e.heard_ms,
            "outcome": e.outcome.value,
            "reason": e.reason,
            "corrects": e.corrects,
            "hash": e.hash,
            "cause": e.because,
            "also": e.also,
        }


def zones(station: Station, session: Session) -> Iterator[Row]:
    """Yield each zone with what is known of its state now; the horns themselves report nothing back."""
    present = air.present(session, station.now(), station.settings.several)
    heard = zones_queries.last_heard(session)
    for z in zones_queries.zones(session):
        last = heard.get(z.code)
        airing = air.heard_in(z.code, present.airing, present.outputs)
        yield {
            "code": z.code,
            **{name: getattr(z, name) for name in shown_on(Face.EXPORT, ZoneFields)},
            "muted": z.code in present.muted,
            "playout_alive": present.alive,
            "airing_broadcast_id": airing.broadcast_id if airing else None,
            "airing_title": airing.title if airing else None,
            "last_heard_at": station.local(last.ended_at).isoformat() if last and last.ended_at else None,
            "muted_until": station.local(until).isoformat() if (until := present.muted_until(z.code)) else None,
            "shares_output_with": list(present.outputs.also((z.code,))),
        }


def table(kind: str, station: Station, session: Session, first: dt.date, last: dt.date) -> Iterator[Row]:
    """Yield one of the four tables whole: `scripts`, `schedule`, `log` (days `first` to `last`) or `zones`.

    Raises:
        RuleError: there is no such table, or the days are the wrong way round.
    """
    if last < first:
        raise RuleError("Ngày cuối phải sau ngày đầu.", field="to")
    start, end = day_bounds(first, last, station.settings.tz)
    match kind:
        case "scripts":
            return scripts(station, session, session.scalars(select(Script).order_by(Script.id)), bodies=True)
        case "schedule":
            return schedule(station, schedule_queries.broadcasts(session, start, end))
        case "log":
            return log(station, log_queries.every(session, log_queries.LogFilter(start=start, end=end)))
        case "zones":
            return zones(station, session)
        case _:
            raise RuleError(f"Không có bảng “{kind}”. Có: {', '.join(KINDS)}.", field="kind")


_SHOWN = tuple(shown_on(Face.EXPORT))
_BEFORE_STATE = _SHOWN.index("priority") + 1
"""The state stands where receivers have always found it."""
HEADS = {
    "scripts": (
        "id",
        *_SHOWN[:_BEFORE_STATE],
        "state",
        *_SHOWN[_BEFORE_STATE:],
        "revision",
        "body_sha256",
        "audio_sha256",
        "approved_at",
        "updated_at",
        "body",
    ),
    "schedule": ("id", "title", "kind", "starts_at", "ends_at", "zones", "state", "verdict", "sound_ms", "items"),
    "log": (
        "seq",
        "id",
        "broadcast_id",
        "broadcast_title",
        "item_no",
        "zone",
        "kind",
        "title",
        "script_id",
        "topic",
        "unit",
        "planned_at",
        "started_at",
        "ended_at",
        "duration_ms",
        "heard_ms",
        "outcome",
        "reason",
        "corrects",
        "hash",
        "cause",
        "also",
    ),
    "zones": (
        "code",
        *shown_on(Face.EXPORT, ZoneFields),
        "muted",
        "playout_alive",
        "airing_broadcast_id",
        "airing_title",
        "last_heard_at",
        "muted_until",
        "shares_output_with",
    ),
}
"""The columns of each table, in their order."""
KINDS = tuple(HEADS)


def as_json(kind: str, station: Station, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield one JSON document in pieces, so that a year of log needs no memory."""
    head = {
        "form": FORM,
        "kind": kind,
        "station": station.settings.station.model_dump(mode="json"),
        "made_at": station.local(station.now()).isoformat(),
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": ['
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n") + json.dumps(row, ensure_ascii=False)
    yield "\n]}\n"


def as_csv(kind: str, station: Station, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a table for a spreadsheet, UTF-8 with a mark; lists are joined, items of a rundown by their titles."""
    del station
    yield "\ufeff" + csv_line(HEADS[kind])
    for row in rows:
        yield csv_line(_cell(row[name]) for name in HEADS[kind])


def csv_line(cells: Iterable[object]) -> str:
    """One line of CSV; text that a spreadsheet would run as a formula is kept text."""
    out = io.StringIO()
    texts = ["" if c is None else str(c) for c in cells]
    csv.writer(out).writerow([f"'{t}" if t.startswith(_FORMULA) and not _is_number(t) else t for t in texts])
    return out.getvalue()


def _cell(value: Any) -> object:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        return "; ".join(str(v["title"]) if isinstance(v, Mapping) else str(v) for v in value)
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


WRITERS: dict[str, Callable[[str, Station, Iterable[Mapping[str, Any]]], Iterator[str]]] = {
    "json": as_json,
    "csv": as_csv,
}
MIME = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
