"""An upgrade that is wished for, in a file: systemd sees it, and carries it out as soon as nothing sounds.

An administrator's lies beside the versions, which only root may change; the panel's lies in the home, and may name
nothing but a version that an administrator has laid, or a bundle that is signed by the key of this machine.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from broadcaster import keeping
from broadcaster.boot.unit import WISHES
from broadcaster.domain.setup.upgrades import WATCH_S, Upgrade, UpgradeStep
from broadcaster.home import Home
from broadcaster.logs import EventLog
from broadcaster.services.setup.upgrade import record
from broadcaster.services.setup.upgrade.versions import Versions

log = EventLog(__name__)
TRIES: Final = 3
"""So often an upgrade is begun that is cut off again before the station was touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wished for."""

    version: str
    """One that is laid, or will be by `bundle`."""
    bundle: str = ""
    """The file that brings it; empty when it is laid."""
    by: str = ""
    """Who wished, a person's account or a program of the machine."""
    at: str = ""
    """When, an aware moment."""
    hurry: bool = False
    back: bool = False
    watch_s: float = WATCH_S
    tries: int = 0
    """How often it was begun."""
    trusted: bool = False
    """It is an administrator's."""

    @classmethod
    def from_json(cls, found: Mapping[str, Any], *, trusted: bool) -> Self:
        """From the disk; of the panel's own nothing is taken but which version, and whose wish it is."""
        names = ("version", "bundle", "by", "at", "tries", *(("hurry", "back", "watch_s") if trusted else ()))
        known = {name: type(getattr(cls(version=""), name))(found[name]) for name in names if name in found}
        return cls(**known | {"version": str(found["version"]), "trusted": trusted})


def place(home: Home, versions: Versions, *, trusted: bool) -> Path:
    """The file of a wish."""
    return versions.root.parent / WISHES[0] if trusted else home.root / WISHES[1]


def wished(home: Home, versions: Versions) -> Wish | None:
    """What is wished for; an administrator's goes first."""
    for trusted in (True, False):
        path = place(home, versions, trusted=trusted)
        try:
            return Wish.from_json(json.loads(path.read_text(encoding="utf-8")), trusted=trusted)
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("a wish for an upgrade cannot be read", path=str(path), error=repr(error))
    return None


def make(home: Home, versions: Versions, wish: Wish, now: dt.datetime) -> None:
    """Put a wish on the disk, where everybody may read an administrator's."""
    path = place(home, versions, trusted=wish.trusted)
    keeping.make_folder(path.parent)
    keeping.keep(path, json.dumps(asdict(replace(wish, at=wish.at or now.isoformat())), ensure_ascii=False))
    if wish.trusted:
        path.chmod(0o644)


def withdrawn(home: Home) -> bool:
    """Take back what the panel wished for; whether there was anything."""
    path = home.root / WISHES[1]
    found = path.is_file()
    keeping.forget(path)
    return found


def stands(home: Home, versions: Versions, wish: Wish) -> bool:
    """Whether a wish is there still, and no other one in its place."""
    now = wished(home, versions)
    return now is not None and (now.version, now.bundle, now.trusted) == (wish.version, wish.bundle, wish.trusted)


def forget(home: Home, versions: Versions) -> None:
    """Take every wish back; also one that cannot be read."""
    for trusted in (True, False):
        keeping.forget(place(home, versions, trusted=trusted))


def told(home: Home, versions: Versions) -> str:
    """Which version waits, and for what, in a sentence; empty when none does."""
    wish = wished(home, versions)
    if wish is None:
        return ""
    return waits(wish, record.last(home))


def waits(wish: Wish, upgrade: Upgrade | None) -> str:
    """A wish in a sentence; `upgrade` is the last one that is on the disk."""
    why = upgrade.why if upgrade and upgrade.new == wish.version and upgrade.step is UpgradeStep.WAITING else ""
    return f"Bản {wish.version} chờ giờ yên để thay.{f' {why}' if why else ''}"
