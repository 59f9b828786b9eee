"""A database that goes away under a job: the job is done all the same, once it is back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from broadcaster.clock import SystemClock
from broadcaster.db import schema
from broadcaster.db.models import Job
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.db.session import Database
from broadcaster.domain.work.jobs import JobKind, JobState
from broadcaster.home import Home
from broadcaster.services.station import Station
from broadcaster.services.work import jobs, performing
from tests.kit import postgres
from tests.kit.postgres import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


@pytest.fixture
def server() -> Iterator[Server]:
    with postgres.made() as made:
        yield made


def state(station: Station, number: int) -> JobState:
    with station.db.read() as session:
        return session.get_one(Job, number).state


def test_a_job_under_which_the_database_went_away_is_done_when_it_is_back(server: Server, tmp_path: Path) -> None:
    admin = create_engine(f"{server.url}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE loa"))
    admin.dispose()
    database = Database(f"{server.url}/loa")
    schema.upgrade(database)
    home = Home(tmp_path)
    home.settings_file.write_text("", encoding="utf-8")
    station = Station(home, home.settings(), database, SystemClock())
    done: list[int] = []

    def work(_station, _arguments, progress):
        if not done:
            server.stop()
        done.append(1)
        progress(0.5)

    with database.write() as session:
        number = jobs.want(session, station.now(), JobKind.PLAN, "x", {}, by="thử")
    with pytest.raises(DatabaseUnavailableError) as away:
        performing.perform(station, number, {JobKind.PLAN: work})
    assert away.value.passing
    server.start()
    assert state(station, number) is JobState.RUNNING
    performing.renew(station)
    assert state(station, number) is JobState.WANTED
    assert performing.perform(station, number, {JobKind.PLAN: work})
    assert state(station, number) is JobState.DONE
    assert len(done) == 2
    station.close()
