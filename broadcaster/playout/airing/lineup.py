"""The line-up of a broadcast: which sinks carry it, which samples go through them, and where it must end."""

from __future__ import annotations

import copy
import datetime as dt
import queue
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from broadcaster.clock import Clock, FrozenClock
from broadcaster.domain.air.broadcasts import Broadcast, BroadcastKind, Overrun, RundownItem
from broadcaster.domain.air.causes import NOTHING, Cause, Why
from broadcaster.domain.air.desk import AirHours, Bundle
from broadcaster.domain.air.outlets import Outlet
from broadcaster.domain.air.stops import Stop, wanted_since
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.setup.zones import Correction, strictest, volume_at
from broadcaster.playout.airing.contract import OnItsWay
from broadcaster.playout.airing.machine import Machine
from broadcaster.playout.airing.proving import listener
from broadcaster.playout.record.asrun import TRIAL_ZONE, heard_zones
from broadcaster.playout.sinks import AIRCHECK, Sinks
from broadcaster.playout.sinks.base import RATE, BackgroundSink, Feed
from broadcaster.playout.sinks.behind import Behind
from broadcaster.playout.sound.decoded import Tape
from broadcaster.playout.sound.equaliser import Equaliser
from broadcaster.playout.sound.events import Event
from broadcaster.playout.sound.player import Lane
from broadcaster.playout.sound.sources import Segment, Source

_NOT_MIRRORED = {"file", "null"}

Events = queue.SimpleQueue[tuple[Lane, Event]]


@dataclass
class Ways:
    """The sinks that the zones of a broadcast need."""

    by_sink: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unreachable: dict[str, tuple[Outcome, Why]] = field(default_factory=dict)
    """Zones that cannot hear it, with the outcome and the reason."""


def ways(sinks: Sinks, bundle: Bundle) -> Ways:
    """The sinks by the zones that hear them; a zone may have several."""
    found = Ways()
    for code in heard_zones(bundle.broadcast):
        zone = bundle.zones.get(code)
        name = AIRCHECK if code == TRIAL_ZONE else zone.sink if zone else ""
        if code != TRIAL_ZONE and (zone is None or not zone.enabled):
            why = Why(Cause.ZONE_OFF, f"Cụm loa “{zone.name if zone else code}” đang tắt hoặc không còn.")
            found.unreachable[code] = (Outcome.MISSED, why)
        elif any(n not in sinks.by_name for n in sinks.several.get(name, (name,))):
            why = Why(Cause.SINK_MISSING, f"Cụm loa “{code}” trỏ tới đường ra “{name}” không có.")
            found.unreachable[code] = (Outcome.FAILED, why)
        else:
            for one in sinks.several.get(name, (name,)):
                found.by_sink[one] = (*found.by_sink.get(one, ()), code)
    return found


def held(machine: Machine, bundle: Bundle, ordered_at: dt.datetime | None = None) -> Stop | None:
    """The stop that keeps a broadcast back at all its outputs; None when it may sound at one of them."""
    wanted = wanted_since(bundle.broadcast, ordered_at)
    return machine.stops.now.held(wanted, ways(machine.sinks, bundle).by_sink)


def without_stopped(machine: Machine, plan: Ways, wanted: dt.datetime) -> Ways:
    """The ways that are left to what has wanted them since `wanted`; whoever hears nothing else is not reached."""
    stopped = machine.stops.now.against(wanted, plan.by_sink)
    left = {name: zones for name, zones in plan.by_sink.items() if name not in stopped}
    reached = {zone for zones in left.values() for zone in zones}
    silent = {z: stop for name, stop in stopped.items() for z in plan.by_sink[name] if z not in reached}
    return Ways(left, plan.unreachable | {z: (Outcome.MISSED, stop.why) for z, stop in silent.items()})


def volume(bundle: Bundle, codes: Sequence[str], time: dt.time, least_audible: int) -> tuple[float, Why]:
    """The volume of a sink (0 to 1) for the zones that hear it, at a station time, and why nobody can hear that.

    One sink has one volume: that of the zone that asks for the least, so that nobody is woken by what was set for
    others; below `least_audible` (percent) nobody hears it. An emergency takes the greatest of all that its zones were
    ever allowed, and full where that is too soft.
    """
    zones = [bundle.zones[c] for c in codes if c in bundle.zones]
    if not zones:
        return 1.0, NOTHING
    if bundle.broadcast.kind is BroadcastKind.EMERGENCY:
        most = max(max(z.volume, *(b.volume for b in z.bands), 0) for z in zones)
        return (most if most >= least_audible else 100) / 100, NOTHING
    least = min(zones, key=lambda z: volume_at(z.volume, z.bands, time))
    percent = volume_at(least.volume, least.bands, time)
    factor = 10 ** (strictest(z.correction for z in zones).gain / 20)
    if percent * factor >= least_audible:
        return percent / 100, NOTHING
    if percent == 0:
        return 0.0, Why(Cause.VOLUME_NOUGHT, f"Âm lượng của “{least.name}” đặt bằng 0.")
    text = f"Âm lượng của “{least.name}” đặt {percent} %, quá nhỏ để nghe thấy."
    return percent / 100, Why(Cause.TOO_SOFT, text)


def tone(bundle: Bundle, codes: Sequence[str]) -> Equaliser | None:
    """What puts the sound of a sink right for the zones that hear it; None when nothing is to be done.

    One sink has one sound: of each value the least that its zones ask for. An emergency is not made softer.
    """
    found = strictest(bundle.zones[c].correction for c in codes if c in bundle.zones)
    if bundle.broadcast.kind is BroadcastKind.EMERGENCY:
        found = replace(found, gain=0.0)
    return Equaliser(found) if found != Correction() else None


def lay(
    machine: Machine, airing: OnItsWay, plan: Ways, busy: Collection[str], clock: Clock, events: Events
) -> tuple[Lane, ...]:
    """Make one lane for each sink that the zones need, for those of its zones that are not busy."""
    state, tz = airing.state, machine.pinned.hours.tz
    b, sinks = state.broadcast, machine.sinks.by_name
    at = (clock.now() if state.at_once else max(clock.now(), b.starts_at)).astimezone(tz).time()
    feed = Feed(b.id, b.title, b.starts_at.astimezone(tz))
    mirror = sinks.get(AIRCHECK)
    if mirror is not None and not machine.inline:
        mirror = Behind(mirror)
    lanes: list[Lane] = []
    for name, codes in plan.by_sink.items():
        free = tuple(z for z in codes if z not in busy)
        if not free:
            continue
        sink = sinks[name]
        loud, soft = volume(state.bundle, free, at, machine.least_audible)
        mirrored = mirror is not None and sink.kind not in _NOT_MIRRORED and not lanes
        lanes.append(
            Lane(
                sink,
                free,
                loud,
                feed,
                own_clock(clock) if machine.inline else clock,
                events,
                machine.incidents.sink,
                mirror=mirror if mirrored else None,
                chunk_ms=machine.chunk_ms,
                ear=listener(machine, airing, sink, free),
                urgent=b.kind is BroadcastKind.EMERGENCY,
                soft=soft,
                mute=partial(machine.mutes.of, name),
                tone=tone(state.bundle, free),
                outlet=machine.sinks.outlet(name),
                trouble=_known_trouble(machine, name),
                nobody=NOTHING if b.kind is BroadcastKind.TRIAL else machine.sinks.nobody(name),
            )
        )
    return tuple(lanes)


def _known_trouble(machine: Machine, name: str) -> str:
    """What was wrong with a sink when it was used last, unless it says itself how it is."""
    itself = isinstance(machine.sinks.by_name[name], BackgroundSink) or machine.sinks.outlet(name) is Outlet.STAND_IN
    return "" if itself else machine.incidents.now(f"sink-{name}")


def segments(sources: Sequence[tuple[RundownItem, Source]], offset_s: float) -> tuple[list[Segment], list[RundownItem]]:
    """What to play when the first `offset_s` seconds are over already, and the items that they swallow."""
    skipped = round(offset_s * RATE)
    found: list[Segment] = []
    passed: list[RundownItem] = []
    for item, source in sources:
        if skipped >= source.samples:
            skipped -= source.samples
            passed.append(item)
        else:
            found.append(Segment(item.no, source, skipped))
            skipped = 0
    if found and isinstance(found[0].source, Tape):
        found[0].source.read(found[0].offset, 1)  # from the disk into memory before its moment
    return found, passed


def limit(hours: AirHours, b: Broadcast, starts: dt.datetime, *, at_once: bool) -> tuple[int | None, Why]:
    """How many samples may sound and why no more: the slot's end, and always the window's end."""
    ends: list[tuple[dt.datetime, Why]] = []
    if b.overrun is Overrun.CUT and not at_once:
        ends.append((b.ends_at, Why(Cause.SLOT_FULL, "Hết giờ của khung phát.")))
    if not b.any_hour:
        local = starts.astimezone(hours.tz)
        if end := hours.windows.end_at(local):
            why = Why(Cause.OUTSIDE_HOURS, f"Hết khung giờ được phép phát ({hours.windows.window_at(end)}).")
            ends.append((end, why))
    if not ends:
        return None, NOTHING
    end, why = min(ends, key=lambda e: (e[0], e[1].text))
    return max(0, round((end - starts).total_seconds() * RATE)), why


def own_clock(clock: Clock) -> Clock:
    """A frozen clock of its own, so that a simulated lane does not move the others' time; else `clock`."""
    return copy.copy(clock) if isinstance(clock, FrozenClock) else clock
