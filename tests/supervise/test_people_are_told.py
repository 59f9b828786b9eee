"""A real `loa up` whose broadcast falls silent: the message arrives at a receiver, and the end of it too."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socket
from pathlib import Path

import psutil
import pytest

from broadcaster.clock import FrozenClock
from broadcaster.home import Home
from broadcaster.services.air import heartbeats
from broadcaster.supervise import stand_in
from tests.kit.clocks import NOON
from tests.kit.receivers import receiving
from tests.kit.silence import living
from tests.kit.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.skipif(os.name != "posix", reason="signals")]


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def test_silence_on_the_air_reaches_a_person_and_so_does_its_end(tmp_path: Path) -> None:
    with receiving() as receiver, living(tmp_path / "home", f"{receiver.address}/bao", free_port()) as one:
        station = one.station

        def said() -> list[str]:
            return [json.loads(came.body)["body"] for came in receiver.came]

        until(lambda: heartbeats.status(station, "playout")[0], 90, every=0.2)
        one.fall_silent(dt.timedelta(seconds=12))
        until(lambda: any("im lặng" in words for words in said()), 120, every=0.2)
        until(lambda: any(words.startswith("Đầu ra có tiếng lại") for words in said()), 120, every=0.2)
        assert sum("im lặng" in words and not words.startswith("Đầu ra") for words in said()) == 1, said()


def test_while_the_worker_hangs_another_watch_stands_in_and_ends_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that stands in is a real one; the supervisor's patience is a clock's."""
    with receiving() as receiver, living(tmp_path / "home", f"{receiver.address}/bao", free_port()) as one:
        one.up.send_signal(signal.SIGTERM)
        one.up.wait(60)
        clock, home = FrozenClock(NOON), Home(one.station.home.root)
        home.alerts_beat.touch()
        watch = stand_in.StandIn(home, clock)
        watch.tend()
        clock.advance(stand_in.SILENT_S - 1)
        watch.tend()
        assert children() == []
        clock.advance(2)
        watch.tend()
        try:
            (process,) = children()
            until(
                lambda: any("Máy phát không chạy" in json.loads(c.body)["body"] for c in receiver.came), 120, every=0.2
            )
            os.utime(home.alerts_beat, ns=(1, 1))
            watch.tend()
            assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
        finally:
            watch.end()


def children() -> list[psutil.Process]:
    """The watches that stand in below this process."""
    found = psutil.Process().children()
    return [p for p in found if "watch" in p.cmdline() and p.status() != psutil.STATUS_ZOMBIE]


def test_a_stand_in_that_falls_is_not_begun_again_at_once(tmp_path: Path) -> None:
    clock = FrozenClock(NOON)
    watch = stand_in.StandIn(Home(tmp_path), clock)  # there is no station: it ends by itself
    clock.advance(stand_in.SILENT_S + 1)
    watch.tend()
    try:
        (process,) = children()
        until(lambda: process.status() == psutil.STATUS_ZOMBIE, 60)
        watch.tend()
        clock.advance(stand_in.SILENT_S - 1)
        watch.tend()
        assert children() == []
    finally:
        watch.end()
