"""The desk: everything that play-out asks of its station, as plain data.

The station's database may lie beside play-out, in another process or on another machine, and may be away for a night:
play-out airs what it has pinned and asks again. The questions are few, each may be asked twice with the same result,
and no answer holds a session, a row or a path. Zones and hours come with what is due, for they belong to one moment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NotRequired, Protocol, TypedDict, cast
from zoneinfo import ZoneInfo

from broadcaster.domain.air.broadcasts import Broadcast
from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.air.mutes import Mute
from broadcaster.domain.air.stops import Stops
from broadcaster.domain.log import older
from broadcaster.domain.log.chains import Chain
from broadcaster.domain.schedule.windows import StationHours
from broadcaster.domain.setup.zones import Zone
from broadcaster.errors import StationError

PROCESS = "playout"
"""The name under which play-out gives its signs of life; a machine that stands by has its own."""
STANDBY = f"{PROCESS}-standby"
PORT_FILE = "playout.port"
"""Where in the station's `run` folder play-out writes how to knock at it."""
LEFT = dt.timedelta(minutes=10)
"""What a machine left open for so long after its end is given its verdict by another."""
STATUS_VERSION = 1


@dataclass(frozen=True, slots=True)
class PlayoutWord:
    """What play-out of this machine says at this very moment, on loopback: no database stands between."""

    said: Mapping[str, Any] | None = None
    """As its sign of life; None when it does not answer."""
    host: str = ""
    """The machine that was asked."""
    gone: bool = False
    """It ran here and was killed: nobody has its ear any more. One that hangs is not gone."""

    def speaks_for(self, host: str) -> bool:
        """Whether what is said of this machine is said of the play-out that lived last on `host`."""
        return host == self.host


class DeskAwayError(StationError):
    """Raised when the desk does not answer, or says that it cannot: ask again later. Anything else is a bug."""

    code = "desk"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A broadcast with all that is needed to air it."""

    broadcast: Broadcast
    zones: Mapping[str, Zone]
    faults: Mapping[int, Why] = field(default_factory=dict)
    """Items that must not air, with the reason, as they stood when last pinned."""
    besides: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each output the zones that hang on it and were not addressed: they hear what leaves it."""

    def as_json(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {
            "broadcast": self.broadcast.as_json(),
            "zones": {code: zone.as_json() for code, zone in self.zones.items()},
            "faults": {str(no): [why.cause, why.text] for no, why in self.faults.items()},
            "besides": {output: list(zones) for output, zones in self.besides.items()},
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Bundle:
        """Rebuild a bundle from `as_json()`."""
        return cls(
            Broadcast.from_json(fields["broadcast"]),
            {code: Zone.from_json(zone) for code, zone in fields["zones"].items()},
            {int(no): _why(fault) for no, fault in fields["faults"].items()},
            _besides(fields),
        )


def _besides(fields: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Who hears it besides; an older play-out pinned nothing of it."""
    return {output: tuple(zones) for output, zones in fields.get("besides", {}).items()}


def _why(pinned: str | tuple[str | None, str]) -> Why:
    """The reason as it was pinned; an older play-out pinned its sentence alone."""
    if isinstance(pinned, str):
        return Why(older.cause_of(pinned), pinned)
    cause, text = pinned
    return Why(Cause(cause) if cause else None, text)


@dataclass(frozen=True, slots=True)
class AirHours:
    """When this station may sound, asked once more at air time."""

    windows: StationHours
    tz: ZoneInfo

    def as_json(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {**self.windows.as_json(), "tz": self.tz.key}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> AirHours:
        """Rebuild the hours from `as_json()`."""
        return cls(StationHours.from_json(fields), ZoneInfo(fields["tz"]))


@dataclass(frozen=True, slots=True)
class ComingDay:
    """What is due until some moment, the hours and stops that bind it, and what is turned off."""

    bundles: tuple[Bundle, ...]
    hours: AirHours
    mutes: tuple[Mute, ...] = ()
    """All that hold now or later."""
    stops: Stops = field(default_factory=Stops)
    claimed: frozenset[int] = frozenset()
    """Those of them that this machine has claimed and not begun."""

    def as_json(self) -> dict[str, Any]:
        """JSON-able fields; each zone once, however many broadcasts it hears."""
        zones = {code: zone for bundle in self.bundles for code, zone in bundle.zones.items()}
        return {
            "hours": self.hours.as_json(),
            "mutes": [m.as_json() for m in self.mutes],
            "zones": {code: zone.as_json() for code, zone in zones.items()},
            "bundles": [{**b.as_json(), "zones": list(b.zones)} for b in self.bundles],
            "stops": self.stops.as_json(),
            "claimed": sorted(self.claimed),
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> ComingDay:
        """Rebuild the day from `as_json()`."""
        zones = {code: Zone.from_json(zone) for code, zone in fields["zones"].items()}
        bundles = (
            Bundle(
                Broadcast.from_json(b["broadcast"]),
                {code: zones[code] for code in b["zones"]},
                {int(no): _why(fault) for no, fault in b["faults"].items()},
                _besides(b),
            )
            for b in fields["bundles"]
        )
        return cls(
            tuple(bundles),
            AirHours.from_json(fields["hours"]),
            tuple(map(Mute.from_json, fields.get("mutes", ()))),
            Stops.from_json(fields["stops"]),
            frozenset(fields.get("claimed", ())),
        )


class Verb(StrEnum):
    """What a person may tell play-out to do."""

    STOP = "stop"
    AIR = "air"
    """Now, whatever the plan says."""
    SKIP = "skip"
    MUTE = "mute"
    UNMUTE = "unmute"
    TRUST_CLOCK = "trust-clock"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _VERBS[self]


_VERBS = {
    Verb.STOP: "Dừng phát",
    Verb.AIR: "Phát ngay",
    Verb.SKIP: "Bỏ qua",
    Verb.MUTE: "Tắt tiếng",
    Verb.UNMUTE: "Bật tiếng",
    Verb.TRUST_CLOCK: "Tin đồng hồ",
}


class OrderOutcome(StrEnum):
    """What became of an order, said by whoever carried it out; an order that was refused or late changed nothing."""

    CARRIED_OUT = "carried_out"
    REFUSED = "refused"
    TOO_LATE = "too_late"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _ORDER_OUTCOMES[self]


_ORDER_OUTCOMES = {
    OrderOutcome.CARRIED_OUT: "Đã thực hiện",
    OrderOutcome.REFUSED: "Không thực hiện được",
    OrderOutcome.TOO_LATE: "Đến quá muộn",
}


class OrderEffect(TypedDict, total=False):
    """What an order did to the horns."""

    silent: list[str]
    """Zones that were sounding and fell silent."""
    ms: int
    """From the order's arrival until the last of them was silent."""
    loud: list[str]
    """Zones that could not be silenced in time."""
    held: list[int]
    """Broadcasts that were ready or in line, and are held back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one order, as a line of the journal tells it."""

    order: int
    outcome: OrderOutcome
    text: str
    """The same in a Vietnamese sentence."""
    effect: OrderEffect = field(default_factory=OrderEffect)

    def as_json(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {"order": self.order, "outcome": self.outcome.value, "text": self.text, "effect": dict(self.effect)}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Answer:
        """Rebuild an answer from `as_json()`; an older play-out wrote its sentence alone."""
        outcome = OrderOutcome(fields.get("outcome", OrderOutcome.CARRIED_OUT))
        return cls(fields["order"], outcome, fields["text"], cast("OrderEffect", fields.get("effect") or {}))


@dataclass(frozen=True, slots=True)
class Order:
    """What a person told play-out to do; open until its answer was taken."""

    id: int
    verb: Verb
    arguments: Mapping[str, Any]
    by: str
    at: dt.datetime
    bundle: Bundle | None = None
    """The broadcast that it names, as far as that may still air."""
    mutes: tuple[Mute, ...] = ()
    """All mutes that hold with it, where it turns something off or on."""

    def as_json(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {
            "id": self.id,
            "verb": self.verb.value,
            "arguments": dict(self.arguments),
            "by": self.by,
            "at": self.at.isoformat(),
            "bundle": self.bundle and self.bundle.as_json(),
            "mutes": [m.as_json() for m in self.mutes],
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Order:
        """Rebuild an order from `as_json()`."""
        bundle = fields["bundle"]
        at = dt.datetime.fromisoformat(fields["at"])
        verb = Verb(fields["verb"])
        mutes = tuple(map(Mute.from_json, fields.get("mutes", ())))
        return cls(**{**fields, "verb": verb, "at": at, "bundle": bundle and Bundle.from_json(bundle), "mutes": mutes})


@dataclass(frozen=True, slots=True)
class Record:
    """One line of play-out's journal: what kind, when it was written (aware UTC), and its fields."""

    kind: str
    at: dt.datetime
    body: dict[str, Any]
    doubtful: bool = False
    """Whether the clock was not believed when it was written."""

    def as_json(self) -> dict[str, Any]:
        """JSON-able fields, as they stand in the journal."""
        doubt = {"doubt": True} if self.doubtful else {}
        return {"k": self.kind, "at": self.at.isoformat(), "b": self.body, **doubt}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Record:
        """Rebuild a line from `as_json()`."""
        return cls(fields["k"], dt.datetime.fromisoformat(fields["at"]), fields["b"], bool(fields.get("doubt")))


@dataclass(frozen=True, slots=True)
class PlayTurn:
    """Whether it is this machine's turn to play, where several share one station."""

    may_play: bool
    other: str = ""
    """Who plays instead, or lately asked to; empty when there is nobody else."""
    heir_since: dt.datetime | None = None
    """Set when the right was taken over just now: when that of the machine before ended."""
    alone: bool = False
    """Whether no other machine can reach this station's desk."""

    def as_json(self) -> dict[str, Any]:
        """JSON-able fields."""
        since = self.heir_since and self.heir_since.isoformat()
        return {"may_play": self.may_play, "other": self.other, "heir_since": since, "alone": self.alone}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> PlayTurn:
        """Rebuild a turn from `as_json()`."""
        since = fields["heir_since"]
        return cls(fields["may_play"], fields["other"], since and dt.datetime.fromisoformat(since), fields["alone"])


class ItemNow(TypedDict):
    """The item that sounds."""

    no: int
    title: str
    kind: str
    script_id: int | None


class OnAir(TypedDict):
    """One broadcast that sounds; times ISO UTC, levels dBFS."""

    broadcast: int
    title: str
    kind: str
    item: ItemNow | None
    items: int
    zones: list[str]
    planned_at: str
    broadcast_started_at: str | None
    broadcast_position_ms: int
    broadcast_duration_ms: int
    started_at: str | None
    position_ms: int
    duration_ms: int
    level: float | None
    levels: dict[str, float]
    quiet_s: NotRequired[dict[str, float]]
    """Sink -> for how long nothing that can be heard has left it, though nobody turned it off."""


class NextUp(TypedDict):
    """The next broadcast."""

    broadcast: int
    title: str
    kind: str
    starts_at: str
    zones: list[str]
    items: int


class Status(TypedDict):
    """What play-out says of itself, read by the panel, `doctor` and the start-up lines."""

    v: int
    host: str
    pid: int
    on_air: list[OnAir]
    next: NextUp | None
    sinks: dict[str, str]
    """Sink -> "ok", or what is wrong with it."""
    outlets: NotRequired[dict[str, str]]
    """Sink -> what it is just now: a word of `Outlet`."""
    hold: str
    """Why nothing may air, in Vietnamese; empty when all is well."""
    clock_doubted: bool
    """Whether it is the clock that holds."""
    muted: list[str]
    """Outputs that a person turned off."""
    threads: NotRequired[dict[str, str]]
    """Thread of play-out -> what is wrong with it; those that are well are not named."""
    leaving: NotRequired[bool]
    """It ends in order: another machine may play at once."""


class Desk(Protocol):
    """The seam between play-out and its station. Each question raises `DeskAwayError` and nothing else."""

    def due(self, until: dt.datetime, heir_since: dt.datetime | None = None) -> ComingDay:
        """What this machine is to air by `until` and has not ended, overdue ones too, in order of their start.

        What another machine has claimed is left out, unless it left it open, or this one inherited its turn and the
        broadcast starts after `heir_since`.
        """
        ...

    def claim(self, broadcast_id: int, at: dt.datetime, heir_since: dt.datetime | None = None) -> Bundle | None:
        """Make a broadcast this machine's own and return it as it stands `at` that moment, checked anew.

        None when it was taken back, has ended, or is another machine's: exactly one of two claims succeeds.
        """
        ...

    def orders(self) -> Sequence[Order]:
        """The oldest orders whose answer was not taken yet."""
        ...

    def take(self, lines: Sequence[Record]) -> int:
        """Keep these lines for good, in order, and return how many of them are safe; one taken before counts as safe.

        Kinds that the desk acts on: `alone`, `begin`, `let-go`, `entry`, `verdict`, `proof`, `incident`, `stops` and
        `answer`.
        """
        ...

    def beat(self, status: Status) -> PlayTurn:
        """Take a sign of life, and say whether it is this machine's turn to play."""
        ...

    def ends(self) -> Mapping[Chain, tuple[int, str]]:
        """The ends of the chains, to be signed; what lies before them is safe from a power cut."""
        ...


def zones_of(zones: Mapping[str, Zone], codes: Iterable[str]) -> dict[str, Zone]:
    """The zones that exist of those named."""
    return {code: zones[code] for code in codes if code in zones}
