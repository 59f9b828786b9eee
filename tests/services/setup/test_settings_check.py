"""The doctor asks for what the settings name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from broadcaster.services.setup import doctor
from broadcaster.services.station import Station
from broadcaster.settings import Settings
from broadcaster.sound.store import Store


def said(station: Station, name: str, **changed: Any) -> doctor.Check:
    settings = Settings.model_validate(station.settings.model_dump() | changed)
    return next(c for c in doctor.examine(replace(station, settings=settings)) if c.name == name)


def test_settings_that_name_what_there_is_are_well(station: Station) -> None:
    assert said(station, "Cài đặt").ok


@pytest.mark.parametrize(
    ("section", "values", "words"),
    [
        ("emergency", {"alert": "khong-co"}, "không có âm thanh “khong-co”"),
        ("emergency", {"quick_voice": "foo:bar"}, "quick_voice “foo:bar”"),
        ("report", {"cutoff_day": 14, "due_day": 5}, "due_day (5) phải sau"),
    ],
)
def test_a_setting_that_names_what_there_is_not_is_told(
    station: Station, section: str, values: dict[str, Any], words: str
) -> None:
    check = said(station, "Cài đặt", **{section: values})
    assert check.ok is False
    assert words in check.sentence


def test_an_alert_whose_sound_is_gone_is_told(station: Station) -> None:
    for path in Store(station.home.store).root.rglob("*.flac"):
        path.unlink()
    assert "không còn trong kho" in said(station, "Cài đặt").sentence


def test_a_key_under_a_wrong_table_is_told(station: Station) -> None:
    with station.home.settings_file.open("a", encoding="utf-8") as file:
        file.write("\nfour_eyes = false\n")
    assert "[approval]" in said(station, "Cài đặt").sentence


def test_each_relay_source_is_asked_for_its_sound(station: Station) -> None:
    hours = {"title": "Đài trên", "windows": ["05:00-05:30"]}
    sources = {"tinh": hours | {"url": "http://127.0.0.1:9/x.mp3"}, "may-thu": hours | {"capture": ["khong-co-lenh"]}}
    check = said(station, "Tiếp âm", relay={"sources": sources})
    assert check.ok is False
    assert "“tinh”: không nhận được tiếng từ http://127.0.0.1:9/x.mp3." in check.sentence
    assert "“may-thu”: máy này không có lệnh “khong-co-lenh”." in check.sentence
