"""The doors of the house: what a package may bring by its entry points alone, and what is said when it is wrong.

A door knows the names that the installed packages offer, loads one, checks the options that a person wrote against
the form that the plug-in itself brings, and makes it. A wrong option is the writer's, whatever the plug-in raises
beyond that is the plug-in's: the two are never told as one another.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, ClassVar, ParamSpec, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from broadcaster import faults
from broadcaster.errors import RuleError, StationError

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=BaseModel)


class PluginOptions(BaseModel):
    """The form of a plug-in's options. A subclass says in Vietnamese what it is about, and each field what it does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    whither: ClassVar[frozenset[str]] = frozenset()
    """The options that say whom the secrets go to: where one of them changes, the secrets are typed anew."""


class PluginError(StationError):
    """Raised when the fault lies in the code of a plug-in."""

    code = "plugin"


@dataclass(frozen=True, slots=True)
class Door:
    """One kind of thing that packages bring."""

    group: str
    """Of entry points."""
    what: str
    """What one of them is called, in Vietnamese."""

    def names(self) -> list[str]:
        """The names that the installed packages offer, in order of the alphabet."""
        return sorted(self._points())

    def check(self, name: str) -> str:
        """A sentence that says why there is no such thing, with what was probably meant; empty when there is."""
        if name in (known := self.names()):
            return ""
        hint = faults.meant(name, known)
        return f"không có {self.what} “{name}”. {hint + ' ' if hint else ''}Đang có: {', '.join(known)}."

    def load(self, name: str) -> Any:
        """The class that a package offers under a name.

        Raises:
            RuleError: no package offers it.
            PluginError: its module cannot be loaded.
        """
        point = self._points().get(name)
        if point is None:
            why = self.check(name)
            raise RuleError(why[0].upper() + why[1:], code="no-plugin")
        return self.guarded(name, point.load)

    def guarded(self, name: str, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a plug-in's own code returns.

        Raises:
            StationError: as the plug-in raises it; a `PluginError` for whatever else, with the trace in the log.
        """
        try:
            return act(*args, **kwargs)
        except StationError:
            raise
        except Exception as error:
            log.exception("%s %s", self.group, name)
            raise PluginError(
                f"{self.what[0].upper()}{self.what[1:]} “{name}” (gói {self._package(name)}) bị lỗi trong chính mã của "
                f"nó: {type(error).__name__}: {error}. Hãy báo người làm gói; chi tiết nằm trong nhật ký máy."
            ) from error

    def _points(self) -> dict[str, EntryPoint]:
        return _offered(self.group, tuple(sys.path))

    def _package(self, name: str) -> str:
        origin = self._points()[name].dist if name in self._points() else None
        return f"{origin.name} {origin.version}" if origin else "không rõ"


@cache
def _offered(group: str, _path: tuple[str, ...]) -> dict[str, EntryPoint]:
    """What the installed packages offer: read once a process, for each reading opens the list of every package."""
    return {point.name: point for point in entry_points(group=group)}


SINKS = Door("broadcaster.sinks", "loại đường ra")
ENGINES = Door("broadcaster.engines", "bộ đọc")
RECOGNISERS = Door("broadcaster.recognisers", "bộ nghe thử")
ALERTS = Door("broadcaster.alerts", "cách báo tin")
TARGETS = Door("broadcaster.targets", "loại nơi cất")


def options_of(form: type[F], given: Mapping[str, Any], *, what: str, field: str) -> F:
    """The options that a person wrote, checked against the plug-in's form.

    Raises:
        RuleError: a key or a value is wrong, or one is missing; all at once, `field` names the place.
    """
    try:
        return form.model_validate(given)
    except ValidationError as error:
        found = faults.read(form, error.errors(include_url=False), show=False)  # a password is not repeated
        sentences = " ".join(fault.sentence() for fault in found)
        raise RuleError(f"{what} có tùy chọn không hợp lệ: {sentences}", field=field) from None
