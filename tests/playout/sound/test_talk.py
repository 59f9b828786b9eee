"""The live microphone: heard, kept by its hash, ended by its speaker, by time, by itself; and stopped in one zone alone."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import contextmanager

import numpy as np
import pytest

from broadcaster.clock import FrozenClock
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.errors import ForbiddenError, NotFoundError, RuleError
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.playout.sound import talk as talk_module
from broadcaster.playout.sound.talk import IN_HAND_S, VANISHED, Talk
from broadcaster.services.air import broadcasts, talks
from broadcaster.sound.store import Store
from tests.kit import live
from tests.kit.waiting import paced, until

RATE = 48_000
OPERATOR = Actor("vanhanh", "Người vận hành", frozenset({Role.OPERATOR}))


class Ear(SimulatedHorn):
    """Keeps what it hears."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.heard: list[bytes] = []

    def write(self, pcm) -> None:
        super().write(pcm)
        self.heard.append(bytes(pcm))

    def samples_of(self, level: int = 200) -> int:
        return int((np.abs(np.frombuffer(b"".join(self.heard), dtype="<i2").astype(int)) > level).sum())


@contextmanager
def running(air, **sinks):
    sinks = sinks or {"main": Ear("main")}
    with live.running(air, sinks={**sinks, "aircheck": SimulatedHorn("aircheck")}) as playout:
        until((air.station.home.run / "playout.port").exists)
        yield playout


def voice(seconds: float, hz: float = 300.0, level: int = 9000) -> bytes:
    return (np.sin(2 * np.pi * hz * np.arange(round(RATE * seconds)) / RATE) * level).astype("<i2").tobytes()


def speak(air, number: int, seconds: float, first: int = 0) -> int:
    """Send samples at the pace of speech, as a browser does."""
    end = first + round(seconds * 10)
    for piece, _ in zip(range(first, end), paced(0.095), strict=False):
        assert talks.take(air.station, OPERATOR, number, piece, voice(0.1))
    return end


def speak_until_heard(air, number: int, ear: Ear, level: int, first: int = 0) -> int:
    """Send samples so loud at the pace of speech until the horn has them, however slow the machine."""
    for piece, _ in zip(range(first, first + 300), paced(0.095), strict=False):
        assert talks.take(air.station, OPERATOR, number, piece, voice(0.1, level=level))
        if ear.samples_of(level * 2 // 3):
            return piece + 1
    pytest.fail("the horn never had what was said")


@pytest.mark.medium
def test_what_is_said_is_heard_and_kept_by_its_hash(live):
    air, ear = live, Ear("main")
    air.zones("ap-1", "ap-2")
    with running(air, main=ear):
        opened = talks.start(air.station, OPERATOR, ["all"], title="Mời họp dân")
        speak(air, opened.number, 1.5)
        talks.end(air.station, OPERATOR, opened.number)
        row = until(lambda: air.row(opened.number).state.terminal and air.row(opened.number))
    assert row.state is BroadcastState.AIRED
    log = air.log(opened.number)
    assert {(e.zone, e.kind, e.outcome) for e in log} == {(z, "live", Outcome.FULL) for z in ("ap-1", "ap-2")}
    assert log[0].duration_ms == 1500
    path = Store(air.station.home.store).verify(log[0].audio_sha256)
    assert path.is_file()
    assert ear.samples_of() > 1.2 * RATE
    assert not list((air.station.home.run / "talks").glob("*.pcm"))


@pytest.mark.medium
def test_what_came_at_once_and_was_jumped_over_is_told_as_lost_words_and_never_as_the_end_of_the_hours(live):
    air, ear = live, Ear("main")
    air.zones("ap-1")
    with running(air, main=ear):
        opened = talks.start(air.station, OPERATOR, ["ap-1"])
        piece = speak_until_heard(air, opened.number, ear, 9000)
        with (air.station.home.run / "talks" / f"{opened.number}.pcm").open("ab") as spool:
            spool.write(voice(5.0))  # as after a long hiccup of the network
        speak_until_heard(air, opened.number, ear, 20_000, piece)  # only then has it jumped
        talks.end(air.station, OPERATOR, opened.number)
        row = until(lambda: air.row(opened.number).state.terminal and air.row(opened.number))
    (entry,) = air.log(opened.number)
    assert (row.state, entry.outcome, entry.cause) == (BroadcastState.PARTIAL, Outcome.PARTIAL, Cause.MICROPHONE_LOST)
    assert "lời nói tới dồn một lúc" in entry.reason


@pytest.mark.slow
def test_a_browser_that_vanishes_ends_the_talk(live, monkeypatch):
    monkeypatch.setattr(talk_module, "VANISHED_S", 0.5)
    air = live
    air.zones("ap-1")
    with running(air):
        opened = talks.start(air.station, OPERATOR, ["ap-1"])
        speak(air, opened.number, 0.8)
        row = until(lambda: air.row(opened.number).state.terminal and air.row(opened.number))
        assert not talks.take(air.station, OPERATOR, opened.number, 99, voice(0.1))
    assert row.state is BroadcastState.PARTIAL
    (entry,) = air.log(opened.number)
    assert entry.reason == VANISHED
    assert entry.audio_sha256


@pytest.mark.medium
def test_stopping_one_zone_silences_it_at_once_and_leaves_the_other(live):
    air, one, two = live, Ear("a"), Ear("b")
    air.zones("ap-1", sink="a")
    air.zones("ap-2", sink="b")
    with running(air, a=one, b=two) as playout:
        opened = talks.start(air.station, OPERATOR, ["all"])
        piece = speak(air, opened.number, 0.6)
        until(lambda: one.samples_of() and two.samples_of())
        broadcasts.send(air.station, OPERATOR, "stop", zones=["ap-1"])
        until(lambda: [lane for a in playout.airings() for lane in a.lanes if lane.zones == ("ap-1",) and lane.over])
        before, there = len(one.heard), two.samples_of()
        speak(air, opened.number, 0.6, piece)
        talks.end(air.station, OPERATOR, opened.number)
        until(lambda: air.row(opened.number).state.terminal)
    assert len(one.heard) == before  # not a sample more
    assert two.samples_of() > there + 0.3 * RATE
    outcomes = {e.zone: (e.outcome, e.actor) for e in air.log(opened.number)}
    assert outcomes["ap-1"] == (Outcome.PARTIAL, "vanhanh")
    assert outcomes["ap-2"][0] is Outcome.FULL


def test_who_may_speak_where_and_when(air):
    air.zones("ap-1", "ap-2")
    viewer = Actor("x", "x", frozenset({Role.VIEWER}))
    admin = Actor("q", "q", frozenset({Role.ADMIN}))  # may operate, may not declare an emergency
    with pytest.raises(ForbiddenError):
        talks.start(air.station, viewer, ["all"])
    with pytest.raises(RuleError, match="ngoài khung giờ"):
        talks.start(air.station, OPERATOR, ["all"])  # 04:50
    with pytest.raises(RuleError, match="lý do"):
        talks.start(air.station, OPERATOR, ["all"], urgent=True)
    with pytest.raises(ForbiddenError):
        talks.start(air.station, admin, ["all"], urgent=True, reason="Cháy")
    opened = talks.start(air.station, OPERATOR, ["ap-1"], urgent=True, reason="Cháy")
    assert air.row(opened.number).confirmed_by == "vanhanh"
    with pytest.raises(NotFoundError):
        talks.take(air.station, admin, opened.number, 0, b"")
    with pytest.raises(RuleError):
        talks.take(air.station, OPERATOR, opened.number, 0, b"odd")
    air.frozen.advance(30 * 60)
    air.sound("dài", 60.0)
    air.plan(air.frozen.now() + dt.timedelta(minutes=4), [air.cue(1, "dài")], "ap-2")
    assert talks.start(air.station, OPERATOR, ["ap-2"]).limit_s == 240  # until the next broadcast there
    with pytest.raises(RuleError, match="Đang phát"):
        talks.start(air.station, OPERATOR, ["ap-2"])  # where somebody speaks already


def source(tmp_path, clock):
    (tmp_path / "7.pcm").write_bytes(b"")
    return Talk(tmp_path, 7, RATE * 60, clock)


def test_the_spool_waits_plays_pauses_and_catches_up(tmp_path):
    clock = FrozenClock(dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    talk, pcm = source(tmp_path, clock), tmp_path / "7.pcm"
    n, at = 960, 0
    numbered = np.arange(RATE * 20, dtype="<i2")
    assert talk.read(at, n) == b""
    at += n
    with pcm.open("ab") as file:
        file.write(numbered[: round(RATE * (IN_HAND_S + 0.04))].tobytes())
    first = talk.read(at, n)
    assert first == numbered[:n].tobytes()  # nothing was lost while it waited
    assert talk.read(at, n) == first  # the next sink hears the same
    while talk.read(at, n):
        at += n
    with pcm.open("ab") as file:  # a long hiccup: five seconds come at once
        file.write(numbered[round(RATE * 0.34) : RATE * 6].tobytes())
    at += n
    assert talk.read(at, n)
    assert talk.delay_ms <= 320  # it jumped forward, speech does not trail
    assert talk.overtaken.cause is Cause.MICROPHONE_LOST
    assert re.fullmatch(r"Bỏ 5,\d giây lời nói .*", talk.overtaken.text)
    assert talk.passed_ms == 0
    (tmp_path / "7.end").write_text("{}", encoding="utf-8")
    while (piece := talk.read(at, n)) is not None:
        assert piece
        at += n
    assert not talk.why
    talk.close()


def test_a_talk_that_trails_catches_up_in_the_pauses_and_loses_no_word(tmp_path):
    clock = FrozenClock(dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    talk, n, at = source(tmp_path, clock), 960, 0
    words = [np.frombuffer(voice(1.0, hz), "<i2") for hz in (300, 500, 700)]
    pause = np.zeros(RATE, "<i2")
    said = np.concatenate([words[0], pause, words[1], pause, words[2]])
    with (tmp_path / "7.pcm").open("ab") as file:  # nine tenths of a second wait before the first is heard
        file.write(said[: round(RATE * 0.9)].tobytes())
    heard, given = [], round(RATE * 0.9)
    while given < len(said):
        heard.append(talk.read(at, n))
        at += n
        with (tmp_path / "7.pcm").open("ab") as file:
            file.write(said[given : given + n].tobytes())
        given += n
    assert talk.delay_ms <= 420
    (tmp_path / "7.end").write_text("{}", encoding="utf-8")
    while (piece := talk.read(at, n)) is not None:
        heard.append(piece)
        at += n
    talk.close()
    out = np.frombuffer(b"".join(heard), "<i2")
    assert RATE * 4.3 < len(out) < RATE * 4.7, "half a second of the pauses was passed over"
    np.testing.assert_array_equal(out[np.abs(out) > 300], said[np.abs(said) > 300])
    assert talk.passed_ms == pytest.approx((len(said) - len(out)) * 1000 / RATE, abs=40)
    assert not talk.overtaken


def test_a_spool_that_nobody_feeds_ends(tmp_path):
    clock = FrozenClock(dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    talk = source(tmp_path, clock)
    assert talk.read(0, 960) == b""
    clock.advance(talk_module.VANISHED_S + 0.1)
    assert talk.read(960, 960) is None
    assert talk.why == Why(Cause.MICROPHONE_LOST, VANISHED)
    talk.close()
    assert not (tmp_path / "7.pcm").exists()
