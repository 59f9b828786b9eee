"""What every page shows: fresh after one's own act, a second old at most otherwise, and nothing of another's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from broadcaster.clock import FrozenClock
from broadcaster.db.models import Script
from broadcaster.db.queries.scripts import many
from broadcaster.domain.scripts.scripts import ScriptState
from broadcaster.panel.web.frame import Frame
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.station import Station, open_station
from tests.kit.panel import SignIn, counted

COUNT = "bài chờ duyệt"


@pytest.fixture
def other(station: Station, clock: FrozenClock) -> Iterator[Station]:
    """The same station opened by another process."""
    opened = open_station(Path(station.home.root), clock=clock)
    yield opened
    opened.close()


def hand_in(station: Station) -> None:
    with station.db.write() as session:
        row = session.query(Script).filter(Script.state == ScriptState.DRAFT).order_by(Script.id).first()
        row.state = ScriptState.SUBMITTED


def test_the_facts_are_read_once_in_a_second(station: Station, clock: FrozenClock) -> None:
    frame = Frame(station)
    first = frame.facts()
    with counted(station) as said:
        clock.advance(0.9)
        assert frame.facts() is first
    assert not said
    clock.advance(0.1)
    assert frame.facts() is not first


def test_what_this_process_wrote_is_seen_at_once(station: Station) -> None:
    frame = Frame(station)
    before = frame.facts().waiting
    hand_in(station)
    assert frame.facts().waiting == before + 1


def test_what_another_process_wrote_is_seen_within_a_second(
    station: Station, other: Station, clock: FrozenClock
) -> None:
    frame = Frame(station)
    before = frame.facts()
    hand_in(other)
    beat(other, "playout", {"hold": "Chờ đồng hồ."})
    assert frame.facts() is before
    assert frame.facts(fresh=True).waiting == before.waiting + 1, "what is decided by it is read now"
    clock.advance(1)
    assert frame.facts().present.hold == "Chờ đồng hồ."


def test_a_clock_set_back_makes_the_facts_old(station: Station, clock: FrozenClock) -> None:
    frame = Frame(station)
    before = frame.facts()
    clock.step(-3600)
    assert frame.facts() is not before


def test_a_write_while_they_are_read_makes_them_old(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    frame, seen = Frame(station), many.hand_counts

    def slow(session: Session) -> tuple[int, dict[str, int]]:
        found = seen(session)
        monkeypatch.undo()
        hand_in(station)
        return found

    monkeypatch.setattr(many, "hand_counts", slow)
    old = frame.facts().waiting
    assert frame.facts().waiting == old + 1


def test_a_write_that_failed_counts_for_nothing(station: Station) -> None:
    before = station.db.writes
    with pytest.raises(ZeroDivisionError), station.db.write():
        raise ZeroDivisionError
    assert station.db.writes == before


def test_the_count_of_waiting_scripts_is_the_leader_s_alone(station: Station, sign_in: SignIn) -> None:
    hand_in(station)
    leader, viewer = sign_in("lanhdao"), sign_in("xem")
    for _ in range(2):  # whoever asked first
        assert COUNT in leader.get("/schedule/").text
        assert COUNT not in viewer.get("/schedule/").text
        assert viewer.get("/users/").status_code == 403


def test_a_session_that_was_ended_opens_nothing_while_the_facts_are_kept(station: Station, sign_in: SignIn) -> None:
    here, there = sign_in("vanhanh"), sign_in("vanhanh")
    assert here.get("/").status_code == 200
    assert there.post("/sign-out-everywhere").status_code == 303
    assert here.get("/").status_code == 303


def test_zones_that_hear_the_same_share_a_row(station: Station, sign_in: SignIn) -> None:
    client = sign_in("xem")
    whole = client.get("/schedule/?view=zones").text
    one = client.get("/schedule/?view=zones&zone=am03").text
    with station.db.read() as session:
        from broadcaster.db.queries.zones import zone_names

        names = zone_names(session)
    table = whole.partition("<tbody>")[2].partition("</tbody>")[0]
    assert all(name in table for name in names.values())
    assert table.count("<tr>") < len(names)
    assert one.partition("<tbody>")[2].partition("</tbody>")[0].count("<tr>") == 1
