"""What each setting means, read from the models that check it: for `station.toml`, for docs/settings.md, for people.

`python -m broadcaster.settings_reference` prints docs/settings.md (`make reference`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from broadcaster.errors import StationError
from broadcaster.plugins import ALERTS, ENGINES, SINKS, TARGETS, Door
from broadcaster.secret import Address, KeyedAddress, Secret
from broadcaster.settings import (
    AlertedPersonSettings,
    RelaySourceSettings,
    SenderSettings,
    Settings,
    SinkSettings,
    TargetSettings,
    only_at_start,
)

_KINDS: Final = {
    bool: "true, false",
    int: "số nguyên",
    float: "số",
    str: "chữ",
    list: "danh sách",
    dict: "bảng",
} | dict.fromkeys((Secret, Address, KeyedAddress), "chữ")
_HEAD: Final = """# Cài đặt của đài

Mọi khóa của `station.toml`. Trang này do `make reference` viết ra từ chính các mô hình kiểm tra tệp ấy; đừng sửa tay.
Biến môi trường `LOA_NHÓM__KHÓA` thay cho khóa trong tệp. Sửa xong là có hiệu lực ngay, trừ những khóa
ghi rõ là chờ khởi động lại (mục Cài đặt của trang quản lý có nút). Kiểm tra sau khi sửa: `loa doctor`.
"""


@dataclass(frozen=True, slots=True)
class Key:
    """One setting, in words."""

    name: str
    default: str
    """As a file writes it; empty when it must be given."""
    allowed: str
    words: str


def keys(form: type[BaseModel], section: str = "") -> list[Key]:
    """The settings of a form, in its order; a section's with the word on whether they wait for a start."""
    return [
        Key(name, _default(f), _allowed(f), (f.description or "") + only_at_start(section, name))
        for name, f in form.model_fields.items()
    ]


def plugins(door: Door) -> Iterator[tuple[str, type[BaseModel]]]:
    """What the installed packages bring with options of its own, by name; what cannot be loaded is left out."""
    for name in door.names():
        try:
            form = door.guarded(name, lambda loaded: loaded.Options, door.load(name))
        except StationError:
            continue
        if form is not None:
            yield name, form


def sink_words() -> list[str]:
    """The kinds of sinks with their options, a line each, for the comments of `station.toml`."""
    lines = []
    for kind, form in plugins(SINKS):
        lines.append(f'kind = "{kind}": {form.__doc__}')
        lines += [f"    {key.name}{f' ({key.default})' if key.default else ''}: {key.words}" for key in keys(form)]
    return lines


def markdown() -> str:
    """The whole reference as docs/settings.md has it."""
    parts = [_HEAD]
    for name, field in Settings.model_fields.items():
        parts.append(_table(f"[{name}]", type(field.default), section=name))
        if name == "speech":
            parts += [_table(f"[speech.engines.{engine}]", form, 3) for engine, form in plugins(ENGINES)]
        elif name == "playout":
            parts.append(_table("[playout.sinks.TÊN]", SinkSettings, 3))
            parts += [_table(f'options của kind = "{kind}"', form, 4) for kind, form in plugins(SINKS)]
        elif name == "relay":
            parts.append(_table("[relay.sources.TÊN]", RelaySourceSettings, 3))
        elif name == "alerts":
            parts += [_table("[alerts.people.TÊN]", AlertedPersonSettings, 3)]
            parts += [_table("[alerts.senders.TÊN]", SenderSettings, 3)]
            parts += [_table(f'options của kind = "{kind}"', form, 4) for kind, form in plugins(ALERTS)]
        elif name == "backup":
            parts.append(_table("[backup.targets.TÊN]", TargetSettings, 3))
            parts += [_table(f'options của kind = "{kind}"', form, 4) for kind, form in plugins(TARGETS)]
    return "\n".join(parts)


def _table(title: str, form: type[BaseModel], depth: int = 2, section: str = "") -> str:
    rows = [
        f"| `{key.name}` | {f'`{key.default}`' if key.default else 'phải ghi'} | {key.allowed} | {key.words} |"
        for key in keys(form, section)
    ]
    head = ["", "| Khóa | Mặc định | Được ghi | Ý nghĩa |", "| --- | --- | --- | --- |"] if rows else []
    return "\n".join([f"{'#' * depth} `{title}`", "", form.__doc__ or "", *head, *rows, ""])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    if field.default is None:
        return "0"
    return _toml(field.default)


def _toml(value: Any) -> str:
    if isinstance(value, BaseModel):
        return _toml({name: v for name, v in value.model_dump().items() if v != {}})
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} = {_toml(v)}" for name, v in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False, default=str)


def _allowed(field: FieldInfo) -> str:
    told: Any = field.annotation
    if type(None) in get_args(told):
        told = next(a for a in get_args(told) if a is not type(None))
    if get_origin(told) is Literal:
        return ", ".join(map(str, get_args(told)))
    words = _KINDS.get(get_origin(told) or told, "")
    low = next((m.ge for m in field.metadata if getattr(m, "ge", None) is not None), None)
    high = next((m.le for m in field.metadata if getattr(m, "le", None) is not None), None)
    limits = [f"từ {low}" if low is not None else "", f"đến {high}" if high is not None else ""]
    return ", ".join(filter(None, (words, " ".join(filter(None, limits)))))


if __name__ == "__main__":
    sys.stdout.write(markdown())
