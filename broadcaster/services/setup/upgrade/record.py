"""How far an upgrade is, on the station's disk: written down before the step begins, read by whoever starts next."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from broadcaster import keeping
from broadcaster.clock import Clock
from broadcaster.domain.setup.upgrades import Upgrade, UpgradeStep
from broadcaster.home import Home
from broadcaster.locks import FileLock
from broadcaster.logs import EventLog

log = EventLog(__name__)
_REFUSED: Final = "refused.json"


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


def refuse(home: Home, version: str, why: str, at: dt.datetime) -> None:
    """Put on the disk that an upgrade that was wished for could not even begin, and why."""
    keeping.make_folder(folder(home))
    facts = {"version": version, "why": why, "at": at.isoformat()}
    keeping.keep(folder(home) / _REFUSED, json.dumps(facts, ensure_ascii=False))


def forget_refusal(home: Home) -> None:
    """Let an earlier refusal be over: another upgrade begins."""
    keeping.forget(folder(home) / _REFUSED)


class Refusal(NamedTuple):
    """An upgrade that could not even begin, in a sentence, and when that was."""

    sentence: str
    at: dt.datetime


def refusal(home: Home) -> Refusal | None:
    """The last upgrade that could not even begin; None when one has begun since."""
    try:
        found = json.loads((folder(home) / _REFUSED).read_text(encoding="utf-8"))
        said = f"Không bắt đầu thay sang bản {found['version']}: {found['why']}"
        return Refusal(said, dt.datetime.fromisoformat(found["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def under_way(home: Home) -> bool:
    """Whether somebody carries out an upgrade just now; one that is not over and that nobody does was cut off."""
    path = lock(home)
    if not path.is_file():
        return False
    held = FileLock(path)
    try:
        return held.holder() is not None
    finally:
        held.close()


def lock(home: Home) -> Path:
    """What whoever carries out an upgrade holds."""
    return home.run / "upgrade.lock"


def told(home: Home) -> str:
    """How the upgrade stands that goes on, or the last one, in a sentence; empty when there never was one."""
    found = last(home)
    if found is None:
        return ""
    cut = " Việc này đã bị cắt ngang; đài tự dọn ở lần bật hay lần nâng cấp sau."
    return found.sentence + ("" if found.step.over or under_way(home) else cut)


def keep(home: Home, upgrade: Upgrade) -> Upgrade:
    """Put how it stands on the disk, in one stroke."""
    keeping.make_folder(folder(home))
    keeping.keep(folder(home) / "state.json", json.dumps(upgrade.as_json(), ensure_ascii=False, indent=1))
    return upgrade


def go(home: Home, clock: Clock, upgrade: Upgrade, step: UpgradeStep, **changes: Any) -> Upgrade:
    """Come to a step."""
    return keep(home, replace(upgrade, step=step, at=clock.now(), **changes))
