"""Zones (cụm loa) and groups of zones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from broadcaster.errors import RuleError

ALL = "all"


@dataclass(frozen=True, slots=True)
class Zone:
    """One addressable cluster of horns and the sinks that reach it."""

    code: str
    name: str
    place: str = ""
    sink: str = "main"
    volume: int = 100
    """Percent of full level, 0 to 100."""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class ZoneMap:
    """All zones and groups; a group is a set of zones, never of groups."""

    zones: Mapping[str, Zone]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def expand(self, names: Iterable[str], *, where: str) -> tuple[str, ...]:
        """Return the codes of the enabled zones that `names` (zones, groups or "all") mean, in map order.

        Raises:
            RuleError: a name is neither a zone nor a group.
        """
        wanted: set[str] = set()
        for name in names:
            if name == ALL:
                wanted.update(self.zones)
            elif name in self.zones:
                wanted.add(name)
            elif name in self.groups:
                wanted.update(self.groups[name])
            else:
                raise RuleError(
                    f"Không có cụm loa hay nhóm cụm loa nào mang mã “{name}”. "
                    f"Các mã đang có: {', '.join([ALL, *self.groups, *self.zones])}.",
                    field=where,
                )
        return tuple(code for code, zone in self.zones.items() if code in wanted and zone.enabled)
