"""Every setting is read the same, and refused the same, from the file, from the environment and from the panel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic.fields import FieldInfo

from broadcaster import settings_file
from broadcaster.clock import FrozenClock
from broadcaster.domain.people.roles import machine
from broadcaster.errors import RuleError
from broadcaster.services.schedule.air import ANYTHING
from broadcaster.services.setup import settings_editor
from broadcaster.services.setup.settings_editor import Written, is_limit, kind_of
from broadcaster.services.station import Station
from broadcaster.settings import Settings, load, unoffered
from tests.kit.clocks import NOON
from tests.kit.founding import founded

ANYBODY = machine("thử")
REFUSED = "refused"
AS_NEW = settings_file.document()
KEYS = [
    (section, key)
    for section, about in Settings.model_fields.items()
    for key, field in type(about.default).model_fields.items()
    if kind_of(field)
]
LISTS: dict[str, list[list[str]]] = {
    "windows": [["05:00-06:00"], ["23:30-00:30"], [], ["năm giờ"], ["06:00-05:00", "x"]],
    "voices": [["tone:beep"], []],
}
WORDS = {
    "timezone": ["Asia/Bangkok", "Ha Noi", "Europe/Paris"],
    "recogniser": ["viet-asr", "viet-ars"],
    "url": ["", "postgresql+psycopg://loa@/loa"],
}


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    made = founded(tmp_path_factory.mktemp("đài") / "home", clock=FrozenClock(NOON))
    yield made
    made.close()


def values(key: str, field: FieldInfo) -> list[Any]:
    """What a person may write for a setting, right and wrong."""
    kind = kind_of(field)
    if kind is Written.YES:
        return [True, False]
    if kind is Written.CHOICE:
        assert get_origin(field.annotation) is Literal
        return [*get_args(field.annotation), "zzz"]
    if kind is Written.LINES:
        return LISTS.get(key, [["Sở Nội vụ", "Lưu: VT."], []])
    if kind is Written.TEXT:
        return WORDS.get(key, ["Ấp “Mẫu” # 100 %", "a=b"])
    least = next((m.ge for m in field.metadata if hasattr(m, "ge")), 0)
    bound = next((m.le for m in field.metadata if hasattr(m, "le")), None)
    most = 10**6 if bound is None else bound
    step = 1 if int in (field.annotation, *get_args(field.annotation)) else 0.1
    return [
        least,
        most,
        least - step,
        most if bound is None else most + step,
        "mười",
        *([0, -1] if is_limit(field) else []),
    ]


def outcome(path: Path, section: str, key: str) -> Any:
    """What the settings in `path` say, or that they are refused."""
    try:
        found = load(path)
    except RuleError:
        return REFUSED
    if any(place[0] == section and key in place for place, _ in unoffered(found)):
        return REFUSED
    return getattr(getattr(found, section), key)


def by_file(folder: Path, section: str, key: str, value: Any) -> Any:
    path = folder / "station.toml"
    path.write_text(settings_file.changed(AS_NEW, section, {key: value}), encoding="utf-8")
    return outcome(path, section, key)


def by_environment(folder: Path, section: str, key: str, value: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    path = folder / "station.toml"
    path.write_text(AS_NEW, encoding="utf-8")
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    with monkeypatch.context() as patch:
        patch.setenv(f"LOA_{section}__{key}".upper(), written)
        return outcome(path, section, key)


def by_panel(station: Station, section: str, key: str, value: Any) -> Any:
    station.home.settings_file.write_text(AS_NEW, encoding="utf-8")
    model = type(Settings.model_fields[section].default)
    now = getattr(station.home.settings(), section)
    form = {k: typed(getattr(now, k)) for k, f in model.model_fields.items() if kind_of(f)}
    form |= {f"{k}-none": "1" for k, f in model.model_fields.items() if is_limit(f) and getattr(now, k) is None}
    form[key] = typed(value)
    form.pop(f"{key}-none", None)
    try:
        settings_editor.change(station, ANYBODY, section, form, agreed=ANYTHING)
    except RuleError as error:
        return REFUSED if key in error.field else f"refused, but it is {error.field} that is named"
    return getattr(getattr(station.home.settings(), section), key)


def typed(value: Any) -> str:
    """How a person types a value into the field of a form."""
    if isinstance(value, list):
        return "\n".join(value)
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)


@pytest.mark.medium
@pytest.mark.parametrize(("section", "key"), KEYS, ids=lambda word: word)
def test_a_setting_is_read_and_refused_alike_by_every_way(
    section: str, key: str, station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = type(Settings.model_fields[section].default).model_fields[key]
    wrong = False
    for value in values(key, field):
        found = {
            "file": by_file(tmp_path, section, key, value),
            "environment": by_environment(tmp_path, section, key, value, monkeypatch),
        }
        if section not in settings_editor.HIDDEN:
            found["panel"] = by_panel(station, section, key, value)
        assert len({repr(one) for one in found.values()}) == 1, (value, found)
        if is_limit(field) and value == 0:
            assert found["file"] is None, "nought lifts a limit"
        wrong |= found["file"] == REFUSED
    assert wrong or kind_of(field) in {Written.TEXT, Written.YES, Written.LINES}, "something is refused at all"
