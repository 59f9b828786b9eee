"""Play-out over the machine's clock, with its real threads: precision of order, commands, a database that is away."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
import wave

import numpy as np
import pytest

from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.people.roles import Actor, Role, machine
from broadcaster.errors import AirError, ForbiddenError, RuleError
from broadcaster.playout.engine import Manner, Playout
from broadcaster.playout.sinks.file import FileOptions
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.services.air import broadcasts, ear, mutes
from broadcaster.services.desk import beside
from broadcaster.services.log import playlog
from tests.kit.air import ALL_DAY
from tests.kit.horns import RecordedHorn
from tests.kit.live import ended, running
from tests.kit.site import site
from tests.kit.waiting import until

pytestmark = pytest.mark.slow

SECOND = dt.timedelta(seconds=1)


def ready(air):
    """Wait until play-out is up and answers commands."""
    mutes.unmute(air.station, machine(), "ap-1")
    until(lambda: not _open_orders(air))


@pytest.fixture
def sounds(live):
    live.sound("ngắn", 0.5)
    live.sound("dài", 20.0, 300)
    live.zones("ap-1", "ap-2")
    return live


def test_the_recording_holds_the_approved_samples_and_nothing_between_items(sounds):
    air = sounds
    air.sound("hai", 0.7123, 900)
    check = RecordedHorn("main", FileOptions(flac=False), site(air.station.home.airchecks))
    items = [air.cue(1, "ngắn"), air.cue(2, "hai"), air.cue(3, "ngắn")]
    number = air.plan(air.station.now() + 0.8 * SECOND, items, "ap-1")
    with running(air, sinks={"main": check}):
        row = ended(air, number)
    assert row.state is BroadcastState.AIRED
    (path,) = air.station.home.airchecks.rglob("*.wav")
    with wave.open(str(path)) as file:
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2")

    def made(seconds, hz):
        return (np.sin(2 * np.pi * hz * np.arange(round(48000 * seconds)) / 48000) * 12000).astype("<i2")

    np.testing.assert_array_equal(heard, np.concatenate([made(0.5, 440), made(0.7123, 900), made(0.5, 440)]))


def test_a_start_is_never_early_and_its_time_is_the_true_one(sounds):
    air = sounds
    number = air.plan(air.station.now() + 0.8 * SECOND, [air.cue(1, "ngắn")], "ap-1")
    with running(air):
        ended(air, number)
    (entry,) = air.log()
    assert entry.started_at >= entry.planned_at
    assert entry.outcome is Outcome.FULL


def test_stop_silences_what_is_on_air_and_the_log_says_who(sounds):
    air = sounds
    number = air.plan(air.station.now() + 0.4 * SECOND, [air.cue(1, "dài"), air.cue(2, "ngắn")], "ap-1", "ap-2")
    with running(air) as playout:
        until(lambda: any(one.phase == "air" and one.lanes[0].on_item for one in playout.airings()))
        order = broadcasts.send(
            air.station, Actor("truc-may", "Người trực máy", frozenset({Role.OPERATOR})), "stop", zones=None
        )
        row = ended(air, number)
        assert order > 0
        until(lambda: not _open_orders(air))
    assert row.state is BroadcastState.PARTIAL
    log = air.log()
    assert [(e.outcome, e.actor) for e in log if e.zone == "ap-1"] == [
        (Outcome.PARTIAL, "truc-may"),
        (Outcome.MISSED, "truc-may"),
    ]
    assert "truc-may bấm dừng phát" in log[0].reason
    assert 0 < log[0].heard_ms < 20_000


def _open_orders(air):
    with air.station.db.read() as session:
        return broadcasts.orders(session)


def test_stop_for_one_zone_leaves_the_zones_of_other_sinks_sounding(sounds):
    air = sounds
    air.sound("vừa", 2.0)
    air.zones("ap-9", sink="hai")
    number = air.plan(air.station.now() + 0.4 * SECOND, [air.cue(1, "vừa")], "ap-1", "ap-9")
    with running(air, sinks={"main": SimulatedHorn("main"), "hai": SimulatedHorn("hai")}) as playout:
        until(lambda: any(one.phase == "air" and one.lanes[0].on_item for one in playout.airings()))
        broadcasts.send(air.station, machine(), "stop", zones=["ap-9"])
        ended(air, number)
    assert {e.zone: e.outcome for e in air.log()} == {"ap-1": Outcome.FULL, "ap-9": Outcome.PARTIAL}


def test_stop_works_while_the_database_is_locked_and_nothing_is_lost(sounds):
    air = sounds
    number = air.plan(air.station.now() + 0.4 * SECOND, [air.cue(1, "dài")], "ap-1")
    with running(air) as playout:
        until(lambda: any(one.phase == "air" and one.lanes[0].on_item for one in playout.airings()))
        other = sqlite3.connect(air.station.home.root / "station.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        assert ear.ring(air.station.home, verb="stop", arguments={"zones": None}, by="truc-may")
        until(lambda: not playout.airings())
        assert air.row(number).state is not BroadcastState.PARTIAL
        other.execute("COMMIT")
        other.close()
        ended(air, number)
    (entry,) = air.log()
    assert (entry.outcome, entry.actor) == (Outcome.PARTIAL, "truc-may")


@pytest.mark.slow
def test_a_database_away_at_the_claim_does_not_keep_the_broadcast_off_the_air(sounds):
    air = sounds
    number = air.plan(air.station.now() + 3 * SECOND, [air.cue(1, "ngắn")], "ap-1")
    with running(air) as playout:
        until(lambda: playout.status()["next"] or playout.airings())
        other = sqlite3.connect(air.station.home.root / "station.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        until(lambda: any(one.phase == "air" for one in playout.airings()))
        other.execute("COMMIT")
        other.close()
        row = ended(air, number)
    assert row.state is BroadcastState.AIRED
    assert [e.outcome for e in air.log()] == [Outcome.FULL]


def test_a_broadcast_skipped_before_its_time_is_cancelled_with_its_reason(sounds):
    air = sounds
    number = air.plan(air.station.now() + 600 * SECOND, [air.cue(1, "ngắn")], "ap-1")
    with running(air):
        broadcasts.send(air.station, machine("truc-may"), "skip", broadcast_id=number)
        row = ended(air, number)
    assert row.state is BroadcastState.CANCELLED
    assert row.verdict == "truc-may bỏ qua buổi này."
    assert not air.log()  # its time has not come


def test_a_broadcast_that_was_claimed_is_left_out_by_an_order(sounds):
    air = sounds
    number = air.plan(air.station.now() + 2 * SECOND, [air.cue(1, "ngắn")], "ap-1")
    with running(air):
        until(lambda: air.row(number).state is BroadcastState.CUED)
        assert broadcasts.send(air.station, machine("truc-may"), "skip", broadcast_id=number)  # claimed: an order
        row = ended(air, number)
    assert (row.state, row.verdict) == (BroadcastState.CANCELLED, "Đã hủy: truc-may bỏ buổi này.")
    assert [e.outcome for e in air.log()] == [Outcome.MISSED]


def test_an_order_to_play_now_over_what_sounds_is_refused_and_the_slot_keeps_its_time(sounds):
    from broadcaster.db.models import Command

    air = sounds
    air.sound("ba giây", 3.0)
    sounding = air.plan(air.station.now() + 0.3 * SECOND, [air.cue(1, "ba giây")], "ap-1")
    number = air.plan(air.station.now() + 600 * SECOND, [air.cue(1, "ngắn")], "ap-1", slot_key="sau")
    before = vars(air.row(number))
    with running(air) as playout:
        until(lambda: playout.status()["on_air"])
        with pytest.raises(RuleError, match="Chưa phát ngay được"):
            broadcasts.send(air.station, machine("truc-may"), "air", broadcast_id=number)
        with air.station.db.write() as session:  # one that nobody asked about
            session.add(
                Command(verb="air", arguments={"broadcast_id": number}, by="x", at=air.station.now(), answer="")
            )
        until(lambda: playout.look_again() or not _open_orders(air))
        assert ended(air, sounding).state is BroadcastState.AIRED
    after = vars(air.row(number))
    assert {k: v for k, v in after.items() if k[0] != "_"} == {k: v for k, v in before.items() if k[0] != "_"}
    assert not air.log(number)


def test_a_broadcast_can_be_aired_at_once_by_hand(sounds):
    air = sounds
    number = air.plan(air.station.now() + 600 * SECOND, [air.cue(1, "ngắn")], "ap-1")
    with running(air):
        broadcasts.send(air.station, machine("truc-may"), "air", broadcast_id=number)
        row = ended(air, number)
    assert row.state is BroadcastState.AIRED


def test_an_emergency_takes_the_zone_from_what_is_on_air(sounds):
    air = sounds
    number = air.plan(air.station.now() + 0.4 * SECOND, [air.cue(1, "dài")], "ap-1")
    with running(air) as playout:
        until(lambda: any(one.phase == "air" and one.lanes[0].on_item for one in playout.airings()))
        urgent = air.plan(
            air.station.now(),
            [air.cue(1, "ngắn")],
            "ap-1",
            kind=BroadcastKind.EMERGENCY,
            slot_key="khan-cap",
            late="air",
        )
        ear.ring(air.station.home)
        assert ended(air, urgent).state is BroadcastState.AIRED
        assert ended(air, number).state is BroadcastState.PARTIAL
    (cut,) = air.log(number)
    assert cut.reason == "Nhường sóng cho phát khẩn cấp."


def test_an_emergency_takes_the_zone_from_what_is_about_to_start(sounds):
    air = sounds
    number = air.plan(air.station.now() + 3 * SECOND, [air.cue(1, "dài")], "ap-1", "ap-2")
    with running(air) as playout:
        until(lambda: any(one.phase == "warm" and one.lanes for one in playout.airings()))
        urgent = air.plan(
            air.station.now(),
            [air.cue(1, "ngắn")],
            "ap-1",
            kind=BroadcastKind.EMERGENCY,
            slot_key="khan-cap",
            late="air",
        )
        ear.ring(air.station.home)
        assert ended(air, urgent).state is BroadcastState.AIRED
        assert ended(air, number).state is BroadcastState.MISSED
    assert {e.reason for e in air.log(number)} == {"Nhường sóng cho phát khẩn cấp."}


def test_two_broadcasts_at_once_in_one_zone_do_not_sound_together(sounds):
    air = sounds
    air.sound("vừa", 3.0)
    with running(air):
        ready(air)  # so that only the order of the broadcasts counts
        start = air.station.now() + 4 * SECOND
        first = air.plan(start, [air.cue(1, "vừa")], "ap-1", slot_key="a")
        second = air.plan(start + 1 * SECOND, [air.cue(1, "ngắn")], "ap-1", "ap-2", slot_key="b")
        ear.ring(air.station.home)
        ended(air, first)
        ended(air, second)
    assert {e.zone: e.outcome for e in air.log(second)} == {"ap-1": Outcome.FAILED, "ap-2": Outcome.FULL}
    assert [e.outcome for e in air.log(first)] == [Outcome.FULL]


def test_of_several_that_wait_for_one_sink_the_earliest_comes_first(sounds):
    from broadcaster.playout.sinks.pipe import PipeOptions, PipeSink

    air = sounds
    with running(air, sinks={"main": PipeSink("main", PipeOptions(command=["tee", "/dev/null"]), site())}):
        ready(air)
        start = air.station.now() + 4 * SECOND
        numbers = [
            air.plan(start + n * 1.4 * SECOND, [air.cue(1, "ngắn")], "ap-1", slot_key=f"k{n}", late="skip")
            for n in range(5)
        ]
        ear.ring(air.station.home)
        for number in numbers:
            assert ended(air, number).state is BroadcastState.AIRED


def test_muted_sound_does_not_count_as_heard(sounds):
    air = sounds
    air.sound("vừa", 2.0)
    number = air.plan(air.station.now() + 0.4 * SECOND, [air.cue(1, "vừa")], "ap-1")
    with running(air) as playout:
        until(lambda: any(one.phase == "air" and one.lanes[0].on_item for one in playout.airings()))
        mutes.mute(air.station, machine(), "ap-1", why="đám tang", seen=["ap-2"])
        ended(air, number)
        assert playout.status()["muted"] == ["main"]
    (entry,) = air.log()
    assert entry.outcome is Outcome.PARTIAL
    assert entry.cause is Cause.MUTED
    assert entry.reason == "Tắt tiếng theo lệnh của tự động: đám tang."
    assert entry.also == ["ap-2"]


def test_a_thousand_commands_in_a_burst_are_each_answered_once_and_in_order(sounds):
    from sqlalchemy import select

    from broadcaster.db.models import Command

    air = sounds
    number = air.plan(air.station.now() + 600 * SECOND, [air.cue(1, "ngắn")], "ap-1")
    with air.station.db.write() as session:
        for n in range(1000):
            verb, arguments = ("mute", "unmute")[n % 2], {"zone": "ap-1", "outputs": ["main"]}
            session.add(Command(verb=verb, arguments=arguments, by="x", at=air.station.now(), done_at=None, answer=""))
        bad = Command(verb="skip", arguments={}, by="x", at=air.station.now(), done_at=None, answer="")
        session.add(bad)
    broadcasts.send(air.station, machine("x"), "skip", broadcast_id=number)
    with running(air) as playout:
        until(lambda: not _open_orders(air))
        assert playout.status()["muted"] == []
        assert ended(air, number).state is BroadcastState.CANCELLED
    with air.station.db.read() as session:
        answers = list(session.scalars(select(Command.answer).order_by(Command.id)))
    assert answers[:2] == ["Đã tắt tiếng đường ra main.", "Đã mở tiếng đường ra main."]
    assert answers[1000].startswith("Không thực hiện được")
    assert all(answers)


def test_a_viewer_may_not_command(sounds):
    viewer = Actor("khach", "Người xem", frozenset({Role.VIEWER}))
    with pytest.raises(ForbiddenError):
        broadcasts.send(sounds.station, viewer, "stop", zones=None)


def test_a_second_player_is_refused_while_the_first_lives(sounds):
    with running(sounds) as playout:
        until(playout.status)
        until((sounds.station.home.run / "playout.port").exists)
        with pytest.raises(AirError, match="Đã có một máy phát"):
            Playout(*beside(sounds.station), sinks={}).run(threading.Event())


def test_an_orderly_stop_fades_out_logs_and_leaves_the_rest_planned(sounds):
    air = sounds
    number = air.plan(air.station.now() + 0.4 * SECOND, [air.cue(1, "dài")], "ap-1")
    later = air.plan(air.station.now() + 20 * SECOND, [air.cue(1, "ngắn")], "ap-1", slot_key="b")
    with running(air) as playout:
        until(lambda: any(one.phase == "air" and one.lanes[0].on_item for one in playout.airings()))
    assert air.row(number).state is BroadcastState.PARTIAL
    assert not air.row(later).state.terminal
    assert air.log(later) == []
    with air.station.db.read() as session:
        assert playlog.verify(session).holds


def test_the_heartbeat_tells_what_is_on_air(sounds):
    from broadcaster.services.air import heartbeats

    air = sounds
    number = air.plan(air.station.now() + 0.4 * SECOND, [air.cue(1, "ngắn"), air.cue(2, "dài")], "ap-1")
    with running(air) as playout:
        until(lambda: any(one.phase == "air" and one.lanes[0].on_item for one in playout.airings()))
        until(lambda: heartbeats.status(air.station, "playout")[1].get("on_air"))
        alive, said = heartbeats.status(air.station, "playout")
    assert alive
    (word,) = said["on_air"]
    assert word["broadcast"] == number
    assert word["zones"] == ["ap-1"]
    assert word["item"]["title"] in {"ngắn", "dài"}
    assert said["sinks"] == {"aircheck": "ok", "main": "ok"}


@pytest.mark.slow
def test_under_a_fast_clock_an_hour_passes_in_five_seconds_and_everything_airs(tmp_path, make):
    from broadcaster.clock import FastClock
    from broadcaster.playout.host.alarm_clock import SimulatedAlarm

    air = make(tmp_path / "dai", FastClock(dt.datetime(2026, 3, 2, 21, 30, tzinfo=dt.UTC), 720), windows=ALL_DAY)
    air.sound("vừa", 30.0)
    air.zones("ap-1")
    with running(
        air, alarm=SimulatedAlarm(air.station.clock, threaded=True), manner=Manner(chunk_ms=1000, durable=False)
    ):
        ready(air)
        start = air.station.now()
        numbers = [
            air.plan(start + dt.timedelta(minutes=m), [air.script(1, "vừa")], "ap-1", slot_key=f"k{m}", late="skip")
            for m in (35, 45, 55)
        ]
        ear.ring(air.station.home)
        for number in numbers:
            assert ended(air, number).state is BroadcastState.AIRED
    assert [e.outcome for e in air.log()] == [Outcome.FULL] * 3
    air.station.close()
