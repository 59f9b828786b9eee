"""The dead man's ping against a real server: well, not well, dead, lost broadcasts, and an address that fails or hangs."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster import settings_file
from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.causes import Cause
from broadcaster.secret import MASK, KeyedAddress, masked
from broadcaster.services.air.fitness import Organ
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.setup.doctor import examine
from broadcaster.worker.pings import EVERY_S, SETTLE_S, Ping, Pinger, Signal
from tests.kit.air import Air, make_air
from tests.kit.clocks import MORNING
from tests.kit.icecast import free_port
from tests.kit.waiting import until
from tests.kit.watcher import KEY, Twin

TITLE = "Họ tên người bị nêu"


@pytest.fixture
def twin() -> Iterator[Twin]:
    made = Twin()
    yield made
    made.close()


@pytest.fixture
def air(tmp_path: Path) -> Iterator[Air]:
    """A station that lacks a siren alone, so that it is well but for that."""
    made = make_air(tmp_path / "dai", FrozenClock(MORNING))
    made.zones("ap-1")
    yield made
    made.station.close()


def watched_by(air: Air, address: str) -> Pinger:
    path = air.station.home.settings_file
    path.write_text(settings_file.changed(path.read_text(encoding="utf-8"), "watch", {"ping": address}), "utf-8")
    return Pinger(air.station)


def lives(air: Air, **said: object) -> None:
    beat(air.station, "playout", {"on_air": [], "sinks": {"main": "ok"}, "outlets": {"main": "loudspeaker"}} | said)
    beat(air.station, "worker", {})


def pass_time(air: Air, seconds: float, **said: object) -> None:
    air.frozen.advance(seconds)
    lives(air, **said)


def settled(pinger: Pinger) -> None:
    """Nothing of it is on its way any more."""
    until(lambda: not any(one.is_alive() for one in pinger._out), 40)


def ended(air: Air, state: BroadcastState, *causes: Cause, kind: BroadcastKind = BroadcastKind.ROTATION) -> None:
    number = air.plan(air.station.now(), [], "ap-1", title=TITLE, slot_key=f"thu/{state}-{causes}-{kind}", kind=kind)
    with air.station.db.write() as session:
        row = session.get_one(BroadcastRow, number)
        row.state, row.causes, row.finished_at = state, causes, air.station.now()


@pytest.fixture
def siren(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one thing that this small station lacks is not asked for."""
    monkeypatch.setattr("broadcaster.services.air.fitness._sounds", lambda *_: ())


@pytest.mark.usefixtures("siren")
def test_a_well_station_pings_each_minute_and_one_that_is_not_says_which_part(air: Air, twin: Twin) -> None:
    lives(air)
    pinger = watched_by(air, twin.address)
    pinger.look()
    twin.told(Signal.START, 0)
    pinger.look()
    settled(pinger)
    assert len(twin.heard) == 1, "the processes may still begin"
    pass_time(air, SETTLE_S)
    pinger.look()
    assert "tốt" in twin.told(Signal.WELL, 1)
    pass_time(air, EVERY_S - 1)
    pinger.look()
    settled(pinger)
    assert len(twin.heard) == 2
    pass_time(air, 1, sinks={"main": f"{TITLE}: đứt dây."})
    pinger.look()
    body = twin.told(Signal.FAIL, 2)
    assert Organ.OUTPUT.code in body
    air.frozen.advance(EVERY_S)
    pinger.look()
    body = twin.told(Signal.FAIL, 3)
    assert Organ.PLAYOUT.code in body, "play-out is dead: it has not beaten for a minute"
    one = {"broadcast": 1, "title": TITLE, "zones": ["ap-1"], "quiet_s": {"main": 12.0}}
    pass_time(air, EVERY_S, on_air=[one])
    pinger.look()
    body = twin.told(Signal.FAIL, 4)
    assert Organ.QUIET.code in body
    assert not any(TITLE in said for _, said in twin.heard)


@pytest.mark.usefixtures("siren")
def test_a_ping_follows_each_broadcast_and_one_that_was_lost_is_a_failure(air: Air, twin: Twin) -> None:
    lives(air)
    pinger = watched_by(air, twin.address)
    pinger.look()
    twin.told(Signal.START, 0)
    settled(pinger)
    for n, (state, causes, signal) in enumerate(
        [
            (BroadcastState.AIRED, (), Signal.WELL),
            (BroadcastState.MISSED, (Cause.TOO_LATE,), Signal.FAIL),
            (BroadcastState.MISSED, (Cause.HELD_BACK,), Signal.WELL),
            (BroadcastState.UNHEARD, (Cause.NO_HORN,), Signal.FAIL),
        ],
        1,
    ):
        pass_time(air, 1)
        ended(air, state, *causes)
        pinger.look()
        body = twin.told(signal, n)
        assert (state.label in body) == (signal is Signal.FAIL)
        settled(pinger)
        pinger.look()
        settled(pinger)
        assert len(twin.heard) == n + 1, "each is told once"
    pass_time(air, 1)
    ended(air, BroadcastState.MISSED, kind=BroadcastKind.TRIAL)
    pinger.look()
    settled(pinger)
    assert len(twin.heard) == 5, "a trial is for no horn"


def test_an_address_that_refuses_is_nowhere_or_fails_is_told_and_stops_nothing(air: Air, twin: Twin) -> None:
    twin.code = 500
    for address in (twin.address, f"http://127.0.0.1:{free_port()}/ping/{KEY}", f"http://khong-co.invalid/{KEY}"):
        lives(air)
        pinger = watched_by(air, address)
        pinger.look()
        settled(pinger)
        assert pinger.trouble, address
        assert KEY not in pinger.trouble
        beat(air.station, "worker", {"ping": pinger.trouble})
        (check,) = [c for c in examine(air.station, thorough=False) if c.name == "Người canh từ xa"]
        assert (check.ok, check.sentence) == (None, pinger.trouble)
    twin.code = 200
    pinger = watched_by(air, twin.address)
    pinger.look()
    settled(pinger)
    assert pinger.trouble == ""


def test_an_address_that_hangs_holds_up_nothing_and_gathers_no_threads(air: Air, twin: Twin) -> None:
    twin.hangs = True
    pinger = watched_by(air, twin.address)
    for _ in range(20):
        pass_time(air, EVERY_S)
        pinger.look()
        assert sum(one.is_alive() for one in pinger._out) <= 3
    until(lambda: len(twin.heard) == 3, 10)
    twin.hangs = False
    twin.release.set()
    settled(pinger)
    pass_time(air, EVERY_S)
    pinger.look()
    until(lambda: len(twin.heard) == 4, 10)


def test_nothing_is_sent_where_no_address_is_set(air: Air) -> None:
    pinger = Pinger(air.station)
    pinger.look()
    assert pinger._out == []


@pytest.mark.parametrize(
    ("base", "sent"),
    [
        ("https://canh.example/ping/khoa-rat-dai", "https://canh.example/ping/khoa-rat-dai/fail"),
        ("https://canh.example/ping/khoa-rat-dai/", "https://canh.example/ping/khoa-rat-dai/fail"),
        ("https://canh.example/khoa-rat-dai?rid=1", "https://canh.example/khoa-rat-dai/fail?rid=1"),
    ],
)
def test_the_address_of_a_ping_keeps_its_key_to_itself(base: str, sent: str) -> None:
    address = KeyedAddress(base)
    assert Ping(Signal.FAIL, "").address(address).reveal() == sent
    assert str(address) == f"https://canh.example/{MASK}"
    assert "khoa-rat-dai" not in masked(f"POST {sent} gave 500")


def test_the_worker_pings_while_it_lives(air: Air, twin: Twin) -> None:
    watched_by(air, twin.address)
    stop = threading.Event()
    pinger = Pinger(air.station)
    thread = threading.Thread(target=pinger.run, args=(stop,))
    thread.start()
    try:
        twin.told(Signal.START, 0)
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()
    settled(pinger)


def test_what_ended_while_the_database_was_away_is_told_when_it_answers(air: Air, twin: Twin) -> None:
    lives(air)
    pinger = watched_by(air, twin.address)
    pinger.look()
    twin.told(Signal.START, 0)
    pass_time(air, 1)
    ended(air, BroadcastState.MISSED, Cause.TOO_LATE)
    path = air.station.home.root / "station.db"
    hidden = path.with_suffix(".away")
    air.station.db.dispose()
    path.rename(hidden)
    try:
        pinger.look()
        settled(pinger)
        assert len(twin.heard) == 1
    finally:
        path.unlink(missing_ok=True)
        hidden.rename(path)
    air.station.db.dispose()
    pass_time(air, dt.timedelta(seconds=1).total_seconds())
    pinger.look()
    assert BroadcastState.MISSED.label in twin.told(Signal.FAIL, 1)
