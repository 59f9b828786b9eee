"""The rest of what was stopped: which ends offer it, and that nothing of it is heard twice."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, PlayLogEntry, origins
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, ItemKind, Origin, RundownItem
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.people.roles import machine
from broadcaster.errors import RuleError
from broadcaster.services.log import playlog
from broadcaster.services.schedule import resuming
from broadcaster.services.station import Station
from tests.kit.air import let_in
from tests.kit.entries import entry
from tests.kit.founding import founded
from tests.kit.properties import examples

TZ = dt.timezone(dt.timedelta(hours=7))
NOW = dt.datetime(2026, 3, 4, 17, 0, tzinfo=TZ)
ME = machine("thử")
NUMBERS = itertools.count(1000, 1000)
"""Rows are deleted between examples, and the log keeps what it has: no number may come again."""
ZONES = ("am01", "am02", "am03")
PROGRAMMES = {Origin.ROTATION, Origin.ONCE, Origin.MOVED, Origin.COPIED, Origin.STOPPED_REST, Origin.EMERGENCY_REST}


def test_only_a_programme_that_a_person_stopped_offers_its_rest() -> None:
    offered = set()
    for kind, origin, state, cause in product(BroadcastKind, Origin, BroadcastState, Cause):
        row = BroadcastRow(
            kind=kind, origin=origin, state=state, causes=(cause,), finished_at=NOW, ends_at=NOW, starts_at=NOW
        )
        if resuming.may_resume(row, NOW):
            offered.add((kind, origin, state, cause))
    sessions = (BroadcastKind.ROTATION, BroadcastKind.ONCE)
    assert offered == {
        *product(sessions, PROGRAMMES, (BroadcastState.PARTIAL, BroadcastState.MISSED), (Cause.PERSON_STOPPED,)),
        *product(sessions, PROGRAMMES, (BroadcastState.PARTIAL,), (Cause.LEFT_OUT,)),  # stopped while it was on air
    }


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    made = founded(tmp_path_factory.mktemp("resuming") / "station", clock=FrozenClock(NOW))
    with made.db.write() as session:
        session.add(let_in("a" * 64, 1000, NOW))
    yield made
    made.close()


def ended(station: Station, row: BroadcastRow, heard: set[tuple[int, str]]) -> None:
    """Give a row the end that a person's stop makes, with these items heard in full."""
    with station.db.write() as session:
        mine = session.get_one(BroadcastRow, row.id)
        pairs = [(i.no, z) for i in mine.rundown for z in mine.zones]
        whole = all(p in heard for p in pairs)
        mine.state = BroadcastState.AIRED if whole else BroadcastState.PARTIAL
        mine.causes, mine.verdict = () if whole else (Cause.PERSON_STOPPED,), "…"
        mine.started_at = mine.finished_at = station.now()
        lines = [
            entry(mine.id, no, zone, outcome=Outcome.FULL if (no, zone) in heard else Outcome.PARTIAL)
            for no, zone in pairs
        ]
        playlog.append(session, lines, station.now())


@pytest.mark.medium
@settings(examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), count=st.integers(1, 4))
def test_what_was_heard_in_the_broadcast_or_in_any_rest_is_never_aired_again(
    house: Station, data: st.DataObject, count: int
) -> None:
    with house.db.write() as session:
        session.execute(delete(BroadcastRow))
        items = [RundownItem(n, ItemKind.CUE, "Nhạc", "a" * 64, 1000) for n in range(1, count + 1)]  # all alike
        row = origins.once("Buổi", ZONES, items, house.now())
        row.id = next(NUMBERS)
        session.add(row)
        session.flush()
        first = row.id
    pairs = sorted(product(range(1, count + 1), ZONES))
    heard: list[tuple[int, str]] = []
    open_rows = [row]
    for _ in range(4):
        for one in open_rows:
            own = [(i.no, z) for i in one.rundown for z in one.zones]
            now_heard = set(data.draw(st.lists(st.sampled_from(own), unique=True)))
            ended(house, one, now_heard)
            heard += now_heard
        assert len(heard) == len(set(heard))
        with house.db.read() as session:
            root = session.get_one(BroadcastRow, first)
            left = {(i.no, z) for r in resuming.rests_of(session, root) for i in r.items for z in r.zones}
            known = {r.id for r in session.scalars(select(BroadcastRow))}
        assert left == set(pairs) - set(heard)
        if not left:
            with pytest.raises(RuleError):
                resuming.resume(house, ME, first)
            return
        resuming.resume(house, ME, first)
        with pytest.raises(RuleError, match="không còn phần nào"):  # what is planned is not planned again
            resuming.resume(house, ME, first)
        with house.db.read() as session:
            open_rows = [r for r in session.scalars(select(BroadcastRow)) if r.id not in known]


def test_what_the_machine_made_good_after_an_emergency_counts_too(house: Station) -> None:
    with house.db.write() as session:
        session.execute(delete(BroadcastRow))
        items = [RundownItem(n, ItemKind.CUE, f"Mục {n}", "a" * 64, 1000) for n in (1, 2, 3)]
        row = origins.once("Buổi", ZONES[:1], items, house.now())
        row.id = next(NUMBERS)
        session.add(row)
        session.flush()
        rest = origins.emergency_rest(
            row, items[1:2], ZONES[:1], house.now(), attempt=1, emergency_id=None, wanted_since=house.now()
        )
        session.add(rest)
        session.flush()
    ended(house, row, {(1, "am01")})
    ended(house, rest, {(2, "am01")})
    number = resuming.resume(house, ME, row.id)
    with house.db.read() as session:
        assert [i.no for i in session.get_one(BroadcastRow, number).rundown] == [3]
        assert session.scalars(select(PlayLogEntry)).first() is not None
