"""Write `station.toml` with every setting and its explanation, so that the file is its own manual."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import tomlkit
from pydantic import BaseModel
from tomlkit.items import InlineTable, Table

from broadcaster.secret import Secret
from broadcaster.settings import PlayoutSettings, Settings, only_at_start
from broadcaster.settings_reference import sink_words

_TITLE = (
    "Cài đặt của đài. Dòng bắt đầu bằng # là lời giải thích.",
    "Sửa xong là có hiệu lực ngay, trừ những khóa ghi rõ là chờ khởi động lại. Kiểm tra bằng lệnh: loa doctor",
)
_NONE = 0
"""How a file says that there is no limit, which TOML has no word for."""


def document(overrides: Mapping[str, Mapping[str, Any]] | None = None) -> str:
    """The text of `station.toml` with defaults, less what `overrides` (section -> key -> value) sets."""
    doc = tomlkit.document()
    for line in _TITLE:
        doc.add(tomlkit.comment(line))
    chosen = overrides or {}
    for name, field in Settings.model_fields.items():
        section = field.default
        if isinstance(section, BaseModel):
            doc.add(tomlkit.nl())
            doc.add(name, _table(name, section, chosen.get(name, {})))
    return tomlkit.dumps(doc)


def _table(name: str, section: BaseModel, chosen: Mapping[str, Any]) -> Table:
    table = tomlkit.table()
    if section.__doc__:
        table.add(tomlkit.comment(section.__doc__))
    values = {key: chosen.get(key, getattr(section, key)) for key in type(section).model_fields}
    for key in sorted(values, key=lambda key: isinstance(values[key], Mapping)):  # tables of their own come last
        field, value = type(section).model_fields[key], values[key]
        if field.description:
            table.add(tomlkit.comment(field.description + only_at_start(name, key)))
        if (type(section), key) == (PlayoutSettings, "sinks"):
            for line in sink_words():
                table.add(tomlkit.comment(line))
        table.add(key, _NONE if value is None else _plain(value))
    return table


def _plain(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, BaseModel):
        return {k: _plain(v) for k, v in value.model_dump().items() if v != {}}
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return value


def changed(text: str, section: str, values: Mapping[str, Any]) -> str:
    """The text of a settings file with the `values` of one section set; comments and order stay."""
    doc = tomlkit.parse(text)
    if section not in doc:
        doc.add(section, tomlkit.table())
    table = doc[section]
    if not isinstance(table, Table | InlineTable):
        raise TypeError(section)
    for key, value in values.items():
        table[key] = _NONE if value is None else _plain(value)
    return tomlkit.dumps(doc)


def put(text: str, where: Sequence[str], value: Mapping[str, Any] | None) -> str:
    """The text of a settings file with one table of a name set, or taken away; comments and order of the rest stay."""
    doc = tomlkit.parse(text)
    table: MutableMapping[str, Any] = doc
    for part in where[:-1]:
        if part not in table:
            table[part] = tomlkit.table(is_super_table=True)
        table = table[part]
    if value is None:
        table.pop(where[-1], None)
    else:
        table[where[-1]] = _plain(value)
    return tomlkit.dumps(doc)
