"""What is known of the copies elsewhere: what each place answered last, and how the last trial restore went.

Kept in files of the run folder: they are of this machine, and a station that is brought back on another asks anew.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from broadcaster.keeping import keep
from broadcaster.services.station import Station

_CARRIED: Final = "elsewhere"
_DRILL: Final = "drill.json"
_PROVED: Final = "proved"
_OPENED: Final = "paper-opened"


@dataclass(frozen=True, slots=True)
class Carried:
    """What is known of one place; times aware UTC. Without `tried_at` nobody has reached for it yet."""

    target: str
    tried_at: dt.datetime | None = None
    fault: str = ""
    """Why the last try failed, in a Vietnamese sentence; empty when it did not."""
    absent: bool = False
    """It was merely not there, as a stick that is not plugged in."""
    seen_at: dt.datetime | None = None
    """When it last answered what it holds."""
    newest_at: dt.datetime | None = None
    """When its newest whole copy was made, by what it answered."""
    nights: int = 0
    """Whole copies that it holds."""
    size: int = 0
    """Bytes that lie there."""
    missing: int = 0
    """Sounds that the last copy names and that this machine does not have either."""


@dataclass(frozen=True, slots=True)
class Drill:
    """How the last trial restore went; times aware UTC."""

    at: dt.datetime
    archive: str
    faults: tuple[str, ...] = ()
    """Vietnamese sentences; none: it holds."""
    proved: tuple[str, ...] = field(default=())
    """What was proved, in Vietnamese."""

    @property
    def well(self) -> bool:
        """Whether nothing was wrong."""
        return not self.faults


def last_carried(station: Station) -> tuple[Carried, ...]:
    """What is known of each place of the settings, in their order."""
    return tuple(carried(station, name) for name in station.settings.backup.targets)


def carried(station: Station, name: str) -> Carried:
    """What is known of one place."""
    found = _read(station, f"{_CARRIED}-{name}.json")
    try:
        times = {k: _moment(found[k]) for k in ("tried_at", "seen_at", "newest_at")}
        return Carried(**{**found, **times, "target": name})
    except (KeyError, TypeError, ValueError):
        return Carried(name)


def keep_carried(station: Station, known: Carried) -> None:
    """Keep what a place answered."""
    _write(station, f"{_CARRIED}-{known.target}.json", asdict(known))


def forget(station: Station, name: str) -> None:
    """Forget what a place answered that is no place any more."""
    for kept in (_CARRIED, _PROVED):
        (station.home.run / f"{kept}-{name}.json").unlink(missing_ok=True)


def last_drill(station: Station) -> Drill | None:
    """How the last trial restore went; None when there was none on this machine."""
    found = _read(station, _DRILL)
    try:
        at = _moment(found["at"])
        lists = {k: tuple(map(str, found[k])) for k in ("faults", "proved")}
        return Drill(at, str(found["archive"]), **lists) if at else None
    except (KeyError, TypeError, ValueError):
        return None


def keep_drill(station: Station, drill: Drill) -> None:
    """Keep how a trial restore went."""
    _write(station, _DRILL, asdict(drill))


def proved_up_to(station: Station, name: str) -> str:
    """The last file of a place that was read back, in the order of their names; empty: the next begins at the first."""
    return str(_read(station, f"{_PROVED}-{name}.json").get("after", ""))


def keep_proved(station: Station, name: str, after: str) -> None:
    """Keep up to which file a place was read back."""
    _write(station, f"{_PROVED}-{name}.json", {"after": after})


def paper_opened(station: Station, mark: str) -> dt.datetime | None:
    """When a copy was last opened with the paper of a key; None: never on this machine."""
    try:
        return _moment(_read(station, f"{_OPENED}-{mark}.json")["at"])
    except (KeyError, TypeError, ValueError):
        return None


def keep_paper_opened(station: Station, mark: str) -> None:
    """Keep that a copy was opened with the paper of a key just now."""
    _write(station, f"{_OPENED}-{mark}.json", {"at": station.now()})


def newest_outside(known: Iterable[Carried]) -> Carried | None:
    """The place with the newest whole copy; None when there is no copy outside this machine."""
    dated = [(c.newest_at, c) for c in known if c.newest_at]
    return max(dated, key=lambda pair: pair[0])[1] if dated else None


def _moment(text: Any) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _read(station: Station, name: str) -> dict[str, Any]:
    try:
        found = json.loads((station.home.run / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(station: Station, name: str, facts: dict[str, Any]) -> None:
    keep(station.home.run / name, json.dumps(facts, default=str, ensure_ascii=False))
