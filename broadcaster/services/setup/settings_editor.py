"""Settings changed by people: written back into `station.toml` with its comments kept, checked before anything is."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from broadcaster import handwritten, keeping, settings_file
from broadcaster import settings as settings_module
from broadcaster.domain.fold import nfc
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.seen import require_seen
from broadcaster.domain.work.jobs import JobKind
from broadcaster.errors import RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.lexicon import names
from broadcaster.services.people import second_person
from broadcaster.services.people.second_person import Deed
from broadcaster.services.schedule.air import judged
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from broadcaster.settings import Settings

HIDDEN = frozenset({"database"})
"""Sections that are changed on the machine of the station alone: a slip there takes the panel itself away."""
_PLANNED_BY = frozenset({"hours", "playout", "station"})
"""Sections by which the coming days are planned."""


class Written(StrEnum):
    """How people write a setting."""

    YES = "yes"
    CHOICE = "choice"
    LINES = "lines"
    NUMBER = "number"
    TEXT = "text"
    IN_FILE = ""
    """By hand in the file alone."""


def kind_of(field: FieldInfo) -> Written:
    """How people write a setting, by what it is."""
    told = field.annotation
    if told is bool:
        return Written.YES
    if get_origin(told) is Literal:
        return Written.CHOICE
    if get_origin(told) is list:
        return Written.LINES
    if told in {int, float} or set(get_args(told)) in ({int, type(None)}, {float, type(None)}):
        return Written.NUMBER
    return Written.TEXT if told is str else Written.IN_FILE


def is_limit(field: FieldInfo) -> bool:
    """Whether a setting is a number that may be lifted altogether."""
    return kind_of(field) is Written.NUMBER and type(None) in get_args(field.annotation)


def sections() -> dict[str, type[BaseModel]]:
    """The sections that may be changed here, by name."""
    found = {name: type(field.default) for name, field in Settings.model_fields.items() if name not in HIDDEN}
    return {name: model for name, model in found.items() if any(kind_of(f) for f in model.model_fields.values())}


def facts_of(station: Station, section: str) -> dict[str, Any]:
    """The settings of a section that may be changed here, as the file has them."""
    now = getattr(station.home.settings(), section)
    return {key: getattr(now, key) for key, field in type(now).model_fields.items() if kind_of(field)}


def change(
    station: Station, actor: Actor, section: str, written: Mapping[str, str], *, agreed: str = "", seen: str = ""
) -> list[str]:
    """Write one section as people wrote it; return the keys that changed. Those of `AT_START` wait.

    `seen` is the mark of what was opened.

    Raises:
        OvertakenError: the section is no longer what was seen.
        ForbiddenError: the actor may not manage the station.
        RuleError: a value is wrong; `field` names the key, and the file stays as it is.
        SilencesError: something falls silent by it that nobody agreed to.
        AwaitsLeaderError: nothing was written, for it waits for a leader's word.
    """
    actor.require(Permission.MANAGE)
    model = sections().get(section)
    if model is None:
        raise RuleError("Không có nhóm cài đặt này.", field="section")
    path = station.home.settings_file
    now = getattr(station.home.settings(), section)
    values = {
        k: None if is_limit(f) and written.get(f"{k}-none") else _value(k, f, written.get(k, ""))
        for k, f in model.model_fields.items()
        if kind_of(f)
    }
    wanted = {*values, *(f"{k}-none" for k in values)}
    labels = {k: f.description or k for k, f in model.model_fields.items()}
    require_seen(facts_of(station, section), seen, labels)
    changed = {k: v for k, v in values.items() if v != getattr(now, k)}
    if not changed:
        return []
    text = settings_file.changed(handwritten.text(path), section, changed)
    with trial(station, text) as read:
        try:
            later = read()
        except settings_module.SettingsError as error:
            key = next((k for k in changed if (section, k) in {fault[:2] for fault in error.faults}), section)
            raise RuleError(error.message, field=key) from None
        for place, why in settings_module.unoffered(later):
            if place[0] == section and place[1] in changed:
                raise RuleError(why[0].upper() + why[1:], field=str(place[1]))
        for words in _not_alone(station.home.settings(), later):
            asked = {"written": {k: v for k, v in written.items() if k in wanted}, "agreed": agreed, "seen": seen}
            second_person.require(station, actor, Deed.SETTINGS, section, words, asked)
        with station.db.write() as session:
            before = {k: getattr(now, k) for k in changed}
            if section in _PLANNED_BY:
                judged(station, session, station.today(), _no_row, agreed=agreed, settings=later)
            Trail(session, station.now(), actor).record("edit", "settings", section, before=before, after=changed)
            if section in _PLANNED_BY:
                jobs.want(session, station.now(), JobKind.PLAN, "change", {}, by=actor.username)
        keeping.keep(path, text)
    if section == "station":
        names.follow(station, actor, names.facts_of(now))
    return list(changed)


@contextmanager
def trial(station: Station, text: str) -> Iterator[Callable[[], Settings]]:
    """How the settings would be read with `text` for their file, which is tried elsewhere."""
    with tempfile.TemporaryDirectory(dir=station.home.run) as folder:
        path = Path(folder) / "station.toml"
        path.write_text(text, encoding="utf-8")
        yield lambda: settings_module.load(path)


def _not_alone(now: Settings, later: Settings) -> list[str]:
    """What a change does that no one person decides, in words."""
    found = []
    if now.approval.four_eyes and not later.approval.four_eyes:
        found.append("Tắt quy tắc hai người khi duyệt (four_eyes)")
    if later.station_hours.opens_night(now.station_hours):
        found.append(f"Mở giờ phát vào ban đêm ({', '.join(later.hours.windows)})")
    if now.station.timezone != later.station.timezone:
        found.append(f"Đổi múi giờ của đài thành {later.station.timezone}, làm dời mọi giờ phát")
    return found


def _no_row() -> None:
    """Nothing: the settings are no rows."""


def waiting(station: Station) -> list[str]:
    """The settings (`section.key`) that were changed in the file and wait for a start."""
    try:
        fresh = station.home.settings()
    except RuleError:
        return []
    return [
        f"{name}.{key}"
        for name in Settings.model_fields
        for key in type(getattr(fresh, name)).model_fields
        if getattr(getattr(fresh, name), key) != getattr(getattr(station.settings, name), key)
    ]


def _value(key: str, field: FieldInfo, text: str) -> Any:
    text = nfc(text).strip()
    kind = kind_of(field)
    if kind is Written.YES:
        return text == "yes"
    if kind is Written.LINES:
        return [line.strip() for line in text.splitlines() if line.strip()]
    if kind is not Written.NUMBER:
        return text
    if not text and type(None) in get_args(field.annotation):
        if field.default is not None:
            raise RuleError("Hãy nhập một số, hoặc chọn “Không giới hạn”.", field=key)
        return None
    whole = field.annotation is int or int in get_args(field.annotation)
    try:
        return int(text) if whole else float(text.replace(",", "."))
    except ValueError:
        raise RuleError("Hãy nhập một số.", field=key) from None
