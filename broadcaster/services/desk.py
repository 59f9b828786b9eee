"""The desk over the station's own database: what play-out is to air, what people told it, and where its lines are kept.

It holds no state that an answer depends on: one begun anew, or in another process, goes on where the last one ended.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy.orm import Session

from broadcaster.clock import Clock
from broadcaster.db.queries.air import mutes_in_force
from broadcaster.db.queries.stops import known
from broadcaster.db.queries.zones import zones_by_code
from broadcaster.domain.air.broadcasts import Broadcast, BroadcastState
from broadcaster.domain.air.causes import Why
from broadcaster.domain.air.desk import (
    LEFT,
    PROCESS,
    STANDBY,
    AirHours,
    Answer,
    Bundle,
    ComingDay,
    Desk,
    DeskAwayError,
    Order,
    PlayTurn,
    Record,
    Status,
    Verb,
    zones_of,
)
from broadcaster.domain.air.stops import Stops
from broadcaster.domain.log.chains import Chain
from broadcaster.domain.log.playlog import Ending, Entry
from broadcaster.domain.log.proof import Proof
from broadcaster.domain.setup.outputs import Outputs
from broadcaster.domain.setup.zones import Zone
from broadcaster.errors import StationError
from broadcaster.home import Home
from broadcaster.services.air import broadcasts, emergency_alone, emergency_soundings, heartbeats, leases, stops
from broadcaster.services.log import chained, left_out, playlog, proofs
from broadcaster.services.schedule.item_faults import Refusal, item_faults
from broadcaster.services.scripts import approving
from broadcaster.services.station import Station
from broadcaster.settings import Settings

log = logging.getLogger(__name__)

RECHECK_S = 600.0
"""Approvals of what is due are looked up again after this, or when the broadcast changed."""
_NAMES_ONE = frozenset({Verb.AIR, Verb.SKIP})
"""Orders that name a broadcast."""
_TURNS_OFF = frozenset({Verb.MUTE, Verb.UNMUTE})
"""Orders that bring along all that is turned off from now on."""


class LocalDesk:
    """The `Desk` of a machine that reaches the station's database.

    Args:
        station: the open station.
        refusal: why a script may not air.
        owner: this machine's name for itself; by default that of the host and the home.
    """

    def __init__(self, station: Station, *, refusal: Refusal = approving.refusal, owner: str = "") -> None:
        self._station = station
        self._refusal = refusal
        self._owner = owner or owner_of(station.home)
        self._checked: dict[int, tuple[Broadcast, Mapping[int, Why], float]] = {}

    def due(self, until: dt.datetime, heir_since: dt.datetime | None = None) -> ComingDay:
        """What is due; emergencies are tended first, so that their repeats are among it."""
        with _away():
            emergency_soundings.tend(self._station)
            left_out.settle(self._station)
            now = self._station.now()
            with self._station.db.read() as session:
                rows = [r for r in broadcasts.due(session, until) if not self._of_another(r, now, heir_since)]
                zones = zones_by_code(session)
                bundles = tuple(self._bundle(session, r.broadcast, zones) for r in rows)
                held, stopped = tuple(mutes_in_force(session, now)), known(session)
            self._checked = {b.broadcast.id: self._checked[b.broadcast.id] for b in bundles}
            settings = self._station.settings
            claimed = frozenset(
                r.broadcast.id for r in rows if r.state is BroadcastState.CUED and r.owner == self._owner
            )
            return ComingDay(bundles, AirHours(settings.station_hours, settings.tz), held, stopped, claimed)

    def _of_another(self, row: broadcasts.Due, now: dt.datetime, heir_since: dt.datetime | None) -> bool:
        b = row.broadcast
        if row.owner in {None, self._owner} or now >= b.ends_at + LEFT:
            return False
        inherited = heir_since is not None and row.state is BroadcastState.CUED and b.starts_at > heir_since
        return not inherited

    def _bundle(self, session: Session, b: Broadcast, zones: Mapping[str, Zone]) -> Bundle:
        before, faults, until = self._checked.get(b.id, (None, {}, 0.0))
        steady = self._station.clock.monotonic()
        if before != b or steady >= until:
            day = self._station.local(b.starts_at).date()
            faults = item_faults(session, b, day, self._refusal)
            self._checked[b.id] = (b, faults, steady + RECHECK_S)
        return self._bundle_of(b, zones, faults)

    def _bundle_of(self, b: Broadcast, zones: Mapping[str, Zone], faults: Mapping[int, Why]) -> Bundle:
        outputs = Outputs.of(zones.values(), self._station.settings.several)
        return Bundle(b, zones_of(zones, b.zones), faults, outputs.besides(b.zones))

    def claim(self, broadcast_id: int, at: dt.datetime, heir_since: dt.datetime | None = None) -> Bundle | None:
        """Claim a broadcast, and check its approvals for the day on which it will sound."""
        with _away(), self._station.db.write() as session:
            b = broadcasts.claim(session, broadcast_id, self._owner, at, heir_since=heir_since)
            if b is None:
                return None
            # to its end it belongs to the day on which it starts, over midnight too
            day = self._station.local(b.starts_at if at < b.ends_at else at).date()
            faults = item_faults(session, b, day, self._refusal)
            return self._bundle_of(b, zones_by_code(session), faults)

    def orders(self) -> Sequence[Order]:
        """The open orders; one that names a broadcast brings it along, however far ahead."""
        with _away(), self._station.db.read() as session:
            return [self._whole(session, order) for order in broadcasts.orders(session)]

    def _whole(self, session: Session, order: Order) -> Order:
        if order.verb in _TURNS_OFF:
            return replace(order, mutes=tuple(mutes_in_force(session, self._station.now())))
        number = order.arguments.get("broadcast_id")
        b = broadcasts.waiting(session, number) if order.verb in _NAMES_ONE and isinstance(number, int) else None
        if b is None:
            return order
        return replace(order, bundle=self._bundle_of(b, zones_by_code(session), {}))

    def take(self, lines: Sequence[Record]) -> int:
        """Bring lines of the journal into the database, all in one transaction; one that it refuses is left out."""
        with _away():
            try:
                self._apply(lines)
            except StationError:
                raise
            except Exception:
                log.exception("journal: %d lines are applied one by one", len(lines))
                for line in lines:
                    self._apply_alone(line)
        return len(lines)

    def _apply_alone(self, line: Record) -> None:
        try:
            self._apply([line])
        except StationError:
            raise
        except Exception:  # one line that the database will never take must not hold up all others; the file keeps it
            log.exception("journal: a line was left out: %s", line)
            with self._station.db.write() as session:
                note = f"Một dòng nhật ký phát không ghi được vào cơ sở dữ liệu (loại {line.kind}); xem tệp journal."
                broadcasts.report_incident(session, "journal", note, line.at)

    def _apply(self, lines: Sequence[Record]) -> None:
        now = self._station.now()
        with self._station.db.write() as session:
            lines = [emergency_alone.known(self._station, session, line, self._owner) for line in lines]
            playlog.append(session, [Entry.from_fields(r.body) for r in lines if r.kind == "entry"], now)
            proofs.append(session, [Proof.from_json(r.body) for r in lines if r.kind == "proof"])
            for line in lines:
                self._state(session, line)

    def _state(self, session: Session, line: Record) -> None:
        body = line.body
        match line.kind:
            case "begin":
                owner = emergency_alone.owner_of(self._owner) if "alone" in body else self._owner
                broadcasts.begin(session, body["broadcast"], owner, dt.datetime.fromisoformat(body["at"]))
            case "let-go":
                broadcasts.let_go(session, body["broadcast"], self._owner, self._station.now())
            case "verdict":
                broadcasts.finish(session, body["broadcast"], Ending.from_json(body))
            case "incident":
                zone, over = body.get("zone"), body.get("over", False)
                broadcasts.report_incident(session, body["what"], body["note"], line.at, zone=zone, over=over)
            case "stops":
                stops.keep(session, Stops.from_json(body))
            case "answer":
                broadcasts.answer(session, Answer.from_json(body), line.at)

    def beat(self, status: Status) -> PlayTurn:
        """Keep the sign of life, and take, renew or let go the lease where several machines share the database."""
        with _away():
            turn = self._turn(leaving=status.get("leaving", False))
            if not status.get("leaving"):
                process = PROCESS if turn.may_play else STANDBY
                heartbeats.beat(self._station, process, dict(status), pid=status["pid"])
                self._sounding(status)
        return turn

    def ends(self) -> Mapping[Chain, tuple[int, str]]:
        """The ends of the chains, safe from a power cut."""
        with _away():
            return chained.safe_ends(self._station)

    def _sounding(self, status: Status) -> None:
        """What sounds has begun, though the disk of the journal may be full: whoever comes after a crash knows."""
        said = {one["broadcast"]: one["broadcast_started_at"] for one in status.get("on_air", ())}
        if not (begun := {number: dt.datetime.fromisoformat(at) for number, at in said.items() if at is not None}):
            return
        with self._station.db.read() as session:
            fresh = broadcasts.unbegun(session, begun)
        if fresh:  # most signs of life tell of what is marked already, and wait for no other writer
            with self._station.db.write() as session:
                for number in fresh:
                    broadcasts.begin(session, number, self._owner, begun[number], broadcasts.UNBEGUN)

    def _turn(self, *, leaving: bool) -> PlayTurn:
        if self._station.db.is_sqlite:  # which one machine alone can open
            return PlayTurn(may_play=True, alone=True)
        if leaving:
            leases.give_up(self._station, self._owner)
            return PlayTurn(may_play=False)
        held = leases.hold(self._station, self._owner, self._station.settings.playout.lease_seconds)
        if held.since is not None:
            log.warning("lease taken over from %s", held.rival)
        return PlayTurn(held.mine, held.rival if held.mine else held.owner, held.since)


Parts = tuple[Desk, Home, Settings, Clock]


def beside(station: Station, *, refusal: Refusal = approving.refusal) -> Parts:
    """What play-out needs of a station that is open in its own process, in the order in which it takes them."""
    return LocalDesk(station, refusal=refusal), station.home, station.settings, station.clock


def owner_of(home: Home) -> str:
    """The name of this machine and home, by which rows say whose they are."""
    place = hashlib.sha256(str(home.root).encode()).hexdigest()[:8]
    return f"{socket.gethostname()[:100]}:{place}"


@contextmanager
def _away() -> Iterator[None]:
    """Whatever the station says of its database is one thing to play-out: ask again later."""
    try:
        yield
    except StationError as error:
        raise DeskAwayError(error.message) from error
