"""Words being typed: kept, never overwritten by another window, gone only when saved or thrown away."""

from __future__ import annotations

import pytest

from broadcaster.domain.people.roles import Actor, Role
from broadcaster.errors import ForbiddenError, NotFoundError, RuleError
from broadcaster.services.scripts.drafts import drop, mine, open_draft, token, write
from broadcaster.services.scripts.editing import add_script
from broadcaster.services.station import Station
from tests.kit.clocks import later
from tests.kit.people import EDITOR, OPERATOR
from tests.kit.scripts import draft


def bodies(station: Station, actor: Actor = EDITOR, script_id: int | None = None) -> list[str]:
    with station.db.read() as session:
        return [str(row.fields["body"]) for row in mine(session, actor, script_id)]


def test_what_is_typed_is_kept_and_found_again(station: Station) -> None:
    name, tab = token(), token()
    first = write(station, EDITOR, {"body": "a", "csrf_token": "x"}, draft=name, tab=tab, seen=0)
    later(station, seconds=3)
    second = write(station, EDITOR, {"body": "ab"}, draft=name, tab=tab, seen=0)
    assert (first.draft, second.draft, second.serial, second.forked) == (name, name, 2, False)
    assert second.at > first.at
    assert write(station, EDITOR, {"body": "ab"}, draft=name, tab=tab, seen=0).serial == 2, "the same is no write"
    with station.db.read() as session:
        assert open_draft(session, EDITOR, name).fields == {"body": "ab"}
        with pytest.raises(NotFoundError):
            open_draft(session, OPERATOR, name)
    assert not drop(station, OPERATOR, name)
    assert drop(station, EDITOR, name)
    assert bodies(station) == []


def test_two_windows_on_one_draft_lose_nothing(station: Station) -> None:
    name, old, new = token(), token(), token()
    write(station, EDITOR, {"body": "cũ"}, draft=name, tab=old, seen=0)
    taken = write(station, EDITOR, {"body": "mới"}, draft=name, tab=new, seen=1)
    assert not taken.forked, "a reloaded window goes on where the old one ended"
    late = write(station, EDITOR, {"body": "cũ nữa"}, draft=name, tab=old, seen=0)
    assert late.forked
    assert late.draft != name
    assert sorted(bodies(station)) == ["cũ nữa", "mới"]
    again = write(station, EDITOR, {"body": "cũ nữa nhé"}, draft=late.draft, tab=old, seen=0)
    assert not again.forked
    assert sorted(bodies(station)) == ["cũ nữa nhé", "mới"]


def test_another_person_s_draft_is_never_written_to(station: Station) -> None:
    name = token()
    write(station, EDITOR, {"body": "của tôi"}, draft=name, tab=token(), seen=0)
    assert write(station, OPERATOR, {"body": "khác"}, draft=name, tab=token(), seen=1).forked
    assert bodies(station) == ["của tôi"]


def test_whoever_else_is_writing_is_named(station: Station) -> None:
    number = add_script(station, EDITOR, draft())
    write(station, OPERATOR, {"body": "x"}, draft=token(), tab=token(), seen=0, script_id=number, base=1)
    now = write(station, EDITOR, {"body": "y"}, draft=token(), tab=token(), seen=0, script_id=number, base=1)
    assert [b.username for b in now.beside] == ["truyenthanh"]
    later(station, minutes=20)
    assert write(station, EDITOR, {"body": "z"}, draft=now.draft, tab=token(), seen=1, script_id=number).beside == ()


def test_odd_names_and_endless_texts_are_refused(station: Station) -> None:
    for name in ("", "../x", "A" * 32):
        with pytest.raises(RuleError, match="tải lại"):
            write(station, EDITOR, {}, draft=name, tab=token(), seen=0)
    with pytest.raises(RuleError, match="quá dài"):
        write(station, EDITOR, {"body": "a" * 200_001}, draft=token(), tab=token(), seen=0)
    with pytest.raises(ForbiddenError):
        write(station, Actor("xem", "Xem", frozenset({Role.VIEWER})), {}, draft=token(), tab=token(), seen=0)


def test_a_hundred_drafts_are_enough(station: Station) -> None:
    for n in range(103):
        write(station, EDITOR, {"body": str(n)}, draft=token(), tab=token(), seen=0)
        later(station, seconds=1)
    kept = bodies(station)
    assert len(kept) == 100
    assert kept[0] == "102"
