"""Every door to the set of regular slots says what it silences, asks, and changes nothing until that is agreed to."""

from __future__ import annotations

import ast
import datetime as dt
import io
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, select
from werkzeug.test import TestResponse

import broadcaster
from broadcaster.clock import FrozenClock
from broadcaster.db.models import DayException, RotationRow, ZoneGroup, ZoneRow
from broadcaster.domain.schedule.rotations import DayKind
from broadcaster.services.schedule import air, by_hand, days, rotations
from broadcaster.services.schedule.air import ANYTHING
from broadcaster.services.setup.zones import save_group
from broadcaster.services.station import Station
from tests.kit import program
from tests.kit.panel import SignIn, agree
from tests.kit.people import OPERATOR
from tests.kit.seed import ROTATION
from tests.kit.slot_forms import EVENING, shown

MORNING = "Chương trình buổi sáng (05:00)"
SLOT = "/schedule/rotations/ngay-thuong/slots/sang"
Ask = Callable[[FlaskClient], TestResponse]


def changed(text: str, **keys: Any) -> dict[str, Any]:
    """The form that saves the morning's slot otherwise."""
    form = {
        "title": "Chương trình buổi sáng",
        "start": "05:00",
        "minutes": "30",
        "weekday": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        "zone": ["all"],
        "late": "skip",
        "item": [text],
    }
    return form | keys


def upload(text: str) -> Ask:
    def send(client: FlaskClient) -> TestResponse:
        file = (io.BytesIO(text.encode()), "lich.toml")
        return confirmed(client, client.post("/schedule/rotations/upload", data={"file": file}))

    return send


def confirmed(client: FlaskClient, seen: TestResponse) -> TestResponse:
    """Apply what is shown without the agreement that the page carries; the page must have said it."""
    said = re.search("sẽ không phát|chỉ còn", seen.text)
    assert said, re.findall(r'id="[a-z-]*error">.*', seen.text)
    return client.post("/schedule/rotations/apply", data=shown(seen) | {"agreed": ""})


def slot(form: dict[str, Any]) -> Ask:
    return lambda client: confirmed(client, client.post(SLOT, data=form))


def post(url: str, **form: Any) -> Ask:
    return lambda client: client.post(url, data=form)


CUE = '{"kind": "cue", "cue": "nhac-hieu"}'
SILENT = ROTATION[: ROTATION.index("[[slot]]")] + ROTATION[ROTATION.rindex("[[slot]]") :]
RULING = (
    SILENT.replace('"ngay-thuong"', '"he"')
    .replace('title = "Lịch', 'priority = 5\ntitle = "Lịch')
    .replace("17:00", "18:00")
)
HOURS = {"windows": "16:30-19:00", "sessions_per_day": "4", "minutes_per_session": "45", "days_per_week": "6"}
ZONE = {"name": "Cụm loa", "device": "horn", "condition": "good", "sink": "main", "volume": "100"}
DOORS: dict[str, tuple[str, Ask, str]] = {
    "a slot taken out": ("vanhanh", slot(changed(CUE, do="remove")), MORNING),
    "a slot on fewer days": ("vanhanh", slot(changed(CUE, weekday=["mon"])), MORNING),
    "a slot in fewer zones": ("vanhanh", slot(changed(CUE, zone=["am01"])), MORNING),
    "a shorter slot": ("vanhanh", slot(changed(CUE, minutes="5")), "chỉ còn 5 phút thay vì 30"),
    "a slot that ends": ("vanhanh", slot(changed(CUE, valid_to="2026-06-01")), MORNING),
    "a file with a slot less": ("vanhanh", upload(SILENT), MORNING),
    "a file that rules instead": ("vanhanh", upload(RULING), MORNING),
    "an older version": (
        "vanhanh",
        post("/schedule/rotations/ngay-thuong/back", version="1"),
        "Chương trình trưa (10:45)",
    ),
    "a rotation out of use": ("vanhanh", post("/schedule/rotations/ngay-thuong/retire"), MORNING),
    "a silent day": ("vanhanh", post("/schedule/day", day="2026-03-10", kind="mourning"), MORNING),
    "an ordinary day": ("vanhanh", post("/schedule/day", day="2026-03-20", kind="ordinary"), "Lễ hội (11:30)"),
    "a slot left out of a day": (
        "vanhanh",
        post("/schedule/day", day="2026-03-10", left_out="sang"),
        MORNING,
    ),
    "any agreement": ("vanhanh", post("/schedule/day", day="2026-03-10", kind="mourning", agreed=ANYTHING), MORNING),
    "fewer hours": ("quantri", post("/settings/hours", **HOURS), MORNING),
    "fewer sessions": (
        "quantri",
        post(
            "/settings/hours", **(HOURS | {"windows": "05:00-07:30\n10:30-12:00\n16:30-19:00", "sessions_per_day": "1"})
        ),
        "Chương trình buổi chiều (17:00)",
    ),
    "a zone turned off": ("vanhanh", post("/zones/am02", still="let", **ZONE), MORNING),
    "a smaller group": (
        "vanhanh",
        post("/zones/groups/ven-song", name="Ven sông", members=["am01"]),
        "Ven sông (11:10)",
    ),
}
"""Who goes through each door, how without agreeing, and what must be said to fall silent."""

FEAST = """
[rotation]
code = "le"
title = "Ngày lễ"
days = "holiday"
valid_from = 2026-01-01
[[slot]]
code = "le"
title = "Lễ hội"
start = "11:30"
max_minutes = 5
item = [ { kind = "cue", cue = "nhac-hieu" } ]
"""
RIVER = """
[rotation]
code = "song"
title = "Ven sông"
joins = true
valid_from = 2026-01-01
[[slot]]
code = "song"
title = "Ven sông"
start = "11:10"
max_minutes = 5
zones = ["ven-song"]
item = [ { kind = "cue", cue = "nhac-hieu" } ]
"""


def prepare(station: Station, client: FlaskClient) -> None:
    """A second version, a holiday with a slot of its own, a group with one."""
    seen = client.post("/schedule/rotations/ngay-thuong/slots/new", data=EVENING)
    assert client.post("/schedule/rotations/apply", data=shown(seen)).status_code == 303
    save_group(station, OPERATOR, None, "Ven sông", ["am01", "am02"])
    for text in (FEAST, RIVER):
        rotations.apply_rotation(station, OPERATOR, text, "tệp", agreed=ANYTHING)
    days.add_exception(station, OPERATOR, dt.date(2026, 3, 20), DayKind.HOLIDAY, "Lễ", agreed=ANYTHING)


def slots_of(station: Station) -> list[object]:
    """All that the set of regular slots is made of."""
    with station.db.read() as session:
        return [
            [(r.code, r.version, r.retired_at) for r in session.scalars(select(RotationRow))],
            [(d.day, d.kind, d.left_out) for d in session.scalars(select(DayException))],
            [(g.code, g.members) for g in session.scalars(select(ZoneGroup))],
            [(z.code, z.enabled, z.sink) for z in session.scalars(select(ZoneRow))],
            station.home.settings_file.read_bytes(),
        ]


@contextmanager
def writes_judged(station: Station) -> Iterator[list[str]]:
    """Collect every statement that writes to the regular slots outside of `judged`."""
    found: list[str] = []

    def look(_c: Connection, _k: object, statement: str, *_: object) -> None:
        mine = re.match(r"(INSERT INTO|UPDATE|DELETE FROM) (rotations|day_exceptions)\b", statement)
        if mine and all(frame.name != air.judged.__name__ for frame in traceback.extract_stack()):
            found.append(statement)

    event.listen(station.db.engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(station.db.engine, "before_cursor_execute", look)


@pytest.mark.slow
def test_each_door_names_what_falls_silent_and_leaves_all_as_it_was(sign_in: SignIn, station: Station) -> None:
    with writes_judged(station) as unjudged:
        clients = {who: sign_in(who) for who in ("vanhanh", "quantri")}
        prepare(station, clients["vanhanh"])
        before = slots_of(station)
        for door, (who, ask, said) in DOORS.items():
            answer = ask(clients[who])
            assert (door, answer.status_code) == (door, 422)
            assert said in answer.text, door
            assert slots_of(station) == before, door
        assert unjudged == []


@pytest.mark.slow
def test_taking_a_day_back_is_asked_about_only_when_something_else_would_fall_silent(
    sign_in: SignIn, station: Station, clock: FrozenClock
) -> None:
    client = sign_in("vanhanh")
    rotations.apply_rotation(station, OPERATOR, FEAST, "tệp", agreed=ANYTHING)
    marked = {"day": "2026-03-20", "kind": "holiday", "title": "Lễ"}

    def mark() -> dict[str, str]:
        asked = client.post("/schedule/day", data=marked)
        mark = re.findall(r'name="agreed" value="(\w+)"', asked.text)[-1]
        page = client.post("/schedule/day", data=marked | {"agreed": mark}, follow_redirects=True).text
        return dict(
            re.findall(
                r'name="(day|to|kind|title|left_out|agreed)" value="([^"]*)"', page.partition("Hoàn tác")[0][-900:]
            )
        )

    back = mark()
    assert client.post("/schedule/day", data=back).status_code == 303
    assert [e for e in slots_of(station)[1] if e[0] == dt.date(2026, 3, 20)] == []  # type: ignore[attr-defined]
    back = mark()
    more = tomlkit.parse(FEAST)
    more["slot"][0]["max_minutes"] = 9  # type: ignore[index]
    rotations.apply_rotation(station, OPERATOR, tomlkit.dumps(more), "tệp", agreed=ANYTHING)
    assert client.post("/schedule/day", data=back).status_code == 303, "the same session, only longer"
    back = mark()
    other = FEAST.replace(
        "[[slot]]",
        '[[slot]]\ncode = "toi"\ntitle = "Tối"\nstart = "18:00"\nmax_minutes = 5\nitem = [ { kind = "cue", cue = "chuong" } ]\n[[slot]]',
        1,
    )
    rotations.apply_rotation(station, OPERATOR, other, "tệp", agreed=ANYTHING)
    asked = client.post("/schedule/day", data=back)
    assert (asked.status_code, "Tối (18:00)" in asked.text) == (422, True)


@pytest.mark.slow
def test_a_slot_is_left_out_of_a_day_by_its_menu_brought_back_by_it_and_by_undo(
    sign_in: SignIn, station: Station
) -> None:
    client, day = sign_in("vanhanh"), dt.date(2026, 3, 10)
    url = "/schedule/?week=2026-03-10"

    def left() -> list[str]:
        with station.db.read() as session:
            row = session.get(DayException, day)
            return row.left_out if row else []

    def menu(words: str) -> dict[str, str]:
        form = client.get(url).text.partition('<input type="hidden" name="day" value="2026-03-10">')[2]
        form = form.partition('<input type="hidden" name="day" value="2026-03-10">')[2].partition("</form>")[0]
        value = re.findall(r'name="left_out" value="([^"]*)">(?:(?!</button>).)*?' + re.escape(words), form, re.DOTALL)
        return {"day": day.isoformat(), "left_out": value[-1]}

    fields = menu(f"Không phát {MORNING}")
    done = agree(client, "/schedule/day", client.post("/schedule/day", data=fields))
    assert "nay là ngày thường, bỏ khung sang; lịch đã được lập lại." in done.text
    assert f"bỏ {MORNING}" in done.text
    assert left() == ["sang"]
    back = dict(
        re.findall(r'name="(day|to|kind|title|left_out|agreed)" value="([^"]*)"', done.text.partition("Hoàn tác")[0])
    )
    assert client.post("/schedule/day", data=back, follow_redirects=True).status_code == 200
    assert left() == []
    agree(client, "/schedule/day", client.post("/schedule/day", data=fields))
    assert client.post("/schedule/day", data=menu(f"Lại phát {MORNING}")).status_code == 303
    assert left() == []


@pytest.mark.slow
def test_a_rotation_that_joins_at_the_hour_of_what_people_planned_says_so_and_asks(
    sign_in: SignIn, station: Station
) -> None:
    at = dt.datetime(2026, 3, 9, 11, 12, tzinfo=station.settings.tz)
    by_hand.add(station, OPERATOR, "Họp dân", at, 10, ["am01"])
    joins = RIVER.replace("ven-song", "am02")  # another zone on the same amplifier
    told = rotations.apply_rotation(station, OPERATOR, joins, "tệp", agreed=None).news
    (line,) = told.silenced
    assert "“Ven sông” (11:10) ngày 09/03/2026 vướng giờ với “Họp dân” (11:12) đã hẹn riêng" in line
    client = sign_in("vanhanh")
    seen = client.post("/schedule/rotations/upload", data={"file": (io.BytesIO(joins.encode()), "them.toml")})
    assert line in " ".join(seen.text.split())
    assert client.post("/schedule/rotations/apply", data=shown(seen) | {"agreed": ""}).status_code == 422
    assert client.post("/schedule/rotations/apply", data=shown(seen)).status_code == 303


def test_nothing_but_what_is_judged_writes_rotations_and_days() -> None:
    root = Path(broadcaster.__file__).parent
    found: dict[str, set[str]] = {}
    words = ("RotationRow", "DayException", "retired_at", "left_out", "definition")
    for path, tree in program.trees(root, *words):
        if "migrations" in path.parts:
            continue
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef) and any(map(writes, ast.walk(function))):
                found.setdefault(path.relative_to(root).as_posix(), set()).add(function.name)
    assert found == {
        "services/schedule/rotations.py": {"apply_rotation", "retire_rotation", "retire"},
        "services/schedule/days.py": {"_set_day"},
        "services/setup/founding.py": {"_load_exceptions"},
        "panel/schedule/new_rotation.py": {"first_slot"},  # a row that is shown and never kept
    }


def writes(node: ast.AST) -> bool:
    """Whether a piece of code makes a row of the regular slots, or changes one."""
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        core = name in {"insert", "update", "delete"} and any(
            isinstance(a, ast.Name) and a.id in {"RotationRow", "DayException"} for a in node.args
        )
        return core or name in {"RotationRow", "DayException"}
    targets = node.targets if isinstance(node, ast.Assign) else []
    flat = [t for target in targets for t in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return any(isinstance(t, ast.Attribute) and t.attr in {"retired_at", "left_out", "definition"} for t in flat)
