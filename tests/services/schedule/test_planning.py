"""Planning: idempotent, never touching what airs, never outside the hours."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from broadcaster.db.models import BroadcastRow, RotationRow, Script
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.in_hand import StillAirs, StillAirsError
from broadcaster.domain.log.playlog import Entry, Outcome
from broadcaster.domain.schedule.rotations import DayKind
from broadcaster.errors import ForbiddenError, RuleError
from broadcaster.services.log import playlog
from broadcaster.services.schedule.air import SilencesError
from broadcaster.services.schedule.days import add_exception
from broadcaster.services.schedule.once import air_once
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.scripts.editing import retire
from broadcaster.services.station import Station
from tests.kit.clocks import later
from tests.kit.entries import entry
from tests.kit.people import EDITOR, OPERATOR
from tests.kit.plans import in_force
from tests.kit.rotations import ROTATION
from tests.kit.scripts import approved


def rows(station: Station) -> list[BroadcastRow]:
    with station.db.read() as session:
        return list(session.scalars(select(BroadcastRow).order_by(BroadcastRow.starts_at)))


def test_a_week_is_planned_with_what_is_approved_and_a_second_time_adds_nothing(station: Station) -> None:
    number = approved(station)
    assert len(apply_rotation(station, OPERATOR, ROTATION, "thu.toml").lines) == 2
    first = plan(station)
    assert (first.added, first.changed, first.removed) == (6, 0, 0)  # noon: today's morning is over
    found = rows(station)
    assert all(station.local(r.starts_at).time() == dt.time(5) for r in found)
    assert [i.script_id for i in found[0].rundown] == [None, number]
    assert len(found[0].zones) == 12
    again = plan(station)
    assert (again.added, again.changed, again.removed, again.kept) == (0, 0, 0, 6)


def test_no_slot_holds_the_alarm_of_emergencies(station: Station) -> None:
    with pytest.raises(RuleError, match="“bao-dong” để xếp vào khung phát") as refused:
        apply_rotation(station, OPERATOR, ROTATION.replace('"nhac-hieu"', '"bao-dong"'), "thu.toml")
    assert "bao-dong" not in str(refused.value).split("Hãy chọn")[1]
    with station.db.read() as session:
        assert session.scalars(select(RotationRow)).first() is None


def test_a_withdrawn_script_leaves_what_is_planned(station: Station) -> None:
    number = approved(station)
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    plan(station)
    retire(station, EDITOR, number)
    assert plan(station).changed == 6
    assert all(len(r.rundown) == 1 for r in rows(station))


def test_what_airs_or_is_past_never_moves(station: Station) -> None:
    number = approved(station)
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    plan(station)
    with station.db.write() as session:
        row = session.scalars(select(BroadcastRow).order_by(BroadcastRow.starts_at)).first()
        assert row is not None
        row.state = BroadcastState.AIRING
        airing, before = row.id, row.rundown
    with pytest.raises(StillAirsError):
        retire(station, EDITOR, number)
    retire(station, EDITOR, number, still=StillAirs.LET)
    apply_rotation(station, OPERATOR, ROTATION.replace('"05:00"', '"06:00"'), "thu.toml")
    plan(station)
    with station.db.read() as session:
        kept = session.get_one(BroadcastRow, airing)
        assert kept.rundown == before
        assert station.local(kept.starts_at).hour == 5


def test_a_changed_rotation_moves_the_future_and_shows_the_difference(station: Station) -> None:
    approved(station)
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    plan(station)
    changed = ROTATION.replace('"05:00"', '"05:30"')
    assert apply_rotation(station, OPERATOR, changed, "thu.toml", agreed=None).lines == [
        "~ Khung sang, giờ bắt đầu thay đổi: 05:00 → 05:30"
    ]
    assert {station.local(r.starts_at).minute for r in rows(station)} == {0}
    apply_rotation(station, OPERATOR, changed, "thu.toml")
    result = plan(station)
    assert (result.added, result.removed) == (6, 6)
    assert {station.local(r.starts_at).minute for r in rows(station)} == {30}
    assert apply_rotation(station, OPERATOR, changed, "thu.toml").lines == []


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ('"05:00"', '"03:15"', "slot 1 (sang): start", "ngoài khung giờ"),
        ('"05:00"', '"25:00"', "slot 1 (sang): start", "24 giờ"),
        ('"05:00"', '"07:15"', "slot 1 (sang): start", "ngoài khung giờ"),
        ('["all"]', '["am99"]', "slot 1 (sang): zones", "am99"),
        ('"nhac-hieu"', '"nhac-la"', "slot 1 (sang): item 1: cue", "nhac-la"),
        ("max_minutes", "max_minute", "thu.toml", "max_minutes"),
        ("max_minutes = 20", "max_minutes = 0", "thu.toml", "max_minutes"),
        ('late = "join"', 'late = "later"', "thu.toml", "late"),
        ("[[slot.item]]", "[[slot.item", "thu.toml", "Dòng 15 viết sai"),
        ('kind = "fill"', 'kind = "song"', "thu.toml", "kind"),
    ],
)
def test_a_wrong_rotation_is_refused_by_place_and_changes_nothing(
    station: Station, old: str, new: str, field: str, words: str
) -> None:
    with pytest.raises(RuleError) as caught:
        apply_rotation(station, OPERATOR, ROTATION.replace(old, new, 1), "thu.toml")
    assert field in str(caught.value)
    assert words in str(caught.value)
    with station.db.read() as session:
        assert session.scalars(select(RotationRow)).all() == []


def test_overlapping_slots_are_named(station: Station) -> None:
    slot = (
        ROTATION[ROTATION.index("[[slot]]") :]
        .replace('"sang"', '"sang-2"')
        .replace('"05:00"', '"05:10"')
        .replace("Buổi sáng", "Buổi hai")
    )
    with pytest.raises(RuleError, match="chồng giờ") as caught:
        apply_rotation(station, OPERATOR, ROTATION + slot, "thu.toml")
    assert "Buổi hai" in caught.value.message
    assert "am01" in caught.value.message


def test_a_day_of_mourning_is_silent_and_can_be_taken_back(station: Station) -> None:
    approved(station)
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    day = dt.date(2026, 3, 4)
    with pytest.raises(SilencesError, match=r"ngày 04/03/2026: Buổi sáng \(05:00\) sẽ không phát") as asked:
        add_exception(station, OPERATOR, day, DayKind.MOURNING, "Quốc tang")
    plan(station)
    assert day in {station.local(r.starts_at).date() for r in rows(station)}, "what was only asked changed nothing"
    add_exception(station, OPERATOR, day, DayKind.MOURNING, "Quốc tang", agreed=asked.value.told.mark)
    plan(station)
    assert day not in {station.local(r.starts_at).date() for r in rows(station)}
    add_exception(station, OPERATOR, day, DayKind.ORDINARY, "")
    assert plan(station).added == 1


def test_caps_of_the_quy_che_are_warned_of(station: Station) -> None:
    caps = station.settings.hours.model_copy(update={"days_per_week": 3})
    strict = type(station)(station.home, station.settings.model_copy(update={"hours": caps}), station.db, station.clock)
    apply_rotation(strict, OPERATOR, ROTATION, "thu.toml")
    assert any("quá 3 ngày mỗi tuần" in w for w in plan(strict).warnings)


def test_a_single_airing_needs_an_allowed_hour_a_free_slot_and_approved_text(station: Station) -> None:
    number = approved(station)
    noon = dt.datetime(2026, 3, 2, 17, 0, tzinfo=station.settings.tz)
    first = air_once(station, OPERATOR, ["nhac-hieu", number], title="Thông báo", starts_at=noon)
    assert first
    with pytest.raises(RuleError, match="đã có buổi"):
        air_once(station, OPERATOR, [number], title="Khác", starts_at=noon)
    with pytest.raises(RuleError, match="ngoài khung giờ"):
        air_once(station, OPERATOR, [number], title="Đêm", starts_at=noon.replace(hour=3, minute=15))
    with pytest.raises(RuleError, match="chưa được duyệt"):
        air_once(station, OPERATOR, [99], title="Lạ", starts_at=noon.replace(hour=18))
    with pytest.raises(ForbiddenError):
        air_once(station, EDITOR, [number], title="Không quyền", starts_at=noon.replace(hour=18))
    assert air_once(station, OPERATOR, [number], title="Nghe thử", starts_at=noon.replace(hour=3), trial=True)


@pytest.mark.medium
def test_scripts_take_turns_over_the_week(station: Station) -> None:
    numbers = {approved(station, f"Kính thưa bà con. Đây là bài số {n}.", title=f"Bài {n}") for n in range(5)}
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    plan(station)
    heard = [i.script_id for r in rows(station) for i in r.rundown if i.script_id]
    assert set(heard) == numbers
    counts = {n: heard.count(n) for n in numbers}
    assert max(counts.values()) - min(counts.values()) <= 1


def test_a_broadcast_about_to_start_is_left_to_play_out(station: Station) -> None:
    approved(station)
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    plan(station)
    target = rows(station)[0]
    later(station, seconds=(target.starts_at - station.now()).total_seconds() - 30)
    with station.db.write() as session:
        session.get_one(BroadcastRow, target.id).title = "Đã nạp"
    plan(station)
    with station.db.read() as session:
        assert session.get_one(BroadcastRow, target.id).title == "Đã nạp"


@pytest.mark.medium
def test_the_airings_an_office_asked_for_come_first_and_are_counted_once(station: Station) -> None:
    others = [approved(station, f"Kính thưa bà con. Đây là bài số {n}.", title=f"Bài {n}") for n in range(3)]
    asked = approved(
        station, "Mời bà con đi tiêm phòng.", title="Tiêm phòng", airings=3, valid_from=dt.date(2026, 3, 4)
    )
    apply_rotation(station, OPERATOR, ROTATION.replace("max_items = 3", "max_items = 1"), "thu.toml")
    plan(station, 10)
    heard = [i.script_id for r in rows(station) for i in r.rundown if i.script_id]
    assert heard[:5] == [others[0], asked, asked, asked, others[1]]  # from 04/03, the day it becomes valid, three times
    why = [r.why for row in rows(station) for r in row.reasons if r.script_id == asked and r.chosen]
    assert why[:3] == [f"Đơn vị yêu cầu phát 3 lượt, mới phát và xếp {n}." for n in range(3)]
    # One more by hand takes one of them, and so does one that aired: a second planning counts each once.
    by_hand = station.now().replace(hour=10)
    air_once(station, OPERATOR, [asked], title="Xếp tay", starts_at=by_hand + dt.timedelta(days=7))
    plan(station, 10)
    assert sum(asked in {i.script_id for i in r.rundown} for r in rows(station)[:5]) == 2


def test_airings_before_the_script_was_valid_do_not_count(station: Station) -> None:
    number = approved(station, airings=1)
    noon = dt.datetime(2026, 3, 2, 17, 0, tzinfo=station.settings.tz)
    first = air_once(station, OPERATOR, [number], title="Thông báo", starts_at=noon)
    at = noon.astimezone(dt.UTC)
    entry = Entry(
        id=f"b{first}-1-am01",
        broadcast_id=first,
        broadcast_title="Thông báo",
        item_no=1,
        zone="am01",
        kind="script",
        title="Bài thử",
        script_id=number,
        revision=1,
        topic="khac",
        unit="vhxh",
        genre="bulletin",
        audio_sha256="a" * 64,
        planned_at=at,
        started_at=at,
        ended_at=at,
        duration_ms=1000,
        heard_ms=1000,
        outcome=Outcome.FULL,
        reason="",
        actor="tự động",
        host="may",
        sink="main",
    )
    with station.db.write() as session:
        playlog.append(session, [entry], station.now())
        session.get_one(BroadcastRow, first).state = BroadcastState.AIRED
    later(station, hours=6)
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")

    def first_reason() -> str:
        plan(station)
        return str(next(r.why for row in rows(station) for r in row.reasons if r.script_id == number))

    assert not first_reason().startswith("Đơn vị yêu cầu")  # the one asked for was heard
    with station.db.write() as session:
        session.get_one(Script, number).valid_from = dt.date(2026, 3, 3)
    assert first_reason() == "Đơn vị yêu cầu phát 1 lượt, mới phát và xếp 0."


def test_what_aired_this_morning_counts_once_for_its_topic_and_what_was_missed_not_at_all(station: Station) -> None:
    heard, missed = (
        approved(station, f"Kính thưa bà con. Bài số {n}.", title=f"Bài {n}", topic=t)
        for n, t in enumerate(("mot-cua", "khac"))
    )
    in_force(station, mot_cua=70, khac=30)
    numbers = [
        air_once(station, OPERATOR, [script], title="Buổi", starts_at=station.now() + dt.timedelta(hours=4 + n))
        for n, script in enumerate((heard, missed), 1)
    ]
    later(station, hours=8)
    with station.db.write() as session:
        row, lost = (session.get_one(BroadcastRow, n) for n in numbers)
        lines = [
            entry(row.id, 1, zone, script_id=heard, topic="mot-cua", planned_at=row.starts_at) for zone in row.zones
        ]
        playlog.append(session, lines, station.now())
        row.state, lost.state = BroadcastState.AIRED, BroadcastState.MISSED
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    plan(station)
    first = next(r for r in rows(station) if r.kind is BroadcastKind.ROTATION)
    whys = {r.script_id: r.why for r in first.reasons if r.chosen}
    assert whys == {
        heard: "Chủ đề còn xa chỉ tiêu của kế hoạch (đã 1/70 lượt).",
        missed: "Chủ đề còn xa chỉ tiêu của kế hoạch (đã 0/30 lượt).",
    }


@pytest.mark.parametrize("times", [-1, 501])
def test_an_absurd_number_of_airings_is_refused(station: Station, times: int) -> None:
    with pytest.raises(RuleError, match="Số lần phát mong muốn"):
        approved(station, airings=times)
