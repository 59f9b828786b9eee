"""From the journal into the database: in order, as often as needed, with the same result."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from broadcaster.domain.desk import Record
from broadcaster.domain.playlog import Ending, Entry
from broadcaster.domain.proof import Proof
from broadcaster.errors import StationError
from broadcaster.playout.record.journal import Journal
from broadcaster.services.air import broadcasts
from broadcaster.services.log import playlog, proofs
from broadcaster.services.station import Station

log = logging.getLogger(__name__)


def replay(station: Station, journal: Journal, owner: str) -> int:
    """Bring everything that the journal holds into the database; return how many lines were taken.

    Raises:
        StationError: the database is away; what is left is tried again later.
    """
    taken = 0
    while True:
        records, position = journal.unreplayed()
        if not records:
            return taken
        try:
            _apply(station, records, owner)
        except StationError:
            raise
        except Exception:
            log.exception("journal: %d lines are applied one by one", len(records))
            for record in records:
                _apply_alone(station, record, owner)
        journal.replayed(position)
        taken += len(records)


def _apply_alone(station: Station, record: Record, owner: str) -> None:
    try:
        _apply(station, [record], owner)
    except StationError:
        raise
    except Exception:  # one line that the database will never take must not hold up all others; the file keeps it
        log.exception("journal: a line was left out: %s", record)
        with station.db.write() as session:
            note = f"Một dòng nhật ký phát không ghi được vào cơ sở dữ liệu (loại {record.kind}); xem tệp journal."
            broadcasts.report_incident(session, "journal", note, record.at)


def _apply(station: Station, records: list[Record], owner: str) -> None:
    now = station.now()
    with station.db.write() as session:
        entries = [Entry.from_fields(r.body) for r in records if r.kind == "entry"]
        playlog.append(session, entries, now)
        proofs.append(session, [Proof.from_json(r.body) for r in records if r.kind == "proof"])
        for record in records:
            _state(session, record, owner)


def _state(session: Any, record: Record, owner: str) -> None:
    body = record.body
    if record.kind == "begin":
        broadcasts.begin(session, body["broadcast"], owner, dt.datetime.fromisoformat(body["at"]))
    elif record.kind == "verdict":
        broadcasts.finish(session, body["broadcast"], Ending.from_json(body))
    elif record.kind == "incident":
        broadcasts.report_incident(
            session, body["what"], body["note"], record.at, zone=body.get("zone"), over=body.get("over", False)
        )
