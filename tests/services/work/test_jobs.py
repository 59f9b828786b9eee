"""Background work: done once, put back when stopped, tried again when it may help, never lost."""

from __future__ import annotations

import datetime as dt
import errno
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import text

from broadcaster.db import schema
from broadcaster.db.models import Job
from broadcaster.domain.work.jobs import JobKind, JobState, JobTurn
from broadcaster.errors import EngineError, MediaError, RuleError
from broadcaster.services.station import Station
from broadcaster.services.work import jobs, performing
from broadcaster.services.work.knock import Bell
from tests.kit.clocks import later


def want(station: Station, kind: JobKind = JobKind.SPEAK, key: str = "1") -> int:
    with station.db.write() as session:
        return jobs.want(session, station.now(), kind, key, {"n": 1}, by="bientap")


def job(station: Station, number: int) -> Job:
    with station.db.read() as session:
        return session.get_one(Job, number)


def handler(body: Callable[[performing.Progress], None]) -> performing.Handlers:
    def do(_station: Station, arguments: Mapping[str, Any], progress: performing.Progress) -> None:
        assert arguments == {"by": "bientap", "n": 1}
        body(progress)

    return {JobKind.SPEAK: do}


def test_a_job_is_done_once_however_often_it_is_offered(station: Station) -> None:
    number, done = want(station), []
    assert want(station) == number
    table = handler(lambda progress: (progress(0.5), done.append(1))[1])
    assert performing.perform(station, number, table)
    assert not performing.perform(station, number, table)
    assert done == [1]
    assert (job(station, number).state, job(station, number).progress) == ("done", 1.0)
    assert jobs.due(station) == []
    assert want(station) == number
    assert jobs.due(station) == [number]


def test_two_workers_do_not_do_the_same_job(station: Station) -> None:
    number, second = want(station), []

    def body(_progress: performing.Progress) -> None:
        second.append(performing.perform(station, number, {}))

    assert performing.perform(station, number, handler(body))
    assert second == [False]


def test_a_stop_puts_the_job_back(station: Station) -> None:
    number, stop = want(station), threading.Event()

    def body(progress: performing.Progress) -> None:
        progress(0.2)
        stop.set()
        progress(0.4)
        pytest.fail("went on")

    performing.perform(station, number, handler(body), stop)
    assert (job(station, number).state, job(station, number).attempts) == ("wanted", 0)


def test_what_may_pass_is_tried_again_later_and_then_given_up(station: Station) -> None:
    number = want(station)

    def body(_progress: performing.Progress) -> None:
        raise EngineError("Mạng bận.", transient=True)

    for attempt in range(1, performing.MAX_ATTEMPTS):
        assert performing.perform(station, number, handler(body))
        assert job(station, number).state == "wanted", attempt
        assert jobs.due(station) == []
        later(station, minutes=15)
        assert jobs.due(station) == [number]
    performing.perform(station, number, handler(body))
    assert (job(station, number).state, job(station, number).error) == ("failed", "Mạng bận.")


@pytest.mark.parametrize(
    "error", [MediaError("Ổ đĩa đã đầy.", code="disk-full"), OSError(errno.ENOSPC, "No space left on device", "/x")]
)
def test_a_full_disk_is_told_in_words_and_tried_again(station: Station, error: Exception) -> None:
    number = want(station)

    def body(_progress: performing.Progress) -> None:
        raise error

    performing.perform(station, number, handler(body))
    assert job(station, number).state == "wanted"
    assert "Ổ đĩa đã đầy" in job(station, number).error


@pytest.mark.parametrize("error", [MediaError("Hết chỗ trên đĩa."), ZeroDivisionError("lỗi")])
def test_a_lasting_fault_is_kept_for_who_asked(station: Station, error: Exception) -> None:
    number = want(station)

    def body(_progress: performing.Progress) -> None:
        raise error

    assert performing.perform(station, number, handler(body))
    assert job(station, number).state == "failed"
    assert str(error) in job(station, number).error


def test_what_a_dead_worker_left_is_offered_again(station: Station) -> None:
    number = want(station)
    with station.db.write() as session:
        row = session.get_one(Job, number)
        row.state, row.claimed_at = JobState.RUNNING, station.now()
    assert performing.reconcile(station) == 0
    later(station, seconds=(performing.STALE + dt.timedelta(seconds=1)).total_seconds())
    assert performing.reconcile(station) == 1
    assert jobs.due(station) == [number]


def behind(station: Station, key: str, *others: int, or_without: bool = False) -> int:
    with station.db.write() as session:
        now = station.now()
        return jobs.want(session, now, JobKind.SPEAK, key, {"n": 1}, by="x", after=others, or_without=or_without)


def nothing(_progress: performing.Progress) -> None:
    """What a job does that has nothing to do."""


def lasting(_progress: performing.Progress) -> None:
    raise MediaError("Hết chỗ trên đĩa.")


def test_a_job_waits_for_all_that_it_stands_behind(station: Station) -> None:
    first, second = want(station, key="1"), want(station, key="2")
    last = behind(station, "last", first, second)
    assert jobs.due(station) == [first, second]
    assert not performing.perform(station, last, handler(nothing))
    assert performing.perform(station, first, handler(nothing))
    assert jobs.due(station) == [second]
    assert not performing.perform(station, last, handler(nothing))
    assert performing.perform(station, second, handler(nothing))
    assert jobs.due(station) == [last]
    assert performing.perform(station, last, handler(nothing))


def test_what_is_tried_again_later_is_waited_for(station: Station) -> None:
    first = want(station, key="1")
    last = behind(station, "last", first)

    def busy(_progress: performing.Progress) -> None:
        raise EngineError("Mạng bận.", transient=True)

    performing.perform(station, first, handler(busy))
    assert job(station, last).state == "wanted"
    assert not performing.perform(station, last, handler(nothing))


def test_what_stands_behind_a_failure_fails_too_and_says_so(station: Station) -> None:
    first = want(station, key="1")
    second = behind(station, "2", first)
    third = behind(station, "3", second)
    performing.perform(station, first, handler(lasting))
    for number in (second, third):
        assert job(station, number).state == "failed"
        assert "Việc phải xong trước (tạo bản đọc) đã không xong" in job(station, number).error
        assert "Hết chỗ trên đĩa." in job(station, number).error
    assert jobs.due(station) == []
    assert job(station, behind(station, "late", first)).state == "failed"


def test_what_can_do_without_goes_on_after_a_failure(station: Station) -> None:
    first, other = want(station, key="1"), want(station, key="2")
    last = behind(station, "last", first, other, or_without=True)
    performing.perform(station, first, handler(lasting))
    assert not performing.perform(station, last, handler(nothing))
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
        "Việc phải xong trước (tạo bản đọc) đã không xong. Người dùng đã dừng việc đó.",
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
    performing.perform(station, first, handler(lasting))
    assert job(station, last).state == "failed"
    assert behind(station, "last", other) == last
    performing.perform(station, other, handler(nothing))
    assert jobs.due(station) == [last]


def test_what_changed_while_it_was_done_is_done_again(station: Station) -> None:
    number = want(station)

    def meanwhile(_progress: performing.Progress) -> None:
        later(station, seconds=1)
        assert want(station) == number

    assert performing.perform(station, number, handler(meanwhile))
    assert jobs.due(station) == [number]
    assert performing.perform(station, number, handler(nothing))
    assert jobs.due(station) == []
    assert (job(station, number).state, job(station, number).attempts) == (JobState.DONE, 1)


def test_a_person_stops_a_job_and_what_is_stopped_does_not_come_back(station: Station) -> None:
    number, stop = want(station), threading.Event()

    def body(progress: performing.Progress) -> None:
        with station.db.write() as session:
            assert jobs.cancel(session, station.now(), number)
        progress(0.5)
        pytest.fail("went on")

    assert performing.perform(station, number, handler(body), stop)
    assert job(station, number).state is JobState.CANCELLED
    assert jobs.due(station) == []


def test_the_turn_goes_before_age_and_age_before_number(station: Station) -> None:
    kinds = (JobKind.BACKUP, JobKind.STARTER, JobKind.SPEAK, JobKind.TRIAL, JobKind.EMERGENCY_VOICE)
    wanted = {kind: want(station, kind) for kind in kinds}
    assert jobs.due(station) == [wanted[kind] for kind in (kinds[4], kinds[3], kinds[2], kinds[0], kinds[1])]
    assert jobs.due(station, JobTurn.WAITING) == [wanted[kinds[4]], wanted[kinds[3]]]
    done: list[JobKind] = []
    table = {kind: lambda _s, _a, _p, kind=kind: done.append(kind) for kind in kinds}
    while performing.perform_next(station, table, up_to=JobTurn.WAITING):
        pass
    assert done == [kinds[4], kinds[3]]
    performing.perform(station, wanted[kinds[0]], table)
    later(station, seconds=1)
    assert want(station, kinds[0]) == wanted[kinds[0]]  # wanted anew it is younger than what waited meanwhile
    while performing.perform_next(station, table, up_to=JobTurn.UPKEEP):
        pass
    assert done[2:] == [kinds[0], kinds[2], kinds[1], kinds[0]]


def test_many_workers_do_each_job_once(station: Station) -> None:
    numbers = {want(station, key=str(n)) for n in range(24)}
    done: list[int] = []
    start, lock = threading.Barrier(4), threading.Lock()

    def work() -> None:
        def one(_station: Station, _arguments: Mapping[str, Any], _progress: performing.Progress) -> None:
            with lock:
                done.append(1)

        start.wait()
        while performing.perform_next(station, {JobKind.SPEAK: one}, up_to=JobTurn.UPKEEP) or jobs.due(station):
            pass

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(done) == len(numbers)
    assert all(job(station, n).state is JobState.DONE and job(station, n).attempts == 1 for n in numbers)


def taken_by(station: Station, number: int, owner: str) -> None:
    with station.db.write() as session:
        row = session.get_one(Job, number)
        row.state, row.claimed_by, row.claimed_at = JobState.RUNNING, owner, station.now()


def test_a_job_in_hand_is_renewed_and_kept(station: Station) -> None:
    number = want(station)

    def long(progress: performing.Progress) -> None:
        later(station, seconds=(performing.STALE + dt.timedelta(seconds=1)).total_seconds())
        performing.renew(station)
        assert performing.reconcile(station) == 0
        progress(0.5)

    assert performing.perform(station, number, handler(long))
    assert job(station, number).state is JobState.DONE


def test_a_worker_that_starts_frees_only_what_the_dead_of_its_machine_held(station: Station) -> None:
    host = socket.gethostname()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    dead, alive, elsewhere = (want(station, key=k) for k in "123")
    taken_by(station, dead, f"{host}:{gone.pid}")
    taken_by(station, alive, f"{host}:{os.getppid()}")
    taken_by(station, elsewhere, f"xa-khac:{gone.pid}")
    performing.release_dead(station)
    assert jobs.due(station) == [dead]


def test_who_lost_a_job_to_another_worker_writes_nothing_more(station: Station) -> None:
    number = want(station)

    def slow(progress: performing.Progress) -> None:
        taken_by(station, number, "xa-khac:7")
        progress(0.9)
        pytest.fail("went on")

    assert performing.perform(station, number, handler(slow))
    assert (job(station, number).state, job(station, number).claimed_by) == (JobState.RUNNING, "xa-khac:7")
    assert job(station, number).progress == 0.0


def test_a_wish_knocks_when_it_is_committed_and_only_then(station: Station) -> None:
    bell = Bell(station.home.run)
    with pytest.raises(ZeroDivisionError), station.db.write() as session:
        jobs.want(session, station.now(), JobKind.PLAN, "x", {}, by="x")
        raise ZeroDivisionError
    assert not bell.wait(0.1)
    with station.db.write() as session:
        jobs.want(session, station.now(), JobKind.PLAN, "x", {}, by="x")
        assert not bell.wait(0.1)
    assert bell.wait(5)
    bell.close()
    want(station, key="nobody listens")


def test_what_waits_at_an_upgrade_is_done_after_it_in_its_turn(station: Station) -> None:
    schema.downgrade(station.db, "0013")
    older = text(
        'INSERT INTO jobs (kind, key, arguments, state, progress, attempts, run_after, error, "by", created_at) '
        "VALUES (:kind, 'x', '{}', :state, 0, 0, :at, '', 'x', :at)"
    )
    at = station.now() if station.db.url.startswith("postgresql") else f"{station.now():%Y-%m-%d %H:%M:%S.%f}"
    with station.db.write() as session:
        for kind, state in (
            ("backup", "wanted"),
            ("speak", "wanted"),
            ("record", "done"),
            ("emergency-voice", "wanted"),
        ):
            session.execute(older, {"kind": kind, "state": state, "at": at})
    schema.upgrade(station.db)
    done: list[JobKind] = []
    table = {kind: lambda _s, _a, _p, kind=kind: done.append(kind) for kind in JobKind}
    while performing.perform_next(station, table, up_to=JobTurn.UPKEEP):
        pass
    assert done == [JobKind.EMERGENCY_VOICE, JobKind.SPEAK, JobKind.BACKUP]
