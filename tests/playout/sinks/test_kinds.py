"""The kinds of sinks that come with the house: behind the doors that packages use, each with a form of its own."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from broadcaster.clock import SystemClock
from broadcaster.home import Home
from broadcaster.playout.sinks import resolve_sinks
from broadcaster.plugins import ENGINES, RECOGNISERS, SINKS, PluginOptions
from broadcaster.settings import Settings

PROJECT = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
KINDS = sorted(PROJECT["entry-points"]["broadcaster.sinks"])


def resolved(tmp_path, kind, options):
    sinks = {"main": {"kind": "null"}, "mang": {"kind": "null"}, "loa": {"kind": kind, "options": options}}
    return resolve_sinks(Settings.model_validate({"playout": {"sinks": sinks}}), Home(tmp_path), SystemClock())


@pytest.mark.parametrize("door", [SINKS, ENGINES, RECOGNISERS], ids=lambda door: door.group)
def test_what_the_project_offers_is_installed(door):
    assert set(PROJECT["entry-points"][door.group]) <= set(door.names()), "install the source again: make"


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_goes_by_the_name_of_its_door_and_has_a_form(kind):
    made = SINKS.load(kind)
    assert made.kind == kind
    assert issubclass(made.Options, PluginOptions)


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_swallows_an_option_that_it_does_not_know(tmp_path, kind):
    found = resolved(tmp_path, kind, {"zzz": 1})
    assert "zzz: không có khóa này" in found.notes["loa"]
    assert "[playout.sinks.loa]" in found.notes["loa"]
    assert found.examine("loa")[0] == found.notes["loa"]
    assert found.by_name.keys() == {"main", "mang", "loa", "aircheck"}, "the others sound"
    assert not found.examine("mang")[0]


@pytest.mark.parametrize(
    ("kind", "wrong", "meant"),
    [("device", "divice", "device"), ("file", "keep_day", "keep_days"), ("icecast", "mout", "mount")],
)
def test_a_mistyped_option_is_named_with_the_one_that_was_meant(tmp_path, kind, wrong, meant):
    assert (
        f"{wrong}: không có khóa này. Có phải ý là “{meant}” không?"
        in resolved(tmp_path, kind, {wrong: "x"}).notes["loa"]
    )


def test_a_group_of_sinks_that_are_not_there_names_them_and_those_that_are(tmp_path):
    found = resolved(tmp_path, "fan_out", {"sinks": ["main", "khong-co"]})
    assert found.several == {"loa": ("main", "khong-co")}
    assert "gồm “khong-co”" in found.examine("khong-co")[0]
    assert "Đang có: main, mang, aircheck." in found.notes["khong-co"]
    assert not found.examine("main")[0]
    assert resolved(tmp_path, "fan_out", {"sinks": ["main", "mang"]}).where("loa") == "cùng lúc qua main, mang"
