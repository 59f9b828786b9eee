"""Background work: done once, put back when stopped, tried again when it may help, never lost."""

from __future__ import annotations

import datetime as dt
import errno
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from broadcaster.db.models import Job
from broadcaster.errors import EngineError, MediaError, RuleError
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from tests.kit.clocks import later


def want(station: Station, kind: str = "speak", key: str = "1") -> int:
    with station.db.write() as session:
        return jobs.want(session, station.now(), kind, key, {"n": 1}, by="bientap")


def job(station: Station, number: int) -> Job:
    with station.db.read() as session:
        return session.get_one(Job, number)


def handler(body: Callable[[jobs.Progress], None]) -> Mapping[str, jobs.Handler]:
    def do(_station: Station, arguments: Mapping[str, Any], progress: jobs.Progress) -> None:
        assert arguments == {"n": 1}
        body(progress)

    return {"speak": do}


def test_a_job_is_done_once_however_often_it_is_offered(station: Station) -> None:
    number, done = want(station), []
    assert want(station) == number
    table = handler(lambda progress: (progress(0.5), done.append(1))[1])
    assert jobs.perform(station, number, table)
    assert not jobs.perform(station, number, table)
    assert done == [1]
    assert (job(station, number).state, job(station, number).progress) == ("done", 1.0)
    assert jobs.due(station) == []
    assert want(station) == number
    assert jobs.due(station) == [number]


def test_two_workers_do_not_do_the_same_job(station: Station) -> None:
    number, second = want(station), []

    def body(_progress: jobs.Progress) -> None:
        second.append(jobs.perform(station, number, {}))

    assert jobs.perform(station, number, handler(body))
    assert second == [False]


def test_a_stop_puts_the_job_back(station: Station) -> None:
    number, stop = want(station), threading.Event()

    def body(progress: jobs.Progress) -> None:
        progress(0.2)
        stop.set()
        progress(0.4)
        pytest.fail("went on")

    jobs.perform(station, number, handler(body), stop)
    assert (job(station, number).state, job(station, number).attempts) == ("wanted", 0)


def test_what_may_pass_is_tried_again_later_and_then_given_up(station: Station) -> None:
    number = want(station)

    def body(_progress: jobs.Progress) -> None:
        raise EngineError("Mạng bận.", transient=True)

    for attempt in range(1, jobs.MAX_ATTEMPTS):
        assert jobs.perform(station, number, handler(body))
        assert job(station, number).state == "wanted", attempt
        assert jobs.due(station) == []
        later(station, minutes=15)
        assert jobs.due(station) == [number]
    jobs.perform(station, number, handler(body))
    assert (job(station, number).state, job(station, number).error) == ("failed", "Mạng bận.")


@pytest.mark.parametrize(
    "error", [MediaError("Ổ đĩa đã đầy.", code="disk-full"), OSError(errno.ENOSPC, "No space left on device", "/x")]
)
def test_a_full_disk_is_told_in_words_and_tried_again(station: Station, error: Exception) -> None:
    number = want(station)

    def body(_progress: jobs.Progress) -> None:
        raise error

    jobs.perform(station, number, handler(body))
    assert job(station, number).state == "wanted"
    assert "Ổ đĩa đã đầy" in job(station, number).error


@pytest.mark.parametrize("error", [MediaError("Hết chỗ trên đĩa."), ZeroDivisionError("lỗi")])
def test_a_lasting_fault_is_kept_for_who_asked(station: Station, error: Exception) -> None:
    number = want(station)

    def body(_progress: jobs.Progress) -> None:
        raise error

    assert jobs.perform(station, number, handler(body))
    assert job(station, number).state == "failed"
    assert str(error) in job(station, number).error


def test_what_a_dead_worker_left_is_offered_again(station: Station) -> None:
    number = want(station)
    with station.db.write() as session:
        row = session.get_one(Job, number)
        row.state, row.claimed_at = "running", station.now()
    assert jobs.reconcile(station) == 0
    later(station, seconds=(jobs.STALE + dt.timedelta(seconds=1)).total_seconds())
    assert jobs.reconcile(station) == 1
    assert jobs.due(station) == [number]


def behind(station: Station, key: str, *others: int, or_without: bool = False) -> int:
    with station.db.write() as session:
        now = station.now()
        return jobs.want(session, now, "speak", key, {"n": 1}, by="x", after=others, or_without=or_without)


def nothing(_progress: jobs.Progress) -> None:
    """What a job does that has nothing to do."""


def lasting(_progress: jobs.Progress) -> None:
    raise MediaError("Hết chỗ trên đĩa.")


def test_a_job_waits_for_all_that_it_stands_behind(station: Station) -> None:
    first, second = want(station, key="1"), want(station, key="2")
    last = behind(station, "last", first, second)
    assert jobs.due(station) == [first, second]
    assert not jobs.perform(station, last, handler(nothing))
    assert jobs.perform(station, first, handler(nothing))
    assert jobs.due_behind(station, first) == []
    assert not jobs.perform(station, last, handler(nothing))
    assert jobs.perform(station, second, handler(nothing))
    assert jobs.due_behind(station, second) == jobs.due(station) == [last]
    assert jobs.perform(station, last, handler(nothing))


def test_what_is_tried_again_later_is_waited_for(station: Station) -> None:
    first = want(station, key="1")
    last = behind(station, "last", first)

    def busy(_progress: jobs.Progress) -> None:
        raise EngineError("Mạng bận.", transient=True)

    jobs.perform(station, first, handler(busy))
    assert job(station, last).state == "wanted"
    assert not jobs.perform(station, last, handler(nothing))


def test_what_stands_behind_a_failure_fails_too_and_says_so(station: Station) -> None:
    first = want(station, key="1")
    second = behind(station, "2", first)
    third = behind(station, "3", second)
    jobs.perform(station, first, handler(lasting))
    for number in (second, third):
        assert job(station, number).state == "failed"
        assert "Việc phải xong trước đã không xong" in job(station, number).error
        assert "Hết chỗ trên đĩa." in job(station, number).error
    assert jobs.due(station) == []
    assert job(station, behind(station, "late", first)).state == "failed"


def test_what_can_do_without_goes_on_after_a_failure(station: Station) -> None:
    first, other = want(station, key="1"), want(station, key="2")
    last = behind(station, "last", first, other, or_without=True)
    jobs.perform(station, first, handler(lasting))
    assert not jobs.perform(station, last, handler(nothing))
    with station.db.write() as session:
        assert jobs.cancel(session, station.now(), other)
    assert jobs.due(station) == [last]


def test_what_stands_behind_a_stopped_job_is_told_so(station: Station) -> None:
    first = want(station, key="1")
    last = behind(station, "last", first)
    with station.db.write() as session:
        jobs.cancel(session, station.now(), first)
    assert (job(station, last).state, job(station, last).error) == (
        "failed",
        "Việc phải xong trước đã không xong. Người dùng đã dừng việc đó.",
    )


def test_jobs_that_would_wait_for_each_other_are_refused(station: Station) -> None:
    first = want(station, key="1")
    second = behind(station, "2", first)
    third = behind(station, "3", second)
    with pytest.raises(RuleError, match="chờ lẫn nhau"):
        behind(station, "1", third)
    with pytest.raises(RuleError, match="chờ lẫn nhau"):
        behind(station, "2", second)
    assert jobs.due(station) == [first]


def test_what_is_offered_again_waits_for_what_it_is_asked_to_wait_for_now(station: Station) -> None:
    first, other = want(station, key="1"), want(station, key="2")
    last = behind(station, "last", first)
    jobs.perform(station, first, handler(lasting))
    assert job(station, last).state == "failed"
    assert behind(station, "last", other) == last
    jobs.perform(station, other, handler(nothing))
    assert jobs.due(station) == [last]
