"""Cài đặt: what the station is set to, each value with its explanation. Values are changed in `station.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from pydantic import BaseModel

from broadcaster.domain.roles import Permission
from broadcaster.panel.access import needs, station
from broadcaster.panel.filters import number
from broadcaster.services.backup import last_backup

blueprint = Blueprint("settings", __name__, url_prefix="/settings")
_SECRET = {"database"}


@dataclass(frozen=True, slots=True)
class Value:
    """One setting in words."""

    key: str
    words: str
    explanation: str


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """All settings."""
    settings = station().settings
    sections = [
        (name, (type(section).__doc__ or name).strip(), _values(section))
        for name in type(settings).model_fields
        if name not in _SECRET and isinstance(section := getattr(settings, name), BaseModel)
    ]
    return render_template(
        "settings/index.html",
        sections=sections, file=station().home.settings_file, backup=last_backup(station().home),
    )  # fmt: skip


def _values(section: BaseModel) -> list[Value]:
    return [
        Value(key, _words(getattr(section, key)), field.description or "")
        for key, field in type(section).model_fields.items()
    ]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if value is None or value == "":
        return "(bỏ trống)"
    if isinstance(value, float):
        return number(value, 1)
    if isinstance(value, BaseModel):
        return str(getattr(value, "kind", value))
    if isinstance(value, Mapping):
        return "; ".join(f"{k}: {_words(v)}" for k, v in value.items()) or "(bỏ trống)"
    if isinstance(value, list):
        return "; ".join(_words(v) for v in value) or "(bỏ trống)"
    return str(value)
