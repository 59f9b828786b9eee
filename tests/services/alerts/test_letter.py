"""The weekly letter: once, on Monday morning, when it is wanted, with numbers that the rows bear out."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.db.queries import alerts as rows
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, Origin
from broadcaster.domain.alerts.book import AlertBook
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.troubles import Trouble, TroubleKind
from broadcaster.services.alerts import letter
from broadcaster.services.alerts.outbox import Outbox
from tests.kit.air import Air, make_air
from tests.kit.clocks import NOON

S = BroadcastState
DAY = dt.timedelta(days=1)


@pytest.fixture
def air(tmp_path: Path):
    made = make_air(tmp_path / "dai", FrozenClock(NOON))  # a Monday
    made.zones("ap-1")
    made.sound("nhac", 1.0)
    yield made
    made.station.close()


def week(air: Air, *states: BroadcastState) -> None:
    for number, state in enumerate(states):
        air.plan(NOON - DAY * (number % 7 + 1), [air.cue(1, "nhac")], "ap-1", slot_key=f"thu/{number}", state=state)


def want(air: Air) -> None:
    with air.station.home.settings_file.open("a", encoding="utf-8") as file:
        file.write("[alerts]\nweekly = true\n")


def letters(air: Air) -> list[str]:
    letter.write(air.station, Outbox(air.station))
    with air.station.db.read() as session:
        return [a.sentence for a, _ in rows.page(session, 50)[0] if a.kind is TroubleKind.LETTER]


def test_it_comes_once_on_monday_morning_when_it_is_wanted(air: Air) -> None:
    assert letters(air) == []
    want(air)
    air.frozen.advance(-6 * 3600)  # 06:00
    assert letters(air) == []
    air.frozen.advance(3600)
    assert len(letters(air)) == 1
    air.frozen.advance(3 * 3600)
    assert len(letters(air)) == 1
    air.frozen.advance(DAY.total_seconds())
    assert len(letters(air)) == 1, "Tuesday"
    air.frozen.advance(6 * DAY.total_seconds())
    assert len(letters(air)) == 2


def test_a_week_in_which_all_was_heard_is_called_well_in_two_lines(air: Air) -> None:
    want(air)
    week(air, *[S.AIRED] * 9, S.CANCELLED, S.PLANNED)
    trial = {"kind": BroadcastKind.TRIAL, "origin": Origin.ONCE, "state": S.MISSED}
    air.plan(NOON - DAY, [air.cue(1, "nhac")], "ap-1", slot_key="thu/nghe", **trial)
    saved = air.station.home.backups / "loa-1.zip"
    saved.write_bytes(b"")
    os.utime(saved, (NOON.timestamp(),) * 2)
    (words,) = letters(air)
    first, second = words.split("\n")
    assert first == "Đài khỏe, tuần 23/02–01/03/2026: phát đủ 9/9 buổi."
    assert second == "Trong tuần có 0 tin báo sự cố, 0 còn mở; sao lưu gần nhất 12:00 02/03."


def test_a_week_in_which_something_was_missed_or_is_still_wrong_is_not_called_well(air: Air) -> None:
    want(air)
    week(air, S.AIRED, S.PARTIAL, S.MISSED, S.REFUSED, S.UNHEARD, S.UNKNOWN)
    book = AlertBook()
    book.begin(Trouble(TroubleKind.DISK, "", Rank.URGENT, "Đầy."), "a", NOON - DAY)
    book.begin(Trouble(TroubleKind.OUTPUT, "main", Rank.URGENT, "Hỏng."), "b", NOON - 8 * DAY)
    with air.station.db.write() as session:
        rows.keep(session, book)
    (words,) = letters(air)
    assert words == (
        "Đài có chuyện cần xem, tuần 23/02–01/03/2026: phát đủ 1/6 buổi, 1 buổi phát thiếu.\n"
        "Trong tuần có 1 tin báo sự cố, 1 còn mở; chưa sao lưu lần nào."
    )
