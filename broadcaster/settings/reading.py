"""Read `station.toml` and what the environment lays over it; name all that is wrong with them at once."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from broadcaster import faults, handwritten, misplaced
from broadcaster.errors import RuleError, StationError, Where
from broadcaster.plugins import SINKS
from broadcaster.settings.air import OLD_KINDS
from broadcaster.settings.whole import Settings

_SECRETIVE: Final = {("database",), ("relay",), ("playout",), ("speech",), ("alerts",), ("watch",), ("backup",)}
"""Sections in which a password may stand: what is written there is not repeated."""


_GONE: Final = {"report": {"drafting_unit"}}
"""Keys of older files that no version ever read."""


_PREFIX: Final = "loa_"


class SettingsError(RuleError):
    """Raised when keys or values of the settings file are wrong; `faults` are their places in it."""

    def __init__(self, message: str, path: Path, faults: tuple[Where, ...]) -> None:
        super().__init__(message, field=str(path))
        self.faults = faults


def remarks(path: Path) -> list[str]:
    """A sentence for each setting that stands in the wrong table of the file and is understood all the same.

    Raises:
        RuleError: the file is not TOML.
    """
    return _read(path)[1]


def load(path: Path) -> Settings:
    """The settings in `path`, overridden by the environment.

    Raises:
        RuleError: the file is missing or not TOML, or a key or value is wrong; all faults are named at once, a
            mistyped key with the key that was probably meant.
    """
    if not path.is_file():
        raise RuleError("Không tìm thấy tệp cài đặt của đài. Hãy chạy “loa init” trước.", field=str(path))
    table = _read(path)[0]

    try:
        return Settings.model_validate(_laid_over(table, _environment(os.environ)))
    except ValidationError as error:
        found = [
            fault
            for one in error.errors(include_url=False)
            for fault in faults.read(Settings, [one], show=one["loc"][:1] not in _SECRETIVE)
        ]
        sentences = " ".join(fault.sentence() for fault in found)
        raise SettingsError(sentences, path, tuple(fault.place for fault in found)) from None


def _read(path: Path) -> tuple[dict[str, Any], list[str]]:
    """What the file says with its misplaced keys where they belong, and what there is to say of them."""
    sections = {name: frozenset(type(field.default).model_fields) for name, field in Settings.model_fields.items()}
    table = handwritten.table(handwritten.text(path), field=str(path))
    for section, keys in _GONE.items():
        if isinstance(held := table.get(section), dict):
            table[section] = {key: value for key, value in held.items() if key not in keys}
    return misplaced.moved(table, sections, _sink_options)


def _sink_options(kind: str) -> frozenset[str]:
    try:
        return frozenset(SINKS.load(OLD_KINDS.get(kind, kind)).Options.model_fields)
    except (StationError, AttributeError):
        return frozenset()


def _environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """What the environment sets: `LOA_WEB__PORT=8080`; lists and tables are written as JSON."""
    found: dict[str, Any] = {}
    for name, text in sorted(environ.items()):
        prefix, own = name[: len(_PREFIX)].lower(), name[len(_PREFIX) :].lower()
        *above, key = own.split("__")
        if prefix != _PREFIX or (above or [key])[0] not in Settings.model_fields:
            continue
        place = found
        for part in above:
            place[part] = inner = place[part] if isinstance(place.get(part), dict) else {}
            place = inner
        place[key] = _value(text)
    return found


def _value(text: str) -> Any:
    with contextlib.suppress(ValueError):
        if text[:1] in {"[", "{"}:
            return json.loads(text)
    return text


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """One table with another on top, table by table."""
    both = {key: (below.get(key), value) for key, value in above.items()}
    tables = {k: _laid_over(b, a) for k, (b, a) in both.items() if isinstance(b, dict) and isinstance(a, dict)}
    return {**below, **above, **tables}
