"""Who has which horns: broadcasts on their way, and their turns."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from broadcaster.domain.air.broadcasts import Broadcast, BroadcastKind, ItemKind, Phase
from broadcaster.domain.air.causes import NOTHING, Cause, Why
from broadcaster.domain.air.desk import Bundle
from broadcaster.domain.air.stops import wanted_since
from broadcaster.playout.airing.contract import AiringState, BySink, OnItsWay
from broadcaster.playout.airing.lineup import ways
from broadcaster.playout.airing.machine import Machine

_RELEASE_S = 0.5
SPOKEN_WITHIN_S = 45.0
"""So long after its siren the words of an emergency are waited for: nothing else sounds there meanwhile."""


@dataclass(frozen=True, slots=True)
class Gap:
    """An emergency between its siren and its words, which are still being spoken: one message, and on the air."""

    siren: Broadcast
    outputs: frozenset[str]
    until: float
    """When its words are given up (monotonic s)."""


class Horns:
    """Shares the horns out among the broadcasts on their way. Safe to call from several threads."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._lock = threading.Lock()
        self._granting = threading.Lock()
        self._on_their_way: dict[int, OnItsWay] = {}
        self._gaps: dict[int, Gap] = {}

    def on_their_way(self) -> list[OnItsWay]:
        """The broadcasts between their cue and their verdict."""
        with self._lock:
            return list(self._on_their_way.values())

    def has(self, broadcast_id: int) -> bool:
        """Whether a broadcast is on its way."""
        return broadcast_id in self._on_their_way

    def enter(self, broadcast_id: int, one: OnItsWay) -> None:
        """A broadcast sets out."""
        with self._lock:
            self._on_their_way[broadcast_id] = one

    def leave(self, broadcast_id: int) -> None:
        """It is over; a siren whose words are still to come keeps its outputs for them."""
        with self._lock:
            one = self._on_their_way.pop(broadcast_id, None)
            if one is None or one.state.broadcast.kind is not BroadcastKind.EMERGENCY or not one.state.started_at:
                return
            b = one.state.broadcast
            if any(i.kind is ItemKind.EMERGENCY for i in b.rundown):
                self._gaps = {n: gap for n, gap in self._gaps.items() if not _one_message(gap.siren, b)}
            elif outputs := frozenset(lane.sink.name for lane in one.state.lanes if not lane.ending[0]):
                self._gaps[broadcast_id] = Gap(b, outputs, self._machine.clock.monotonic() + SPOKEN_WITHIN_S)

    def give_up_words(self, broadcast_id: int) -> bool:
        """Wait no more for the words after a siren; return whether they were waited for."""
        with self._lock:
            return self._gaps.pop(broadcast_id, None) is not None

    def reserve(self, wanting: OnItsWay, by_sink: BySink, halt: threading.Event | None = None) -> Mapping[str, Why]:
        """Wait until the zones are free (the slot before may end this very second); an emergency makes them so.

        Where another emergency has all of them, one waits as long as it may be late, and is heard next.

        Returns:
            The zones that stayed busy, with the reason; all of them when it was told to halt meanwhile.
        """
        clock, state = self._machine.clock, wanting.state
        urgent = state.broadcast.kind is BroadcastKind.EMERGENCY
        now, steady = clock.now(), clock.monotonic()
        release = steady + max((state.broadcast.starts_at - now).total_seconds(), 0.0) + _RELEASE_S
        last = steady + (state.broadcast.ends_at - now).total_seconds() if urgent else release
        wanted = {zone for zones in by_sink.values() for zone in zones}
        wanting.want(by_sink)
        while True:
            with self._granting:
                late = clock.monotonic() >= release
                busy = self._busy(wanting, by_sink, coming=not late)
                if halt is not None and halt.is_set():
                    return dict.fromkeys(wanted, NOTHING)
                if not busy or (late and (set(busy) != wanted or clock.monotonic() >= last)):
                    wanting.grant()
                    return busy
            for other in self.on_their_way() if urgent else ():
                seen = other.state
                if other is not wanting and seen.broadcast.kind is not BroadcastKind.EMERGENCY:
                    other.cut(_touched(seen, by_sink), yielded(state.broadcast), state.by, waiting=True)
            clock.sleep_until(clock.monotonic() + 0.01)

    def in_the_way(self, bundle: Bundle) -> Broadcast | None:
        """What is on its way to the same horns, or sounds there."""
        sinks = self._machine.sinks
        mine = set(ways(sinks, bundle).by_sink)
        for one in self.on_their_way():
            other = one.state
            theirs = set(other.wanted or ways(sinks, other.bundle).by_sink)
            if other.broadcast.id != bundle.broadcast.id and other.phase is not Phase.OVER and mine & theirs:
                return other.broadcast
        return None

    def _busy(self, wanting: OnItsWay, by_sink: BySink, *, coming: bool) -> dict[str, Why]:
        """The zones that others have, with the reason.

        With `coming`, those count too whose turn is earlier and who are not in line yet: two that are called in the
        same second, as after a restart, keep their order.
        """
        busy = self._kept_for_words(wanting.state.broadcast, by_sink)
        sinks = self._machine.sinks.by_name
        for one in self.on_their_way():
            other = one.state
            if one is wanting or other.phase is Phase.OVER:
                continue
            taken = [(lane.sink.name, lane.zones) for lane in other.lanes if not lane.over]
            first = _turn(other) < _turn(wanting.state)
            if not other.lanes and (other.granted or (first and (other.wanted or coming))):
                # Its players are about to stand there, or its turn comes first.
                taken = list((other.wanted or ways(self._machine.sinks, other.bundle).by_sink).items())
            for sink, others_zones in taken:
                for name, zones in by_sink.items():
                    same = sink == name and sinks[sink].exclusive
                    shared = set(zones) if same else set(zones) & set(others_zones)
                    busy |= dict.fromkeys(shared, taken_by(other.broadcast))
        return busy

    def _kept_for_words(self, wanting: Broadcast, by_sink: BySink) -> dict[str, Why]:
        """The zones that an emergency between its siren and its words has; a stop since ends that."""
        with self._lock:
            gaps = list(self._gaps.values())
        busy: dict[str, Why] = {}
        for gap in gaps:
            if self._machine.clock.monotonic() < gap.until and not _one_message(gap.siren, wanting):
                kept = gap.outputs - self._machine.stops.now.against(wanted_since(gap.siren), gap.outputs).keys()
                busy |= {z: taken_by(gap.siren) for name in kept & by_sink.keys() for z in by_sink[name]}
        return busy


def _one_message(one: Broadcast, other: Broadcast) -> bool:
    return (one.kind, one.title, one.ordered_at) == (other.kind, other.title, other.ordered_at)


def yielded(urgent: Broadcast) -> Why:
    """Why an item was cut by an emergency."""
    return Why(Cause.YIELDED_TO_EMERGENCY, "Nhường sóng cho phát khẩn cấp.", urgent.id)


def taken_by(other: Broadcast) -> Why:
    """Why a zone was not free."""
    urgent = other.kind is BroadcastKind.EMERGENCY
    text = f"Đang phát buổi “{other.title}”."
    return Why(Cause.YIELDED_TO_EMERGENCY, text, other.id) if urgent else Why(Cause.ZONE_BUSY, text)


def _touched(other: AiringState, by_sink: BySink) -> set[str]:
    """The zones of `other` that must fall silent before those in `by_sink` can be heard."""
    wanted = {zone for zones in by_sink.values() for zone in zones}
    shared = [lane for lane in other.lanes if lane.sink.exclusive and lane.sink.name in by_sink]
    return wanted | {zone for lane in shared for zone in lane.zones}


def _turn(one: AiringState) -> tuple[bool, dt.datetime, int]:
    """Who comes first when several wait for the same horns."""
    b = one.broadcast
    at = dt.datetime.min.replace(tzinfo=dt.UTC) if one.at_once else b.starts_at
    if b.ordered_at is not None and b.rundown and b.rundown[0].kind is ItemKind.EMERGENCY:
        at = b.ordered_at  # words that follow their siren have its turn
    return b.kind is not BroadcastKind.EMERGENCY, at, b.id
