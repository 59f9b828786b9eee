"""A broadcast that sounds, followed to its last word: what its players tell becomes what the log says."""

from __future__ import annotations

import datetime as dt
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from broadcaster.clock import Clock
from broadcaster.domain.air.broadcasts import BroadcastKind, ItemKind, RundownItem
from broadcaster.domain.air.causes import NOTHING, Cause, Why
from broadcaster.domain.log.heard import Heard, Measurement
from broadcaster.domain.log.playlog import Outcome
from broadcaster.errors import StationError
from broadcaster.playout.airing.contract import AiringState
from broadcaster.playout.airing.cueing import Cued
from broadcaster.playout.airing.fan_out import FanIn, Over, together
from broadcaster.playout.airing.hearing_back import SILENT_BEHIND, HearingBack
from broadcaster.playout.airing.lineup import Events, volume
from broadcaster.playout.airing.machine import Machine
from broadcaster.playout.record.asrun import AS_SET, AsRun
from broadcaster.playout.sinks.base import RATE
from broadcaster.playout.sound.events import AboutToStart, Ended, Event, PlayProgress, Started
from broadcaster.playout.sound.player import HOLLOW, Lane
from broadcaster.sound.store import Store
from broadcaster.threads import WatchedThread

LAST_WORDS_MS = 500
"""So much of a talk may be lost at its edges (fades, a hiccup) and it still counts as heard."""
STOPPED = Why(Cause.SHUT_DOWN, "Máy phát được tắt trong lúc đang phát.")
JOINED = Why(Cause.JOINED_LATE, "Vào giữa chừng vì bắt đầu trễ.")


class Following:
    """Follows one broadcast from its first sample, on its thread.

    Args:
        machine: the parts of play-out.
        clock: what its lanes are dated by.
        state: how the broadcast is now.
        asrun: takes what was heard.
        cued: its sounds.
        halt: set when it is not to be waited for any more.
    """

    def __init__(
        self,
        machine: Machine,
        clock: Clock,
        state: Callable[[], AiringState],
        asrun: AsRun,
        *,
        cued: Cued,
        halt: threading.Event,
    ) -> None:
        self.over_at: dt.datetime | None = None
        """When the last sample of it left, so far."""
        self._machine, self._clock, self._state, self._asrun = machine, clock, state, asrun
        self._cued, self._talk, self._halt = cued, cued.talk, halt
        self._lanes = state().lanes
        self._ends = FanIn(self._lanes)
        self._heard_back = HearingBack()
        self._spoken: RundownItem | None = None
        self._said: list[Over] | None = []
        """The ends of a talk, until it is over in all its zones."""

    def follow(self, events: Events, threads: Sequence[WatchedThread]) -> None:
        """Do so until no player is left; what was heard is known even when a power cut ends this."""
        try:
            for lane in self._lanes if self._machine.inline else ():
                lane.run()
            while any(t.is_alive() for t in threads) or not events.empty():
                with suppress(queue.Empty):
                    self._note(*events.get(timeout=0.1))
                self._cued.look()
                self._set_volumes()
                self._hear_back()
        finally:  # a simulated power cut leaves through here: what was heard until then is known
            while not events.empty():
                self._note(*events.get())
            self._hear_back(last=True)
            said, self._said = self._said, None
            self._item_over([*(said or ()), *self._ends.rest()])
        for lane in self._lanes:
            if lane.ear is not None and lane.ear.at_once:
                lane.ear.join(2)
            why, by = lane.ending
            outcome = Outcome.FAILED if lane.crashed else Outcome.MISSED
            self._asrun.rest(outcome, why or STOPPED, by=by, zones=lane.zones)

    def _note(self, lane: Lane, event: Event) -> None:
        match event:
            case AboutToStart(item_no, at):
                self._asrun.item_coming(item_no, lane.zones, at)
            case Started(item_no, at):
                self._asrun.item_started(item_no, lane.zones, at)
                self._machine.agenda.soon("beat")
            case PlayProgress(item_no, heard):
                self._asrun.mark(item_no, lane.zones, heard * 1000 // RATE, lane.outlet, lane.sink.name)
            case Ended():
                self.over_at = max(event.ended_at, self.over_at or event.ended_at)
                if not self._heard_back.keeps(lane, event):
                    self._item_over(self._ends.take(lane, event))

    def _hear_back(self, *, last: bool = False) -> None:
        for lane, event in self._heard_back.told(last=last, patient=not self._halt.is_set()):
            self._item_over(self._ends.take(lane, event))

    def _item_over(self, ends: list[Over]) -> None:
        if self._talk is not None and self._said is not None:
            self._said += ends  # how long it was is known when nobody hears it any more: a stop may have met some zones
            return
        for event, zones, through in together(ends):
            item = self._kept(next(i for i in self._state().broadcast.rundown if i.no == event.item_no))
            taken_ms = event.heard * 1000 // RATE
            # A talk that its speaker ended was heard whole, pauses aside.
            talk = self._talk if item.kind is ItemKind.LIVE and not event.by else None
            said = talk is not None and not talk.why
            passed_ms = talk.passed_ms if talk is not None else 0
            whole = event.whole or (said and taken_ms + passed_ms >= item.duration_ms - LAST_WORDS_MS)
            overtaken = talk.overtaken if talk is not None and event.why in {NOTHING, HOLLOW} else NOTHING
            lost = overtaken or event.why or JOINED
            if event.whole:  # all of its samples, whatever a millisecond is rounded to
                taken_ms = item.duration_ms
            withheld = event.why.cause in AS_SET
            trial = self._state().broadcast.kind is BroadcastKind.TRIAL
            heard = Heard(
                Measurement(
                    event.outlet,
                    item.duration_ms,
                    taken_ms,
                    whole=whole,
                    rehearsal=trial,
                    withheld=withheld,
                    silent=event.silent,
                )
            )
            self._asrun.item_heard(
                item,
                zones,
                heard,
                SILENT_BEHIND if event.silent else event.note if heard.outcome is Outcome.FULL else lost,
                by=event.by,
                started_at=event.started_at,
                ended_at=event.ended_at,
                through=through,
            )

    def _set_volumes(self) -> None:
        """Follow the hours: a zone may be softer at dawn."""
        time = self._clock.now().astimezone(self._machine.pinned.hours.tz).time()
        for lane in self._lanes:
            lane.gain, lane.soft = volume(self._state().bundle, lane.zones, time, self._machine.least_audible)

    def _kept(self, item: RundownItem) -> RundownItem:
        """A live item as it turned out: its sound kept by hash, its length what was really said."""
        if self._talk is None or item.kind is not ItemKind.LIVE:
            return item
        if self._spoken is None:
            try:
                sha, ms = self._talk.seal(Store(self._machine.decoded.store))
            except StationError as error:
                self._machine.incidents.tell("talk", f"Không lưu được lượt nói trực tiếp: {error.message}")
                return item
            self._spoken = replace(item, audio_sha256=sha, duration_ms=min(ms, item.duration_ms) or item.duration_ms)
        return self._spoken
