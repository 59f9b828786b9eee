"""The worker: takes jobs from the queue, asks for the periodic work, and stops when told, in a thread as in a process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from broadcaster.clock import SystemClock
from broadcaster.db.models import Job
from broadcaster.services.scripts.editing import add_script
from broadcaster.services.scripts.speaking import want_rendition
from broadcaster.services.setup.founding import init
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from broadcaster.services.work.queue import queue_at, wake_worker, work_with
from broadcaster.worker import consumer
from tests.kit.people import EDITOR
from tests.kit.scripts import draft
from tests.kit.waiting import until


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Station]:
    station = init(tmp_path / "home", overrides={"speech": {"voices": ["tone:beep"]}}, clock=SystemClock())
    yield station
    station.close()


def states(station: Station) -> dict[str, str]:
    with station.db.read() as session:
        return {j.kind: j.state for j in session.scalars(select(Job))}


def wait_until(station: Station, kind: str, state: str) -> None:
    until(lambda: states(station).get(kind) == state, 30, every=0.1)


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


def test_a_lost_queue_loses_nothing(living: Station) -> None:
    number = add_script(living, EDITOR, draft())
    want_rendition(living, EDITOR, number)
    for path in living.home.run.glob("queue.db*"):
        path.unlink()
    with living.db.write() as session:
        other = jobs.want(session, living.now(), "backup", "by-hand", {}, by="bientap")
    wake_worker(living, other)
    stop = threading.Event()
    worker = threading.Thread(target=consumer.run, args=(living, stop))
    worker.start()
    try:
        wait_until(living, "speak", "done")
        wait_until(living, "backup", "done")
    finally:
        stop.set()
        worker.join(15)
    assert list(living.home.backups.glob("loa-*.zip"))


def test_what_a_person_waits_for_goes_before_what_the_station_does_of_itself(living: Station) -> None:
    order: list[int] = []
    work_with(living.home.run, order.append)
    with living.db.write() as session:
        wanted = {
            kind: jobs.want(session, living.now(), kind, "x", {}, by="x")
            for kind in ("starter", "backup", "speak", "emergency-voice")
        }
    for number in wanted.values():
        wake_worker(living, number)
    queue = queue_at(living.home.run)
    while (task := queue.dequeue()) is not None:
        queue.execute(task)
    assert order == [wanted[kind] for kind in ("emergency-voice", "speak", "starter", "backup")]
