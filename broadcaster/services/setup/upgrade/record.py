"""How far an upgrade is, on the station's disk: written down before the step begins, read by whoever starts next."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from broadcaster import keeping
from broadcaster.clock import Clock
from broadcaster.domain.setup.upgrades import Upgrade, UpgradeStep
from broadcaster.home import Home
from broadcaster.logs import EventLog

log = EventLog(__name__)


def folder(home: Home) -> Path:
    """Where the upgrade keeps its own."""
    return home.root / "upgrade"


def last(home: Home) -> Upgrade | None:
    """The upgrade that goes on, or the last one; None when there never was one, or a damaged disk no longer says it."""
    try:
        return Upgrade.from_json(json.loads((folder(home) / "state.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("the state of the upgrade cannot be read", error=repr(error))
        return None


def keep(home: Home, upgrade: Upgrade) -> Upgrade:
    """Put how it stands on the disk, in one stroke."""
    keeping.make_folder(folder(home))
    keeping.keep(folder(home) / "state.json", json.dumps(upgrade.as_json(), ensure_ascii=False, indent=1))
    return upgrade


def go(home: Home, clock: Clock, upgrade: Upgrade, step: UpgradeStep, **changes: Any) -> Upgrade:
    """Come to a step."""
    return keep(home, replace(upgrade, step=step, at=clock.now(), **changes))
