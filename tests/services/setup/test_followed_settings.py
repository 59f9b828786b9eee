"""Settings work at once in every process, but for those that a process takes at its start, which are named."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, get_args, get_origin

import pytest

from broadcaster import settings_file
from broadcaster.domain.people.roles import machine
from broadcaster.rooms import room
from broadcaster.services.setup import restarting, settings_editor
from broadcaster.services.station import Station, open_station
from broadcaster.settings import AT_START, Settings, only_at_start
from broadcaster.settings_reference import markdown

KEYS = [(name, key) for name, field in Settings.model_fields.items() for key in type(field.default).model_fields]
OTHERS: dict[tuple[str, str], Any] = {
    ("station", "timezone"): "Asia/Bangkok",
    ("hours", "windows"): ["06:00-07:00"],
    ("speech", "recogniser"): "viet-asr",
    ("speech", "engines"): {"espeak": {}},
    ("playout", "sinks"): {"main": {"kind": "null"}},
    ("relay", "sources"): {"vov": {"title": "VOV", "url": "https://dai.example/vov", "windows": ["05:00-05:30"]}},
    ("alerts", "quiet"): "21:30-05:30",
    ("alerts", "senders"): {"tinh": {"kind": "webhook", "options": {"url": "https://tinh.example/tin"}}},
    ("alerts", "people"): {"truong-dai": {"role": "Trưởng đài", "senders": ["tinh"]}},
    ("watch", "ping"): "https://canh.example/ping/ma-khac",
    ("backup", "recipient"): f"age1{'q' * 58}",
    ("backup", "targets"): {"o-mang": {"kind": "folder", "options": {"path": "/mnt/sao-luu"}}},
    ("database", "url"): "postgresql+psycopg://loa@/khac",
}


def another(section: str, key: str) -> Any:
    """A right value of a setting other than its default."""
    if (section, key) in OTHERS:
        return OTHERS[section, key]
    field = type(Settings.model_fields[section].default).model_fields[key]
    value = field.default
    if get_origin(field.annotation) is Literal:
        return next(c for c in get_args(field.annotation) if c != value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, list):
        return [*value, "thêm"]
    if isinstance(value, str):
        return f"{value} khác"
    step = -1 if any(getattr(m, "le", None) == value for m in field.metadata) else 1
    return 3 if value is None else round(value + step * (0.25 if isinstance(value, float) else 1), 3)


def write(station: Station, section: str, key: str, value: Any) -> None:
    path = station.home.settings_file
    path.write_text(settings_file.changed(path.read_text(encoding="utf-8"), section, {key: value}), encoding="utf-8")


@pytest.mark.parametrize(("section", "key"), [k for k in KEYS if k != ("speech", "recogniser")])
def test_a_changed_setting_works_at_once_or_says_that_it_waits(station: Station, section: str, key: str) -> None:
    other = open_station(station.home.root, clock=station.clock)  # another process
    try:
        before = getattr(getattr(other.settings, section), key)
        write(station, section, key, another(section, key))
        fresh = getattr(getattr(station.home.settings(), section), key)
        assert fresh != before
        now = getattr(getattr(other.settings, section), key)
        waits = (section, key) in AT_START
        assert now == (before if waits else fresh)
        assert settings_editor.waiting(other) == ([f"{section}.{key}"] if waits else [])
        assert bool(only_at_start(section, key)) == waits
    finally:
        other.close()


def test_every_key_that_waits_is_a_key_and_says_so_in_the_reference() -> None:
    assert set(KEYS) >= AT_START
    assert markdown().count("Có hiệu lực khi đài khởi động lại.") == len(AT_START)
    assert settings_file.document().count("Có hiệu lực khi đài khởi động lại.") == len(AT_START)


def test_a_file_that_cannot_be_read_leaves_all_as_it_was(station: Station) -> None:
    before = station.settings
    station.home.settings_file.write_text("[station\n", encoding="utf-8")
    assert station.settings == before


def test_no_page_and_no_handbook_tells_to_press_keys_in_a_terminal() -> None:
    pages = [*room("web").rglob("templates/**/*.html"), *room("web").rglob("static/js/*.js")]
    documents = [room("web").parent / "docs" / name for name in ("so-tay-van-hanh.md", "loa-khong-keu.md")]
    assert len(pages) > 50
    for path in [*pages, *documents]:
        assert "ctrl" not in path.read_text(encoding="utf-8").lower().replace("ctrlkey", ""), path.name


def test_a_restart_waits_for_a_quiet_moment_and_can_be_taken_back(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOA_SUPERVISED", "1")
    assert not restarting.tend(station)
    restarting.ask(station, machine())
    assert restarting.wish(station) is not None
    restarting.withdraw(station, machine())
    assert (restarting.wish(station), restarting.tend(station)) == (None, False)
    restarting.ask(station, machine())
    with station.db.read() as session:
        assert not restarting.in_the_way(station, session)
    assert restarting.tend(station)
    assert station.home.restart_now.exists()
    assert dt.timedelta(minutes=1) < restarting.QUIET
