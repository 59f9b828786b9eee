"""What nobody heard and what nothing airs is asked until somebody answers: planned again, or let be by name."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy import text as sql

from broadcaster.clock import FrozenClock
from broadcaster.db.models import AuditEvent, BroadcastRow, RotationRow
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.scheduling.conflict import Kind
from broadcaster.services.schedule import by_hand, conflicts, uptakes
from broadcaster.services.schedule.planning import plan
from broadcaster.services.scripts.four_eyes import approve
from broadcaster.services.station import Station
from tests.kit.panel import SignIn, counted
from tests.kit.people import LEADER
from tests.kit.scripts import approved

COUNT = re.compile(r"<strong>(\d+) điều cần xem")


def text(client: FlaskClient, page: str = "/schedule/conflicts") -> str:
    return html.unescape(" ".join(client.get(page).text.split()))


def count(client: FlaskClient) -> int:
    found = COUNT.search(text(client))
    return int(found[1]) if found else 0


def form_of(client: FlaskClient, mark: str) -> list[str]:
    """The marks of the form that lets a thing be."""
    forms = client.get("/schedule/conflicts").text.split('action="/schedule/let-be"')[1:]
    marks = [re.findall(r'name="mark" value="(\w+)"', form.partition("</form>")[0]) for form in forms]
    return next(found for found in marks if mark in found)


def make(station: Station, kind: Kind, state: BroadcastState, ago: dt.timedelta) -> None:
    """Let something be wrong: a session that nobody heard, or a slot that the Quy chế leaves no room for."""
    if kind is Kind.DROPPED:
        path = station.home.root / "station.toml"
        path.write_text(re.sub(r"(?m)^#? ?sessions_per_day = \d+", "sessions_per_day = 1", path.read_text()))
        assert station.settings.hours.sessions_per_day == 1
        plan(station)
        return
    with station.db.write() as session:
        row = session.scalars(
            select(BroadcastRow)
            .where(BroadcastRow.kind == BroadcastKind.ROTATION, BroadcastRow.state == BroadcastState.PLANNED)
            .order_by(BroadcastRow.starts_at)
        ).first()
        assert row is not None
        row.state, row.verdict = state, "Không phát: cúp điện."
        row.starts_at, row.ends_at = row.starts_at - ago, row.ends_at - ago


DAY = dt.timedelta(days=1)
AGO = (0 * DAY, DAY + dt.timedelta(minutes=1), 9 * DAY)
WRONG = [
    *((Kind.LOST, state, ago) for state, ago in zip(by_hand.NOBODY_HEARD, AGO, strict=True)),
    (Kind.DROPPED, BroadcastState.PLANNED, 0 * DAY),
]


@pytest.mark.medium
@pytest.mark.parametrize(("kind", "state", "ago"), WRONG)
def test_what_is_gone_stands_first_until_somebody_lets_it_be_and_again_when_that_is_taken_back(
    station: Station, sign_in: SignIn, kind: Kind, state: BroadcastState, ago: dt.timedelta
) -> None:
    make(station, kind, state, ago)
    client = sign_in("vanhanh")
    found = conflicts.find(station)
    before, (at, first) = count(client), next((n, c) for n, c in enumerate(found) if c.kind is kind)
    assert all(c.kind.ahead for c in found[:at])
    marks = form_of(client, first.marks[0])
    assert client.post("/schedule/let-be", data={"mark": marks}).status_code == 303
    after = text(client)
    assert count(client) == before - 1
    answer = next(c.answer for c in conflicts.find(station) if c.marks == first.marks)
    assert answer is not None
    assert f"{answer.by} để vậy" in after.partition("đã có người xem và để vậy")[2]
    assert client.post("/schedule/let-be", data={"mark": ["0" * 32]}).status_code == 422
    with station.db.read() as session:
        told = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert told is not None
    assert (told.verb, told.actor) == ("let be", "vanhanh")
    assert told.note in {c.what for c in conflicts.find(station)}
    client.post("/schedule/take-up", data={"mark": ",".join(marks)})
    assert count(client) == before
    assert form_of(client, first.marks[0]) == marks


def test_a_slot_that_is_let_be_is_asked_anew_as_soon_as_another_lacks_its_place(
    station: Station, sign_in: SignIn
) -> None:
    make(station, Kind.DROPPED, BroadcastState.PLANNED, 0 * DAY)
    client = sign_in("vanhanh")
    client.post("/schedule/let-be", data={"mark": [m for c in conflicts.find(station) for m in c.marks]})
    assert not [c for c in conflicts.find(station) if c.kind is Kind.DROPPED and c.answer is None]
    with station.db.write() as session:
        row = session.scalars(select(RotationRow)).first()
        assert row is not None
        slots = [s | {"start": "06:10"} if n else s for n, s in enumerate(row.definition["slot"])]
        row.definition = row.definition | {"slot": slots}
    assert [c for c in conflicts.find(station) if c.kind is Kind.DROPPED and c.answer is None]


@pytest.mark.medium
def test_a_script_that_nothing_airs_is_told_for_years_until_somebody_lets_it_be(
    station: Station, sign_in: SignIn, clock: FrozenClock
) -> None:
    day = station.today() - DAY
    number = approved(station, "Kính thưa bà con.", title="Bài không ai nhận", valid_to=day)
    clock.advance(400 * 86400)
    client = sign_in("lanhdao")
    found = next(x for x in lost(station) if x.script_id == number)
    assert "“Bài không ai nhận” đã duyệt nhưng" in text(client, "/")
    assert sign_in("bientap").post("/schedule/let-scripts-be", data={"mark": found.mark}).status_code == 403
    assert client.post("/schedule/let-scripts-be", data={"mark": found.mark}).headers["Location"].endswith("/")
    assert number not in {x.script_id for x in lost(station)}
    client.post("/schedule/take-up", data={"mark": found.mark, "page": "/"})
    assert number in {x.script_id for x in lost(station)}
    client.post("/schedule/let-scripts-be", data={"mark": found.mark})
    clock.advance(60)
    approve(station, LEADER, number)  # a new approval is a new question
    assert number in {x.script_id for x in lost(station)}


def lost(station: Station) -> list[uptakes.LostScript]:
    with station.db.read() as session:
        return uptakes.lost(station, session)


def test_what_was_heard_of_scripts_is_found_by_its_index_however_long_the_log_is(station: Station) -> None:
    with counted(station) as said:
        lost(station)
    (query,) = [q for q in said if "EXISTS" in q and "play_log" in q]
    with station.db.engine.connect() as connection:
        named = {f"p{n}": "approved" for n in range(query.count("?"))}
        for name in named:
            query = query.replace("?", f":{name}", 1)
        steps = [str(row[-1]) for row in connection.execute(sql("EXPLAIN QUERY PLAN " + query), named)]
    assert [s for s in steps if "play_log" in s and "ix_play_log_script_id" in s]
    assert not [s for s in steps if s.startswith("SCAN play_log")]


def test_planning_again_is_offered_with_its_moment_only_where_it_can_be(station: Station, sign_in: SignIn) -> None:
    make(station, Kind.LOST, BroadcastState.MISSED, 0 * DAY)
    client = sign_in("vanhanh")
    number = next(c.broadcasts[0] for c in conflicts.find(station) if c.again)
    page = text(client, f"/schedule/{number}")
    moment = re.findall(r"Xếp lại vào (\d\d:\d\d)", page)[0]
    again = text(client, client.post(f"/schedule/{number}/again").location)
    assert f"Đã xếp lại buổi này vào {moment}" in again
    path = station.home.root / "station.toml"
    path.write_text(re.sub(r"(?m)^#? ?sessions_per_day = \d+", "sessions_per_day = 1", path.read_text()))
    page = text(client, f"/schedule/{number}")
    assert "Xếp lại vào" not in page
    assert "Chưa xếp lại được. Ba ngày tới không còn giờ nào" in page


def test_only_slots_still_to_come_are_offered_to_be_left_out(station: Station, sign_in: SignIn) -> None:
    page = sign_in("vanhanh").get("/schedule/").text  # Wednesday, 17:05: both slots of today have begun
    menu = page.partition("Việc với")[2].partition("</details>")[0]
    assert "hôm nay" in menu.partition('"')[0] or "04/03/2026" in menu
    assert "Không phát Chương trình" not in menu
    assert "Không phát Chương trình buổi sáng (05:00)" in page
