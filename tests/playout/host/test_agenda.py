"""When the clerk's steps are due: each at its own time, sooner when somebody asks, and no wish is lost in between."""

from __future__ import annotations

import time

from broadcaster.clock import FrozenClock
from broadcaster.playout.host.agenda import Agenda
from tests.kit.clocks import MORNING


def test_a_step_is_due_at_first_and_again_after_its_time():
    clock = FrozenClock(MORNING)
    agenda = Agenda(clock)
    assert agenda.is_due("plan")
    agenda.done("plan", 30)
    agenda.done("beat", 10)
    clock.advance(10)
    assert (agenda.is_due("plan"), agenda.is_due("beat")) == (False, True)
    clock.advance(20)
    assert agenda.is_due("plan")


def test_whoever_asks_gets_his_step_alone_sooner():
    agenda = Agenda(FrozenClock(MORNING))
    agenda.done("plan", 30)
    agenda.done("beat", 30)
    agenda.soon("plan")
    assert (agenda.is_due("plan"), agenda.is_due("beat")) == (True, False)
    agenda.done("plan", 30)
    agenda.all_soon()
    assert agenda.is_due("plan")
    assert agenda.is_due("beat")


def test_what_is_asked_for_in_a_round_wakes_the_clerk_for_another():
    agenda = Agenda(FrozenClock(MORNING))
    agenda.begin()
    agenda.done("plan", 30)
    agenda.soon("plan")  # by another thread, after the step was done
    began = time.monotonic()
    agenda.wait(60)
    assert time.monotonic() - began < 30, "it does not wait"
    agenda.begin()
    assert agenda.is_due("plan")
