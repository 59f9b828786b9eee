"""A home after a cut, opened by the real code: what is wrong with it, in a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from broadcaster.clock import SystemClock
from broadcaster.db import chaining
from broadcaster.db.models import PlayLogEntry
from broadcaster.domain.air.desk import AirHours
from broadcaster.domain.log.chains import Chain
from broadcaster.errors import MediaError
from broadcaster.playout.record import journal as journal_module
from broadcaster.playout.record import recovery, signing
from broadcaster.playout.record.journal import Journal
from broadcaster.playout.record.pinned import PinnedPlan
from broadcaster.services.desk import LocalDesk
from broadcaster.services.log import chained, playlog
from broadcaster.services.people import seals
from broadcaster.services.schedule import feeds
from broadcaster.services.setup import restarting
from broadcaster.services.station import Station, open_station
from broadcaster.sound.store import Store


@dataclass
class Promises:
    """What was said before a cut."""

    answered: dict[str, object] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    """What was asked and not answered: it may be so already, or not yet."""
    sounded: set[tuple[int, int]] = field(default_factory=set)
    """The items of which something left the outputs."""
    begun: bool = False

    def hear(self, line: Mapping[str, object]) -> None:
        """Take in what was said next."""
        match line:
            case {"asked": str(what)}:
                self.open.add(what)
            case {"answered": str(what), "value": value}:
                self.open.discard(what)
                self.answered[what] = value
            case {"sounded": int(number), "value": int(item)} if item:
                self.sounded.add((number, item))
            case {"begun": _}:
                self.begun = True

    @property
    def held(self) -> dict[str, object]:
        """What must be so after the cut."""
        return {what: value for what, value in self.answered.items() if what not in self.open}


def faults(home: Path, promises: Promises) -> Iterator[str]:
    """What is wrong after a cut; nothing, if all is well."""
    station = open_station(home)
    _share_compiled(station.db.engine)
    try:
        yield from _database(station, promises)
        yield from _files(station, promises)
        yield from _airing(station, promises)
    finally:
        station.close()


_first: list[Engine] = []


def _share_compiled(engine: Engine) -> None:
    """Let each home know the SQL that was compiled for the first: a third of the time."""
    known = next(iter(_first), engine)
    _first[:] = [known]
    engine.dialect = engine.pool._dialect = known.dialect
    engine._compiled_cache = known._compiled_cache


def _database(station: Station, promises: Promises) -> Iterator[str]:
    with station.db.read() as session:
        run = session.connection().exec_driver_sql
        if (found := run("PRAGMA integrity_check").scalar()) != "ok":
            yield f"database: {found}"
        for what, value in promises.held.items():
            kind, _, query = what.partition(" ")
            if kind == "row" and (now := run(query).scalar()) != value:
                yield f"answered {value!r}, found {now!r}: {query}"
        if promises.held.get("scripts", 0) > (run("SELECT max(id) FROM scripts").scalar() or 0):  # type: ignore[operator]
            yield "a script is lost"
        for chain in Chain:
            check = playlog.verify(session) if chain is Chain.LOG else chained.check(session, chain)
            yield from (f"chain {chain}: {fault.what}" for fault in check.faults)


def _files(station: Station, promises: Promises) -> Iterator[str]:
    home, held = station.home, promises.held
    if fault := home.settings_fault():
        yield f"settings: {fault}"
    name = home.settings().station.name
    if "settings" in held and name != held["settings"]:
        yield f"settings: {name!r} for {held['settings']!r}"
    if "restart" in held and (restarting.wish(station) is not None) != held["restart"]:
        yield f"restart wished for: {held['restart']}"
    if "feed" in held and feeds.feed_token(station) != held["feed"]:
        yield "the address of the feed is another"
    if "panel" in held and home.panel_key.read_text(encoding="ascii") != held["panel"]:
        yield "the key of the panel is another"
    if home.panel_key.is_file() and len(home.panel_key.read_text(encoding="ascii")) != 64:
        yield "the key of the panel is torn"
    if isinstance(sealed := held.get("seal"), str) and not any(seals.opened(home, n, sealed) for n in range(2)):
        yield "what was sealed is shut for good"
    store = Store(home.store)
    for what, sha in held.items():
        if what.startswith("sound "):
            try:
                store.verify(str(sha))
            except MediaError as error:
                yield f"{what}: {error}"
    for path in home.store.glob("??/*.flac"):
        try:
            store.verify(path.stem)
        except MediaError as error:
            yield f"store: {error}"


def _airing(station: Station, promises: Promises) -> Iterator[str]:
    folder = station.home.playout
    if not promises.begun:
        return
    with station.db.read() as session:
        marks = signing._read(folder)
        ends = chaining.ends(session)
        for mark in marks.marks:
            yield from (f"signed and lost: {c}" for c, (seq, _) in mark.heads.items() if ends[c][0] < seq)
    if promises.held.get("marks", 0) > len(marks.marks):  # type: ignore[operator]
        yield "a mark is lost"
    pinned = PinnedPlan(folder / "bundles", AirHours(station.settings.station_hours, station.settings.tz)).load()
    journal = Journal(folder, SystemClock())
    past = recovery.look_back(journal.last_segment())
    known = {(n, item) for n, one in past.unfinished.items() for item, _zone in {*one.coming, *one.started}}
    told = {
        r.body["id"]: r for path in journal.segments() for r, _ in journal_module._read(path, 0) if r.kind == "entry"
    }
    known |= {(r.body["broadcast_id"], r.body["item_no"]) for r in told.values()}
    for number, item in promises.sounded:
        if number not in past.ended and number not in pinned:
            yield f"broadcast {number} sounded, and is not pinned"
        if number not in past.ended and (number, item) not in known:
            yield f"broadcast {number}, item {item} sounded, and nothing says so: it would air again"
    journal.write("incident", {"what": "after", "note": "cắt điện", "zone": None, "over": False})
    desk = LocalDesk(station, refusal=lambda *_: None)
    records, position = journal.unreplayed()
    if not any(r.kind == "incident" and r.body["what"] == "after" for r in records):
        yield "what is written after the cut is never replayed"
    desk.take(records)
    journal.replayed(position)
    journal.close()
    with station.db.read() as session:
        rows = [(e.broadcast_id, e.item_no, e.zone) for e in session.query(PlayLogEntry)]
        if len(rows) != len(set(rows)):
            yield "an item is in the log twice"
        lost = {(r.body["broadcast_id"], r.body["item_no"], r.body["zone"]) for r in told.values()} - set(rows)
        if lost:
            yield f"in the journal and not in the log: {sorted(lost)}"
        if not playlog.verify(session).holds:
            yield "the log's chain is broken after what was left over was replayed"
