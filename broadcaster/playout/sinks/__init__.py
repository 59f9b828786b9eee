"""Sinks: the ways in which sound leaves play-out. Found through the entry points `broadcaster.sinks`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from broadcaster.clock import Clock
from broadcaster.domain.air.causes import NOTHING, Cause, Why
from broadcaster.domain.air.outlets import Outlet
from broadcaster.errors import RuleError, StationError
from broadcaster.faults import meant
from broadcaster.home import Home
from broadcaster.playout.sinks.base import (
    Audible,
    BackgroundSink,
    Declared,
    Foreseeing,
    Grouping,
    Replaceable,
    Sink,
    Site,
    Tended,
)
from broadcaster.playout.sinks.broken import BrokenSink
from broadcaster.plugins import SINKS, PluginError, options_of
from broadcaster.settings import Settings

AIRCHECK = "aircheck"
"""The sink that records what went to the others, and alone hears a trial."""
_CONTRACT = ("paced", "exclusive", "latency", "where", "check", "open")


@dataclass(frozen=True, slots=True)
class Sinks:
    """The sinks of a station by name, and what a person should know of them."""

    by_name: dict[str, Sink]
    notes: dict[str, str]
    """Vietnamese sentences by sink: why a stand-in took its place, or why nothing can."""
    several: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Names that stand for more than one sink."""
    replaceable: dict[str, tuple[Replaceable, Sink]] = field(default_factory=dict)
    """Those whose place another takes while they cannot be used: the sink that is wanted, and the other."""

    @property
    def names(self) -> list[str]:
        """Every name that a zone may point to, or that one of those stands for."""
        return [*self.by_name, *self.several]

    def outlet(self, name: str) -> Outlet:
        """What a sink is just now."""
        sink = self.by_name[name]
        if name in self.replaceable and sink is not self.replaceable[name][0]:
            return Outlet.STAND_IN
        return sink.outlet if isinstance(sink, Declared) else Outlet.LOUDSPEAKER

    def nobody(self, name: str) -> Why:
        """Why nobody hears what goes to a sink; nothing when somebody does."""
        outlet = self.outlet(name)
        if outlet.heard:
            return NOTHING
        note = self.notes.get(name, "") if outlet is Outlet.STAND_IN else ""
        return Why(Cause.NO_HORN, note or f"Đường ra “{name}” {outlet.label}.")

    def look(self) -> None:
        """Ask those that have a stand-in whether they can be used now; what is on its way stays where it is."""
        for name, (wanted, other) in self.replaceable.items():
            why = _said(wanted, wanted.check)
            self.by_name[name] = other if why else wanted
            if why:
                self.notes[name] = f"{why} Tiếng chỉ ghi vào tệp, không ra loa."
            else:
                self.notes.pop(name, None)

    def where(self, name: str) -> str:
        """Where the sound of a sink goes, in a few Vietnamese words."""
        if name in self.several:
            return f"cùng lúc qua {', '.join(self.several[name])}"
        return self.by_name[name].where

    def examine(self, name: str) -> tuple[str, str]:
        """Why a sink cannot be used now, and what will go wrong with it soon; each a sentence, or empty."""
        if name in self.several:
            return "", ""
        sink = self.by_name[name]
        why = _said(sink, sink.check)
        return why, _said(sink, sink.warning) if isinstance(sink, Foreseeing) and not why else ""

    def start(self) -> None:
        """Let those that work between broadcasts begin; one whose own code fails keeps no other from it."""
        for name, sink in self._all():
            if isinstance(sink, BackgroundSink) and (why := _said(sink, sink.start)):
                self.notes[name] = why

    def _all(self) -> Iterator[tuple[str, Sink]]:
        """Every sink, those that stand aside just now too."""
        for name, sink in self.by_name.items():
            yield from ((name, one) for one in self.replaceable.get(name, (sink,)))

    def finish(self) -> None:
        """Let them end."""
        for _, sink in self._all():
            if isinstance(sink, BackgroundSink):
                _said(sink, sink.finish)

    def tend(self) -> Iterator[tuple[str, str]]:
        """Let those that keep something let go of what is past its time; yield what should be on record."""
        for name, sink in self._all():
            if isinstance(sink, Tended) and (note := _said(sink, sink.tend)):
                yield name, note


def resolve_sinks(settings: Settings, home: Home, clock: Clock) -> Sinks:
    """Make every sink that the settings name; one that cannot be used may give way to another kind.

    What is mistyped or missing in one of them keeps none of the others from sounding: it is broken, and says why.
    """
    site = Site(home.airchecks, clock, round(settings.playout.floor_gigabytes * 1e9))
    made: dict[str, Any] = {}
    notes: dict[str, str] = {}
    replaceable: dict[str, tuple[Replaceable, Sink]] = {}
    for name, wanted in settings.playout.sinks.items():
        sink = made[name] = _made(name, wanted.kind, wanted.options, site)
        if isinstance(sink, Replaceable):
            replaceable[name] = sink, _made(name, sink.stand_in, {}, site)
    if AIRCHECK not in made:
        made[AIRCHECK] = _made(AIRCHECK, "file", {}, site)
    several = {name: sink.members for name, sink in made.items() if isinstance(sink, Grouping)}
    found = {name: sink for name, sink in made.items() if name not in several}
    for group, members in several.items():
        for name in [m for m in members if m not in found]:
            why = f"Đường ra “{group}” gồm “{name}”, mà đường ra ấy chưa có. {meant(name, found, instead='Đang có')}"
            found[name] = BrokenSink(name, "fan_out", why.strip())
    notes |= {name: sink.why for name, sink in found.items() if isinstance(sink, BrokenSink)}
    sinks = Sinks(found, notes, several, replaceable)
    sinks.look()
    return sinks


def _made(name: str, kind: str, given: Mapping[str, Any], site: Site) -> Any:
    where = f"playout.sinks.{name}"

    def make() -> Any:
        form = maker.Options
        options = options_of(form, given, what=f"Đường ra “{name}”", field=f"{where}.options")
        sink = maker(name, options, site)
        if not isinstance(sink, Grouping) and (lacks := [word for word in _CONTRACT if not hasattr(sink, word)]):
            raise TypeError(f"{type(sink).__name__} lacks {', '.join(lacks)}")
        if sink.kind != kind:
            raise TypeError(f"{type(sink).__name__} calls itself {sink.kind}, its entry point {kind}")
        return sink

    try:
        maker = SINKS.load(kind)
        return SINKS.guarded(kind, make)
    except RuleError as error:
        return BrokenSink(
            name, kind, f"{error.message} Đường này không ra loa: hãy sửa bảng [{where}] trong station.toml."
        )
    except StationError as error:
        return BrokenSink(name, kind, error.message)


def return_command(sink: Sink) -> list[str]:
    """The command that brings back what listeners of a sink hear; empty when there is none."""
    try:
        return SINKS.guarded(sink.kind, sink.hear) if isinstance(sink, Audible) else []
    except PluginError:
        return []  # its trace is in the log; what goes in is compared instead


def _said(sink: Sink, act: Callable[[], str | None]) -> str:
    """What a sink says; the fault of its own code when that fails."""
    try:
        return SINKS.guarded(sink.kind, act) or ""
    except PluginError as error:
        return error.message
