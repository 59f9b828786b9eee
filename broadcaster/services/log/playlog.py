"""The play log: appended to by play-out's journal, read by people, checked by anyone; never changed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TextIO, cast

from sqlalchemy import Select, Table, bindparam, insert, select
from sqlalchemy.orm import Session

from broadcaster.db import chaining
from broadcaster.db.models import PlayLogEntry
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.log import chain
from broadcaster.domain.log.chains import Chain
from broadcaster.domain.log.playlog import NEWEST, Entry, Outcome
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station

_BATCH = 500
_LOAD = 5000
_FIELDS = tuple(Entry.__dataclass_fields__)
_TABLE = cast(Table, PlayLogEntry.__table__)
_KNOWN = select(_TABLE.c.id).where(_TABLE.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """One entry with its place in the chain."""

    seq: int
    prev_hash: str
    hash: str
    entry: Entry


def append(session: Session, entries: Iterable[Entry], now: dt.datetime) -> int:
    """Add the entries that are not in the log yet, in order, and return how many were new.

    Idempotent by entry id, so that a journal may be replayed any number of times. The head of the chain is locked
    for the rest of the transaction: two writers cannot fork the chain.
    """
    wanted = {entry.id: entry for entry in entries}
    if not wanted:
        return 0
    seq, last = chaining.locked(session, Chain.LOG)
    ids = list(wanted)
    for start in range(0, len(ids), _BATCH):
        known = session.scalars(_KNOWN, {"ids": ids[start : start + _BATCH]})
        for entry_id in known:
            del wanted[entry_id]
    rows: list[dict[str, Any]] = []
    for entry in wanted.values():
        rows.append(_row(entry, seq + 1, last, now))
        seq, last = seq + 1, rows[-1]["hash"]
    if rows:
        session.execute(insert(_TABLE), rows)
        chaining.move(session, Chain.LOG, seq, last)
    return len(rows)


def load(session: Session, entries: Iterable[Entry], now: dt.datetime) -> int:
    """Add very many entries that are known to be new, streaming, and return how many: for moving house.

    The chain is the one that `append` would have made; an id that is in the log already breaks the transaction.
    """
    seq, last = chaining.locked(session, Chain.LOG)
    before = seq
    rows: list[dict[str, Any]] = []
    for entry in entries:
        rows.append(_row(entry, seq + 1, last, now))
        seq, last = seq + 1, rows[-1]["hash"]
        if len(rows) >= _LOAD:
            session.execute(insert(_TABLE), rows)
            rows.clear()
    if rows:
        session.execute(insert(_TABLE), rows)
    chaining.move(session, Chain.LOG, seq, last)
    return seq - before


def _row(entry: Entry, seq: int, prev: str, now: dt.datetime) -> dict[str, Any]:
    """The row of an entry that the log takes now, after the one whose hash is `prev`."""
    kept = replace(entry, recorded_at=now)
    row = {name: getattr(kept, name) for name in _FIELDS}
    return {**row, "seq": seq, "prev_hash": prev, "hash": chain.entry_hash(prev, kept.fields())}


def entries(
    session: Session,
    first: dt.datetime | None = None,
    last: dt.datetime | None = None,
    *,
    zone: str | None = None,
    broadcast_id: int | None = None,
    outcome: Outcome | None = None,
    newest_first: bool = False,
    effective: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> Iterator[ChainedEntry]:
    """Yield the entries planned in [first, last), streaming; `effective` leaves out those that were corrected."""
    query = select(_TABLE)
    if first is not None:
        query = query.where(_TABLE.c.planned_at >= first)
    if last is not None:
        query = query.where(_TABLE.c.planned_at < last)
    if zone is not None:
        query = query.where(_TABLE.c.zone == zone)
    if broadcast_id is not None:
        query = query.where(_TABLE.c.broadcast_id == broadcast_id)
    if outcome is not None:
        query = query.where(_TABLE.c.outcome == outcome)
    if effective:
        later = _TABLE.alias()
        query = query.where(~select(later.c.seq).where(later.c.corrects == _TABLE.c.id).exists())
    order = (_TABLE.c.planned_at, _TABLE.c.seq)
    query = query.order_by(*(c.desc() for c in order)) if newest_first else query.order_by(*order)
    yield from _lines(session, query.limit(limit).offset(offset or None))


def stretch(session: Session, low: int, high: int) -> Iterator[ChainedEntry]:
    """Yield the entries numbered `low` to `high`, in the order of the chain, streaming."""
    query = select(_TABLE).where(_TABLE.c.seq >= low, _TABLE.c.seq <= high).order_by(_TABLE.c.seq)
    yield from _lines(session, query)


def verify(session: Session, *, expect_last: str | None = None) -> chain.ChainCheck:
    """Check the whole chain, streaming; name each entry that was altered, removed or put out of order.

    The head kept in `chain_head` reveals entries that were cut off at the end; `expect_last` is a hash kept
    elsewhere (a frozen report, a backup).
    """
    if expect_last is None:
        expect_last = chaining.ends(session)[Chain.LOG][1]
    links = (
        chain.ChainLink(line.seq, line.prev_hash, line.hash, line.entry.fields())
        for line in _lines(session, select(_TABLE).order_by(_TABLE.c.seq))
    )
    return chain.verify(links, expect_last=expect_last)


def verify_part(session: Session, after: tuple[int, str], most: int) -> tuple[chain.ChainCheck, int, int]:
    """Check the next `most` entries after one of known number and hash; return also the last number, and the end's.

    The last part checks the end of the chain too, as `verify` does.
    """
    end, end_hash = chaining.ends(session)[Chain.LOG]
    last = min(after[0] + most, end)
    # The last part reads on past the head: what lies there does not belong to the log.
    query = select(_TABLE).where(_TABLE.c.seq > after[0]).order_by(_TABLE.c.seq)
    if last < end:
        query = query.where(_TABLE.c.seq <= last)
    links = (
        chain.ChainLink(line.seq, line.prev_hash, line.hash, line.entry.fields()) for line in _lines(session, query)
    )
    return chain.verify(links, after=after, expect_last=end_hash if last == end else None), last, end


def export(session: Session, target: TextIO) -> int:
    """Write the whole log as JSON lines (`seq`, `prev_hash`, `hash`, `fields`) and return their number.

    What the hash covers is `fields` as canonical JSON; see `domain.chain.entry_hash`.
    """
    count = 0
    for line in _lines(session, select(_TABLE).order_by(_TABLE.c.seq)):
        link = {"seq": line.seq, "prev_hash": line.prev_hash, "hash": line.hash, "fields": line.entry.fields()}
        target.write(json.dumps(link, ensure_ascii=False, sort_keys=True) + "\n")
        count += 1
    return count


def correct(station: Station, actor: Actor, entry_id: str, *, outcome: Outcome, heard_ms: int, reason: str) -> str:
    """Add an entry that corrects another, and return its id; the first one stays as it is.

    Raises:
        ForbiddenError: the actor may not operate.
        NotFoundError: there is no such entry.
        RuleError: no reason is given, or more was heard than the item is long.
    """
    actor.require(Permission.OPERATE)
    reason = reason.strip()
    if not reason:
        raise RuleError("Hãy ghi lý do đính chính.", field="reason")
    with station.db.write() as session:
        row = session.execute(select(_TABLE).where(_TABLE.c.id == entry_id)).mappings().one_or_none()
        if row is None:
            raise NotFoundError(f"Nhật ký không có bản ghi “{entry_id}”.", field="entry")
        first = _entry(row)
        if not 0 <= heard_ms <= first.duration_ms:
            raise RuleError("Thời lượng đã nghe không thể dài hơn thời lượng của mục.", field="heard_ms")
        earlier = session.scalars(select(PlayLogEntry.id).where(PlayLogEntry.corrects == entry_id)).all()
        if earlier:
            raise RuleError(f"Bản ghi này đã được đính chính; hãy đính chính bản “{earlier[0]}”.", field="entry")
        new_id = f"{entry_id}+c"
        fixed = replace(
            first,
            id=new_id,
            outcome=outcome,
            heard_ms=heard_ms,
            reason=reason,
            cause=Cause.CORRECTED,
            actor=actor.username,
            corrects=entry_id,
            version=NEWEST,
        )
        now = station.now()
        append(session, [fixed], now)
        Trail(session, now, actor).record("playlog.correct", "play_log", entry_id, note=reason)
    return new_id


def _lines(session: Session, query: Select[Any]) -> Iterator[ChainedEntry]:
    for row in session.execute(query.execution_options(yield_per=2000)).mappings():
        yield ChainedEntry(row["seq"], row["prev_hash"], row["hash"], _entry(row))


def _entry(fields: Mapping[Any, Any]) -> Entry:
    return Entry(**{name: fields[name] for name in _FIELDS} | {"also": tuple(fields["also"] or ())})
