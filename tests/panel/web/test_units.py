"""Units are a boundary: every act on a script, an activity, a proof, a recording or a part, by every role, own and other."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select
from werkzeug.test import TestResponse

from broadcaster.db.models import Script, User
from broadcaster.domain.people.roles import PERMISSIONS, Permission
from broadcaster.domain.reports.activities import ActivityDraft
from broadcaster.domain.scripts.scripts import ScriptState
from broadcaster.services.lexicon.overrides import explained
from broadcaster.services.people import accounts
from broadcaster.services.people.boundaries import may_touch
from broadcaster.services.reports import activities
from broadcaster.services.station import Station
from tests.kit.panel import SignIn
from tests.kit.routes import TABLE
from tests.kit.seed import PEOPLE

HERE, ELSEWHERE = "vhxh", "kt"
SCRIPT = 2
REFUSED = "của đơn vị mình."
"""How every refusal of what is another unit's ends."""
ROLES = {username: roles[0] for username, _, roles in PEOPLE}
FIELDS = {"title": "Bài", "unit": HERE, "topic": "khac", "genre": "notice", "priority": "normal", "body": "Lời mới."}
ACTIVITY = {"form": "truc-tiep", "title": "Họp", "day": "2026-03-01", "topic": "khac", "unit": HERE, "attendance": "9"}
PAGES = {
    f"/scripts/{SCRIPT}": {"editor.edit", "scripts.speak", "scripts.reading", "scripts.state", "recordings.take"},
    "/activities/1": {"activities.edit", "activities.state", "activities.add_proof"},
}
"""What the page of a thing offers to whoever may change it."""
TOTALS = {"bientap": (96, 30), "vanhanh": (96, 0), "lanhdao": (96, 0), "quantri": (96, 84), "xem": (96, 84)}
"""Of each role how much was asked, and how much of it was refused."""
Data = Callable[[Station], dict[str, Any]]


def reading(station: Station) -> dict[str, Any]:
    [number] = [r.number for r in explained(station, SCRIPT).readings if r.written == "TTHC"]
    return {"number": number, "written": "TTHC", "mode": "expand", "say": "thủ tục", "seen": str(SCRIPT)}


def file(name: str) -> Data:
    return lambda _station: {name: (io.BytesIO(b"%PDF-1.4 x"), "a.pdf")}


def plain(**data: Any) -> Data:
    return lambda _station: data


ACTS: dict[str, tuple[tuple[str, Data], ...]] = {
    "editor.new": (("/scripts/new", plain(**FIELDS)),),
    "editor.edit": ((f"/scripts/{SCRIPT}/edit", plain(**FIELDS)),),
    "scripts.speak": ((f"/scripts/{SCRIPT}/speak", plain()),),
    "scripts.reading": ((f"/scripts/{SCRIPT}/reading", reading),),
    "scripts.state": (
        (f"/scripts/{SCRIPT}/state", plain(to="retire")),
        (f"/scripts/{SCRIPT}/state", plain(to="restore")),
    ),
    "recordings.take": ((f"/scripts/{SCRIPT}/recording", file("recording")),),
    "recordings.again": ((f"/scripts/{SCRIPT}/recording/again", plain()),),
    "activities.new": (("/activities/new", plain(**ACTIVITY)),),
    "activities.edit": (("/activities/1/edit", plain(**ACTIVITY)),),
    "activities.state": (("/activities/1/state", plain(to="remove")), ("/activities/1/state", plain(to="restore"))),
    "activities.add_proof": (("/activities/1/proofs", file("file")),),
    "activities.parts": (("/activities/parts", plain(unit=HERE, body="Đã làm.", to="save")),),
}
NO_THING = {
    "preview.hear_one": "listens",
    "preview.preview": "shows",
    "editor.upload": "reads a file into a form",
    "editor.drop": "a person's own draft",
    "listening.listen": "listens",
    "lexicon.new": "of the whole station",
    "lexicon.edit": "of the whole station",
    "lexicon.agree": "of the whole station",
    "lexicon.remove": "of the whole station",
    "lexicon.try_out": "of the whole station",
    "lexicon.hear_it": "of the whole station",
    "lexicon.take_in": "of the whole station",
}


@pytest.fixture
def ready(station: Station) -> Station:
    """A station with two units and an activity of the first."""
    with station.db.read() as session:
        assert session.get_one(Script, SCRIPT).unit_code == HERE
    draft = ActivityDraft(**ACTIVITY | {"attendance": 9, "day": station.today()})  # type: ignore[arg-type]
    assert activities.keep_activity(station, accounts.actor_named(station, "lanhdao"), draft) == 1
    return station


def belongs(station: Station, username: str, unit: str | None) -> None:
    with station.db.write() as session:
        session.scalars(select(User).where(User.username == username)).one().unit_code = unit


def owned(station: Station, unit: str) -> None:
    """Give the script and the activity to a unit, as they were before anybody acted on them."""
    with station.db.write() as session:
        script, row = session.get_one(Script, SCRIPT), activities.activity(session, 1)
        script.unit_code = row.unit_code = unit
        row.removed_at = None


def offers(app: Flask, page: TestResponse) -> set[str]:
    """The routes to which a page has a form or a button, and the forms that it leads to."""
    if page.status_code != 200:
        return set()
    root, routes = html.fromstring(page.text), app.url_map.bind("localhost")
    found = set()
    for form in root.xpath('//main//form[@method="post"]'):
        found.add(routes.match(urlsplit(form.get("action") or page.request.path).path, method="POST")[0])
    for address in root.xpath("//main//a/@href"):
        if address.endswith("/edit"):
            found.add(routes.match(address)[0])
    return found


def test_every_act_that_writes_is_on_a_thing_of_a_unit_or_says_why_not() -> None:
    writes = {endpoint for endpoint, asked in TABLE.items() if asked == Permission.WRITE}
    assert writes == set(ACTS) | set(NO_THING)


@pytest.mark.medium
@pytest.mark.parametrize("username", ROLES)
def test_what_belongs_to_a_unit_is_offered_to_whom_its_act_lets_and_changed_by_nobody_else(
    ready: Station, app: Flask, sign_in: SignIn, username: str
) -> None:
    """Every kind of thing, of each unit, by each unit and none, in each role: its pages, and every act on it."""
    client, rights = sign_in(username), PERMISSIONS[ROLES[username]]
    writes, above = Permission.WRITE in rights, Permission.REPORT in rights
    asked = refused = 0
    for acting in (HERE, ELSEWHERE, None):
        for owner in (HERE, ELSEWHERE):
            belongs(ready, username, acting)
            owned(ready, owner)
            mine = writes and (above or acting in {owner, None})
            for page, offered in PAGES.items():
                there = offers(app, client.get(page))
                assert there & offered == (offered if mine else set()), f"{username} of {acting}: {page} of {owner}"
                asked += 1
            for endpoint, acts in ACTS.items():
                for address, data in acts:
                    sent = {k: owner if k == "unit" else v for k, v in data(ready).items()}
                    here = {"data": sent, "content_type": "multipart/form-data", "follow_redirects": True}
                    answer = client.post(address, **here)
                    part = endpoint == "activities.parts"
                    shut = not (writes and (above or acting == owner) if part else mine)
                    unknown = endpoint.endswith(".new") and answer.status_code == 422  # is not in its list of units
                    said = answer.status_code == 403 if not writes else unknown or REFUSED in answer.text
                    assert said == shut, f"{username} of {acting}: {address} of {owner} {answer.status_code}"
                    assert answer.status_code < 500, address
                    asked, refused = asked + 1, refused + shut
    assert (asked, refused) == TOTALS[username]


@pytest.mark.parametrize("username", ["bientap", "vanhanh", "lanhdao"])
def test_a_form_is_opened_by_whom_it_would_let_save_and_names_their_units_alone(
    ready: Station, sign_in: SignIn, username: str
) -> None:
    client, above = sign_in(username), Permission.REPORT in PERMISSIONS[ROLES[username]]
    for acting in (HERE, ELSEWHERE, None):
        belongs(ready, username, acting)
        for address in (f"/scripts/{SCRIPT}/edit", "/activities/1/edit"):
            assert (client.get(address).status_code == 200) == (above or acting in {HERE, None})
        for address in ("/scripts/new", "/activities/new"):
            chosen = html.fromstring(client.get(address).text).xpath('//select[@name="unit"]/option/@value')
            assert (set(chosen) == {acting}) == (not above and acting is not None)
            assert len(chosen) > 1 or not above


def test_a_commune_that_wants_it_lets_every_editor_at_everything_but_another_unit_s_part(ready: Station) -> None:
    belongs(ready, "bientap", ELSEWHERE)
    editor = accounts.actor_named(ready, "bientap")
    loose = ready.settings.approval.model_copy(update={"open_units": True})
    wide = replace(ready, settings=ready.settings.model_copy(update={"approval": loose}))
    with ready.db.read() as session:
        script, row = session.get_one(Script, SCRIPT), activities.activity(session, 1)
        assert [may_touch(ready, session, editor, t) for t in (script, row)] == [False, False]
        assert [may_touch(wide, session, editor, t) for t in (script, row)] == [True, True]


def test_a_leader_is_told_of_an_approved_script_that_was_taken_out_of_use(ready: Station, sign_in: SignIn) -> None:
    with ready.db.read() as session:
        script = session.get_one(Script, SCRIPT)
        assert script.state is ScriptState.APPROVED
    assert "ngừng dùng" not in sign_in("lanhdao").get("/approve/").text
    sign_in("bientap").post(f"/scripts/{SCRIPT}/state", data={"to": "retire", "still": "let"})
    page = sign_in("lanhdao").get("/approve/").text
    assert "Bài đã duyệt bị ngừng dùng" in page
    assert script.title in page
