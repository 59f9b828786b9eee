"""The first bulletin of a new station: it has words, whatever order the worker takes its jobs in, or it says why not."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, Job
from broadcaster.domain.work.jobs import JobKind
from broadcaster.errors import RuleError
from broadcaster.services.schedule.once import WordlessError, air_once
from broadcaster.services.setup import starter
from broadcaster.services.station import Station
from broadcaster.services.work import jobs, performing
from broadcaster.services.work.performing import Handlers
from broadcaster.worker.handlers import HANDLERS
from tests.kit.people import OPERATOR


def work(station: Station, handlers: Handlers, order: random.Random) -> None:
    """Do what is due in any order, as a queue might, until the first bulletin is done with."""
    while (due := jobs.due(station)) and bulletin_job(station).state == "wanted":
        performing.perform(station, order.choice(due), handlers)


def spare_all_but(station: Station, kept: int) -> None:
    """Leave the bulletin's own scripts and `kept` others to be spoken: the rest of the kit only costs time here."""
    own = set(bulletin_job(station).arguments["scripts"])
    with station.db.write() as session:
        rows = session.scalars(select(Job).where(Job.kind == JobKind.STARTER).order_by(Job.id))
        others = [row.id for row in rows if row.arguments["script_id"] not in own]
        assert len(others) > kept
        for number in others[kept:]:
            assert jobs.cancel(session, station.now(), number)


def bulletin_job(station: Station) -> Job:
    with station.db.read() as session:
        return session.scalars(select(Job).where(Job.kind == JobKind.FIRST_BULLETIN)).one()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_the_first_bulletin_is_planned_with_its_words(station: Station, seed: int) -> None:
    starter.prepare(station)
    assert starter.first_bulletin(station) is None
    spare_all_but(station, 2)
    work(station, HANDLERS, random.Random(seed))
    with station.db.read() as session:
        row = session.scalars(select(BroadcastRow).where(BroadcastRow.title == starter.FIRST_TITLE)).one()
    wanted = bulletin_job(station).arguments["scripts"]
    assert [i.script_id for i in row.rundown] == [None, *wanted, None]
    found = starter.first_bulletin(station)
    assert isinstance(found, starter.FirstBulletin)
    assert found.words_ms == 0


@pytest.mark.medium
def test_a_first_bulletin_without_words_is_refused_and_says_so(station: Station) -> None:
    def mute(_station: Station, _arguments: Mapping[str, Any], _progress: performing.Progress) -> None:
        raise RuleError("Không giọng nào đọc được.")

    starter.prepare(station)
    work(station, {**HANDLERS, JobKind.STARTER: mute}, random.Random(1))
    why = starter.first_bulletin(station)
    assert isinstance(why, str)
    assert "không có lời nào" in why
    with station.db.read() as session:
        assert session.scalars(select(BroadcastRow).where(BroadcastRow.title == starter.FIRST_TITLE)).all() == []


@pytest.mark.parametrize("trial", [True, False])
def test_tunes_alone_air_only_by_choice(station: Station, trial: bool) -> None:
    assert isinstance(station.clock, FrozenClock)
    at = station.now() + dt.timedelta(hours=5)
    with pytest.raises(WordlessError, match="không có lời nào"):
        air_once(station, OPERATOR, ["nhac-hieu", "nhac-ket"], title="Nhạc", starts_at=at, trial=trial)
    assert air_once(station, OPERATOR, ["nhac-hieu"], title="Nhạc", starts_at=at, trial=trial, wordless=True)
