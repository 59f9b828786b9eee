"""What a backup would make this machine run: commands of its settings, and page templates of its own.

A backup may come from anywhere, and what stands in it begins with the station. So a person sees it before.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, get_origin

from pydantic import BaseModel

from broadcaster.errors import RuleError, StationError
from broadcaster.plugins import ENGINES, SINKS, TARGETS, Door
from broadcaster.settings import Settings

Agree = Callable[[Sequence[str]], None]
"""Raises where what would run is not agreed to."""
_OURS: Final = "broadcaster."
_GROUP: Final = "fan_out"
"""Its list names other outputs."""


def told(settings: Settings, names: Iterable[str]) -> list[str]:
    """A line for each thing that would run, of the settings and of the files (`names`) of a backup."""
    lines: list[str] = []
    for name, sink in settings.playout.sinks.items():
        if sink.kind != _GROUP:
            lines += _named(f"Đường ra “{name}” ({sink.kind})", _options(SINKS, sink.kind, sink.options))
    for name, options in settings.speech.engines.items():
        lines += _named(f"Bộ đọc “{name}”", _options(ENGINES, name, options))
    for name, target in settings.backup.targets.items():
        lines += _named(f"Nơi cất “{name}” ({target.kind})", _options(TARGETS, target.kind, target.options))
    for name, source in settings.relay.sources.items():
        if source.capture:
            lines.append(f"Tiếp âm “{name}”: {shlex.join(source.capture)}")
    lines += [f"Mẫu trang riêng: {name}" for name in sorted(names) if name.startswith("web/templates/")]
    return lines


def nobody_agreed(lines: Sequence[str]) -> None:
    """What is asked where nobody can be.

    Raises:
        RuleError: something would run.
    """
    if lines:
        raise RuleError(
            f"Bản sao lưu này sẽ chạy lệnh hoặc mẫu trang trên máy: {'; '.join(lines)}. Chưa động tới gì.",
            code="runs",
            field="station.toml",
        )


def agreed_at_home(lines: Sequence[str]) -> None:
    """What runs from our own backup runs here already, and is never begun in a trial."""


def _named(what: str, options: Iterator[tuple[str, Any]]) -> Iterator[str]:
    for key, value in options:
        words = shlex.join(map(str, value)) if isinstance(value, list) else str(value)
        yield f"{what}, {key}: {words}"


def _options(door: Door, kind: str, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Of a plug-in of ours what is written word by word, which is a command; of any other's all: nobody knows."""
    try:
        loaded = door.load(kind)
    except StationError:
        yield from given.items()
        return
    form = getattr(loaded, "Options", None)
    if not loaded.__module__.startswith(_OURS) or form is None:
        yield from given.items()
        return
    yield from ((key, value) for key, value in given.items() if value and _is_command(form, key))


def _is_command(form: type[BaseModel], key: str) -> bool:
    field = form.model_fields.get(key)
    return field is None or get_origin(field.annotation) is list
