"""Outputs: what hangs on one amplifier sounds together, whichever of its zones was meant.

Only an output can carry a sound, be muted or be taken; each sentence about a zone is derived from it. So whether two
broadcasts can air at once, who else hears one, and who else falls silent with a zone is asked here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from broadcaster.domain.setup.zones import Zone


@dataclass(frozen=True, slots=True)
class Outputs:
    """Which zones hang on which outputs; a zone that is not known hangs on one of its own."""

    by_zone: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The outputs of each zone, in the order of the zones; several where they sound at once."""
    used: frozenset[str] = frozenset()
    """Zones in use: the others are wired to nothing that sounds."""
    _reached: dict[tuple[str, ...], tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What `reach` answered: a plan of a year asks it for the same zones each day."""

    @classmethod
    def of(cls, zones: Iterable[Zone], several: Mapping[str, tuple[str, ...]]) -> Outputs:
        """The outputs of `zones`; `several` are the names that stand for more than one output."""
        known = list(zones)
        by_zone = {z.code: frozenset(several.get(z.sink, (z.sink,))) for z in known}
        return cls(by_zone, frozenset(z.code for z in known if z.enabled))

    @property
    def names(self) -> frozenset[str]:
        """The outputs on which zones in use hang."""
        return frozenset(name for code in self.used for name in self.by_zone[code])

    def of_zones(self, codes: Iterable[str]) -> frozenset[str]:
        """The outputs that sound when `codes` are to hear something."""
        return frozenset(name for code in codes for name in self.by_zone.get(code, (f"zone:{code}",)))

    def in_use(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Those of `codes` that are in use."""
        return tuple(code for code in codes if code in self.used)

    def on(self, names: Iterable[str]) -> tuple[str, ...]:
        """The zones in use that hear any of these outputs."""
        wanted = frozenset(names)
        return tuple(code for code, own in self.by_zone.items() if own & wanted and code in self.used)

    def only_on(self, names: Iterable[str]) -> tuple[str, ...]:
        """The zones in use that hear nothing else: with these outputs silent, so are they."""
        wanted = frozenset(names)
        return tuple(code for code, own in self.by_zone.items() if own <= wanted and code in self.used)

    def reach(self, codes: Iterable[str]) -> tuple[str, ...]:
        """All zones that hear what is for `codes`: those, and whoever shares an output with one of them."""
        meant = tuple(codes)
        if meant not in self._reached:
            around = self.on(self.of_zones(meant))
            self._reached[meant] = (*(c for c in meant if c not in around), *around)
        return self._reached[meant]

    def also(self, codes: Iterable[str], among: Iterable[str] | None = None) -> tuple[str, ...]:
        """The zones that hear what is for `codes` though nobody addressed them; `among` are all that were addressed."""
        meant = tuple(codes)
        addressed = set(meant if among is None else among)
        return tuple(code for code in self.reach(meant) if code not in addressed)

    def besides(self, addressed: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Of each output through which something goes to `addressed`: the zones that hear it unaddressed there."""
        meant = set(addressed)
        around = {name: tuple(z for z in self.on((name,)) if z not in meant) for name in sorted(self.of_zones(meant))}
        return {name: zones for name, zones in around.items() if zones}

    def meeting(self, some: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
        """Those of `some` that share an output with one of `others`."""
        there = self.of_zones(others)
        return tuple(code for code in some if self.of_zones((code,)) & there)

    def collide(self, some: Iterable[str], others: Iterable[str]) -> bool:
        """Whether what is for `some` and what is for `others` cannot sound at once."""
        return bool(self.of_zones(some) & self.of_zones(others))


SEPARATE = Outputs()
"""Each zone on an output of its own."""
