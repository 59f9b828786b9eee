"""Each fault really made to happen: whatever it is, every broadcast ends in one verdict and the operator reads why."""

from __future__ import annotations

import contextlib
import datetime as dt
import multiprocessing
import resource
import sqlite3
import threading
import time
from collections import Counter

import numpy as np
import pytest

from broadcaster.clock import SystemClock
from broadcaster.db.models import Heartbeat
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.log.playlog import Outcome
from broadcaster.playout.engine import Playout
from broadcaster.playout.host.alarm_clock import JumpWatch, SimulatedAlarm
from broadcaster.playout.sinks.file import FileOptions
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.playout.sinks.pipe import PipeOptions, PipeSink
from broadcaster.playout.sound.decoded import ALTERED
from broadcaster.services.desk import beside
from broadcaster.services.log import playlog
from tests.kit.air import ALL_DAY
from tests.kit.horns import RecordedHorn
from tests.kit.kills import torture
from tests.kit.live import ended, living, running
from tests.kit.processes import kill, marked, start
from tests.kit.sinks import Catch
from tests.kit.site import site
from tests.kit.waiting import paced, throughout, until

SECOND = dt.timedelta(seconds=1)
HOUR = 3600.0


def once_each(air, number, items):
    """Every item and zone of a broadcast has exactly one outcome, the broadcast one verdict, and the chain holds."""
    row = air.row(number)
    assert row.state.terminal
    assert row.verdict
    count = Counter((e.item_no, e.zone) for e in air.log(number))
    assert set(count) == {(i.no, z) for i in items for z in row.zones}
    assert set(count.values()) == {1}
    with air.station.db.read() as session:
        assert playlog.verify(session).holds
    return row


@pytest.fixture
def sounds(live):
    live.sound("ngắn", 0.5)
    live.sound("dài", 4.0, 300)
    live.zones("ap-1", "ap-2")
    return live


# kill -9


@pytest.mark.slow
def test_thirty_kills_at_random_moments_air_nothing_twice_and_lose_nothing(tmp_path):
    totals = torture(tmp_path, 30, 7)
    assert totals.good, totals
    assert totals.broadcasts >= 20
    assert totals.killed_while_airing


# Power cut 10 s before, during and after a slot: every process dies


@pytest.mark.slow
def test_power_back_before_the_slot_it_airs_on_time(sounds):
    air = sounds
    began = time.monotonic()
    process = start(air)
    room = min(max(10.0, 3 * (time.monotonic() - began)), 25.0) * SECOND  # so that a busy machine is back in time too
    items = [air.cue(1, "ngắn"), air.cue(2, "dài")]
    at = air.station.now() + room + 3 * SECOND
    number = air.plan(at, items, "ap-1", late="skip")
    until(lambda: air.row(number).state is BroadcastState.CUED, 20)
    until(lambda: air.station.now() >= at - room, 60)
    kill(process)
    process = start(air)
    try:
        until(lambda: air.row(number).state.terminal, 40)
    finally:
        kill(process)
    assert once_each(air, number, items).state is BroadcastState.AIRED
    assert 0 <= (air.log(number)[0].started_at - at).total_seconds() < 1


@pytest.mark.slow
@pytest.mark.parametrize(("late", "last"), [("skip", Outcome.MISSED), ("join", Outcome.FULL)])
def test_power_lost_during_the_slot_the_rest_follows_the_policy(sounds, late, last):
    air = sounds
    air.sound("lâu", 12.0, 300)
    process = start(air)
    items = [air.cue(1, "ngắn"), air.cue(2, "lâu"), air.cue(3, "ngắn")]
    number = air.plan(air.station.now() + 3 * SECOND, items, "ap-1", late=late, grace_s=60)
    until(lambda: marked(air, 2) >= 1000, 40)
    kill(process)
    process = start(air)
    try:
        until(lambda: air.row(number).state.terminal, 40)
    finally:
        kill(process)
    row = once_each(air, number, items)
    assert row.state is BroadcastState.PARTIAL
    assert "dừng đột ngột" in row.verdict
    assert [e.outcome for e in sorted(air.log(number), key=lambda e: e.item_no)] == [
        Outcome.FULL,
        Outcome.PARTIAL,
        last,
    ]


@pytest.mark.slow
def test_power_lost_after_the_slot_changes_nothing(sounds):
    air = sounds
    process = start(air)
    items = [air.cue(1, "ngắn")]
    number = air.plan(air.station.now() + 1 * SECOND, items, "ap-1", late="air", grace_s=600)
    until(lambda: air.row(number).state.terminal)
    before = air.row(number).verdict
    kill(process)
    process = start(air)
    until(lambda: beating(air) == process.pid)
    throughout(1, lambda: air.row(number).verdict == before)
    kill(process)
    assert once_each(air, number, items).verdict == before


def beating(air):
    """The process that gave play-out's last sign of life."""
    with air.station.db.read() as session:
        return session.get(Heartbeat, "playout").pid


# The database gone


def test_a_database_gone_for_ten_minutes_holds_up_nothing_and_nothing_is_lost(air, three):
    """Ten minutes of simulated time, in which the file really cannot be locked: three broadcasts air from what is pinned."""
    from broadcaster.supervise.simulated import Simulation
    from tests.kit.clocks import MORNING

    minute = dt.timedelta(minutes=1)
    numbers = [air.plan(MORNING + n * minute, three, "ap-1", slot_key=f"s{n}") for n in (1, 4, 8)]
    sinks = {name: SimulatedHorn(name) for name in ("main", "aircheck")}
    lock = sqlite3.connect(air.station.home.root / "station.db", isolation_level=None)
    with Simulation(air.station, refusal=air.refusal, sinks=sinks, every=minute) as one:
        one.playout.machine.claims._inline = False  # as on a real machine: the database is asked, and not waited for
        one.run_until(MORNING)
        air.station.db.engine.dispose()
        for _event in ("connect",):
            from sqlalchemy import event

            event.listen(air.station.db.engine, "connect", lambda c, _: c.execute("PRAGMA busy_timeout = 1"))
        lock.execute("BEGIN EXCLUSIVE")
        one.run_until(MORNING + 10 * minute)
        assert sinks["main"].samples == 3 * round(4.5 * 48000)
        assert all(not _state(lock, n) for n in numbers), "the database knows nothing of it yet"
        lock.execute("COMMIT")
        one.run_until(MORNING + 12 * minute)
    lock.close()
    for number in numbers:
        assert once_each(air, number, three).state is BroadcastState.AIRED
    assert any(i.what == "database" and i.ended_at for i in air.incidents())


def _state(connection, number):
    (state,) = connection.execute("SELECT state FROM broadcasts WHERE id = ?", (number,)).fetchone()
    return state in {"aired", "partial", "missed"}


# The disk full


def _starved(root, limit, box):
    """A play-out that may write no file beyond `limit` bytes: what a full disk says, in this process alone."""
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    from broadcaster.services.station import open_station

    station = open_station(root)
    sinks = {
        "main": RecordedHorn("main", FileOptions(flac=False), site(station.home.airchecks)),
        "aircheck": SimulatedHorn("aircheck"),
    }
    with living(Playout(*beside(station, refusal=lambda *_: None), sinks=sinks)) as playout:
        until(lambda: playout.status()["sinks"]["main"] != "ok", 12)
        box.put(playout.status()["sinks"]["main"])
        until(lambda: not playout.airings(), 12)


@pytest.mark.slow
def test_a_full_disk_silences_the_recording_and_nothing_else_and_is_told(tmp_path, make):
    air = make(tmp_path / "dai", SystemClock(), windows=ALL_DAY)
    air.sound("ngắn", 0.5)
    air.sound("dài", 4.0, 300)
    air.zones("ap-1")
    items = [air.cue(1, "dài"), air.cue(2, "ngắn")]
    number = air.plan(air.station.now() + 2.5 * SECOND, items, "ap-1")
    air.station.db.dispose()
    context = multiprocessing.get_context("fork")
    box = context.Queue()
    # tapes of four seconds take 384 kB; the recording of the whole, 432 kB, does not fit
    child = context.Process(target=_starved, args=(air.station.home.root, 400_000, box))
    child.start()
    assert "Không ghi được bản ghi kiểm thính: File too large" in box.get(timeout=30)
    child.join(30)
    until(lambda: _finish(air, number), 30)
    row = once_each(air, number, items)
    assert row.state is BroadcastState.PARTIAL
    assert "File too large" in row.verdict
    air.station.close()


def _finish(air, number):
    if not air.row(number).state.terminal:
        with running(air):
            ended(air, number)
    return True


# The sink unplugged in mid-item


@pytest.mark.slow
def test_a_sink_unplugged_in_mid_item_is_heard_again_when_it_is_back(sounds, tmp_path):
    air = sounds
    flag = tmp_path / "unplugged"
    program = tmp_path / "amplifier.py"
    program.write_text(
        "import os, sys\n"
        f"flag = {str(flag)!r}\n"
        "if os.path.exists(flag): sys.exit('không có thiết bị')\n"
        "while sys.stdin.buffer.read(1920):\n"
        "    if os.path.exists(flag): sys.exit('thiết bị bị rút')\n"
    )
    import sys

    sink = PipeSink("main", PipeOptions(command=[sys.executable, str(program)]), site())
    items = [air.cue(1, "ngắn"), air.cue(2, "dài"), air.cue(3, "dài")]
    number = air.plan(air.station.now() + 1.5 * SECOND, items, "ap-1")
    with running(air, sinks={"main": sink}) as playout:
        until(lambda: (a := playout.airings()) and a[0].lanes and a[0].lanes[0].on_item == 2)
        flag.touch()
        until(lambda: "đã dừng" in playout.status()["sinks"]["main"])
        flag.unlink()
        ended(air, number)
        until(lambda: playout.status()["sinks"]["main"] == "ok", 40)
    once_each(air, number, items)
    log = {e.item_no: e for e in air.log(number)}
    assert log[1].outcome is Outcome.FULL
    assert log[2].outcome is Outcome.PARTIAL
    assert "đã dừng" in log[2].reason
    assert log[3].heard_ms > 0
    assert any(i.what == "sink-main" and i.ended_at for i in air.incidents())


# A rendition missing or altered


@pytest.mark.medium
@pytest.mark.parametrize(("harm", "word"), [("missing", "không còn trong kho"), ("altered", "đã bị thay đổi")])
def test_a_rendition_gone_or_altered_after_planning_is_refused_alone(sounds, harm, word):
    air = sounds
    items = [air.cue(1, "ngắn"), air.script(2, "dài")]
    number = air.plan(air.station.now() + 0.8 * SECOND, items, "ap-1")
    path = air.path("dài")
    if harm == "missing":
        path.unlink()
    else:
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
    with running(air):
        row = ended(air, number)
    once_each(air, number, items)
    assert {e.item_no: e.outcome for e in air.log(number)} == {1: Outcome.FULL, 2: Outcome.REFUSED}
    assert word in row.verdict


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["store", "tape"])
def test_a_sound_altered_between_its_check_and_its_moment_airs_as_approved_or_not_at_all(sounds, harm):
    air = sounds
    items = [air.cue(1, "ngắn"), air.script(2, "dài"), air.cue(3, "ngắn")]
    at = air.station.now() + 9 * SECOND
    number = air.plan(at, items, "ap-1")
    sink = Catch()
    opened = sink.open

    def note(feed):
        sink.opened_at = sink.opened_at or air.station.now()
        return opened(feed)

    sink.open = note  # type: ignore[method-assign]
    with running(air, sinks={"main": sink}) as playout:
        until(lambda: any(one.phase == "warm" for one in playout.airings()))  # checked and cued
        path = air.path("dài")
        if harm == "tape":
            path = air.station.home.playout / "tapes" / f"{air.sounds['dài'][0]}.wav"
        body = bytearray(path.read_bytes())
        body[len(body) // 2 :] = bytes(len(body) - len(body) // 2)
        path.write_bytes(body)
        row = ended(air, number)
    once_each(air, number, items)
    outcomes = [e.outcome for e in sorted(air.log(number), key=lambda e: e.item_no)]
    approved = (np.sin(2 * np.pi * 300 * np.arange(4 * 48000) / 48000) * 12000).astype("<i2")
    heard = sink.samples[24_000:]
    if harm == "store":
        assert outcomes == [Outcome.FULL] * 3
        np.testing.assert_array_equal(heard[: len(approved)], approved)
    else:
        assert outcomes == [Outcome.FULL, Outcome.PARTIAL, Outcome.FULL]
        assert ALTERED.text in row.verdict
        good = len(heard) - 24_000
        np.testing.assert_array_equal(heard[:good], approved[:good])
    assert sink.opened_at < at, "and the sink was warm before"


# The clock stepped


class Stepped(SystemClock):
    """The machine's clock, whose wall hands a person turns."""

    def __init__(self):
        self.by = dt.timedelta(0)

    def now(self):
        return super().now() + self.by


class SteppedAlarm(SimulatedAlarm):
    """Follows the turned clock, which APScheduler cannot, and tells of its jumps as the real alarm does."""

    def __init__(self, clock):
        super().__init__(clock, threaded=True)
        self._watched = clock

    def start(self, jumped):
        super().start(jumped)
        watch = JumpWatch(self._watched)

        def look():
            for _ in paced(0.2):
                if self._stopped:
                    return
                if by := watch.look():
                    jumped(by)

        threading.Thread(target=look, daemon=True).start()


@pytest.fixture
def stepped(tmp_path, make):
    air = make(tmp_path / "dai", Stepped(), windows=ALL_DAY)
    air.sound("ngắn", 0.4)
    air.zones("ap-1")
    yield air
    air.station.close()


@contextlib.contextmanager
def turned(air, seconds):
    """Play-out runs, then the clock is turned; yields play-out once it has seen it."""
    with running(air, alarm=SteppedAlarm(air.station.clock)) as playout:
        until(playout.alarm.keys)
        air.station.clock.by += dt.timedelta(seconds=seconds)
        until(lambda: any(i.what == "clock-step" for i in air.incidents()))
        yield playout


@pytest.mark.slow
def test_an_hour_forward_what_was_due_meanwhile_is_not_aired_late(stepped):
    air = stepped
    items = [air.cue(1, "ngắn")]
    passed = air.plan(air.station.now() + 600 * SECOND, items, "ap-1", late="air", grace_s=120, slot_key="a")
    coming = air.plan(air.station.now() + 3612 * SECOND, items, "ap-1", slot_key="b")
    with turned(air, HOUR - 1):
        assert ended(air, passed).state is BroadcastState.MISSED
        until(lambda: air.row(coming).state.terminal, 30)
    assert once_each(air, coming, items).state is BroadcastState.AIRED
    assert "đã qua giờ kết thúc" in once_each(air, passed, items).verdict


@pytest.mark.slow
def test_an_hour_back_nothing_airs_a_second_time(stepped):
    air = stepped
    items = [air.cue(1, "ngắn")]
    number = air.plan(air.station.now() + 1.5 * SECOND, items, "ap-1", late="air", grace_s=600)
    with running(air, alarm=SteppedAlarm(air.station.clock)) as playout:
        ended(air, number)
        first = air.log(number)[0].started_at
        air.station.clock.by -= dt.timedelta(seconds=HOUR - 2)
        until(lambda: any(i.what == "clock-step" for i in air.incidents()))
        throughout(3, lambda: not playout.airings())
    once_each(air, number, items)
    assert [e.started_at for e in air.log(number)] == [first]


@pytest.mark.slow
@pytest.mark.parametrize("years", [10, -10])
def test_ten_years_either_way_the_station_holds_says_so_and_goes_on_when_the_clock_is_right(stepped, years):
    air = stepped
    items = [air.cue(1, "ngắn")]
    number = air.plan(air.station.now() + 40 * SECOND, items, "ap-1", late="air", grace_s=600)
    with turned(air, years * 365.25 * 86400) as playout:
        until(lambda: playout.status()["hold"])
        hold = playout.status()["hold"]
        assert "Đồng hồ máy" in hold
        throughout(2, lambda: not air.row(number).state.terminal)  # nothing airs or is given up by a clock that lies
        air.station.clock.by = dt.timedelta(0)
        until(lambda: not playout.status()["hold"])
    assert any(i.what == "clock" and i.note == hold for i in air.incidents())


@pytest.mark.slow
@pytest.mark.parametrize("years", [10, -10])
def test_a_clock_turned_between_the_cue_and_the_start_costs_no_broadcast(stepped, years):
    air = stepped
    items = [air.cue(1, "ngắn")]
    number = air.plan(air.station.now() + 25 * SECOND, items, "ap-1", late="skip", grace_s=0)
    with running(air, alarm=SteppedAlarm(air.station.clock)) as playout:
        until(lambda: any(one.phase == "warm" for one in playout.airings()))
        air.station.clock.by += dt.timedelta(days=years * 365)
        until(lambda: playout.status()["clock_doubted"])
        if years > 0:
            until(lambda: not playout.airings())  # its moment came, and it was left alone
        assert not air.row(number).state.terminal
        air.station.clock.by = dt.timedelta(0)
        until(lambda: air.row(number).state.terminal, 40)
    assert once_each(air, number, items).state is BroadcastState.AIRED
