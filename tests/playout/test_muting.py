"""Outputs turned off and on at any moment, and play-out killed in between: the panel and the log say what was heard."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import threading
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from broadcaster.clock import SystemClock
from broadcaster.db.models import Command, ZoneRow
from broadcaster.db.queries.air import present
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, Origin
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.people.roles import machine
from broadcaster.playout.engine import Playout
from broadcaster.playout.sinks.null import NullSink
from broadcaster.services.air import mutes
from broadcaster.services.desk import beside
from broadcaster.services.log import playlog
from broadcaster.services.station import open_station
from tests.kit.air import ALL_DAY, make_air
from tests.kit.desk import ScriptedDesk
from tests.kit.kills import level
from tests.kit.live import ended, running
from tests.kit.sinks import Catch
from tests.kit.waiting import idle, until

pytestmark = pytest.mark.slow

SECOND = dt.timedelta(seconds=1)
ITEMS, ITEM_S = 16, 0.5
LOUD = 147
"""Of a sample: the meter's floor, -47 dBFS."""


class Metered:
    """An output whose meter notes each piece that leaves it: when, of which broadcast, how loud, how long."""

    kind, paced, exclusive, latency, where = "null", False, True, 0.0, "thử"

    def __init__(self, name, book):
        self.name, self._book = name, book

    def check(self):
        return ""

    def open(self, feed):
        handle = os.open(self._book / self.name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return _Meter(handle)


class _Meter:
    def __init__(self, handle):
        self._handle = handle

    def write(self, pcm):
        samples = np.frombuffer(pcm, "<i2").astype(int)
        item = int(samples.max()) // 1000
        peak = int(np.abs(samples).max())
        os.write(self._handle, f"{time.time():.4f} {item} {peak} {len(samples)}\n".encode())

    def drop(self):
        pass

    def close(self):
        os.close(self._handle)


@dataclass
class Life:
    """A play-out in a process of its own."""

    home: object
    book: object
    pid: int = 0

    def begin(self):
        self.pid = os.fork()
        if not self.pid:
            try:
                station = open_station(self.home)
                sinks = {name: Metered(name, self.book) for name in ("main", "khac")} | {
                    "aircheck": NullSink("aircheck")
                }
                Playout(*beside(station, refusal=lambda *_: None), sinks=sinks).run(threading.Event())
            finally:
                os._exit(1)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def noted(book, output):
    """What the meter of an output noted: (when, loudest sample, samples) of each piece."""
    path = book / output
    lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    return [(float(at), int(item), int(peak), int(count)) for at, item, peak, count in lines]


def sounded(book, output, since, to):
    return any(since <= at < to and peak > LOUD for at, _, peak, _ in noted(book, output))


def _back(air, number, book, outputs, dead):
    """Whether the next life has begun to play, or gave its verdict at once."""
    return air.row(number).state.terminal or all(any(at > dead for at, *_ in noted(book, o)) for o in outputs)


def answered(air):
    def none_open():
        with air.station.db.read() as session:
            return session.scalar(select(Command.id).where(Command.done_at.is_(None)).limit(1)) is None

    return until(none_open, 10)


@pytest.mark.parametrize("seed", range(1, 11))
def test_whatever_is_turned_off_and_killed_panel_meter_and_log_agree(tmp_path, seed):
    chance = random.Random(seed)
    air = make_air(tmp_path / "dai", SystemClock(), windows=ALL_DAY)
    book = tmp_path / "book"
    book.mkdir()
    near = [f"ap-{n}" for n in range(1, chance.randint(1, 3) + 1)]
    air.zones(*near, sink="main")
    air.zones("xa-1", sink="khac")
    output = dict.fromkeys(near, "main") | {"xa-1": "khac"}
    items = []
    for no in range(1, ITEMS + 1):
        level(air, f"m{no}", ITEM_S, no * 1000)
        items.append(air.cue(no, f"m{no}"))
    addressed = sorted({chance.choice(near), *chance.sample([*near, "xa-1"], chance.randint(1, len(near) + 1))})
    number = air.plan(air.station.now() + 1.5 * SECOND, items, *addressed, late="join", grace_s=60)
    air.station.db.dispose()  # nothing of the database may be shared over a fork
    life = Life(air.station.home.root, book)
    life.begin()
    kills = 0
    try:
        until(lambda: any(noted(book, output[z]) for z in addressed), 10)
        while not air.row(number).state.terminal:
            act = chance.choice(["mute", "mute", "unmute", "brief", "kill"])
            zone = chance.choice([*near, "xa-1"])
            if act == "kill" and kills < 2:
                kills += 1
                life.kill()
                dead = time.time()
                air.station.db.dispose()
                life.begin()
                until(partial(_back, air, number, book, {output[z] for z in addressed}, dead), 10)
            elif act == "unmute":
                mutes.unmute(air.station, machine(), zone)
                answered(air)
            elif act in {"mute", "brief"}:
                end = air.station.now() + (0.4 if act == "brief" else 60) * SECOND
                mutes.mute(air.station, machine(), zone, until=end, seen=near)
                answered(air)
                idle(0.5 if act == "brief" else 0)
            idle(0.1)
            since = time.time()
            with air.station.db.read() as session:
                off = present(session, air.station.now()).muted
            idle(0.2)
            to = time.time()
            if air.row(number).state is not BroadcastState.AIRING:
                continue
            for zone in addressed:
                assert sounded(book, output[zone], since, to) is (zone not in off), (zone, act)
    finally:
        life.kill()
    log = air.log(number)
    assert len(log) == ITEMS * len(addressed)
    for entry in log:
        found = noted(book, output[entry.zone])
        sound = sum(count for _, item, peak, count in found if item == entry.item_no and peak > LOUD) / 48
        assert entry.heard_ms <= sound + 1, (entry.item_no, entry.zone, entry.outcome)
        assert (entry.outcome is Outcome.FULL) <= (sound >= ITEM_S * 1000 - 1)
        besides = [z for z in near if z not in addressed] if output[entry.zone] == "main" and entry.heard_ms else []
        assert entry.also == besides
    with air.station.db.read() as session:
        assert playlog.verify(session).holds
    air.station.close()


@pytest.fixture
def sounds(live):
    live.sound("ngắn", 0.6)
    live.sound("dài", 2.5, 300)
    live.zones("ap-1", "ap-2")
    return live


def test_what_is_turned_off_from_first_to_last_was_not_played_at_all(sounds):
    air, sink = sounds, Catch()
    mutes.mute(air.station, machine(), "ap-1", why="đám tang", seen=["ap-2"])
    number = air.plan(air.station.now() + SECOND, [air.cue(1, "ngắn")], "ap-1", "ap-2")
    with running(air, sinks={"main": sink}):
        assert ended(air, number).state is BroadcastState.MISSED
    assert not sink.samples.any()
    assert {(e.outcome, e.cause, e.heard_ms) for e in air.log()} == {(Outcome.MISSED, Cause.MUTED, 0)}
    assert air.row(number).verdict == "Không phát: Tắt tiếng theo lệnh của tự động: đám tang."


def test_what_is_said_of_a_mute_is_what_play_out_did(sounds):
    air, names = sounds, {}
    noted = mutes.mute(air.station, machine(), "ap-1", seen=["ap-2"])
    assert "máy phát chưa trả lời" in noted.in_words(air.station, names)
    with running(air) as playout:
        until(lambda: playout.status()["muted"] == ["main"])
        on = mutes.unmute(air.station, machine(), "ap-2")
        assert on.in_words(air.station, names) == "Đã bật tiếng ap-1, ap-2."
        assert playout.status()["muted"] == []
        off = mutes.mute(air.station, machine(), "ap-1", seen=["ap-2"])
        assert off.in_words(air.station, names).startswith("Đã tắt tiếng ap-1, ap-2 đến ")
        assert playout.status()["muted"] == ["main"]


def test_an_emergency_is_heard_through_a_mute_and_the_log_says_so(sounds):
    air, sink = sounds, Catch()
    mutes.mute(air.station, machine(), "ap-1", seen=["ap-2"])
    values = {"kind": BroadcastKind.EMERGENCY, "origin": Origin.EMERGENCY, "confirmed_by": "vanhanh"}
    number = air.plan(air.station.now() + SECOND, [air.cue(1, "ngắn")], "ap-1", **values)
    with running(air, sinks={"main": sink}):
        assert ended(air, number).state is BroadcastState.AIRED
    assert sink.samples.any()
    (entry,) = air.log()
    assert (entry.outcome, entry.cause, entry.also) == (Outcome.FULL, Cause.HEARD_THROUGH_MUTE, ["ap-2"])
    assert air.row(number).causes == ()


@pytest.mark.parametrize(("volume", "cause"), [(0, Cause.VOLUME_NOUGHT), (1, Cause.TOO_SOFT), (6, Cause.TOO_SOFT)])
def test_what_is_set_too_soft_to_be_heard_is_no_mute_and_was_not_heard(sounds, volume, cause):
    air, sink = sounds, Catch()
    with air.station.db.write() as session:
        session.get(ZoneRow, "ap-2").volume = volume
    number = air.plan(air.station.now() + SECOND, [air.cue(1, "ngắn")], "ap-1", "ap-2")
    with running(air, sinks={"main": sink}):
        assert ended(air, number).state is BroadcastState.MISSED
    assert {(e.outcome, e.cause, e.heard_ms) for e in air.log()} == {(Outcome.MISSED, cause, 0)}
    assert all("“Cụm ap-2”" in e.reason for e in air.log())


def test_a_mute_outlives_play_out_and_holds_while_the_database_is_away(sounds):
    air, heard = sounds, Catch()
    mutes.mute(air.station, machine(), "ap-1", seen=["ap-2"])
    number = air.plan(air.station.now() + 5 * SECOND, [air.cue(1, "ngắn")], "ap-1")
    with running(air) as playout:
        until(lambda: playout.status()["muted"] == ["main"] and number in playout.machine.pinned.numbers())
    _, *parts = beside(air.station)
    sinks: dict[str, Any] = {"main": heard}
    away = Playout(ScriptedDesk(away="Cơ sở dữ liệu chưa trả lời."), *parts, sinks=sinks)
    assert away.status()["muted"] == ["main"]
    stop = threading.Event()
    life = threading.Thread(target=away.run, args=(stop,))
    life.start()
    try:
        until(lambda: away.register.has_ended(number))
    finally:
        stop.set()
        life.join(20)
    assert len(heard.samples) >= 0.6 * 48_000
    assert not heard.samples.any()
