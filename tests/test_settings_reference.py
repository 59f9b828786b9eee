"""The words of the settings: in the models once, in `station.toml` and docs/settings.md as the models say."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from broadcaster import settings_file, settings_reference
from broadcaster.plugins import ENGINES, SINKS
from broadcaster.settings import RelaySourceSettings, Settings, SinkSettings, only_at_start

SECTIONS = {name: type(field.default) for name, field in Settings.model_fields.items()}
FORMS = [
    *SECTIONS.values(),
    SinkSettings,
    RelaySourceSettings,
    *(form for door in (SINKS, ENGINES) for _, form in settings_reference.plugins(door)),
]


def test_the_page_of_the_settings_is_what_the_models_say() -> None:
    page = Path(__file__).parents[1] / "docs" / "settings.md"
    assert page.read_text(encoding="utf-8") == settings_reference.markdown(), "make reference"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_setting_says_what_it_is_for(form: type[BaseModel]) -> None:
    assert form.__doc__
    assert form.__doc__ != BaseModel.__doc__
    for key in settings_reference.keys(form):
        assert key.words.endswith((".", '"]', "}", "loa")), key
        assert key.allowed, key


def test_every_kind_of_sink_is_in_the_file_with_its_options() -> None:
    text = settings_file.document()
    kinds = dict(settings_reference.plugins(SINKS))
    assert set(kinds) >= {"device", "fan_out", "file", "icecast", "null", "pipe"}
    for kind, form in kinds.items():
        assert f'# kind = "{kind}": {form.__doc__}\n' in text
        assert all(field.description in text for field in form.model_fields.values())


def test_the_file_is_read_back_as_the_defaults_and_each_key_stands_under_its_words() -> None:
    text = settings_file.document()
    assert Settings.model_validate(tomllib.loads(text)) == Settings()
    lines = text.splitlines()
    for section, form in SECTIONS.items():
        for key, field in form.model_fields.items():
            at = lines.index(f"# {field.description}{only_at_start(section, key)}")
            below = next(line for line in lines[at + 1 :] if not line.startswith(("# kind", "#     ")) and line)
            assert below.removeprefix("# ").startswith((f"{key} =", f"[{key}", "[")), (key, below)


def test_an_older_name_of_a_kind_is_still_understood() -> None:
    table = {"kind": "several", "options": {"sinks": ["main", "mang"]}}
    assert SinkSettings.model_validate(table).kind == "fan_out"
