"""The shipped rotations, zones and exception days: valid by schema, by the reader, and by the rules of the house."""

from __future__ import annotations

import copy
import datetime as dt
import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from broadcaster.domain.air.lateness import LatePolicy
from broadcaster.domain.schedule.rotations import CueStep, DayKind, Rotation, ScriptStep, ruling
from broadcaster.domain.scripts.scripts import Genre
from broadcaster.domain.setup.zones import Zone, ZoneMap
from broadcaster.rooms import room
from broadcaster.scheduling.rotation_toml import (
    ExceptionsForm,
    ZonesForm,
    parse_form,
    parse_rotation,
    plain,
    read_toml,
)
from broadcaster.settings import Settings

SCHEDULES = room("schedules")
LISTS = {"zones.toml": "zones.schema.json", "exceptions.toml": "exceptions.schema.json"}
FILES = sorted(SCHEDULES.glob("*.toml"))
ROTATION_FILES = [p for p in FILES if p.name not in LISTS]

each_file = pytest.mark.parametrize("path", FILES, ids=[p.name for p in FILES])
each_rotation = pytest.mark.parametrize("path", ROTATION_FILES, ids=[p.stem for p in ROTATION_FILES])


def table(path: Path) -> dict:
    return read_toml(path.read_text(encoding="utf-8"), name=path.name)


def validator(path: Path) -> jsonschema.Draft202012Validator:
    schema = json.loads((SCHEDULES / LISTS.get(path.name, "rotation.schema.json")).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def rotation(path: Path) -> Rotation:
    return parse_rotation(table(path), name=path.name)


def zone_map() -> ZoneMap:
    form = parse_form(ZonesForm, table(SCHEDULES / "zones.toml"), name="zones.toml")
    return ZoneMap({z.code: Zone(**z.model_dump()) for z in form.zone}, {g.code: tuple(g.zones) for g in form.group})


def day_kinds() -> dict[dt.date, DayKind]:
    form = parse_form(ExceptionsForm, table(SCHEDULES / "exceptions.toml"), name="exceptions.toml")
    kinds: dict[dt.date, DayKind] = {}
    for e in form.exception:
        for offset in range(((e.to or e.day) - e.day).days + 1):
            day = e.day + dt.timedelta(days=offset)
            assert day not in kinds, f"{day} stands twice"
            kinds[day] = e.kind
    return kinds


def cues() -> dict[str, object]:
    sounds = tomllib.loads((room("audio") / "manifest.toml").read_text(encoding="utf-8"))["sound"]
    return {s["name"]: s for s in sounds}


@each_file
def test_the_file_is_valid_by_its_schema_and_names_it(path):
    validator(path).validate(plain(table(path)))
    assert path.read_text(encoding="utf-8").startswith(f"#:schema ./{LISTS.get(path.name, 'rotation.schema.json')}\n")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t["slot"][0].update(start="25:00"),
        lambda t: t["slot"][0].update(start="5:00"),
        lambda t: t["slot"][0].update(starts="05:00"),
        lambda t: t["slot"][0].update(weekdays=["monday"]),
        lambda t: t["slot"][0].update(max_minutes=0),
        lambda t: t["slot"][0].update(late="later"),
        lambda t: t["slot"][0]["item"].append({"kind": "cue"}),
        lambda t: t["slot"][0]["item"].append({"kind": "script", "genre": "closing", "script": 1}),
        lambda t: t["rotation"].update(days="sunday"),
        lambda t: t["rotation"].pop("valid_from"),
        lambda t: t.pop("slot"),
    ],
    ids=[
        "25:00",
        "5:00",
        "unknown key",
        "weekday",
        "no minutes",
        "late",
        "cue without a name",
        "genre and script",
        "days",
        "valid_from missing",
        "no slot",
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(spoil):
    path = SCHEDULES / "ngay-thuong.toml"
    spoiled = copy.deepcopy(plain(table(path)))
    spoil(spoiled)
    assert not validator(path).is_valid(spoiled)


@each_rotation
def test_a_rotation_keeps_the_rules_of_the_house(path):
    ours = rotation(path)
    assert ours.code == path.stem
    settings = Settings()
    ours.check(zones=zone_map(), hours=settings.station_hours, cues=cues())
    for weekday in range(7):
        today = [s for s in ours.slots if weekday in s.weekdays]
        assert 1 <= len(today) <= (settings.hours.sessions_per_day or 3)
    assert all(s.max_length <= dt.timedelta(minutes=settings.hours.minutes_per_session or 45) for s in ours.slots)


@each_rotation
def test_a_late_start_still_ends_in_an_allowed_window(path):
    """`air` plays the whole up to `grace_seconds` late; even then no slot may run out of its window."""
    for slot in rotation(path).slots:
        late = slot.grace if slot.late is LatePolicy.AIR else dt.timedelta()
        start = dt.datetime.combine(dt.date(2026, 3, 2), slot.start)
        assert Settings().station_hours.allows(start + late, slot.max_length)


@each_rotation
def test_a_session_greets_first_and_takes_its_leave(path):
    for slot in rotation(path).slots:
        fixed = [s.genre for s in slot.steps if isinstance(s, ScriptStep)]
        assert fixed[0] == Genre.STATION_CALL
        assert fixed[-1] == Genre.CLOSING


def test_every_kind_of_day_has_one_rotation_and_every_priority_is_its_own():
    rotations = [rotation(p) for p in ROTATION_FILES]
    assert {r.days for r in rotations} == set(DayKind)
    assert len({r.priority for r in rotations}) == len(rotations)
    kinds = day_kinds()
    for offset in range(730):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=offset)
        kind = kinds.get(day, DayKind.ORDINARY)
        ruler = ruling(rotations, day, kind)
        assert ruler is not None
        assert ruler.days is kind


def test_the_ordinary_week_has_dawn_and_late_afternoon_and_a_short_sunday():
    slots = {s.code: s for s in rotation(SCHEDULES / "ngay-thuong.toml").slots}
    assert (slots["sang"].start, slots["chieu"].start) == (dt.time(5), dt.time(17))
    assert slots["sang"].weekdays == slots["chieu"].weekdays == frozenset(range(6))
    assert slots["chu-nhat"].weekdays == {6}
    assert slots["chu-nhat"].max_length < slots["chieu"].max_length


def test_mourning_days_are_without_music():
    for slot in rotation(SCHEDULES / "quoc-tang.toml").slots:
        assert not [s for s in slot.steps if isinstance(s, CueStep)]
        assert not [s for s in slot.steps if getattr(s, "separator", None)]


def test_the_alert_and_the_line_up_tone_are_never_scheduled():
    for path in ROTATION_FILES:
        for word in ("bao-dong", "am-chuan"):
            assert f'"{word}"' not in path.read_text(encoding="utf-8")


def test_there_are_twelve_invented_zones_in_groups_of_real_members():
    zones = zone_map()
    assert list(zones.zones) == [f"am{n:02d}" for n in range(1, 13)]
    assert all("Mẫu" in z.name for z in zones.zones.values())
    for code, members in zones.groups.items():
        assert len(zones.expand([code], where="test")) == len(set(members))
    assert set(zones.expand(["trung-tam", "dong", "tay", "ven-song"], where="test")) == set(zones.zones)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (dt.date(2026, 2, 15), None),
        (dt.date(2026, 2, 17), DayKind.TET),
        (dt.date(2026, 2, 21), None),
        (dt.date(2027, 2, 6), DayKind.TET),
        (dt.date(2026, 4, 26), DayKind.HOLIDAY),
        (dt.date(2027, 4, 16), DayKind.HOLIDAY),
        (dt.date(2026, 4, 30), DayKind.HOLIDAY),
        (dt.date(2027, 5, 1), DayKind.HOLIDAY),
        (dt.date(2026, 9, 2), DayKind.HOLIDAY),
    ],
)
def test_the_days_of_the_calendar_are_what_they_are(day, kind):
    assert day_kinds().get(day) is kind
