"""Days that are not ordinary: one, a run, a file; what breaks the form changes nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from broadcaster.db.models import DayException
from broadcaster.domain.schedule.lunar import lunar
from broadcaster.domain.schedule.rotations import DayKind
from broadcaster.errors import RuleError, printed
from broadcaster.services.schedule.air import ANYTHING, SilencesError
from broadcaster.services.schedule.days import add_exception, apply_exceptions, without_own_rotation
from broadcaster.services.schedule.planning import preview
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.station import Station
from tests.kit.people import OPERATOR
from tests.kit.rotations import ROTATION

OCTOBER = dt.date(2026, 10, 20)
ONE_LINE = 'exception = [{day = 2026-10-20, to = 2026-10-22, kind = "storm", title = "Mưa bão"}]'


def kinds(station: Station, since: int = 0) -> dict[dt.date, DayKind]:
    """Return the kinds of the days of October, or of all marked days `since` a year."""
    with station.db.read() as session:
        rows = session.scalars(select(DayException).order_by(DayException.day))
        return {r.day: r.kind for r in rows if (r.day.year >= since if since else r.day.month == 10)}


def days(*numbers: int) -> list[dt.date]:
    return [dt.date(2026, 10, n) for n in numbers]


def test_a_run_of_days_is_marked_and_taken_back_at_once(station: Station) -> None:
    add_exception(station, OPERATOR, OCTOBER, DayKind.STORM, "Bão", to=days(22)[0])
    assert kinds(station) == dict.fromkeys(days(20, 21, 22), DayKind.STORM)
    add_exception(station, OPERATOR, days(21)[0], DayKind.ORDINARY, "", to=days(22)[0])
    assert kinds(station) == {OCTOBER: DayKind.STORM}


def test_one_line_of_a_file_marks_days_says_what_changes_and_leaves_the_others(station: Station) -> None:
    add_exception(station, OPERATOR, days(1)[0], DayKind.HOLIDAY, "Ngày hội")
    add_exception(station, OPERATOR, days(21)[0], DayKind.HOLIDAY, "Lễ")
    assert apply_exceptions(station, OPERATOR, ONE_LINE, "exceptions.toml", agreed=None).lines == [
        "~ 20/10/2026: ngày thường → mưa bão",
        "~ 21/10/2026: ngày lễ “Lễ” → mưa bão",
        "~ 22/10/2026: ngày thường → mưa bão",
    ]
    assert OCTOBER not in kinds(station)
    assert len(apply_exceptions(station, OPERATOR, ONE_LINE, "exceptions.toml").lines) == 3
    assert apply_exceptions(station, OPERATOR, ONE_LINE, "exceptions.toml").lines == []
    assert kinds(station) == {days(1)[0]: DayKind.HOLIDAY, **dict.fromkeys(days(20, 21, 22), DayKind.STORM)}
    off = ONE_LINE.replace("storm", "ordinary")
    assert apply_exceptions(station, OPERATOR, off, "e").lines[0] == "~ 20/10/2026: mưa bão → ngày thường"
    assert kinds(station) == {days(1)[0]: DayKind.HOLIDAY}


def test_days_that_are_over_are_left_alone(station: Station) -> None:
    assert apply_exceptions(station, OPERATOR, ONE_LINE.replace("2026-10", "2026-02"), "e").lines == []


@pytest.mark.parametrize("last", ["2026-10-19", "2028-10-20"])
def test_a_run_that_ends_before_it_begins_or_never_changes_nothing(station: Station, last: str) -> None:
    broken = ONE_LINE.replace("[{", '[{day = 2026-10-01, kind = "tet", title = "T"}, {').replace("2026-10-22", last)
    with pytest.raises(RuleError) as error:
        apply_exceptions(station, OPERATOR, broken, "exceptions.toml")
    assert printed(error.value.field) == "exceptions.toml: exception 2: to"
    with pytest.raises(RuleError):
        add_exception(station, OPERATOR, OCTOBER, DayKind.TET, "T", to=dt.date.fromisoformat(last))
    assert kinds(station) == {}


def test_a_kind_of_day_without_a_rotation_of_its_own_is_known(station: Station) -> None:
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    with station.db.read() as session:
        assert without_own_rotation(session, OCTOBER, None, DayKind.STORM)
        assert not without_own_rotation(session, OCTOBER, None, DayKind.ORDINARY)


YEAR = """
year = 2031
[[exception]]
day = 2031-09-02
kind = "holiday"
title = "Quốc khánh"
[[exception]]
day = 2031-11-20
title = "Lễ ở trường, không phát sáng"
leave_out = ["sang"]
"""


def test_the_file_of_a_year_is_the_whole_of_that_year_and_may_leave_out_single_slots(station: Station) -> None:
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    add_exception(station, OPERATOR, dt.date(2031, 10, 1), DayKind.HOLIDAY, "Ngày hội")
    add_exception(station, OPERATOR, dt.date(2032, 1, 1), DayKind.HOLIDAY, "Năm sau")
    with pytest.raises(SilencesError, match=r"ngày 20/11/2031: Buổi sáng \(05:00\) sẽ không phát") as asked:
        apply_exceptions(station, OPERATOR, YEAR, "2031.toml")
    done = apply_exceptions(station, OPERATOR, YEAR, "2031.toml", agreed=asked.value.told.mark)
    assert done.lines == [
        "~ 02/09/2031: ngày thường → ngày lễ “Quốc khánh”",
        "~ 20/11/2031: ngày thường → ngày thường, bỏ khung sang",
        "~ 01/10/2031: ngày lễ “Ngày hội” → ngày thường",
    ]
    assert kinds(station, 2031) == {
        dt.date(2031, 9, 2): DayKind.HOLIDAY,
        dt.date(2031, 11, 20): DayKind.ORDINARY,
        dt.date(2032, 1, 1): DayKind.HOLIDAY,
    }
    assert apply_exceptions(station, OPERATOR, YEAR, "2031.toml").lines == []
    first = dt.date(2031, 11, 19)
    assert [d.occurrence.day.day for d in preview(station, first, 3).drafts] == [19, 21]
    add_exception(station, OPERATOR, dt.date(2031, 11, 20), DayKind.STORM, "Bão")
    assert len(preview(station, first, 3).drafts) == 2, "what kind of day it is does not bring the slot back"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2031-11-20", "2030-11-20", "không thuộc năm 2031"),
        ('"sang"', '"khong-co"', "khung mang mã “khong-co”"),
        ("year = 2031", 'year = "nay"', "2031.toml"),
    ],
)
def test_a_wrong_file_of_a_year_changes_nothing(station: Station, old: str, new: str, words: str) -> None:
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    with pytest.raises(RuleError) as refused:
        apply_exceptions(station, OPERATOR, YEAR.replace(old, new), "2031.toml", agreed=ANYTHING)
    assert words in str(refused.value)
    assert kinds(station, 2031) == {}


LUNAR = """
year = 2032
[[exception]]
lunar = "29/12"
lunar_to = "mùng 5/1"
kind = "tet"
title = "Tết"
[[exception]]
lunar = "rằm"
title = "Đêm rằm"
leave_out = ["sang"]
[[exception]]
day = 2032-02-25
kind = "holiday"
title = "Hội xuân"
"""


def test_a_years_file_names_lunar_days_and_runs_and_the_dry_run_says_on_which_dates_they_fall(station: Station) -> None:
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    lines = apply_exceptions(station, OPERATOR, LUNAR, "2032.toml", agreed=None).lines
    assert lines[0] == "~ 10/02/2032 (ngày 29 tháng Chạp âm lịch): ngày thường → Tết"
    assert lines[5] == "~ 15/02/2032 (mùng 5 tháng Giêng âm lịch): ngày thường → Tết"
    assert kinds(station, 2032) == {}
    apply_exceptions(station, OPERATOR, LUNAR, "2032.toml", agreed=ANYTHING)
    with station.db.read() as session:
        marked = {
            e.day: e for e in session.scalars(select(DayException).where(DayException.day >= dt.date(2032, 1, 1)))
        }
    full_moons = [day for day, e in marked.items() if e.left_out == ["sang"]]
    assert {lunar(day).day for day in full_moons} == {15}
    assert len(full_moons) in {12, 13}
    both = marked[dt.date(2032, 2, 25)]  # rằm tháng Giêng: what several entries say of a day is kept together
    assert (both.kind, both.title, both.left_out) == (DayKind.HOLIDAY, "Hội xuân", ["sang"])
    assert apply_exceptions(station, OPERATOR, LUNAR, "2032.toml").lines == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("year = 2032", "", "phải ghi year"),
        ('"29/12"', '"30/13"', "không phải một ngày của tháng"),
        ('"mùng 5/1"', '"15/8"', "trong 60 ngày sau"),
        ('"rằm"', '"rằm"\nday = 2032-01-01', "đúng một trong hai"),
        ("2032-02-25", "2032-02-11", "hai loại"),
    ],
)
def test_a_lunar_day_that_cannot_be_changes_nothing_and_says_why(
    station: Station, old: str, new: str, words: str
) -> None:
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    text = LUNAR.replace(old, new)
    with pytest.raises(RuleError, match=words):
        apply_exceptions(station, OPERATOR, text, "2032.toml", agreed=ANYTHING)
    assert kinds(station, 2032) == {}
