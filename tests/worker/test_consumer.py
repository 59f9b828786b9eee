"""The worker: takes jobs in two lanes, asks for the periodic work, and stops when told, in a thread as in a process."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from broadcaster.clock import SystemClock
from broadcaster.db.models import Job
from broadcaster.domain.work.jobs import JobKind
from broadcaster.services.scripts.editing import add_script
from broadcaster.services.scripts.speaking import want_rendition
from broadcaster.services.setup import restarting
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from broadcaster.services.work.performing import Handler, Progress
from broadcaster.worker import consumer
from broadcaster.worker.handlers import HANDLERS
from broadcaster.worker.weight import Weight
from tests.kit.founding import founded
from tests.kit.people import EDITOR
from tests.kit.scripts import draft
from tests.kit.waiting import until


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Station]:
    station = founded(tmp_path / "home", overrides={"speech": {"voices": ["tone:beep"]}}, clock=SystemClock())
    yield station
    station.close()


def states(station: Station) -> dict[str, str]:
    with station.db.read() as session:
        return {j.kind: j.state for j in session.scalars(select(Job))}


def wait_until(station: Station, kind: str, state: str) -> None:
    until(lambda: states(station).get(kind) == state, every=0.1)


@pytest.mark.medium
def test_a_wanted_rendition_is_made_and_the_worker_stops_when_told(living: Station) -> None:
    stop = threading.Event()
    worker = threading.Thread(target=consumer.run, args=(living, stop))
    worker.start()
    try:
        number = add_script(living, EDITOR, draft())
        want_rendition(living, EDITOR, number)
        wait_until(living, "speak", "done")
        wait_until(living, "plan", "done")
    finally:
        stop.set()
        worker.join(15)
    assert not worker.is_alive()


@pytest.mark.medium
def test_a_knock_that_nobody_hears_loses_nothing(living: Station) -> None:
    number = add_script(living, EDITOR, draft())
    want_rendition(living, EDITOR, number)
    stop = threading.Event()
    worker = threading.Thread(target=consumer.run, args=(living, stop))
    worker.start()
    try:
        wait_until(living, "speak", "done")
        (living.home.run / "worker.port").unlink()
        with living.db.write() as session:
            jobs.want(session, living.now(), JobKind.BACKUP, "by-hand", {}, by="bientap")
        wait_until(living, "backup", "done")
    finally:
        stop.set()
        worker.join(15)
    assert list(living.home.backups.glob("loa-*.zip"))


@pytest.mark.medium
def test_who_waits_is_served_beside_long_work(living: Station) -> None:
    served, over = threading.Event(), threading.Event()

    def long(_station: Station, _arguments: Mapping[str, Any], _progress: Progress) -> None:
        assert served.wait(30), "the one who waits was not served"
        over.set()

    def short(_station: Station, _arguments: Mapping[str, Any], _progress: Progress) -> None:
        served.set()

    idle = dict.fromkeys(JobKind, lambda _station, _arguments, _progress: None)
    handlers = {**idle, JobKind.SPEAK: long, JobKind.EMERGENCY_VOICE: short}
    with living.db.write() as session:
        jobs.want(session, living.now(), JobKind.SPEAK, "1", {}, by="x")
    stop = threading.Event()
    worker = threading.Thread(target=consumer.run, args=(living, stop, handlers))
    worker.start()
    try:
        wait_until(living, "speak", "running")
        with living.db.write() as session:
            jobs.want(session, living.now(), JobKind.EMERGENCY_VOICE, "1", {}, by="x")
        assert over.wait(30)
    finally:
        served.set()
        stop.set()
        worker.join(15)


@pytest.mark.medium
@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="on Windows a process has one priority")
def test_long_work_steps_back_and_neither_who_waits_nor_who_started_the_worker_does(living: Station) -> None:
    seen: dict[JobKind, int] = {}

    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def look(kind: JobKind) -> Handler:
        return lambda _station, _arguments, _progress: seen.update({kind: priority()})

    def long(*_: object) -> None:
        until(lambda: JobKind.EMERGENCY_VOICE in seen)  # so that the other lane did it
        seen[JobKind.SPEAK] = priority()

    def want(kind: JobKind) -> None:
        with living.db.write() as session:
            jobs.want(session, living.now(), kind, "1", {}, by="x")

    before, stop = priority(), threading.Event()
    handlers = {kind: look(kind) for kind in JobKind} | {JobKind.SPEAK: long}
    worker = threading.Thread(target=consumer.run, args=(living, stop, handlers))
    want(JobKind.SPEAK)
    worker.start()
    try:
        wait_until(living, "speak", "running")
        want(JobKind.EMERGENCY_VOICE)
        until(lambda: JobKind.SPEAK in seen)
    finally:
        stop.set()
        worker.join(15)
    assert priority() == before == seen[JobKind.EMERGENCY_VOICE]
    assert seen[JobKind.SPEAK] == max(before, 10)


def test_every_kind_of_job_has_its_handler() -> None:
    assert set(HANDLERS) == set(JobKind)


@pytest.mark.parametrize("supervised", [True, False])
def test_a_worker_that_became_heavy_ends_only_where_it_is_started_again(
    living: Station, monkeypatch: pytest.MonkeyPatch, *, supervised: bool
) -> None:
    asked = threading.Event()

    def supervises() -> bool:
        asked.set()
        return supervised

    monkeypatch.setattr(restarting, "supervised", supervises)
    monkeypatch.setattr(Weight, "too_heavy", lambda _self, *, busy: not busy)
    stop, ended = threading.Event(), []
    worker = threading.Thread(target=lambda: ended.append(consumer.run(living, stop, {})))
    worker.start()
    assert asked.wait(60)
    if not supervised:
        assert ended == []
        stop.set()
    worker.join(60)
    assert ended == [supervised]
