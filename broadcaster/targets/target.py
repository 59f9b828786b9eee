"""The contract of a place for copies: whole files under their names, listed, fetched and let go."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar, Protocol

from broadcaster.errors import StationError
from broadcaster.plugins import TARGETS, PluginError, PluginOptions, options_of


class TargetError(StationError):
    """Raised when a place for copies refuses, is full, or breaks off; the sentence says which and what to do."""

    code = "target"


class AbsentError(TargetError):
    """Raised when a place is not there just now and is expected to come and go: a stick that is not plugged in."""

    code = "target-absent"


class StrangerError(TargetError):
    """Raised when the machine of a place shows a key that nobody wrote down yet, or another one; nothing was sent.

    `field` names the option that a person fills with `shown`, once they have asked whoever keeps that machine.
    """

    code = "target-stranger"

    def __init__(self, message: str, *, shown: str, other: bool, field: str) -> None:
        super().__init__(message, field=field)
        self.shown = shown
        """The fingerprint that was shown."""
        self.other = other
        """Whether another one was written down."""


class Shelf(Protocol):
    """A place while it is open. Names are relative, with `/` between folders.

    Every method raises a `TargetError` for whatever the place does not do.
    """

    def listed(self, folder: str) -> dict[str, int]:
        """The size of each file anywhere below a folder, by its name from the top; nothing while there is no folder."""
        ...

    def put(self, source: Path, name: str) -> None:
        """Lay a file there: under its name whole and on the other side's disk, or not at all."""
        ...

    def get(self, name: str, to: Path) -> None:
        """Fetch a file."""
        ...

    def remove(self, name: str) -> None:
        """Let a file go; one that is not there is gone already."""
        ...


class Target(Protocol):
    """A place for copies, made as `Class(options)`; it reaches for nothing before it is opened.

    Its class stands behind an entry point of the group `broadcaster.targets`, whose name is the `kind` of the settings.
    """

    Options: ClassVar[type[PluginOptions]]
    """The form of its options; what must never be printed is a `Secret` there."""

    @property
    def where(self) -> str:
        """What place it is, in a few Vietnamese words without a secret: `USB nhãn LOA-SAOLUU`."""
        ...

    def opened(self) -> AbstractContextManager[Shelf]:
        """Reach for the place.

        Raises:
            AbsentError: it is not there just now.
            TargetError: it refuses, or its key is not the one that was written down.
        """
        ...


def made(name: str, kind: str, given: Mapping[str, Any]) -> Target:
    """The place that a table `[backup.targets.NAME]` describes.

    Raises:
        RuleError: there is no such kind, or an option is wrong.
        PluginError: its own code fails.
    """

    def make() -> Target:
        options = options_of(maker.Options, given, what=f"Nơi cất “{name}”", field=f"backup.targets.{name}")
        target: Target = maker(options)
        return target

    try:
        maker = TARGETS.load(kind)
    except PluginError as error:
        if not isinstance(error.__cause__, ModuleNotFoundError):
            raise
        raise TargetError(
            f"Máy chưa cài phần chép qua mạng nên chưa dùng được nơi cất “{name}”. Hãy cài gói loa-xa[backup]."
        ) from None
    return TARGETS.guarded(kind, make)
