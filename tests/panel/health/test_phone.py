"""Three lines for the telephone: at the machine without a session, from elsewhere with one; right, short, nobody's."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import delete, select

from broadcaster import __version__
from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, User
from broadcaster.db.session import Database
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.air.outlets import Outlet
from broadcaster.domain.log.playlog import Outcome
from broadcaster.services.air.fitness import Organ, fitness
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.health.three_lines import machine_code, three_lines
from broadcaster.services.log import playlog
from broadcaster.services.station import Station
from tests.kit.entries import entry
from tests.kit.panel import SignIn

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture
def well(station: Station) -> Station:
    with station.db.write() as session:
        session.execute(delete(BroadcastRow).where(BroadcastRow.state == BroadcastState.PLANNED))
    beat(station, "playout", {"on_air": [], "sinks": {"main": "ok"}, "outlets": {"main": "loudspeaker"}})
    beat(station, "worker", {})
    assert fitness(station).ailments == ()
    return station


def test_the_page_is_open_at_the_machine_alone_and_names_nobody(station: Station, app: Flask, sign_in: SignIn) -> None:
    client = app.test_client()
    answer = client.get("/phone/")
    assert answer.status_code == 200
    for number, line in enumerate(three_lines(station).lines, 1):
        assert f"{number}. {line}" in answer.text
    with station.db.read() as session:
        words = {w for pair in session.execute(select(User.username, User.full_name)) for w in pair}
        words |= set(session.scalars(select(BroadcastRow.title)))
    assert not [w for w in words if re.search(rf"\b{re.escape(w)}\b", answer.text)]
    for more in ({"environ_overrides": ELSEWHERE}, {"headers": {"X-Forwarded-For": "192.0.2.9"}}):
        assert app.test_client().get("/phone/", **more).location.startswith("/login")
    assert sign_in("xem").get("/phone/", environ_overrides=ELSEWHERE).status_code == 200
    assert "/phone/" in app.test_client().get("/login").text


def test_the_lines_say_version_and_machine_the_worst_ailment_and_the_last_sound(well: Station) -> None:
    first, second, third = three_lines(well).lines
    assert __version__ in first
    assert " ".join(machine_code(well)) in first
    assert not [organ for organ in Organ if organ.code in second]
    assert re.search(r"\d\d:\d\d ngày \d\d/\d\d/\d{4}", third)
    beat(well, "playout", {"on_air": [], "sinks": {"main": "Đứt dây."}, "hold": "Đồng hồ sai."})
    found = three_lines(well)
    assert (found.worst, found.more) == (Organ.HOLD, 1), "what comes first in the table is told first"
    assert Organ.HOLD.code in found.lines[1]
    away = replace(well, db=Database(f"sqlite:///{well.home.root / 'khong-co' / 'station.db'}"))
    assert three_lines(away).worst is Organ.DATABASE
    away.db.dispose()


def test_the_last_sound_is_one_that_a_horn_carried(well: Station, clock: FrozenClock) -> None:
    for n, (outcome, outlet, counts) in enumerate(
        [
            (Outcome.FULL, Outlet.LOUDSPEAKER, True),
            (Outcome.MISSED, Outlet.LOUDSPEAKER, False),
            (Outcome.UNHEARD, Outlet.RECORDING, False),
            (Outcome.PARTIAL, Outlet.STREAM, True),
        ],
        900,
    ):
        clock.advance(3600)
        before, at = three_lines(well).heard, well.now()
        heard = {"heard_ms": 0} if outcome is Outcome.UNHEARD else {}
        with well.db.write() as session:
            playlog.append(session, [entry(n, outcome=outcome, outlet=outlet, ended_at=at, **heard)], at)
        after = three_lines(well).heard
        assert (f"{well.local(at):%H:%M ngày %d/%m/%Y}" in after) == counts
        assert (after != before) == counts


def test_the_code_of_a_machine_stays_and_differs_from_another_home(well: Station) -> None:
    assert machine_code(well) == machine_code(well)
    assert re.fullmatch(r"[A-Z0-9]{4}", machine_code(well))
    other = replace(well, home=replace(well.home, root=well.home.root / "khac"))
    assert machine_code(other) != machine_code(well)
