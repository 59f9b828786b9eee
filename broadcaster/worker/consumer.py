"""The worker: two lanes that do wanted work, and a pass that loses nothing."""

from __future__ import annotations

import datetime as dt
import functools
import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import psutil
from sqlalchemy import select

from broadcaster.db import room
from broadcaster.db.models import Job
from broadcaster.domain.people.roles import machine
from broadcaster.domain.work.jobs import JobKind, JobTurn
from broadcaster.errors import StationError
from broadcaster.logs import EventLog
from broadcaster.reserve import scarce
from broadcaster.services.air import emergency_soundings, signs, watched
from broadcaster.services.air.emergency_voice import room_for_words
from broadcaster.services.lexicon import names
from broadcaster.services.log import left_out, places
from broadcaster.services.people import first_passwords
from broadcaster.services.scripts import recordings
from broadcaster.services.setup import restarting
from broadcaster.services.setup.elsewhere import drill, nightly
from broadcaster.services.setup.elsewhere.nightly import Sticks
from broadcaster.services.station import Station
from broadcaster.services.work import jobs, performing
from broadcaster.services.work.knock import Bell
from broadcaster.services.work.performing import Handlers
from broadcaster.threads import WatchedThread, survived
from broadcaster.worker.handlers import HANDLERS
from broadcaster.worker.pings import Pinger
from broadcaster.worker.weight import Weight

log = EventLog(__name__)

_NICE: Final = 10
_BEAT_SECONDS: Final = 10.0
_RECONCILE_EVERY: Final = 3
"""Beats between two reconcile passes: half a minute."""
_LOOK_SECONDS: Final = 1.0
"""A lane looks for work so often when nobody knocks: what another machine wants, what is tried again."""
_STOP_SECONDS: Final = 0.5
"""How long the bell is listened to before `stop` is looked at."""
_PING_SECONDS: Final = 5.0
"""The most that the end waits for a ping."""
_PLAN_EVERY: Final = dt.timedelta(hours=1)
_BACKUP_HOUR: Final = 1
"""Station hour from which the night's backup may run: far from any session."""


def run(station: Station, stop: threading.Event, handlers: Handlers = HANDLERS) -> bool:
    """Work until `stop` is set; return whether it ends by itself, to begin anew (`Weight`).

    What somebody waits for has a lane of its own, beside the long work, which runs at low priority: speech and
    mastering must never disturb play-out.
    """
    performing.release_dead(station)
    with survived("worker"):
        recordings.sweep(station)
    bell = Bell(station.home.run)
    calls = [threading.Event(), threading.Event()]
    lanes = [
        WatchedThread(functools.partial(_lane, station, handlers, stop, turn, call, calls), f"lane-{turn.name.lower()}")
        for turn, call in zip((JobTurn.WAITING, JobTurn.UPKEEP), calls, strict=True)
    ]
    pinger = Pinger(station)
    pings = WatchedThread(functools.partial(pinger.run, stop), "ping")
    lanes[0].start()
    pings.start()
    _step_back()
    lanes[1].start()
    log.info("worker ready")
    anew = False
    try:
        anew = _tend(station, stop, bell, calls, pinger)
    finally:
        stop.set()
        pings.join(_PING_SECONDS)
        for lane, call in zip(lanes, calls, strict=True):
            call.set()
            lane.join()
        bell.close()
        log.info("worker stopped", anew=anew)
    return anew


def _step_back() -> None:
    """Put this thread, and those that it starts from now on, behind other work; on Windows the whole process."""
    with suppress(psutil.Error, OSError):
        if hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        else:
            psutil.Process().nice(getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS"))  # noqa: B009 - of Windows alone


def _lane(
    station: Station,
    handlers: Handlers,
    stop: threading.Event,
    up_to: JobTurn,
    call: threading.Event,
    calls: Sequence[threading.Event],
) -> None:
    """Do one job after the other, of those whose turn is at most `up_to`; sleep when there is none until called."""
    while not stop.is_set():
        try:
            while not stop.is_set() and performing.perform_next(station, handlers, stop, up_to=_most(station, up_to)):
                for each in calls:
                    each.set()  # what stood behind it may be another lane's
        except StationError as error:
            log.warning("no work found", error=str(error))
        call.wait(_LOOK_SECONDS)
        call.clear()


def _most(station: Station, up_to: JobTurn) -> JobTurn:
    """On a full disk only what an emergency needs is done: nothing else shall take the room that is left."""
    return JobTurn.EMERGENCY if scarce(station.home.root) else up_to


def _tend(
    station: Station, stop: threading.Event, bell: Bell, calls: Sequence[threading.Event], pinger: Pinger
) -> bool:
    """Hear knocks, give signs of life and ask for the periodic work, until `stop` is set or it has become too heavy."""
    beats, due, sticks = 0, station.clock.monotonic(), Sticks()
    weight = Weight(station.clock)
    while not stop.is_set():
        if restarting.supervised() and weight.too_heavy(busy=performing.busy()):
            return True
        if station.clock.monotonic() >= due:
            with survived("worker"):
                watched.beat(station, "worker", {"ping": pinger.trouble})
                performing.renew(station)
                restarting.tend(station)
                if beats % _RECONCILE_EVERY == 0:
                    reconcile(station)
                sticks.look(station)
            beats, due = beats + 1, station.clock.monotonic() + _BEAT_SECONDS
        if bell.wait(_STOP_SECONDS):
            for call in calls:
                call.set()
    return False


def reconcile(station: Station) -> None:
    """Ask for the periodic work that is due, and offer again what a dead worker left undone."""
    now = station.now()
    local = station.local(now)
    performing.reconcile(station)
    if not scarce(station.home.root):
        room.keep(station.db)
        room_for_words(station.home).make()
    signs.mend(station)
    emergency_soundings.tend(station)
    names.follow(station, machine())
    left_out.settle(station)
    places.tend(station.home, station.settings)
    first_passwords.tidy(station)
    a_drill = local.hour >= _BACKUP_HOUR and drill.due(station)
    with station.db.write() as session:
        last = {j.key: j for j in session.scalars(select(Job).where(Job.key.in_(["hourly", "nightly"])))}
        planned, saved = last.get("hourly"), last.get("nightly")
        if planned is None or (planned.finished_at and now - planned.finished_at > _PLAN_EVERY):
            jobs.want(session, now, JobKind.PLAN, "hourly", {}, by="tự động")
        today_saved = saved and (not saved.finished_at or station.local(saved.finished_at).date() == local.date())
        if local.hour >= _BACKUP_HOUR and not today_saved:
            fresh = jobs.want(session, now, JobKind.BACKUP, "nightly", {}, by="tự động")
            nightly.carry_after(station, session, fresh)
            jobs.want(session, now, JobKind.LOG_CHECK, "nightly-check", {}, by="tự động")
            jobs.want(session, now, JobKind.LET_GO, "nightly-let-go", {}, by="tự động")
        if a_drill:
            jobs.want(session, now, JobKind.DRILL, "monthly", {}, by="tự động")
