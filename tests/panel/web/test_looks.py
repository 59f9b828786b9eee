"""Every member of an enum that pages show has an icon of the sprite, a colour of the styles, and a word."""

from __future__ import annotations

import re
from enum import StrEnum

import pytest

from broadcaster.panel.web.looks import ENUMS, LOOKS, look
from broadcaster.rooms import room

STATIC = room("web") / "static"


@pytest.mark.parametrize("enum", LOOKS, ids=lambda e: e.__name__)
def test_every_member_has_a_look_and_a_word(enum: type[StrEnum]) -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    styles = "".join(p.read_text() for p in (STATIC / "app.css", *(STATIC / "css").glob("*.css")))
    assert set(LOOKS[enum]) == set(enum)
    for member in enum:
        shown = look(member)
        assert shown.icon in sprite, member
        assert shown.tone == "plain" or f".is-{shown.tone}" in styles, member
        assert shown.label.strip(), member
        assert shown.label != member.value, member


def test_two_members_of_one_enum_do_not_share_a_word() -> None:
    for enum in LOOKS:
        labels = [look(member).label for member in enum]
        assert len(set(labels)) == len(labels), enum


def test_templates_know_each_enum_by_one_name() -> None:
    names = [enum.__name__ for enum in ENUMS]
    assert len(set(names)) == len(names)
