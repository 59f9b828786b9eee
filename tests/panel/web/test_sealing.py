"""What is confirmed is what was shown: every route that takes a form, and how it is bound to the page before it."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, Emergency, LexiconProposal, MuteRow, OutputStop, Report, Script
from broadcaster.domain.air.broadcasts import BroadcastState, ItemKind
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.emergencies import EmergencyRequest
from broadcaster.domain.people.roles import machine
from broadcaster.domain.reports.periods import parse
from broadcaster.services.air import emergencies
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.reports import drawing
from broadcaster.services.setup import restored
from broadcaster.services.setup.backup import backup, backups
from broadcaster.services.setup.elsewhere import copy_places
from broadcaster.services.setup.upgrade import asking, bundles, record
from broadcaster.services.station import Station
from tests.kit.confirming import BOUND, ROUTES, Bound
from tests.kit.page_forms import form_to
from tests.kit.panel import SignIn

ON_AIR, TOMORROW = 6, 8
REFUSED = ("Vừa được người khác sửa", "thiếu dấu của điều đã xem", "Đồng hồ vừa được chỉnh")
Rows = type[Any]


@dataclass(frozen=True)
class Door:
    """A page on which something is confirmed: who opens it, how it comes to be, what changes behind it."""

    who: str
    page: Callable[[Station], str]
    row: Rows | None
    change: Callable[[Any], None] = lambda _row: None
    to: str = ""
    """Where the form goes, when not to the page itself; `{}` stands for the key of what waits."""
    pressed: tuple[str, str] | None = None
    typed: dict[str, object] = field(default_factory=dict)


def wish() -> EmergencyRequest:
    return EmergencyRequest(title="Lũ về", text="Lũ về.", zones=("am01",), reason="Công điện", repeat_minutes=30)


def draft(station: Station) -> str:
    return f"/emergency/{emergencies.draft(station, machine(), wish())}/confirm"


def held(station: Station) -> str:
    beat(station, "playout", {"on_air": [], "sinks": {"main": "ok"}})
    number = emergencies.draft(station, machine(), wish())
    emergencies.confirm(station, machine(), number)
    with station.db.write() as session:
        session.merge(OutputStop(output="main", at=station.now(), by="vanhanh"))
    return f"/held/emergency/{number}"


def stopped(station: Station) -> str:
    with station.db.write() as session:
        row = session.get_one(BroadcastRow, ON_AIR - 1)
        row.state, row.finished_at, row.causes = BroadcastState.PARTIAL, station.now(), (Cause.PERSON_STOPPED,)
        session.get_one(BroadcastRow, ON_AIR).state = BroadcastState.AIRED
    return f"/resume/{ON_AIR - 1}"


def idle(station: Station) -> str:
    with station.db.write() as session:
        session.get_one(BroadcastRow, ON_AIR).state = BroadcastState.AIRED
        row = session.get_one(BroadcastRow, TOMORROW)
        # the seed's words are approved with others
        row.rundown = tuple(i for i in row.rundown if i.kind is ItemKind.CUE)
    return f"/schedule/{TOMORROW}/air"


def brought_back(station: Station) -> str:
    now = station.now()
    until = now + dt.timedelta(hours=3)
    ended = {"ended_at": now, "ended_by": restored.RESTORER}
    with station.db.write() as session:
        session.add(MuteRow(output="main", zone="", since=now, until=until, by="vanhanh", why="", **ended))
    (station.home.run / restored.MARK).write_text(json.dumps({"archive": "loa-1.zip"}), encoding="utf-8")
    return "/settings/restored/"


def backed_up(station: Station) -> str:
    return f"/settings/backups/{backup(station).name}/restore"


def another_backup(station: Station) -> None:
    """Of the same name, an hour older."""
    (found,) = backups(station.home)
    at = (found.at - dt.timedelta(hours=1)).timestamp()
    os.utime(found.path, (at, at))


def bundled(station: Station) -> str:
    place = record.folder(station.home) / asking.PLACE
    place.mkdir(parents=True)
    with zipfile.ZipFile(place / "a.loa", "w") as archive:
        archive.writestr(bundles.LIST, json.dumps({"version": "99.1"}))
    return "/settings/upgrade/to/99.1"


def another_bundle(station: Station) -> None:
    """Of the same version."""
    place = record.folder(station.home) / asking.PLACE
    (place / "a.loa").rename(place / "b.loa")


def placed(station: Station) -> str:
    copy_places.save(station, machine(), "nas", "folder", {"path": "/mnt/nas"}, new=True)
    return "/settings/elsewhere/places/nas/remove"


def placed_elsewhere(station: Station) -> None:
    """Of the same name."""
    copy_places.save(station, machine(), "nas", "folder", {"path": "/mnt/usb"}, new=False)


def drawn(station: Station) -> str:
    made = drawing.draw(station, machine(), parse("2026-Q1"), formats=("csv",), shapes=())
    return f"/reports/{made.id}"


def proposed(station: Station) -> str:
    with station.db.write() as session:
        row = LexiconProposal(add=entry("về trụ sở"), remove=[], by="bientap", at=station.now())
        session.add(row)
        session.flush()
        return f"/lexicon/proposals/{row.id}"


def entry(spoken: str) -> str:
    return f'[[entry]]\nwritten = "di dời"\nspoken = "{spoken}"\nmode = "expand"\n'


def to(name: str, value: object) -> Callable[[Any], None]:
    return lambda row: setattr(row, name, value)


def at(address: str) -> Callable[[Station], str]:
    return lambda _station: address


def longer(row: MuteRow) -> None:
    row.until += dt.timedelta(hours=1)


OTHER_TITLE = to("title", "Tên khác")
DOORS = {
    "approving.show": Door("lanhdao", at("/approve/7"), Script, OTHER_TITLE, pressed=("decision", "approve")),
    "emergency.confirm": Door("vanhanh", draft, Emergency, to("zones", ["all"])),
    "restored.decide": Door("vanhanh", brought_back, MuteRow, longer, to="/settings/restored/{}/let"),
    "restored.all_seen": Door("quantri", brought_back, MuteRow, longer, to="/settings/restored/seen"),
    "settings.restore": Door("quantri", backed_up, None),
    "upgrading.begin": Door("quantri", bundled, None),
    "elsewhere.remove_place": Door("quantri", placed, None),
    "reports.issue": Door(
        "lanhdao",
        drawn,
        Report,
        to("content_sha256", "0" * 64),
        to="{here}/issue",
        typed={"issued_number": "5/BC-UBND", "issued_on": "2026-03-04"},
    ),
    "onair.resume": Door("vanhanh", stopped, BroadcastRow, OTHER_TITLE),
    "onair.held": Door("vanhanh", held, Emergency, to("repeat_minutes", 5)),
    "onair.trust_clock": Door("vanhanh", at("/trust-clock"), None),
    "calendar.command": Door("vanhanh", idle, BroadcastRow, to("zones", ["am01"])),
    "timetable.move": Door(
        "vanhanh", at(f"/schedule/{TOMORROW}/move"), BroadcastRow, OTHER_TITLE, typed={"to": "2026-03-05T17:20"}
    ),
    "timetable.copy": Door(
        "vanhanh", at(f"/schedule/{TOMORROW}/copy"), BroadcastRow, OTHER_TITLE, typed={"to": "2026-03-06T17:20"}
    ),
    "lexicon.decide": Door(
        "lanhdao", proposed, LexiconProposal, to("add", entry("về nhà cũ")), pressed=("do", "accept")
    ),
}
ANOTHER = {
    "settings.restore": another_backup,
    "upgrading.begin": another_bundle,
    "elsewhere.remove_place": placed_elsewhere,
}
"""What changes meanwhile that is no row."""


def test_every_route_that_takes_a_form_is_bound_to_what_was_shown(app: Flask) -> None:
    takes = {r.endpoint for r in app.url_map.iter_rules() if "POST" in (r.methods or ())}
    forms = {endpoint for endpoint in takes if not endpoint.startswith("api.")}
    assert forms == set(BOUND), "a new form says how it is bound, or is sealed"
    assert len(BOUND) == sum(len(names.split()) for names in ROUTES.values()), "each stands once"


def test_a_page_that_only_asks_for_a_yes_is_sealed_or_only_makes_quiet(app: Flask) -> None:
    """Found by the routes themselves: what answers both to a look and to a press, and has nothing to type."""
    both = {r.endpoint for r in app.url_map.iter_rules() if {"GET", "POST"} <= set(r.methods or ())}
    assert app.jinja_loader is not None
    asking = set()
    for name in app.jinja_env.list_templates():
        source = app.jinja_loader.get_source(app.jinja_env, name)[0]
        for opening, body in re.findall(r"(<form\b[^>]*method=\"post\"[^>]*>)(.*?)</form>", source, re.DOTALL):
            typed = re.search(r"<(textarea|select)|parts\.field|<input(?![^>]*type=\"hidden\")|{% include", body)
            named = re.search(r"url_for\('([\w.]+)'", opening)
            if named and not typed:
                asking.add(named[1])
    asking &= both
    assert {"onair.resume", "calendar.command"} <= asking
    assert {BOUND[endpoint] for endpoint in asking} <= {Bound.SEAL, Bound.QUIET}


def test_each_seal_has_a_door_that_is_tried() -> None:
    assert set(DOORS) == {endpoint for endpoint, how in BOUND.items() if how is Bound.SEAL}


@pytest.mark.medium
@pytest.mark.parametrize("endpoint", DOORS)
def test_what_changed_since_it_was_shown_is_not_done(
    app: Flask, sign_in: SignIn, station: Station, clock: FrozenClock, endpoint: str
) -> None:
    door = DOORS[endpoint]
    if endpoint == "onair.trust_clock":
        beat(station, "playout", {"on_air": [], "sinks": {"main": "ok"}, "hold": "x", "clock_doubted": True})
    page, client = door.page(station), sign_in(door.who)
    address = door.to.format(*[w.key for w in restored.waiting(station)], here=page) or page
    assert app.url_map.bind("localhost").match(address, method="POST")[0] == endpoint
    fields = form_to(client.get(page).text, address, here=page, pressed=door.pressed, **door.typed)
    assert fields is not None
    assert fields["seal"] != [""]
    for lost in ("", "x"):
        assert refused(client, address, fields | {"seal": [lost]}), f"{lost!r} is no seal"
    if endpoint in ANOTHER:
        ANOTHER[endpoint](station)
        client = sign_in(door.who)  # time went by
    elif door.row is None:
        clock.step(-3600)
    else:
        behind(station, page, door)
    assert refused(client, address, fields)
    anew = form_to(client.get(page).text, address, here=page, pressed=door.pressed, **door.typed)
    assert anew is not None
    assert anew["seal"] != fields["seal"]
    assert not refused(client, address, anew), "what was looked at anew is taken"


def refused(client: FlaskClient, address: str, fields: dict[str, list[str]]) -> bool:
    answer = client.post(address, data=fields, follow_redirects=True)
    assert answer.status_code < 500, answer.text
    return any(words in answer.text for words in REFUSED)


def behind(station: Station, page: str, door: Door) -> None:
    """Change what the page shows, as somebody else would meanwhile."""
    numbers = [int(n) for n in re.findall(r"\d+", page)]
    assert door.row is not None
    with station.db.write() as session:
        row = session.get(door.row, numbers[0]) if numbers else session.scalars(select(door.row)).first()
        assert row is not None
        door.change(row)
