"""What is due in the coming day: pinned, its sounds made ready, its alarms set."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from typing import Final

from broadcaster.domain.air.desk import LEFT, Bundle, Desk
from broadcaster.playout.airing.machine import Machine
from broadcaster.playout.airing.register import Register, alarm_key
from broadcaster.playout.host.alarm_clock import Alarm
from broadcaster.playout.sound.ahead import Ahead

AHEAD: Final = dt.timedelta(hours=24)


class Coming:
    """Follows the plan of the desk.

    Args:
        machine: what play-out works with.
        register: the broadcasts on their way.
        desk: says what is due.
        alarm: rings when a broadcast must be begun on its way.
        ahead: makes the sounds ready.
    """

    def __init__(self, machine: Machine, register: Register, desk: Desk, alarm: Alarm, ahead: Ahead) -> None:
        self._machine = machine
        self._register = register
        self._desk = desk
        self._alarm = alarm
        self._ahead = ahead

    def reconcile(self) -> None:
        """Pin what is due in the coming day and set its alarms; forget what was taken back.

        Raises:
            DeskAwayError: the desk is away; what is pinned still airs.
        """
        machine = self._machine
        if machine.lease.hold:
            return
        held = bool(machine.trust.hold)
        now = self._machine.clock.now()
        day = self._desk.due(now + AHEAD, machine.lease.heir_since)
        machine.pinned.hours = day.hours
        self._register.take_mutes(day.mutes)
        machine.stops.learn(day.stops)
        fresh: dict[int, Bundle] = {}
        for bundle in day.bundles:
            b = bundle.broadcast
            believed = not held or (b.asked_for and abs(b.starts_at - now) <= LEFT)
            if believed and not self._register.knows(b.id) and not self._register.settle(bundle):
                fresh[b.id] = bundle
        keys = self._alarm.keys()
        self._let_go(fresh[number] for number in sorted(day.claimed & fresh.keys()))
        changed = machine.pinned.put_all(fresh.values())
        for number, bundle in fresh.items():
            if number in changed or alarm_key(number) not in keys:
                self.set_alarm(bundle)
                machine.agenda.again("beat")
        past = (
            [] if held else [n for n in machine.pinned.numbers() if n not in fresh and not self._register.horns.has(n)]
        )
        for number in past:
            self._alarm.cancel(alarm_key(number))
            machine.agenda.again("beat")
        machine.pinned.drop(past)

        if not machine.inline:
            pinned = (machine.pinned.get(number) for number in machine.pinned.numbers())
            coming = sorted((one.broadcast for one in pinned if one is not None), key=lambda b: b.starts_at)
            self._ahead.want(i.audio_sha256 for b in coming for i in b.rundown if i.audio_sha256)

    def _let_go(self, claimed: Iterable[Bundle]) -> None:
        """Free what was claimed before its time and is not on its way: a person wanted it at once and it could not be.

        Nothing else claims it meanwhile: orders are carried out by this thread too, and its alarm is not due.
        """
        soon = self._machine.clock.now() + dt.timedelta(seconds=self._machine.lead_times.cue)
        for bundle in claimed:
            if bundle.broadcast.starts_at > soon:
                self._machine.journal.write("let-go", {"broadcast": bundle.broadcast.id})

    def set_alarm(self, bundle: Bundle) -> None:
        """Have the broadcast begun on its way in time."""
        b = bundle.broadcast
        at = b.starts_at - dt.timedelta(seconds=self._machine.lead_times.cue)
        self._alarm.set(alarm_key(b.id), at, functools.partial(self._rung, b.id))

    def _rung(self, broadcast_id: int) -> None:
        bundle = self._machine.pinned.get(broadcast_id)
        if bundle is not None and self._machine.may_begin(bundle.broadcast, unplanned=False):
            self._register.call(bundle)
