"""One contract for every form of the desk: a list in memory, the station's database, and another process before it."""

from __future__ import annotations

import datetime as dt
import sys
import threading
from dataclasses import dataclass, replace
from typing import Any

import pytest

from broadcaster.clock import FrozenClock, SystemClock
from broadcaster.db.models import Command
from broadcaster.db.session import Database
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.air.desk import Bundle, DeskAwayError, Order, Record
from broadcaster.domain.setup.zones import Zone
from broadcaster.services.desk import LocalDesk
from broadcaster.supervise.desk_link import LIMITS_S, PAUSES_S, DeskLink
from tests.kit.air import ALL_DAY, make_air
from tests.kit.desk import ScriptedDesk, Station, idle_status

SECOND = dt.timedelta(seconds=1)
HOUR = dt.timedelta(hours=1)
NOON = dt.datetime(2026, 3, 2, 5, 0, tzinfo=dt.UTC)
FORMS = ["scripted", "sqlite", pytest.param("postgres", marks=pytest.mark.slow), "process"]


@dataclass
class Field:
    """A station with two machines, whatever their desks are made of."""

    air: Any
    one: Any
    two: Any
    scripted: Station | None = None

    def plan(self, starts_at: dt.datetime, *zones: str) -> int:
        number = self.air.plan(starts_at, [self.air.cue(1, "chuông")], *zones, slot_key=f"s{starts_at}", late="air")
        if self.scripted is not None:
            b = LocalDesk(self.air.station, owner="kịch bản").claim(number, starts_at).broadcast
            self.scripted.bundles[number] = Bundle(b, {z: Zone(code=z, name=f"Cụm {z}", bands=()) for z in zones})
        return number

    def order(self, verb: str, **arguments) -> int:
        now = self.air.station.now()
        with self.air.station.db.write() as session:
            row = Command(verb=verb, arguments=arguments, by="trực", at=now, done_at=None, answer="")
            session.add(row)
            session.flush()
            number = row.id
        if self.scripted is not None:
            self.scripted.orders.append(Order(number, verb, arguments, "trực", now))
        return number


@pytest.fixture(params=FORMS)
def field(request, tmp_path):
    form = request.param
    url = request.getfixturevalue("postgres_url") if form == "postgres" else None
    air = make_air(tmp_path / "dai", SystemClock(), url=url, windows=ALL_DAY)
    air.sound("chuông", 0.5)
    air.zones("ap-1", "ap-2")
    made = Field(air, None, None)
    links = []
    if form == "scripted":
        made.scripted = Station()
        made.one, made.two = ScriptedDesk(made.scripted, "một"), ScriptedDesk(made.scripted, "hai")
    elif form == "process":
        for owner in ("một", "hai"):
            program = (
                "import sys; from broadcaster.services.desk import LocalDesk\n"
                "from broadcaster.services.station import open_station\n"
                "from broadcaster.supervise.desk_server import DeskServer\n"
                f"DeskServer(lambda: LocalDesk(open_station(sys.argv[1]), owner={owner!r}), sys.stdout)"
                ".serve(sys.stdin)\n"
            )
            links.append(DeskLink([sys.executable, "-c", program, str(air.station.home.root)], SystemClock()))
        made.one, made.two = links
    else:
        made.one, made.two = LocalDesk(air.station, owner="một"), LocalDesk(air.station, owner="hai")
    yield made
    for link in links:
        link.close()
    air.station.close()


@pytest.mark.medium
def test_what_is_due_comes_whole_in_order_of_its_start_and_twice_the_same(field):
    now = field.air.station.now()
    later = field.plan(now + 2 * HOUR, "ap-2")
    sooner = field.plan(now + HOUR, "ap-1", "ap-2")
    field.plan(now + 30 * HOUR, "ap-1")
    day = field.one.due(now + 24 * HOUR)
    assert [b.broadcast.id for b in day.bundles] == [sooner, later]
    assert set(day.bundles[0].zones) == {"ap-1", "ap-2"}
    assert day.bundles[0].broadcast.rundown[0].audio_sha256 == field.air.sounds["chuông"][0]
    assert day.hours.tz.key == "Asia/Ho_Chi_Minh"
    assert day.hours.windows.allows(dt.datetime(2026, 1, 1, 3, 0), dt.timedelta(hours=1))
    assert field.one.due(now + 24 * HOUR) == day
    assert field.one.due(now + HOUR / 2).bundles == ()
    assert field.one.due(now + 24 * HOUR) == day


@pytest.mark.medium
def test_of_two_machines_that_claim_at_once_one_has_it_and_keeps_it(field):
    number = field.plan(field.air.station.now() + HOUR, "ap-1")
    gate, got = threading.Barrier(2), {}

    def claim(name, desk):
        gate.wait()
        got[name] = desk.claim(number, field.air.station.now())

    threads = [threading.Thread(target=claim, args=pair) for pair in (("one", field.one), ("two", field.two))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    (winner,) = [name for name, bundle in got.items() if bundle is not None]
    assert got[winner].broadcast.id == number
    mine, other = (field.one, field.two) if winner == "one" else (field.two, field.one)
    now = field.air.station.now()
    assert mine.claim(number, now) == got[winner]
    assert other.claim(number, now) is None
    assert [b.broadcast.id for b in mine.due(now + 2 * HOUR).bundles] == [number]
    assert other.due(now + 2 * HOUR).bundles == ()
    before = now - HOUR
    assert other.due(now + 2 * HOUR, before).bundles, "its heir sees it"
    assert other.claim(number, now, before) is not None


@pytest.mark.medium
def test_a_broadcast_that_has_its_verdict_is_neither_due_nor_claimed(field):
    now = field.air.station.now()
    number = field.plan(now + HOUR, "ap-1")
    lines = [Record("verdict", now, verdict(number, now))]
    assert field.one.take(lines) == 1
    assert field.one.due(now + 2 * HOUR).bundles == ()
    assert field.one.claim(number, now) is None
    assert field.one.claim(999_999, now) is None


@pytest.mark.medium
def test_lines_may_be_brought_twice(field):
    now = field.air.station.now()
    number = field.plan(now + HOUR, "ap-1")
    order = field.order("unmute", zone=None)
    lines = [
        Record("begin", now, {"broadcast": number, "at": now.isoformat()}),
        Record("mark", now, {"broadcast": number, "item": 1, "zones": ["ap-1"], "heard_ms": 100}),
        Record("incident", now, {"what": "sink-main", "note": "Hỏng."}),
        Record("answer", now, {"order": order, "text": "Đã mở tiếng."}),
        Record("verdict", now, verdict(number, now)),
    ]
    assert field.one.take(lines) == len(lines)
    assert field.one.take(lines[2:]) == len(lines) - 2
    assert field.one.orders() == []
    assert field.one.take([]) == 0
    if field.scripted is None:
        assert field.air.row(number).state is BroadcastState.AIRED
        assert [i.note for i in field.air.incidents()] == ["Hỏng."]
    else:
        assert field.scripted.lines == lines


@pytest.mark.medium
def test_an_order_stays_open_until_its_answer_is_taken_and_brings_its_broadcast(field):
    now = field.air.station.now()
    number = field.plan(now + 48 * HOUR, "ap-1")
    numbers = [field.order("air", broadcast_id=number), field.order("mute", zone="ap-1")]
    found = field.one.orders()
    assert [(o.id, o.verb, o.by) for o in found] == [(numbers[0], "air", "trực"), (numbers[1], "mute", "trực")]
    assert found[0].bundle is not None
    assert found[0].bundle.broadcast.id == number
    assert set(found[0].bundle.zones) == {"ap-1"}
    assert found[1].bundle is None
    assert found[1].arguments == {"zone": "ap-1"}
    assert field.one.orders() == found
    field.one.take([Record("answer", now, {"order": numbers[0], "text": "Xong."})])
    assert [o.id for o in field.one.orders()] == numbers[1:]


@pytest.mark.medium
def test_a_sign_of_life_is_answered_with_the_turn(field):
    turn = field.one.beat(idle_status(hold="Chờ."))
    assert turn.may_play
    assert turn.heir_since is None


@pytest.mark.medium
def test_a_desk_that_is_away_says_so_and_nothing_else(field):
    now = field.air.station.now()
    number = field.plan(now + HOUR, "ap-1")
    if field.scripted is not None:
        field.one.away = "Đứt đường truyền."
    elif isinstance(field.one, DeskLink):
        (field.air.station.home.settings_file).unlink()
    else:
        field.one._station = replace(field.air.station, db=_NoDatabase(field.air.station.db))
    for ask in (
        lambda: field.one.due(now + HOUR),
        lambda: field.one.claim(number, now),
        field.one.orders,
        lambda: field.one.take([Record("incident", now, {"what": "x", "note": "y"})]),
        lambda: field.one.beat(idle_status()),
    ):
        with pytest.raises(DeskAwayError) as caught:
            ask()
        assert caught.value.message


class _NoDatabase:
    """A database whose server is not there."""

    def __init__(self, real) -> None:
        self._real = Database("postgresql+psycopg://x@127.0.0.1:1/x")
        self.is_sqlite = real.is_sqlite
        self.read, self.write = self._real.read, self._real.write


def verdict(number, at):
    return {
        "broadcast": number,
        "state": "aired",
        "verdict": "Đã phát đủ.",
        "started_at": at.isoformat(),
        "finished_at": at.isoformat(),
    }


# Another process: what only it can do

ECHO = """
import json, sys, time
for line in sys.stdin:
    asked = json.loads(line)
    if asked["ask"] == "orders":
        time.sleep(60)
    if asked["ask"] == "claim":
        raise SystemExit(3)
    answer = {"bug": "TypeError()"} if asked["ask"] == "take" else {"ok": {"may_play": True, "other": "", "heir_since": None, "alone": True}}
    print(json.dumps({"n": asked["n"], **answer}), flush=True)
"""


@pytest.fixture
def echo():
    """A process that answers a sign of life, hangs at orders, falls at a claim and fails at lines."""
    clock = FrozenClock(NOON)
    link = DeskLink([sys.executable, "-c", ECHO], clock, {**LIMITS_S, "orders": 0.3})
    yield link, clock
    link.close()


def test_a_process_that_hangs_is_given_up_and_the_next_one_answers(echo):
    link, clock = echo
    assert link.beat(idle_status()).may_play
    with pytest.raises(DeskAwayError, match="không trả lời kịp"):
        link.orders()
    with pytest.raises(DeskAwayError):
        link.beat(idle_status())  # not begun anew in a hurry
    clock.advance(PAUSES_S[1])
    assert link.beat(idle_status()).may_play


def test_a_process_that_falls_fails_whoever_waits_at_once(echo):
    link, clock = echo
    with pytest.raises(DeskAwayError, match="vừa ngừng"):
        link.claim(1, NOON)
    clock.advance(PAUSES_S[1])
    assert link.beat(idle_status()).may_play


def test_a_bug_of_the_desk_is_not_called_an_absence(echo):
    link, _ = echo
    with pytest.raises(RuntimeError, match="TypeError"):
        link.take([])


def test_a_process_that_falls_each_time_is_begun_ever_more_seldom():
    clock = FrozenClock(NOON)
    link = DeskLink([sys.executable, "-c", "raise SystemExit(1)"], clock)
    begun = 0
    for _ in range(240):
        with pytest.raises(DeskAwayError):
            link.beat(idle_status())
        begun += link._began == clock.monotonic()
        clock.advance(1)
    link.close()
    assert begun <= 8


def test_a_program_that_is_not_there_is_an_absence():
    link = DeskLink(["/không/có"], SystemClock())
    with pytest.raises(DeskAwayError, match="Không mở được"):
        link.start()
