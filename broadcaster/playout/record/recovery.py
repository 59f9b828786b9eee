"""After a crash: what an earlier life left open gets exactly one outcome for each item and zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from broadcaster.domain.air.broadcasts import BroadcastKind
from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.air.desk import Bundle, Record
from broadcaster.domain.air.lateness import LatePolicy
from broadcaster.domain.air.outlets import Outlet
from broadcaster.domain.air.stops import Stops
from broadcaster.domain.log.heard import Heard, Measurement
from broadcaster.domain.log.playlog import Entry, Outcome, entry_id
from broadcaster.playout.record.asrun import AsRun


@dataclass
class Unfinished:
    """A broadcast without a verdict, as the journal tells it."""

    began_at: dt.datetime | None = None
    bundle: Bundle | None = None
    """What began, where it must be possible to begin it anew."""
    last_at: dt.datetime | None = None
    known: dict[str, Outcome] = field(default_factory=dict)
    reasons: list[Why] = field(default_factory=list)
    coming: dict[tuple[int, str], dt.datetime] = field(default_factory=dict)
    started: dict[tuple[int, str], dt.datetime] = field(default_factory=dict)
    taken: dict[tuple[int, str], tuple[Outlet, int]] = field(default_factory=dict)
    """What the output was, and how many milliseconds it took; of several outputs of a zone the best."""
    through: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    """The outputs that let something of it out."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the journal tells of earlier lives."""

    unfinished: dict[int, Unfinished]
    ended: frozenset[int]
    obeyed: frozenset[int]
    """Orders that were carried out, whether or not the desk knows their answer."""
    stops: Stops = field(default_factory=Stops)


def look_back(records: Iterable[Record]) -> Past:
    """Read the last segment of the journal."""
    open_ones: dict[int, Unfinished] = {}
    ended: set[int] = set()
    obeyed: set[int] = set()
    stops = Stops()
    for record in records:
        number = record.body.get("broadcast_id") if record.kind == "entry" else record.body.get("broadcast")
        match record.kind:
            case "verdict":
                ended.add(record.body["broadcast"])
            case "answer":
                obeyed.add(record.body["order"])
            case "stops":
                stops = stops.joined(Stops.from_json(record.body))
            case "let-go" | "alone":
                pass
            case _ if number is not None:
                _take(open_ones.setdefault(number, Unfinished()), record)
    return Past({n: one for n, one in open_ones.items() if n not in ended}, frozenset(ended), frozenset(obeyed), stops)


def _take(one: Unfinished, record: Record) -> None:
    body = record.body
    one.last_at = record.at
    match record.kind:
        case "begin":
            one.began_at = one.began_at or dt.datetime.fromisoformat(body["at"])
            one.bundle = Bundle.from_json(body["bundle"]) if "bundle" in body else one.bundle
        case "coming":
            for zone in body["zones"]:
                one.coming[body["item"], zone] = dt.datetime.fromisoformat(body["at"])
        case "item":
            for zone in body["zones"]:
                one.started[body["item"], zone] = dt.datetime.fromisoformat(body["at"])
        case "mark":
            _take_mark(one, body)
        case "entry":
            _take_entry(one, Entry.from_fields(body))
        case "yielded":
            one.reasons = [replace(w, yielded_to=body["to"]) if _yielded(w) else w for w in one.reasons]


def _take_mark(one: Unfinished, body: Mapping[str, Any]) -> None:
    now = Outlet(body.get("outlet", Outlet.LOUDSPEAKER)), int(body["heard_ms"])
    for zone in body["zones"]:
        place = body["item"], zone
        one.taken[place] = max(now, one.taken.get(place, now), key=lambda t: (t[0].heard, t[1]))
        if now[0].heard and now[1] and "output" in body:
            one.through.setdefault(place, set()).add(body["output"])


def _take_entry(one: Unfinished, entry: Entry) -> None:
    one.known[entry.id] = entry.outcome
    why = Why(entry.because, entry.reason)
    if why and why not in one.reasons and entry.outcome is not Outcome.FULL:
        one.reasons.append(why)


def _yielded(why: Why) -> bool:
    return why.cause is Cause.YIELDED_TO_EMERGENCY and why.yielded_to is None


def close_interrupted(one: Unfinished, asrun: AsRun) -> int:
    """Log the items that were sounding when the machine stopped; return the number of the last item that began."""
    items = {item.no: item for item in asrun.broadcast.rundown}
    last = 0
    stopped = f" lúc {one.last_at.astimezone(asrun.tz):%H:%M:%S}" if one.last_at else ""
    why = Why(Cause.POWER_CUT, f"Máy phát dừng đột ngột{stopped} (mất điện hoặc sự cố).")
    # what was about to start may have sounded: it is not aired again
    for (item_no, zone), at in {**one.coming, **one.started}.items():
        last = max(last, item_no)
        if entry_id(asrun.broadcast.id, item_no, zone) in asrun.known:
            continue
        if (item_no, zone) not in one.taken:
            asrun.item_unknown(items[item_no], [zone], at, why)
            continue
        outlet, ms = one.taken[item_no, zone]
        item, trial = items[item_no], asrun.broadcast.kind is BroadcastKind.TRIAL
        heard = Heard(Measurement(outlet, item.duration_ms, ms, whole=False, rehearsal=trial))
        ended_at, through = at + dt.timedelta(milliseconds=ms), one.through.get((item_no, zone), ())
        asrun.item_heard(item, [zone], heard, why, started_at=at, ended_at=ended_at, through=through)
    return last


MOST_ROUNDS = 6
"""An emergency that falls with play-out so often is left to a person."""


def in_rounds(bundle: Bundle, rounds: int) -> Bundle:
    """A broadcast that is said so many times from its beginning, each time under numbers of its own."""
    b = bundle.broadcast
    step = max((i.no for i in b.rundown), default=0)
    items = tuple(replace(i, no=i.no + step * n) for n in range(rounds) for i in b.rundown)
    return replace(bundle, broadcast=replace(b, rundown=items), faults=dict(bundle.faults))


def rounds_of(one: Unfinished, bundle: Bundle) -> int:
    """How many times an earlier life began it."""
    step = max((i.no for i in bundle.broadcast.rundown), default=1)
    return max((-(-no // step) for no, _ in {**one.coming, **one.started}), default=1)


def may_begin_anew(bundle: Bundle, rounds: int, now: dt.datetime) -> bool:
    """Whether an emergency that was cut short is said again from its siren: while it may still sound."""
    b = bundle.broadcast
    return b.kind is BroadcastKind.EMERGENCY and now < b.ends_at and rounds < MOST_ROUNDS


def may_resume(one: Unfinished, asrun: AsRun, now: dt.datetime) -> bool:
    """Whether the rest may still air: only where the slot says "join", within its grace and its time."""
    b = asrun.broadcast
    since = now - (one.last_at or b.starts_at)
    return b.late is LatePolicy.JOIN and now < b.ends_at and dt.timedelta(0) <= since <= b.grace
