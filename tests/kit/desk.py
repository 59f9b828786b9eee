"""A desk that is a list in memory: for tests of play-out without a database, and of the desk's contract."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from broadcaster.domain.air.desk import (
    LEFT,
    STATUS_VERSION,
    AirHours,
    Bundle,
    ComingDay,
    DeskAwayError,
    Order,
    PlayTurn,
    Record,
    Status,
)
from broadcaster.domain.air.mutes import Mute
from broadcaster.domain.log.chains import Chain
from broadcaster.domain.schedule.windows import StationHours, Window

ALL_DAY = AirHours(StationHours((Window(dt.time(0), dt.time(23, 59)),)), ZoneInfo("Asia/Ho_Chi_Minh"))

MINE = PlayTurn(may_play=True)


@dataclass
class Station:
    """What all desks of one station share."""

    bundles: dict[int, Bundle] = field(default_factory=dict)
    owners: dict[int, str] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    orders: list[Order] = field(default_factory=list)
    mutes: list[Mute] = field(default_factory=list)
    answers: dict[int, str] = field(default_factory=dict)
    lines: list[Record] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class ScriptedDesk:
    """The desk of one machine: answers from the lists, or is away."""

    station: Station = field(default_factory=Station)
    owner: str = "máy một"
    hours: AirHours = ALL_DAY
    turn: PlayTurn = MINE
    away: str = ""

    def due(self, until: dt.datetime, heir_since: dt.datetime | None = None) -> ComingDay:
        self._reach()
        found = [
            b
            for n, b in self.station.bundles.items()
            if n not in self.station.ended
            and b.broadcast.starts_at <= until
            and (self.station.owners.get(n, self.owner) == self.owner or self._inherited(b, heir_since))
        ]
        coming = sorted(found, key=lambda b: (b.broadcast.starts_at, b.broadcast.id))
        return ComingDay(tuple(coming), self.hours, tuple(self.station.mutes))

    def claim(self, broadcast_id: int, at: dt.datetime, heir_since: dt.datetime | None = None) -> Bundle | None:
        self._reach()
        with self.station.lock:
            bundle = self.station.bundles.get(broadcast_id)
            if bundle is None or broadcast_id in self.station.ended:
                return None
            free = self.station.owners.setdefault(broadcast_id, self.owner) == self.owner
            if free or at > bundle.broadcast.ends_at + LEFT or self._inherited(bundle, heir_since):
                self.station.owners[broadcast_id] = self.owner
                return bundle
            return None

    def orders(self) -> Sequence[Order]:
        self._reach()
        return [self._whole(o) for o in self.station.orders if o.id not in self.station.answers]

    def take(self, lines: Sequence[Record]) -> int:
        self._reach()
        for line in lines:
            if line in self.station.lines:
                continue
            self.station.lines.append(line)
            if line.kind == "verdict":
                self.station.ended.add(line.body["broadcast"])
            elif line.kind == "answer":
                self.station.answers.setdefault(line.body["order"], line.body["text"])
        return len(lines)

    def ends(self) -> Mapping[Chain, tuple[int, str]]:
        self._reach()
        return {}

    def beat(self, status: Status) -> PlayTurn:
        self._reach()
        self.station.statuses.append(status)
        return self.turn

    def _reach(self) -> None:
        if self.away:
            raise DeskAwayError(self.away)

    def _inherited(self, bundle: Bundle, heir_since: dt.datetime | None) -> bool:
        return heir_since is not None and bundle.broadcast.starts_at > heir_since

    def _whole(self, order: Order) -> Order:
        number = order.arguments.get("broadcast_id")
        open_one = number not in self.station.ended and order.verb in {"air", "skip"}
        held = tuple(self.station.mutes) if order.verb in {"mute", "unmute"} else ()
        return replace(order, bundle=self.station.bundles.get(number) if open_one else None, mutes=held)


def idle_status(**fields) -> Status:
    """What a play-out says of itself that airs nothing."""
    status: Status = {
        "v": STATUS_VERSION,
        "host": "máy",
        "pid": 1,
        "on_air": [],
        "next": None,
        "sinks": {},
        "hold": "",
        "clock_doubted": False,
        "muted": [],
    }
    return {**status, **fields}  # type: ignore[typeddict-item]
