"""One contract for every alarm: rings once, never early, at once when late; a real one also sees the clock jump."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest

from broadcaster.clock import FastClock, FrozenClock, SystemClock
from broadcaster.playout.host.alarm_clock import ApschedulerAlarm, JumpWatch, SimulatedAlarm
from tests.kit.waiting import until

START = dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC)


class Bench:
    """An alarm, its clock, and a way to let time pass."""

    clock: SystemClock | FastClock | FrozenClock
    alarm: Any

    def __init__(self, kind):
        if kind == "apscheduler":
            self.clock = SystemClock()
            self.alarm = ApschedulerAlarm(self.clock)
            self.unit = 0.05
        elif kind == "fast":
            self.clock = FastClock(START, 100)
            self.alarm = SimulatedAlarm(self.clock, threaded=True)
            self.unit = 5.0
        else:
            self.clock = FrozenClock(START)
            self.alarm = SimulatedAlarm(self.clock)
            self.unit = 60.0
        self.rung = []
        self.alarm.start(lambda by: None)

    def set(self, key, units):
        at = self.clock.now() + dt.timedelta(seconds=units * self.unit)
        self.alarm.set(key, at, lambda: self.rung.append((key, at, self.clock.now())))

    def wait(self, units, count=None):
        if isinstance(self.clock, FrozenClock):
            self.alarm.run_until(self.clock.now() + dt.timedelta(seconds=units * self.unit))
            return
        if count is not None:
            until(lambda: len(self.rung) >= count, 10, every=0.005)
        else:
            self.clock.sleep_until(self.clock.monotonic() + units * self.unit)

    def keys(self):
        return [key for key, _, _ in self.rung]


@pytest.fixture(params=["apscheduler", "simulated", "fast"])
def bench(request):
    made = Bench(request.param)
    yield made
    made.alarm.stop()


def test_it_rings_once_for_each_key_in_order_and_never_early(bench):
    for key, units in (("b", 2), ("a", 1), ("c", 3)):
        bench.set(key, units)
    assert bench.alarm.keys() == {"a", "b", "c"}
    bench.wait(4, count=3)
    bench.wait(2)
    assert bench.keys() == ["a", "b", "c"]
    assert all(now >= at for _, at, now in bench.rung)
    assert bench.alarm.keys() == frozenset()


def test_setting_a_key_again_replaces_it(bench):
    bench.set("a", 100)
    bench.set("a", 1)
    bench.wait(2, count=1)
    assert bench.keys() == ["a"]


def test_a_key_set_anew_while_it_rings_rings_again(bench):
    """A plan that is changed in the very second of its alarm must not lose it."""

    def ring():
        bench.rung.append(("a", bench.clock.now(), bench.clock.now()))
        if len(bench.rung) < 3:
            bench.alarm.set("a", bench.clock.now(), ring)
            if isinstance(bench.clock, SystemClock):
                bench.wait(6)  # the new one falls due while this one still runs

    bench.alarm.set("a", bench.clock.now(), ring)
    bench.wait(1, count=3)
    bench.wait(2)
    assert bench.keys() == ["a", "a", "a"]
    assert bench.alarm.keys() == frozenset()


def test_a_cancelled_alarm_does_not_ring_and_an_unknown_one_is_no_error(bench):
    bench.set("a", 1)
    bench.alarm.cancel("a")
    bench.alarm.cancel("nobody")
    bench.set("b", 2)
    bench.wait(3, count=1)
    assert bench.keys() == ["b"]


def test_a_moment_in_the_past_rings_at_once_however_old(bench):
    bench.set("a", -100_000)
    bench.wait(1, count=1)
    assert bench.keys() == ["a"]


def test_an_alarm_that_fails_does_not_keep_the_next_from_ringing(bench):
    bench.alarm.set("bad", bench.clock.now(), lambda: 1 / 0)
    bench.set("good", 1)
    bench.wait(2, count=1)
    assert bench.keys() == ["good"]


def test_many_alarms_at_one_moment_all_ring(bench):
    for n in range(60):
        bench.set(f"k{n}", 1)
    bench.wait(2, count=60)
    assert sorted(bench.keys()) == sorted(f"k{n}" for n in range(60))


def test_the_real_alarm_may_be_stopped_in_the_very_moment_in_which_it_rings(monkeypatch):
    failed = []
    monkeypatch.setattr(threading, "excepthook", failed.append)
    clock = SystemClock()
    for _ in range(60):
        alarm, rung = ApschedulerAlarm(clock, nudge=0.001), threading.Event()
        alarm.start(lambda _by: None)
        for n in range(8):
            alarm.set(f"k{n}", clock.now(), rung.set)
        assert rung.wait(5)
        alarm.stop()
    assert failed == []


def test_a_stepped_wall_clock_is_told_and_a_running_one_is_not():
    clock = FrozenClock(START)
    watch = JumpWatch(clock)
    clock.advance(1.0)
    assert watch.look() == 0
    clock.advance(1.0)
    clock.step(3600)
    assert watch.look() == pytest.approx(3600)
    clock.step(-10 * 365 * 86400)
    assert watch.look() == pytest.approx(-10 * 365 * 86400)
    assert watch.look() == 0


def test_the_real_alarm_tells_of_a_jump_within_its_nudge():
    class Stepped(SystemClock):
        by = dt.timedelta(0)

        def now(self):
            return super().now() + self.by

    clock, told, heard = Stepped(), threading.Event(), []
    alarm = ApschedulerAlarm(clock, nudge=0.05)
    alarm.start(lambda by: (heard.append(by), told.set()))
    try:
        clock.by = dt.timedelta(hours=1)
        assert told.wait(5)
        assert heard == [pytest.approx(3600, abs=1)]
    finally:
        alarm.stop()
