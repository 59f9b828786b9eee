"""The contract of a sink: one way in which sound leaves play-out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from broadcaster.clock import Clock
from broadcaster.domain.air.outlets import Outlet

RATE = 48_000
"""Samples per second (Hz) of everything that play-out handles: mono, signed 16-bit, little-endian."""
PROVEN_S = 10.0
"""What broke is well again when it has carried sound for so long: a way that merely opens may hang at once."""

Pcm = bytes | bytearray | memoryview


@dataclass(frozen=True, slots=True)
class Site:
    """What a sink is given of the station that it plays for."""

    airchecks: Path
    """The folder of recordings of what was aired."""
    clock: Clock
    floor: int = 0
    """Bytes of a disk below which nothing is recorded."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What is about to go through a sink."""

    broadcast_id: int
    title: str
    starts_at: dt.datetime
    """Planned start in station time (aware)."""


class Stream(Protocol):
    """An open sink. Called from one thread; any call may raise `AirError`, after which it is only closed."""

    def write(self, pcm: Pcm) -> None:
        """Take samples; a paced sink blocks until it has room, the others return at once."""
        ...

    def drop(self) -> None:
        """Forget samples that were taken but not heard yet."""
        ...

    def close(self) -> None:
        """Let what was taken sound to its end, then let go. Never raises."""
        ...


@runtime_checkable
class Losing(Stream, Protocol):
    """A stream that knows what it took and never let out, because its way broke or it was dropped. A stream MAY be one.

    What is not told so counts as heard.
    """

    @property
    def lost(self) -> int:
        """Samples, since it was opened."""
        ...


@runtime_checkable
class Placed(Stream, Protocol):
    """A stream that is a recording, and can say where it stands. A stream MAY be one."""

    @property
    def place(self) -> tuple[str, int]:
        """The recording's name without ending, from the air-check folder, and the samples written so far."""
        ...


class Sink(Protocol):
    """One way out. Made once at start from its settings; opened for each broadcast.

    Its class stands behind an entry point of the group `broadcaster.sinks`, whose name is the `kind` of the settings,
    bears the form of its options (a `plugins.PluginOptions`) as `Options`, and is made as `Class(name, options, site)`.
    """

    name: str
    kind: str
    paced: bool
    """Whether `write` runs at the pace of the sink's own clock; play-out paces the others by the monotonic clock."""
    exclusive: bool
    """Whether it carries one programme at a time."""
    latency: float
    """Seconds from `write` to the first sound."""

    @property
    def where(self) -> str:
        """Where the sound goes, in a few Vietnamese words for the doctor: `card âm thanh của máy`."""
        ...

    def check(self) -> str:
        """A Vietnamese sentence that says why the sink cannot be used now; empty when it can."""
        ...

    def open(self, feed: Feed) -> Stream:
        """Make ready to sound.

        Raises:
            AirError: the sink cannot be used now.
        """
        ...


@runtime_checkable
class Declared(Protocol):
    """A sink that says what it is. A sink SHOULD be one; of one that does not say, a loudspeaker is believed."""

    outlet: Outlet
    """Only what goes to a loudspeaker or a stream counts as heard."""


@runtime_checkable
class Grouping(Protocol):
    """A name that stands for several sinks, each of which plays on its own. It is never opened itself."""

    members: tuple[str, ...]
    """The names of sinks in the settings."""


@runtime_checkable
class Replaceable(Sink, Protocol):
    """A sink whose place another kind takes while it cannot be used. A sink MAY be one."""

    stand_in: str
    """The kind."""


@runtime_checkable
class BackgroundSink(Protocol):
    """A sink that has work between broadcasts too. A sink MAY be one."""

    @property
    def trouble(self) -> str:
        """What is wrong with it just now, known without asking, in Vietnamese; empty when well."""
        ...

    def start(self) -> None:
        """Take up the work when play-out starts; returns at once."""
        ...

    def finish(self) -> None:
        """End it when play-out stops; takes a few seconds at most."""
        ...


@runtime_checkable
class Tended(Protocol):
    """A sink that keeps something, and must let old things go. A sink MAY be one."""

    def tend(self) -> str:
        """Let go of what is past its time; called once an hour, while the clock is believed. Never raises.

        Return a Vietnamese sentence when that should be on record; mostly empty.
        """
        ...


@runtime_checkable
class Audible(Protocol):
    """A sink that can be heard from behind. A sink MAY be one."""

    def hear(self) -> list[str]:
        """The command that writes what listeners hear to its standard output; empty when there is none.

        Samples are signed 16-bit little-endian, 48 kHz, one channel, at real-time speed.
        """
        ...


@runtime_checkable
class Foreseeing(Protocol):
    """A sink that knows of trouble to come. A sink MAY be one."""

    def warning(self) -> str:
        """A Vietnamese sentence that says what will go wrong soon; empty when nothing is. May take seconds."""
        ...
