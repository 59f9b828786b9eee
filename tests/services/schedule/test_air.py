"""Every change that takes sound off the air is judged by the plan before and after it, and kept only when agreed to."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest
import tomlkit
from sqlalchemy import select

from broadcaster.db.models import AuditEvent, BroadcastRow, RotationRow
from broadcaster.domain.schedule.rotations import DayKind
from broadcaster.errors import ForbiddenError, NotFoundError, RuleError
from broadcaster.rooms import room
from broadcaster.scheduling.conflict import Kind
from broadcaster.services.schedule.air import ANYTHING, SilencesError
from broadcaster.services.schedule.conflicts import find
from broadcaster.services.schedule.days import add_exception, apply_exceptions
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.rotations import apply_rotation, retire_rotation
from broadcaster.services.station import Station
from tests.kit.clocks import later
from tests.kit.people import EDITOR, OPERATOR
from tests.kit.rotations import ROTATION
from tests.kit.scripts import approved

EXTRA = (
    ROTATION.replace('code = "thu"', 'code = "hoc-bai"')
    .replace("Lịch thử", "Tiếng loa học bài")
    .replace('code = "sang"', 'code = "hoc"')
    .replace("Buổi sáng", "Học bài")
    .replace('"05:00"', '"18:00"')
    .replace("max_minutes = 20", "max_minutes = 3")
    .replace("2026-01-01", "2026-03-04")
)
JOINS = EXTRA.replace("[rotation]", "[rotation]\njoins = true")


def starts(station: Station) -> list[str]:
    with station.db.read() as session:
        found = session.scalars(select(BroadcastRow).order_by(BroadcastRow.starts_at))
        return [f"{station.local(r.starts_at):%d %H:%M}" for r in found]


def test_nothing_of_a_change_that_nobody_agreed_to_is_kept(station: Station) -> None:
    approved(station)
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    plan(station)
    before = starts(station)
    with pytest.raises(SilencesError) as asked:
        apply_rotation(station, OPERATOR, EXTRA, "hoc-bai.toml")
    assert asked.value.told.silenced == (
        "Lịch “Tiếng loa học bài” THAY lịch “Lịch thử” từ 04/03/2026 trở đi: Buổi sáng (05:00) sẽ không phát, "
        "tất cả 400 buổi.",
    )
    with pytest.raises(SilencesError):
        apply_rotation(station, OPERATOR, EXTRA, "hoc-bai.toml", agreed="another mark")
    plan(station)
    assert starts(station) == before
    with station.db.read() as session:
        assert session.query(RotationRow).count() == 1
        assert session.query(AuditEvent).filter_by(object_id="hoc-bai").count() == 0
    done = apply_rotation(station, OPERATOR, EXTRA, "hoc-bai.toml", agreed=asked.value.told.mark)
    assert done.news.silences
    plan(station)
    assert starts(station) == ["03 05:00", *(f"{d:02} 18:00" for d in range(4, 9))]
    with station.db.read() as session:
        (event,) = session.query(AuditEvent).filter_by(object_id="hoc-bai")
        assert "sẽ không phát" in event.note


def test_slots_that_join_air_beside_those_of_the_day(station: Station) -> None:
    approved(station)
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    assert not apply_rotation(station, OPERATOR, JOINS, "hoc-bai.toml").news.silences
    plan(station)
    assert {s[3:] for s in starts(station)} == {"05:00", "18:00"}


def test_slots_that_join_and_collide_with_those_of_the_day_are_refused_with_their_day(station: Station) -> None:
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    with pytest.raises(RuleError, match=r"“Học bài” \(05:10\) và “Buổi sáng” \(05:00\) của lịch “Lịch thử” chồng giờ"):
        apply_rotation(station, OPERATOR, JOINS.replace("18:00", "05:10"), "hoc-bai.toml")


def test_an_extra_slot_that_uses_up_the_sessions_of_the_day_says_which_one_falls_silent(station: Station) -> None:
    evening = (
        ROTATION.replace("05:00", "18:30").replace("sang", "toi").replace("Buổi sáng", "Buổi tối").replace("thu", "t")
    )
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    apply_rotation(station, OPERATOR, evening.replace("[rotation]", "[rotation]\njoins = true"), "t.toml")
    strict = type(station)(
        station.home,
        station.settings.model_copy(
            update={"hours": station.settings.hours.model_copy(update={"sessions_per_day": 2})}
        ),
        station.db,
        station.clock,
    )
    with pytest.raises(SilencesError, match=r"Buổi tối \(18:30\) sẽ không phát"):
        apply_rotation(strict, OPERATOR, JOINS.replace("18:00", "17:00"), "hoc-bai.toml")


def test_retiring_a_rotation_asks_and_leaves_its_versions(station: Station) -> None:
    approved(station)
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    with pytest.raises(SilencesError) as asked:
        retire_rotation(station, OPERATOR, "thu", agreed="")
    with pytest.raises(ForbiddenError):
        retire_rotation(station, EDITOR, "thu", agreed=ANYTHING)
    retire_rotation(station, OPERATOR, "thu", agreed=asked.value.told.mark)
    with pytest.raises(NotFoundError):
        retire_rotation(station, OPERATOR, "thu", agreed=ANYTHING)
    assert plan(station).added == 0
    back = apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    assert back.lines[0] == "+ Lịch mới “Lịch thử”"
    assert plan(station).added == 6


def test_days_of_a_file_that_fall_silent_are_asked_about_together(station: Station) -> None:
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    file = "\n".join(
        f'[[exception]]\nday = 2026-{m:02}-15\nkind = "mourning"\ntitle = "Quốc tang"' for m in range(4, 7)
    )
    with pytest.raises(SilencesError, match=r"ngày 15/04/2026, 15/05/2026, 15/06/2026: Buổi sáng \(05:00\)"):
        apply_exceptions(station, OPERATOR, file, "2026.toml")
    assert apply_exceptions(station, OPERATOR, file, "2026.toml", agreed=ANYTHING).news.silences


def test_a_session_that_a_person_filled_by_hand_is_not_said_to_fall_silent(station: Station) -> None:
    approved(station)
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    plan(station)
    day = dt.date(2026, 3, 3)
    with station.db.write() as session:
        row = session.scalars(select(BroadcastRow).order_by(BroadcastRow.starts_at)).first()
        assert row is not None
        row.by_hand = True
        assert station.local(row.starts_at).date() == day
    assert not add_exception(station, OPERATOR, day, DayKind.MOURNING, "Quốc tang").news.silences
    plan(station)
    assert starts(station)[0] == "03 05:00"


def test_the_shipped_rotations_put_on_the_week_say_just_what_they_take_from_it(station: Station) -> None:
    files = {p.stem: p for p in Path(room("schedules")).glob("*.toml")}
    week = files["ngay-thuong"].read_text(encoding="utf-8")
    apply_rotation(station, OPERATOR, week, "ngay-thuong.toml")
    apply_exceptions(station, OPERATOR, files["exceptions"].read_text(encoding="utf-8"), "e.toml", agreed=ANYTHING)
    seen = apply_rotation(station, OPERATOR, files["tet"].read_text(encoding="utf-8"), "tet.toml", agreed=None)
    assert seen.news.silenced[0].startswith("Lịch “Tết Nguyên đán” THAY lịch “Tuần thường” ")
    assert "Buổi sáng (05:00)" in seen.news.silenced[0]
    storm = apply_rotation(station, OPERATOR, files["mua-bao"].read_text(encoding="utf-8"), "b.toml")
    assert not storm.news.lines
    assert "chưa có ngày nào là “Mưa bão”" in storm.never[0]
    table = tomllib.loads(week)
    table["slot"] = table["slot"][:-1]
    assert apply_rotation(station, OPERATOR, tomlkit.dumps(table), "w.toml", agreed=None).news.silences


def test_what_the_weeks_before_had_and_the_coming_ones_lack_stands_among_the_conflicts(
    station: Station,
) -> None:
    approved(station)
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    plan(station)
    later(station, days=5)
    apply_rotation(station, OPERATOR, EXTRA, "hoc-bai.toml", agreed=ANYTHING)
    plan(station)
    later(station, days=1)
    (found,) = (c for c in find(station) if c.kind is Kind.SILENCED)
    assert found.kind.grave
    assert "“Buổi sáng (05:00)” vẫn phát trong 4 tuần qua" in found.what
    assert "lịch “Tiếng loa học bài” đang thay lịch “Lịch thử”" in found.what
    retire_rotation(station, OPERATOR, "hoc-bai", agreed=ANYTHING)
    plan(station)
    assert not [c for c in find(station) if c.kind is Kind.SILENCED]


def test_a_rotation_that_rules_no_day_stands_among_the_conflicts(station: Station) -> None:
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    idle = EXTRA.replace("[rotation]", "[rotation]\npriority = -5")
    assert "lịch này không ngày nào có hiệu lực" in apply_rotation(station, OPERATOR, idle, "hoc-bai.toml").never[0]
    (found,) = (c for c in find(station) if c.kind is Kind.IDLE)
    assert "theo lịch “Lịch thử” đứng trước" in found.what
    assert not found.kind.grave
