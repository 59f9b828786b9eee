"""Figures of the station for Prometheus, drawn from rows and signs of life at the moment of the scrape.

Nothing in them is about a person, and no title: labels are the words of closed lists, and the names of outputs as the
settings have them. What only grows is counted on from where the last scrape ended.
"""

from __future__ import annotations

import datetime as dt
import math
import os
import socket
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any, Final

import psutil
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster import __version__
from broadcaster.db.models import BroadcastRow, Heartbeat, Incident, Job, PlayLogEntry, SignIn
from broadcaster.db.queries.air import by_broadcast, playout_status
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.air.broadcasts import BroadcastKind
from broadcaster.domain.air.desk import PROCESS, PlayoutWord
from broadcaster.domain.work.jobs import JobState
from broadcaster.services import disk_room
from broadcaster.services.air import ear
from broadcaster.services.air.broadcasts import UNBEGUN
from broadcaster.services.air.fitness import Fitness, Organ, fitness
from broadcaster.services.people.sign_ins import LONGEST
from broadcaster.services.setup import certificates
from broadcaster.services.setup.backup import last_backup
from broadcaster.services.station import Station

KEPT_S: Final = 5.0
"""A scrape so soon after another has its answer (s): however many watch, the station is asked once."""
PROCESSES: Final = (PROCESS, "worker", "web")
BUCKETS: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, math.inf)
"""Of how late broadcasts began (s)."""
_SETTLED: Final = dt.timedelta(days=2)
"""A broadcast whose time is so long gone begins no more."""
_MOST_OUTPUTS: Final = 64
_PLANNED: Final = BroadcastRow.kind.not_in([BroadcastKind.TRIAL, BroadcastKind.EMERGENCY])


class Metrics:
    """The figures of one station, for one process that is scraped."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Figures(station))
        self._lock = threading.Lock()
        self._kept: tuple[float, bytes] | None = None

    def text(self) -> bytes:
        """All figures in Prometheus's text form, as of the last seconds."""
        with self._lock:
            now = self._station.clock.monotonic()
            if self._kept is None or now - self._kept[0] > KEPT_S:
                self._kept = now, generate_latest(self._registry)
            return self._kept[1]


class _Figures(Collector):
    """Draws the figures; used by one thread at a time."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._items = _Items()
        self._lateness = _Lateness()

    def collect(self) -> Iterator[Metric]:
        station = self._station
        info = InfoMetricFamily("loa", "The program.")
        info.add_metric([], {"version": __version__})
        yield info
        yield _gauge("loa_clock_seconds", "The wall clock of the station's machine.", station.now().timestamp())
        found, word = fitness(station), ear.word(station.home)
        yield from _health(found)
        yield from self._machine()
        try:
            with station.db.read() as session:
                yield from self._rows(session, word)
        except DatabaseUnavailableError:
            return  # `loa_organ_broken` says so; what rows alone know is not guessed

    def _machine(self) -> Iterator[Metric]:
        station, now = self._station, self._station.now()
        room = disk_room.look(station)
        yield _gauge("loa_disk_free_bytes", "What is free on the disk of the station.", room.left)
        yield _gauge("loa_disk_size_bytes", "The disk of the station.", room.total)
        yield _gauge("loa_disk_floor_bytes", "With less free the station takes in no recordings.", room.floor)
        saved = last_backup(station.home)
        age = (now - saved).total_seconds() if saved is not None else math.inf
        yield _gauge("loa_backup_age_seconds", "Since the newest backup; +Inf when there is none.", age)
        ends = certificates.ends_at(station)
        left_s = (ends - now).total_seconds() if ends is not None else math.inf
        yield _gauge("loa_certificate_left_seconds", "Until the panel's certificate ends; +Inf without one.", left_s)

    def _rows(self, session: Session, word: PlayoutWord) -> Iterator[Metric]:
        now = self._station.now()
        beats = {beat.process: beat for beat in session.scalars(select(Heartbeat))}
        yield from _processes(beats, now)
        yield from _outputs(playout_status(beats.get(PROCESS), now, word) or {})
        yield from _coming(session, now)
        yield from _work(session, now)
        yield self._lateness.of(session, now)
        yield from self._items.of(session)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _health(found: Fitness) -> Iterator[Metric]:
    yield _gauge("loa_fit", "1 while all that is due would be heard.", found.well)
    organs = GaugeMetricFamily("loa_organ_broken", "1 while a part keeps horns silent.", labels=["organ", "code"])
    for organ in Organ:
        organs.add_metric([organ.value, organ.code], bool(found.of(organ)))
    yield organs


def _processes(beats: Mapping[str, Heartbeat], now: dt.datetime) -> Iterator[Metric]:
    ages = GaugeMetricFamily("loa_beat_age_seconds", "Since a process gave its last sign of life.", labels=["process"])
    memory = GaugeMetricFamily("loa_process_resident_bytes", "Memory of a process on this machine.", labels=["process"])
    handles = GaugeMetricFamily("loa_process_open_files", "Open files of a process here.", labels=["process"])
    for name in PROCESSES:
        beat = beats.get(name)
        ages.add_metric([name], (now - beat.at).total_seconds() if beat is not None else math.inf)
        if beat is not None and beat.host == socket.gethostname():
            try:
                process = psutil.Process(beat.pid)
                memory.add_metric([name], process.memory_info().rss)
                handles.add_metric([name], _open_files(process))
            except (psutil.Error, OSError):
                continue
    yield from (ages, memory, handles)


def _open_files(process: psutil.Process) -> int:
    """Descriptors, or on Windows handles."""
    count = process.num_fds if os.name == "posix" else getattr(process, "num_handles", int)
    return int(count())


def _outputs(said: Mapping[str, Any]) -> Iterator[Metric]:
    yield _gauge("loa_clock_trusted", "0 while play-out doubts its clock.", not said.get("clock_doubted"))
    up = GaugeMetricFamily("loa_output_up", "1 while an output works.", labels=["output"])
    level = GaugeMetricFamily("loa_output_level_dbfs", "How loud an output is now; -96 is silence.", labels=["output"])
    quiet = GaugeMetricFamily("loa_output_quiet_seconds", "Since what airs carried a sound.", labels=["output"])
    on_air = by_broadcast(said.get("on_air")).values()
    levels = {name: value for one in on_air for name, value in (one.get("levels") or {}).items()}
    quiets = {name: value for one in on_air for name, value in (one.get("quiet_s") or {}).items()}
    for name, why in sorted((said.get("sinks") or {}).items())[:_MOST_OUTPUTS]:
        up.add_metric([name], why == "ok")
        level.add_metric([name], levels.get(name, -96.0))
        quiet.add_metric([name], quiets.get(name, 0.0))
    yield from (up, level, quiet)
    yield _gauge("loa_on_air", "Broadcasts that sound now.", len(on_air))


def _coming(session: Session, now: dt.datetime) -> Iterator[Metric]:
    starts = session.scalar(
        select(func.min(BroadcastRow.starts_at)).where(BroadcastRow.state.in_(UNBEGUN), BroadcastRow.starts_at > now)
    )
    wait = (starts - now).total_seconds() if starts is not None else math.inf
    yield _gauge("loa_next_broadcast_seconds", "Until the next broadcast; +Inf when none is planned.", wait)


def _work(session: Session, now: dt.datetime) -> Iterator[Metric]:
    counts = {
        state: (n, first)
        for state, n, first in session.execute(
            select(Job.state, func.count(), func.min(Job.created_at)).group_by(Job.state)
        )
    }
    queue = GaugeMetricFamily("loa_jobs", "Background work in each state.", labels=["state"])
    for state in JobState:
        queue.add_metric([state.value], counts.get(state, (0, None))[0])
    yield queue
    first = counts.get(JobState.WANTED, (0, None))[1]
    age = (now - first).total_seconds() if first is not None else 0.0
    yield _gauge("loa_job_oldest_wanted_seconds", "Age of the oldest work that waits.", age)
    still = session.scalar(select(func.count()).select_from(Incident).where(Incident.ended_at.is_(None)))
    yield _gauge("loa_incidents_open", "Incidents that are not over.", still or 0)
    within = select(func.count()).select_from(SignIn).where(SignIn.ended_at.is_(None), SignIn.began_at > now - LONGEST)
    yield _gauge("loa_sessions", "Browsers that are signed in.", session.scalar(within) or 0)


class _Items:
    """What became of items, counted from the log, to which only entries are added."""

    def __init__(self) -> None:
        self._from_nothing()

    def _from_nothing(self) -> None:
        self._seq, self._heard_ms = 0, 0
        self._counts: Counter[tuple[str, str]] = Counter()

    def of(self, session: Session) -> Iterator[Metric]:
        last = session.scalar(select(func.max(PlayLogEntry.seq))) or 0
        if last < self._seq:  # the station was restored
            self._from_nothing()
        fresh = session.execute(
            select(PlayLogEntry.outcome, PlayLogEntry.cause, func.count(), func.sum(PlayLogEntry.heard_ms))
            .where(PlayLogEntry.seq > self._seq, PlayLogEntry.seq <= last, PlayLogEntry.corrects.is_(None))
            .group_by(PlayLogEntry.outcome, PlayLogEntry.cause)
        )
        for outcome, cause, n, heard_ms in fresh:
            self._counts[outcome.value, cause.value if cause is not None else ""] += n
            self._heard_ms += int(heard_ms)
        self._seq = last
        items = CounterMetricFamily(
            "loa_items", "Items of the play log by what became of them in one zone.", labels=["outcome", "cause"]
        )
        for labels, n in sorted(self._counts.items()):
            items.add_metric(labels, n)
        yield items
        yield CounterMetricFamily("loa_heard_seconds", "Sound that zones heard.", value=self._heard_ms / 1000)


class _Lateness:
    """How late broadcasts began, counted once for each; those of the last days are looked at again."""

    def __init__(self) -> None:
        self._through = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
        self._counts: Counter[int] = Counter()
        self._sum = 0.0

    def of(self, session: Session, now: dt.datetime) -> Metric:
        rows = session.execute(
            select(BroadcastRow.starts_at, BroadcastRow.started_at).where(
                BroadcastRow.starts_at > self._through, BroadcastRow.started_at.is_not(None), _PLANNED
            )
        ).all()
        settled = now - _SETTLED
        counts, total = self._counts.copy(), self._sum
        for starts_at, started_at in rows:
            late = max(0.0, (started_at - starts_at).total_seconds()) if started_at is not None else 0.0
            counts[bisect_left(BUCKETS, late)] += 1
            total += late
            if starts_at <= settled:
                self._counts[bisect_left(BUCKETS, late)] += 1
                self._sum += late
        self._through = max(self._through, settled)
        steps = accumulate(counts[n] for n in range(len(BUCKETS)))
        edges = ["+Inf" if edge == math.inf else str(edge) for edge in BUCKETS]
        return HistogramMetricFamily(
            "loa_broadcast_lateness_seconds",
            "How much after their time broadcasts began.",
            buckets=list(zip(edges, map(float, steps), strict=True)),
            sum_value=total,
        )
