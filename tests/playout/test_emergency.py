"""Emergencies through the real play-out: at once, day and night, over whatever is on, and over a restart."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from broadcaster.clock import SystemClock
from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, ItemKind, Origin
from broadcaster.domain.air.emergencies import EmergencyRequest, EmergencyState, Interrupted
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.services.air import broadcasts, emergencies, emergency_ending, emergency_voice
from broadcaster.services.log import playlog
from broadcaster.supervise.simulated import Simulation
from tests.kit.emergencies import OPERATOR, declared, prepare, row, rows_of
from tests.kit.live import running
from tests.kit.waiting import until

SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def night(tmp_path, make):
    """A station whose allowed hours are over, whatever the time of day is now."""
    now = SystemClock().now().astimezone(dt.timezone(dt.timedelta(hours=7)))
    start = (now.hour + 3) % 23
    made = make(tmp_path / "dai", SystemClock(), windows=f'["{start:02d}:00-{start:02d}:30"]')
    yield prepare(made)
    made.station.close()


@pytest.mark.medium
def test_a_confirmed_emergency_sounds_in_the_night_tone_first_and_nothing_else_does(night):
    air = night
    sha = air.sounds["báo động"][0]
    smuggled = air.plan(
        air.station.now() + 0.2 * SECOND,
        [air.cue(1, "báo động")],
        "ap-2",
        slot_key="emergency/9/9",
        origin=Origin.EMERGENCY,
        origin_id=9,
        attempt=9,
        kind=BroadcastKind.EMERGENCY,
        late="air",
    )
    ordinary = air.plan(air.station.now() + 0.2 * SECOND, [air.cue(1, "báo động")], "ap-2", slot_key="x")
    with running(air):
        number = declared(air)
        (first,) = until(lambda: [r for r in rows_of(air, number) if r.state.terminal])
        until(lambda: air.row(smuggled).state.terminal and air.row(ordinary).state.terminal)
    assert first.state is BroadcastState.AIRED
    assert [(e.kind, e.outcome) for e in air.log(first.id)] == [("cue", Outcome.FULL), ("emergency", Outcome.FULL)]
    assert first.rundown[0].audio_sha256 == sha
    for number in (smuggled, ordinary):
        assert air.row(number).state is BroadcastState.REFUSED
        assert "ngoài khung giờ" in air.row(number).verdict


@pytest.mark.slow
def test_the_tone_goes_ahead_and_the_words_follow_when_they_are_spoken(live, monkeypatch):
    air = prepare(live)
    monkeypatch.setattr(emergency_voice, "_render", lambda *_a, **_k: pytest.fail("not yet"))
    number = emergencies.draft(
        air.station,
        OPERATOR,
        EmergencyRequest(title="", text="Cháy chợ. Bà con tránh xa.", zones=("ap-1",), reason="Cháy"),
    )
    monkeypatch.undo()
    with running(air):
        emergencies.confirm(air.station, OPERATOR, number)
        emergency_voice.speak_quickly(air.station, number)  # as the panel's thread, the command or the worker does
        until(lambda: (rows := rows_of(air, number)) and len(rows) == 2 and all(r.state.terminal for r in rows), 40)
    tone, words = rows_of(air, number)
    assert [i.kind for i in tone.rundown] == ["cue"]
    assert [i.kind for i in words.rundown] == ["emergency"]
    assert (tone.state, words.state) == (BroadcastState.AIRED, BroadcastState.AIRED)
    log = air.log()
    assert log[0].ended_at <= log[1].started_at
    assert words.rundown[0].voice == "espeak:vi+f2"


def test_words_that_nobody_confirmed_never_air(live):
    air = prepare(live)
    sha, ms = air.sounds["lời nói"]
    item = replace(air.cue(1, "lời nói"), kind=ItemKind.EMERGENCY)
    draft = emergencies.draft(
        air.station,
        OPERATOR,
        EmergencyRequest(title="", text="", zones=("ap-1",), reason="x", recording_sha256=sha, recording_ms=ms),
    )
    with air.station.db.write() as session:
        session.add(
            BroadcastRow(
                slot_key="emergency/1/0",
                origin=Origin.EMERGENCY,
                origin_id=draft,
                attempt=0,
                kind=BroadcastKind.EMERGENCY,
                title="x",
                starts_at=air.station.now(),
                ends_at=air.station.now() + MINUTE,
                zones=["ap-1"],
                rundown=[item],
                reasons=[],
                sound_ms=ms,
                late="air",
                emergency_id=draft,
                confirmed_by="",
            )
        )
    with running(air):
        (found,) = until(lambda: [r for r in rows_of(air, draft) if r.state.terminal])
    assert found.state is BroadcastState.REFUSED
    assert "chưa được ai xác nhận" in found.verdict


@pytest.mark.slow
@pytest.mark.parametrize("policy", list(Interrupted))
def test_what_was_interrupted_goes_on_from_the_item_that_was_cut_or_is_dropped(live, policy):
    air = prepare(live, tone_s=0.2)
    for name, seconds in (("một", 0.6), ("hai", 4.0), ("ba", 0.4)):
        air.sound(name, seconds, 200)
    items = [air.cue(1, "một"), air.cue(2, "hai"), air.cue(3, "ba")]
    cut = air.plan(air.station.now() + 0.4 * SECOND, items, "ap-1", "ap-2")
    with running(air) as playout:
        until(lambda: any(one.lanes and one.lanes[0].on_item == 2 for one in playout.airings()))
        number = declared(air, interrupted=policy)

        def rest():
            with air.station.db.read() as session:
                query = select(BroadcastRow).where(
                    BroadcastRow.origin == Origin.EMERGENCY_REST,
                    BroadcastRow.origin_id == cut,
                    BroadcastRow.attempt == 1,
                )
                return session.scalars(query).first()

        found = until(lambda: playout.look_again() or rest())
        assert rows_of(air, number)[0].state is BroadcastState.AIRED
        end = until(lambda: air.row(found.id).state.terminal and air.row(found.id))
    assert air.row(cut).state is BroadcastState.PARTIAL
    assert [i.title for i in end.rundown] == ["hai", "ba"]
    assert set(end.zones) == {"ap-1", "ap-2"}
    if policy is Interrupted.RESUME:
        assert end.state is BroadcastState.AIRED
        assert end.started_at > rows_of(air, number)[0].finished_at
    else:
        assert end.state is BroadcastState.CANCELLED
        assert "chọn bỏ" in end.verdict
    with air.station.db.read() as session:
        assert playlog.verify(session).holds


@pytest.mark.medium
def test_cancelling_cuts_what_sounds_and_takes_back_the_repeats(live):
    air = prepare(live, tone_s=20.0)
    with running(air) as playout:
        number = declared(air, repeat_minutes=5)
        until(lambda: any(one.phase == "air" and one.lanes[0].on_item for one in playout.airings()))
        assert len(rows_of(air, number)) == 24 * 12 + 1
        emergency_ending.cancel(air.station, OPERATOR, number, "Nước đã rút")
        (first,) = until(lambda: [r for r in rows_of(air, number) if r.state.terminal])
    assert first.state is BroadcastState.PARTIAL
    assert len(rows_of(air, number)) == 1
    assert (row(air, number).state, row(air, number).end_reason) == (EmergencyState.CANCELLED, "Nước đã rút")


@pytest.mark.slow
def test_a_newer_one_takes_the_place_of_an_older_on_the_same_output_only(live):
    air = prepare(live)
    air.zones("ap-3", sink="hai")
    with running(air, sinks={"main": SimulatedHorn("main"), "hai": SimulatedHorn("hai")}):
        old, elsewhere = declared(air, repeat_minutes=10), declared(air, zones=("ap-3",), repeat_minutes=10)
        until(lambda: rows_of(air, old)[0].state.terminal and rows_of(air, elsewhere)[0].state.terminal)
        new = declared(air, zones=("ap-2",), repeat_minutes=10)  # another zone, heard through the same output
        until(lambda: rows_of(air, new)[0].state.terminal)
    assert (row(air, old).state, row(air, old).replaced_by) == (EmergencyState.REPLACED, new)
    assert row(air, elsewhere).state is EmergencyState.ACTIVE
    assert len(rows_of(air, old)) == 1
    assert rows_of(air, new)[0].state is BroadcastState.AIRED


@pytest.mark.medium
def test_a_storm_is_repeated_every_two_hours_day_and_night_over_a_power_cut_until_it_is_cancelled(air):
    prepare(air)
    number = declared(air, repeat_minutes=120)
    began = air.frozen.now()
    life = Simulation(air.station, refusal=air.refusal, every=HOUR)
    life.playout.open()
    life.run_until(began + 21 * HOUR + 30 * MINUTE)
    life.power_cut()
    air.frozen.advance(5 * 3600)  # two repeats fall into the dark
    with Simulation(air.station, refusal=air.refusal, every=HOUR) as again:
        again.run_until(began + 47 * HOUR)
        emergency_ending.cancel(air.station, OPERATOR, number, "Bão đã tan")
        again.run_until(began + 60 * HOUR)
    heard = [r for r in rows_of(air, number) if r.state is BroadcastState.AIRED]
    dark = [r for r in rows_of(air, number) if r.state is BroadcastState.MISSED]
    assert {r.starts_at for r in heard + dark} == {began + 2 * n * HOUR for n in range(24)}
    assert {r.starts_at for r in dark} == {began + 22 * HOUR, began + 24 * HOUR, began + 26 * HOUR}
    assert len(rows_of(air, number)) == 24
    with air.station.db.read() as session:
        assert playlog.verify(session).holds


def test_a_whole_day_of_repeats_lies_on_play_outs_own_disk(air):
    prepare(air)
    number = declared(air, repeat_minutes=60)
    began = air.frozen.now()
    simulation = Simulation(air.station, refusal=air.refusal, every=HOUR)
    simulation.playout.open()
    simulation.run_until(began + 90 * MINUTE)
    names = set(simulation.playout.machine.pinned.numbers())
    pinned = [r for r in rows_of(air, number) if r.id in names and not r.state.terminal]
    assert len(pinned) >= 22
    simulation.playout.close()


def test_who_may_not_cannot(air):
    prepare(air)
    editor = Actor("bt", "Biên tập", frozenset({Role.EDITOR}))
    with pytest.raises(Exception, match="không có quyền"):
        emergencies.draft(air.station, editor, EmergencyRequest(title="", text="x", zones=("ap-1",), reason="y"))
    number = declared(air)
    with pytest.raises(Exception, match="không có quyền"):
        emergency_ending.cancel(air.station, editor, number, "x")
    with pytest.raises(Exception, match="đã qua bước xác nhận"):
        emergencies.confirm(air.station, OPERATOR, number)
    assert broadcasts.URGENT_TITLE in rows_of(air, number)[0].title
