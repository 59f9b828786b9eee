"""Threads: one that fails goes on, one that died is begun anew, and what befell either is counted and told."""

from __future__ import annotations

import threading

import pytest

from broadcaster import threads
from broadcaster.errors import RuleError
from broadcaster.threads import WatchedThread, survived
from tests.kit.waiting import until

NAME = "thử"
pytestmark = [
    pytest.mark.failing_threads,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


def fail(error: Exception) -> None:
    raise error


@pytest.mark.slow
def test_a_thread_that_fails_goes_on_and_is_told_of_when_it_fails_again_and_again() -> None:
    left = [ValueError("một"), KeyError("hai"), OSError("ba"), RecursionError("bốn")]
    done = threading.Event()

    def work() -> None:
        if left:
            raise left.pop()
        done.set()

    before = threads.failures().get(NAME, 0)
    thread = WatchedThread(work, NAME)
    thread.start()
    until(lambda: len(left) == 3)
    assert NAME not in threads.troubles(), "a single failure is survived without a word"
    assert done.wait(20)
    thread.join(5)
    assert threads.failures()[NAME] == before + 4
    assert "4 lần" in threads.troubles()[NAME]


def test_a_thread_that_died_is_begun_anew_and_told_of() -> None:
    lives, stop, death = [0], threading.Event(), threading.Event()

    def work() -> None:
        lives[0] += 1
        while not stop.wait(0.001):
            if death.is_set():
                raise SystemExit  # no `except Exception` catches it

    thread = WatchedThread(work, NAME)
    thread.start()
    until(lambda: lives[0])
    death.set()
    until(lambda: not thread.is_alive())
    death.clear()
    assert "đã chết" in threads.troubles()[NAME]
    until(lambda: lives[0] == 2)
    stop.set()
    thread.join(5)
    threads.forget(NAME)
    assert NAME not in threads.troubles(), "one that was told to end has not died"


def test_one_that_ends_in_order_while_it_is_looked_at_has_not_died(monkeypatch) -> None:
    thread = WatchedThread(lambda: go.wait(20), NAME)
    go, alive = threading.Event(), thread.is_alive

    def ends_now() -> bool:
        go.set()
        thread.join(20)
        return alive()

    thread.start()
    before = threads.failures().get(NAME, 0)
    monkeypatch.setattr(thread, "is_alive", ends_now)
    assert NAME not in threads.troubles()
    assert threads.failures().get(NAME, 0) == before


def test_one_that_is_just_beginning_has_not_died_and_a_dead_one_is_begun_anew_once() -> None:
    stop, lives, death = threading.Event(), [], threading.Event()

    def work() -> None:
        lives.append(1)
        while not stop.wait(0.001):
            if death.is_set():
                raise SystemExit

    def look() -> None:
        while not stop.is_set():
            threads.troubles()

    lookers = [threading.Thread(target=look) for _ in range(4)]
    before = threads.failures().get(NAME, 0)
    for one in lookers:
        one.start()
    many = [WatchedThread(work, NAME) for _ in range(50)]
    for thread in many:
        thread.start()
    until(lambda: len(lives) >= 50)
    assert len(lives) == 50
    assert threads.failures().get(NAME, 0) == before
    death.set()
    until(lambda: threads.failures()[NAME] >= before + 50)
    death.clear()
    until(lambda: all(thread.is_alive() for thread in many))
    stop.set()
    for one in lookers:
        one.join(20)
    for thread in many:
        thread.join(20)
    threads.forget(NAME)


def test_what_is_foreseen_is_survived_without_being_counted_as_a_failure() -> None:
    before = threads.failures().get(NAME, 0)
    with survived(NAME):
        fail(RuleError("Cơ sở dữ liệu không trả lời."))
    assert threads.failures().get(NAME, 0) == before
    with survived(NAME):
        fail(ZeroDivisionError())
    assert threads.failures()[NAME] == before + 1


def test_one_that_is_waited_for_tries_no_more() -> None:
    tried = threading.Event()

    def work() -> None:
        tried.set()
        raise ValueError

    thread = WatchedThread(work, NAME)
    thread.start()
    assert tried.wait(20)
    thread.join(20)
    assert not thread.is_alive()
