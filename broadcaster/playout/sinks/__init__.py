"""Sinks: the ways in which sound leaves play-out. Found through the entry points `broadcaster.sinks`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points

from broadcaster.clock import Clock
from broadcaster.errors import RuleError
from broadcaster.home import Home
from broadcaster.playout.sinks.base import Sink
from broadcaster.playout.sinks.file import FileSink
from broadcaster.settings import Settings

AIRCHECK = "aircheck"
"""The sink that records what went to the others, and alone hears a trial."""

_BUILT_IN = {
    "null": "broadcaster.playout.sinks.null:NullSink",
    "file": "broadcaster.playout.sinks.file:FileSink",
    "device": "broadcaster.playout.sinks.device:DeviceSink",
    "icecast": "broadcaster.playout.sinks.icecast:IcecastSink",
    "pipe": "broadcaster.playout.sinks.pipe:PipeSink",
}


@dataclass(frozen=True, slots=True)
class Sinks:
    """The sinks of a station by name, and what a person should know of them."""

    by_name: dict[str, Sink]
    notes: dict[str, str]
    """Vietnamese sentences by sink: why a stand-in took its place."""
    several: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Names that stand for more than one sink."""


def resolve_sinks(settings: Settings, home: Home, clock: Clock | None = None) -> Sinks:
    """Return every sink that the settings name; a sound card that is not there gives way to a recording.

    Raises:
        RuleError: a kind that no package offers, or options that it does not take; `field` names the setting.
    """
    found: dict[str, Sink] = {}
    notes: dict[str, str] = {}
    several: dict[str, tuple[str, ...]] = {}
    for name, wanted in settings.playout.sinks.items():
        where = f"playout.sinks.{name}"
        if wanted.kind == "several":
            several[name] = _members(name, wanted.options, settings, where)
            continue
        if wanted.kind == "file":
            found[name] = _file(name, home, clock, wanted.options, where)
            continue
        try:
            sink = _maker(wanted.kind, where)(name, **wanted.options)
        except TypeError:
            raise RuleError(f"Đường ra “{name}” có tùy chọn không hợp lệ.", field=f"{where}.options") from None
        if wanted.kind == "device" and (why := sink.check()):
            notes[name] = f"{why} Âm thanh được ghi ra tệp trong {home.airchecks} thay cho loa."
            sink = _file(name, home, clock, {}, where)
        found[name] = sink
    if AIRCHECK not in found:
        found[AIRCHECK] = _file(AIRCHECK, home, clock, {}, f"playout.sinks.{AIRCHECK}")
    return Sinks(found, notes, several)


def _members(name: str, options: dict[str, object], settings: Settings, where: str) -> tuple[str, ...]:
    """Return the sinks that a name stands for."""
    wanted = options.get("sinks")
    names = [str(n) for n in wanted] if isinstance(wanted, list) else []
    bad = [n for n in names if n not in settings.playout.sinks or settings.playout.sinks[n].kind == "several"]
    if len(options) != 1 or len(set(names)) < 2 or bad:
        raise RuleError(
            f"Đường ra “{name}” kiểu several cần tùy chọn sinks ghi ít nhất hai đường ra khác đã có.",
            field=f"{where}.options",
        )
    return tuple(dict.fromkeys(names))


def _file(name: str, home: Home, clock: Clock | None, options: dict[str, object], where: str) -> Sink:
    make: Callable[..., Sink] = FileSink
    try:
        return make(name, **{"folder": home.airchecks, "clock": clock, **options})
    except TypeError:
        raise RuleError(f"Đường ra “{name}” có tùy chọn không hợp lệ.", field=f"{where}.options") from None


def _maker(kind: str, where: str) -> Callable[..., Sink]:
    for point in entry_points(group="broadcaster.sinks"):
        if point.name == kind:
            loaded: Callable[..., Sink] = point.load()
            return loaded
    if kind not in _BUILT_IN:
        raise RuleError(f"Chưa có loại đường ra “{kind}” trong bản cài đặt này.", field=f"{where}.kind")
    module, _, name = _BUILT_IN[kind].partition(":")
    made: Callable[..., Sink] = getattr(import_module(module), name)
    return made
