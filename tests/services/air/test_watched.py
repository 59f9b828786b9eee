"""A process of the station tells what is wrong with its threads: with its sign of life, as an incident, to the doctor."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from broadcaster import threads
from broadcaster.clock import FrozenClock
from broadcaster.db.models import Incident
from broadcaster.services.air import watched
from broadcaster.services.air.fitness import Organ, fitness
from broadcaster.services.setup.doctor import examine
from broadcaster.services.station import Station
from broadcaster.threads import WatchedThread

NAME = "lane-thử"


def incidents(station: Station) -> list[tuple[str, bool]]:
    with station.db.read() as session:
        return [(i.what, i.ended_at is not None) for i in session.scalars(select(Incident).order_by(Incident.id))]


@pytest.mark.failing_threads
@pytest.mark.parametrize("process", ["worker", "web"])
def test_a_thread_that_fails_again_and_again_is_an_incident_until_it_is_well(
    station: Station, clock: FrozenClock, process: str
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    try:
        for _ in range(3):
            thread = WatchedThread(fail, NAME, once=True)
            thread.start()
            thread.join(20)
        watched.beat(station, process, {})
        watched.beat(station, process, {})
        assert incidents(station) == [(f"threads-{process}-{NAME}", False)], "it is told once"
        assert NAME in fitness(station).of(Organ.THREADS)
        assert [c.ok for c in examine(station, thorough=False) if c.name == Organ.THREADS.label] == [False]
    finally:
        threads.forget(NAME)
    clock.advance(60)
    watched.beat(station, process, {})
    assert incidents(station) == [(f"threads-{process}-{NAME}", True)]
    assert fitness(station).of(Organ.THREADS) == ""
