"""Unattended play-out over a frozen clock: what airs, what does not, and what the log says."""

from __future__ import annotations

import datetime as dt
import threading

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.log.playlog import Outcome
from broadcaster.playout.host.clock_trust import ClockTrust
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.services.air import broadcasts
from broadcaster.services.log import playlog
from broadcaster.supervise.simulated import Simulation

MORNING = dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC)  # 05:00 on 3 March 2026 in Viet Nam
NIGHT = MORNING + dt.timedelta(hours=22, minutes=15)  # 03:15
MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)


def live_through(air, until, **options):
    with Simulation(air.station, refusal=air.refusal, **options) as simulation:
        simulation.run_until(until)


def test_a_due_broadcast_airs_whole_at_its_time_in_every_zone(air, three):
    main = SimulatedHorn("main")
    number = air.plan(MORNING, three, "ap-1", "ap-2")
    live_through(air, MORNING + 10 * MINUTE, sinks={"main": main})
    row, log = air.row(number), air.log()
    assert row.state is BroadcastState.AIRED
    assert row.verdict == "Đã phát đủ 3 mục tới 2 cụm loa, bắt đầu lúc 05:00:00."
    assert row.started_at == MORNING
    assert row.finished_at == MORNING + 4.5 * SECOND
    assert len(log) == 6
    assert {(e.item_no, e.zone) for e in log} == {(n, z) for n in (1, 2, 3) for z in ("ap-1", "ap-2")}
    assert all(e.outcome is Outcome.FULL and e.heard_ms == e.duration_ms for e in log)
    assert main.samples == round(4.5 * 48000)


def test_items_join_without_a_gap_in_time(air, three):
    air.plan(MORNING, three, "ap-1")
    live_through(air, MORNING + 10 * MINUTE)
    log = air.log()
    assert [e.started_at for e in log] == [MORNING, MORNING + SECOND, MORNING + 4 * SECOND]
    assert [e.ended_at for e in log[:2]] == [e.started_at for e in log[1:]]


def test_an_item_that_lost_its_approval_is_refused_and_the_rest_airs(air, three):
    air.approved.clear()
    number = air.plan(MORNING, three, "ap-1")
    live_through(air, MORNING + 10 * MINUTE)
    outcomes = {e.item_no: (e.outcome, e.reason) for e in air.log()}
    assert outcomes[2] == (Outcome.REFUSED, "Kịch bản chưa được duyệt.")
    assert outcomes[1][0] is outcomes[3][0] is Outcome.FULL
    assert air.row(number).state is BroadcastState.PARTIAL
    assert "chưa được duyệt" in air.row(number).verdict


def test_a_sound_changed_by_one_byte_is_refused(air, three):
    path = air.path("bản tin")
    body = bytearray(path.read_bytes())
    body[-100] ^= 1
    path.write_bytes(body)
    air.plan(MORNING, three, "ap-1")
    live_through(air, MORNING + 10 * MINUTE)
    entry = next(e for e in air.log() if e.item_no == 2)
    assert entry.outcome is Outcome.REFUSED
    assert "đã bị thay đổi" in entry.reason


def test_a_sound_that_is_gone_is_refused(air, three):
    air.path("bản tin").unlink()
    air.plan(MORNING, three, "ap-1")
    live_through(air, MORNING + 10 * MINUTE)
    assert [e.outcome for e in air.log() if e.item_no == 2] == [Outcome.REFUSED]


def test_a_broadcast_whose_every_item_is_refused_is_refused(air, three):
    number = air.plan(MORNING, [three[1]], "ap-1")
    air.approved.clear()
    live_through(air, MORNING + 10 * MINUTE)
    assert air.row(number).state is BroadcastState.REFUSED


@pytest.mark.parametrize("kind", [BroadcastKind.ROTATION, BroadcastKind.ONCE])
def test_nothing_sounds_outside_the_allowed_hours_whoever_planned_it(air, three, kind):
    main = SimulatedHorn("main")
    number = air.plan(NIGHT, three, "ap-1", kind=kind)
    live_through(air, NIGHT + 10 * MINUTE, sinks={"main": main})
    assert air.row(number).state is BroadcastState.REFUSED
    assert "03:15 nằm ngoài khung giờ" in air.row(number).verdict
    assert main.samples == 0
    assert {e.outcome for e in air.log()} == {Outcome.REFUSED}


@pytest.mark.parametrize(("by", "state"), [("chu-tich", BroadcastState.AIRED), ("", BroadcastState.REFUSED)])
def test_an_emergency_sounds_at_any_hour_once_somebody_confirmed_it(air, three, by, state):
    number = air.plan(NIGHT, three, "ap-1", kind=BroadcastKind.EMERGENCY, confirmed_by=by)
    live_through(air, NIGHT + 10 * MINUTE)
    assert air.row(number).state is state


def test_a_trial_sounds_on_the_air_check_only(air, three):
    main, check = SimulatedHorn("main"), SimulatedHorn("aircheck")
    number = air.plan(NIGHT, three, "ap-1", "ap-2", kind=BroadcastKind.TRIAL)
    live_through(air, NIGHT + 10 * MINUTE, sinks={"main": main, "aircheck": check})
    assert air.row(number).state is BroadcastState.AIRED
    assert (main.samples, check.samples) == (0, round(4.5 * 48000))
    assert {(e.zone, e.kind, e.sink) for e in air.log()} == {("aircheck", "trial", "aircheck")}


def test_the_slot_end_cuts_the_sound_and_the_log_says_so(air, three):
    number = air.plan(MORNING, three, "ap-1", ends_at=MORNING + 2 * SECOND)
    live_through(air, MORNING + 10 * MINUTE)
    log = air.log()
    assert [(e.outcome, e.heard_ms) for e in log] == [
        (Outcome.FULL, 1000),
        (Outcome.PARTIAL, 1000),
        (Outcome.MISSED, 0),
    ]
    assert log[1].reason == "Hết giờ của khung phát."
    assert air.row(number).state is BroadcastState.PARTIAL


def test_the_end_of_the_allowed_hours_cuts_even_what_may_overrun(air, three):
    start = MORNING + dt.timedelta(hours=2, minutes=30) - 2 * SECOND
    air.plan(start, three, "ap-1", overrun="finish", ends_at=start + SECOND)
    live_through(air, start + 10 * MINUTE)
    assert sum(e.heard_ms for e in air.log()) == 2000


@pytest.mark.parametrize(
    ("late", "grace_s", "state", "heard"),
    [
        ("skip", 120, BroadcastState.MISSED, 0),
        ("air", 120, BroadcastState.AIRED, 4500),
        ("air", 1, BroadcastState.MISSED, 0),
        ("join", 120, BroadcastState.PARTIAL, 2500),
    ],
)
def test_a_late_start_follows_the_slot_policy(air, three, late, grace_s, state, heard):
    number = air.plan(MORNING, three, "ap-1", late=late, grace_s=grace_s)
    air.frozen.advance(602)  # switched on two seconds late
    live_through(air, MORNING + 10 * MINUTE)
    assert air.row(number).state is state
    assert sum(e.heard_ms for e in air.log()) == heard
    assert air.row(number).verdict


def test_a_week_without_power_is_logged_as_missed_and_nothing_is_played_late(air, three):
    numbers = [air.plan(MORNING + dt.timedelta(days=d), three, "ap-1", "ap-2") for d in range(7)]
    air.frozen.advance(8 * 86400)
    main = SimulatedHorn("main")
    live_through(air, air.frozen.now() + 10 * MINUTE, sinks={"main": main})
    assert {air.row(n).state for n in numbers} == {BroadcastState.MISSED}
    assert main.samples == 0
    assert len(air.log()) == 7 * 3 * 2
    assert {e.outcome for e in air.log()} == {Outcome.MISSED}


def test_a_broadcast_taken_back_before_its_time_does_not_air(air, three):
    number = air.plan(MORNING, three, "ap-1")
    with Simulation(air.station, refusal=air.refusal) as simulation:
        simulation.run_until(MORNING - 5 * MINUTE)
        with air.station.db.write() as session:
            session.delete(session.get(BroadcastRow, number))
        simulation.run_until(MORNING + 5 * MINUTE)
    assert air.log() == []


def test_a_rundown_changed_after_pinning_airs_as_changed(air, three):
    number = air.plan(MORNING, three, "ap-1")
    with Simulation(air.station, refusal=air.refusal) as simulation:
        simulation.run_until(MORNING - 2 * MINUTE)
        with air.station.db.write() as session:
            session.get(BroadcastRow, number).rundown = (three[0],)
        simulation.run_until(MORNING + 5 * MINUTE)
    assert [e.title for e in air.log()] == ["chuông"]


def test_another_machines_broadcast_is_left_alone(air, three):
    number = air.plan(MORNING, three, "ap-1", owner="máy khác", state=BroadcastState.CUED)
    live_through(air, MORNING + 5 * MINUTE)
    assert air.row(number).state is BroadcastState.CUED
    assert air.log() == []


def test_zones_on_several_sinks_each_get_their_own_entries(air, three):
    air.zones("ap-3", sink="hai")
    a, b = SimulatedHorn("main"), SimulatedHorn("hai")
    number = air.plan(MORNING, three, "ap-1", "ap-3")
    live_through(air, MORNING + 5 * MINUTE, sinks={"main": a, "hai": b})
    assert {(e.zone, e.sink) for e in air.log()} == {("ap-1", "main"), ("ap-3", "hai")}
    assert a.samples == b.samples == round(4.5 * 48000)
    assert {e.started_at for e in air.log() if e.item_no == 1} == {MORNING}
    assert air.row(number).state is BroadcastState.AIRED


def test_a_zone_that_points_to_no_sink_is_logged_and_the_others_air(air, three):
    air.zones("ap-4", sink="khong-co")
    number = air.plan(MORNING, three, "ap-1", "ap-4")
    live_through(air, MORNING + 5 * MINUTE)
    assert {(e.zone, e.outcome) for e in air.log()} == {("ap-1", Outcome.FULL), ("ap-4", Outcome.FAILED)}
    assert air.row(number).state is BroadcastState.PARTIAL


def test_a_wrong_year_holds_the_station_until_the_clock_is_right(air, three):
    number = air.plan(MORNING, three, "ap-1")
    air.frozen.step(-20 * 365 * 86400)
    with Simulation(air.station, refusal=air.refusal) as simulation:
        simulation.playout.tick()
        assert "chắc chắn sai" in simulation.playout.status()["hold"]
        air.frozen.step(20 * 365 * 86400)
        simulation.playout.look_again()
        simulation.run_until(MORNING + 5 * MINUTE)
    assert air.row(number).state is BroadcastState.AIRED
    assert [(i.what, i.ended_at is not None) for i in air.incidents()] == [("clock", True)]


def test_the_log_of_a_week_is_a_chain_that_holds(air, three):
    for day in range(7):
        air.plan(MORNING + dt.timedelta(days=day), three, "ap-1", "ap-2")
    live_through(air, MORNING + dt.timedelta(days=7))
    with air.station.db.read() as session:
        verdict = playlog.verify(session)
    assert verdict.holds
    assert verdict.entries == 7 * 6


def test_it_airs_and_logs_on_either_database(tmp_path, database_url, make):
    air = make(tmp_path / "dai", FrozenClock(MORNING - 10 * MINUTE), url=database_url)
    air.sound("bản tin", 1.0)
    air.zones("ap-1", "ap-2")
    numbers = [air.plan(MORNING + dt.timedelta(days=d), [air.script(1, "bản tin")], "ap-1", "ap-2") for d in range(3)]
    live_through(air, MORNING + dt.timedelta(days=4))
    assert {air.row(n).state for n in numbers} == {BroadcastState.AIRED}
    assert [e.outcome for e in air.log()] == [Outcome.FULL] * 6
    with air.station.db.read() as session:
        assert playlog.verify(session).holds
    air.station.close()


def test_of_two_claims_at_once_exactly_one_succeeds(tmp_path, database_url, make):
    air = make(tmp_path / "dai", FrozenClock(MORNING - 10 * MINUTE), url=database_url)
    air.sound("bản tin", 0.1)
    number = air.plan(MORNING, [air.cue(1, "bản tin")], "ap-1")
    won, barrier = [], threading.Barrier(4)

    def claim(owner):
        barrier.wait()
        with air.station.db.write() as session:
            if broadcasts.claim(session, number, owner, MORNING):
                won.append(owner)

    threads = [threading.Thread(target=claim, args=(f"máy {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert air.row(number).owner == won[0]
    air.station.close()


def test_a_broadcast_another_machine_left_open_gets_its_verdict_here(air, three):
    number = air.plan(MORNING, three, "ap-1", owner="máy khác", state=BroadcastState.AIRING)
    live_through(air, MORNING + dt.timedelta(days=1))
    assert air.row(number).state is BroadcastState.MISSED
    assert {e.outcome for e in air.log()} == {Outcome.MISSED}


def belief(last=None):
    clock = FrozenClock(MORNING)
    return clock, ClockTrust(clock, last)


def test_a_small_step_of_the_clock_does_not_hold_the_station():
    clock, found = belief()
    clock.step(50)
    assert found.hold == ""


def test_an_hour_and_more_holds_until_it_returns_or_stays_for_ten_minutes():
    clock, found = belief()
    clock.step(2 * 3600)
    assert "nhảy tới 2.0 giờ" in found.hold
    clock.step(-2 * 3600)
    assert found.hold == ""
    clock.step(-2 * 3600)
    assert found.hold
    clock.advance(601)
    assert found.hold == ""


def test_ten_years_hold_until_a_person_looks():
    clock, found = belief()
    clock.step(10 * 365 * 86400)
    assert found.hold
    clock.advance(86400)
    assert found.hold
    found.trust()
    assert found.hold == ""


def test_a_clock_far_behind_the_last_line_of_the_journal_holds():
    _, found = belief(MORNING + dt.timedelta(hours=2))
    assert "chậm hơn lần ghi nhật ký cuối" in found.hold
    _, found = belief(MORNING + dt.timedelta(minutes=50))
    assert found.hold == ""


def test_a_clock_far_ahead_at_the_start_holds_and_a_long_life_does_not():
    _, found = belief(MORNING - dt.timedelta(days=61))
    assert "đi trước lần ghi nhật ký cuối" in found.hold
    clock, found = belief(MORNING - dt.timedelta(days=59))
    clock.advance(400 * 86400)
    assert found.hold == ""


@pytest.mark.parametrize("wrong", [-20 * 365, -30, 61, 10 * 365])
def test_a_machine_that_woke_with_a_wrong_clock_goes_on_by_itself_when_it_is_set_right(wrong):
    clock = FrozenClock(MORNING + dt.timedelta(days=wrong))
    found = ClockTrust(clock, MORNING - dt.timedelta(hours=9))
    assert found.hold
    clock.advance(3600)
    assert found.hold
    clock.step(-wrong * 86400)
    assert found.hold == ""


@pytest.mark.parametrize("years", [10, -10])
def test_a_clock_turned_this_very_moment_burns_nothing_before_the_alarm_has_seen_it(air, three, years):
    """No watch runs here that would tell of the jump: play-out itself asks before it looks at the plan."""
    number = air.plan(MORNING, three, "ap-1", late="air", grace_s=600)
    with Simulation(air.station, refusal=air.refusal) as simulation:
        simulation.run_until(MORNING - 5 * MINUTE)
        air.frozen.step(years * 365 * 86400)
        simulation.playout.look_again()
        simulation.playout.coming.reconcile()
        simulation.run_until(air.frozen.now() + 20 * MINUTE)
        assert not air.row(number).state.terminal
        air.frozen.step(-years * 365 * 86400 - 20 * 60)
        simulation.playout.look_again()
        simulation.run_until(MORNING + 5 * MINUTE)
    assert air.row(number).state is BroadcastState.AIRED


def test_a_clock_that_lies_is_forgotten_by_the_journal(air, three):
    """What was written meanwhile does not hold the next life."""
    with Simulation(air.station, refusal=air.refusal) as simulation:
        simulation.playout.tick()
        air.frozen.step(10 * 365 * 86400)
        simulation.playout.tick()
        assert simulation.playout.status()["hold"]
        air.frozen.step(-10 * 365 * 86400)
        simulation.playout.tick()
    number = air.plan(MORNING, three, "ap-1")
    live_through(air, MORNING + 5 * MINUTE)
    assert air.row(number).state is BroadcastState.AIRED


def test_an_emergency_does_not_wait_for_a_clock_that_can_be_believed(air, three):
    waits = air.plan(MORNING, three, "ap-1", late="air", grace_s=600)
    air.frozen.step(-20 * 365 * 86400)
    now = air.frozen.now()
    urgent = {"kind": BroadcastKind.EMERGENCY, "confirmed_by": "chu-tich", "late": "air", "grace_s": 600}
    with Simulation(air.station, refusal=air.refusal) as simulation:
        simulation.playout.tick()
        number = air.plan(now, [three[0]], "ap-2", slot_key="khan-cap", **urgent)
        stale = air.plan(now - 30 * MINUTE, [three[0]], "ap-2", slot_key="cu", **urgent)
        simulation.playout.look_again()
        simulation.run_until(now + MINUTE)
        assert air.row(number).state is BroadcastState.AIRED
        assert simulation.playout.status()["hold"]
    assert not air.row(waits).state.terminal
    assert not air.row(stale).state.terminal


def test_a_person_confirms_a_clock_that_is_doubted_and_the_plan_goes_on(air, three):
    from broadcaster.domain.people.roles import machine

    with Simulation(air.station, refusal=air.refusal) as simulation:
        simulation.playout.tick()
        air.frozen.step(40 * 86400)
        number = air.plan(air.frozen.now() + 10 * MINUTE, three, "ap-1")
        old = broadcasts.send(air.station, machine("vanhanh"), "trust-clock")
        air.frozen.advance(120)  # nobody knows what that person saw
        simulation.playout.tick()
        assert simulation.playout.status()["clock_doubted"]
        broadcasts.send(air.station, machine("vanhanh"), "trust-clock")
        simulation.playout.tick()
        assert not simulation.playout.status()["hold"]
        simulation.playout.look_again()
        simulation.run_until(air.frozen.now() + 15 * MINUTE)
    assert air.row(number).state is BroadcastState.AIRED
    with air.station.db.read() as session:
        from broadcaster.db.models import Command

        assert "quá muộn" in session.get(Command, old).answer
