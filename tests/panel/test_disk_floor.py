"""Below the disk's floor no page takes a file in, whichever it is; what is urgent and what is only a row goes on."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule

from broadcaster.floor import DiskRoom
from broadcaster.panel import gate
from broadcaster.rooms import room
from broadcaster.services import disk_room
from tests.kit.editing import FORM
from tests.kit.panel import SignIn

ROOM = DiskRoom.of(700_000_000, 8_000_000_000, 2_000_000_000)
SAID = ("còn trống 700 MB", "phải để lại 800 MB", "Hãy xóa bớt tệp")
OPEN = frozenset({"static"})


@pytest.fixture
def at_the_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_room, "look", lambda _: ROOM)


def part(converter: BaseConverter) -> str | int:
    """Something that stands at this place of an address."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else "a" * 64


def writing(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Each page that takes something, by its method and an address of it."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}):
            names = {n: part(c) for n, c in rule._converters.items()}
            yield rule, method, adapter.build(rule.endpoint, names, method=method)


@pytest.mark.medium
def test_no_page_takes_a_file_below_the_floor_and_urgent_ones_do(
    app: Flask, sign_in: SignIn, at_the_floor: None
) -> None:
    """Asked of every page there is, so that a new one that took files would be found by this."""
    del at_the_floor
    clients = [sign_in(name) for name in ("quantri", "vanhanh", "bientap", "lanhdao")]
    refused, closed = set(), set()
    for rule, method, address in writing(app):
        can_wait = rule.endpoint.partition(".")[0] not in gate.URGENT and not address.startswith(gate._URGENT_CALLS)
        for client in clients:
            answer = client.open(address, method=method, data={"what": (io.BytesIO(b"x"), "x.bin")})
            if answer.status_code == 503 and all(words in answer.text for words in SAID):
                assert can_wait, address
                refused.add(rule.endpoint)
                break
        else:
            closed |= {rule.endpoint} if can_wait else set()
    assert closed == {"api.add_script", "api.mute_zone", "api.unmute_zone", "auth.second_step"}, "which take no file"
    assert {"recordings.take", "editor.upload", "slots.upload", "lexicon.take_in", "plans.upload"} <= refused
    assert {"sounds.new", "activities.add_proof"} <= refused


def test_what_is_only_a_row_is_written_below_the_floor(sign_in: SignIn, at_the_floor: None) -> None:
    del at_the_floor
    assert sign_in("bientap").post("/scripts/new", data=FORM).status_code == 303


def test_each_form_that_takes_a_file_says_beforehand_that_none_is_taken() -> None:
    """By grep, so that a new form is found; those of an emergency never refuse."""
    templates = Path(str(room("web"))) / "templates"
    asking = {
        path.relative_to(templates).as_posix(): path.read_text(encoding="utf-8")
        for path in templates.rglob("*.html")
        if re.search(r'type="file"|multipart/form-data', path.read_text(encoding="utf-8"))
    }
    assert len(asking) > 6
    silent = {n for n, text in asking.items() if "_no_room.html" not in text and not n.startswith("air/emergency/")}
    assert not silent


def test_the_form_says_that_nothing_is_taken_only_while_it_is_so(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("bientap")
    assert "ngừng nhận bản ghi" not in client.get("/scripts/new").text
    monkeypatch.setattr(disk_room, "look", lambda _: ROOM)
    assert "chỉ còn 700 MB, nên đài ngừng nhận bản ghi" in client.get("/scripts/new").text
