"""The worker: a Huey consumer with one thread of work, and a reconcile pass that loses nothing."""

from __future__ import annotations

import datetime as dt
import threading
from contextlib import suppress

import psutil
import structlog
from sqlalchemy import select

from broadcaster.db.models import Job
from broadcaster.errors import StationError
from broadcaster.services.air import emergency_soundings
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from broadcaster.services.work.queue import consumer_at, wake_worker, work_with
from broadcaster.worker.handlers import HANDLERS

log = structlog.get_logger(__name__)

_BEAT_SECONDS = 10.0
_RECONCILE_EVERY = 3
"""Beats between two reconcile passes: half a minute."""
_PLAN_EVERY = dt.timedelta(hours=1)
_BACKUP_HOUR = 1
"""Station hour from which the night's backup may run: far from any session."""


def run(station: Station, stop: threading.Event) -> None:
    """Work until `stop` is set, at low priority: speech and mastering must never disturb play-out."""
    with suppress(psutil.Error, OSError):
        psutil.Process().nice(getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", 10))

    def work(job_id: int) -> None:
        jobs.perform(station, job_id, HANDLERS, stop)
        for other in jobs.due_behind(station, job_id):
            wake_worker(station, other)

    work_with(station.home.run, work)
    jobs.release_all(station)
    consumer = consumer_at(station.home.run)
    consumer.start()
    log.info("worker ready")
    try:
        beats = 0
        while not stop.is_set():
            try:
                beat(station, "worker", {})
                if beats % _RECONCILE_EVERY == 0:
                    reconcile(station)
            except StationError as error:
                log.warning("reconcile failed", error=str(error))
            beats += 1
            stop.wait(_BEAT_SECONDS)
    finally:
        consumer.stop(graceful=True)
        log.info("worker stopped")


def reconcile(station: Station) -> None:
    """Ask for the periodic work that is due, and offer again what a crash or a lost queue left undone."""
    now = station.now()
    local = station.local(now)
    jobs.reconcile(station)
    emergency_soundings.tend(station)
    with station.db.write() as session:
        last = {j.key: j for j in session.scalars(select(Job).where(Job.key.in_(["hourly", "nightly"])))}
        planned, saved = last.get("hourly"), last.get("nightly")
        if planned is None or (planned.finished_at and now - planned.finished_at > _PLAN_EVERY):
            jobs.want(session, now, "plan", "hourly", {}, by="tự động")
        today_saved = saved and (not saved.finished_at or station.local(saved.finished_at).date() == local.date())
        if local.hour >= _BACKUP_HOUR and not today_saved:
            jobs.want(session, now, "backup", "nightly", {}, by="tự động")
            jobs.want(session, now, "log-check", "nightly-check", {}, by="tự động")
    for job_id in jobs.due(station):
        wake_worker(station, job_id)
