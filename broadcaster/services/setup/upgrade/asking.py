"""An upgrade as people at the panel see it: what is in use, what might follow, when, how it goes; asked for there."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from broadcaster import __version__
from broadcaster.boot import unit
from broadcaster.db.queries import people
from broadcaster.domain.confirming import require_shown
from broadcaster.domain.people.roles import Actor, Permission, machine
from broadcaster.domain.setup.upgrades import QUIET, Upgrade, numbered
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.setup.upgrade import bundles, health, record, wishes
from broadcaster.services.setup.upgrade.record import Refusal
from broadcaster.services.setup.upgrade.telling import UPGRADER
from broadcaster.services.setup.upgrade.versions import Versions, usual
from broadcaster.services.setup.upgrade.wishes import Wish
from broadcaster.services.station import Station

PLACE: Final = "bundles"
"""The folder of the upgrade in which an administrator may lay a bundle."""
_STICKS: Final = tuple(Path(root) for root in ("/media", "/mnt", "/run/media"))
_LAST: Final = 10


@dataclass(frozen=True, slots=True)
class NextVersion:
    """A version that might be the next one."""

    version: str
    where: str
    """The file that brings it; empty when it is laid."""
    why_not: str = ""
    """Why it cannot be begun from the panel, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeView:
    """All that the page shows."""

    using: str
    kept: list[str]
    candidates: list[NextVersion]
    wish: Wish | None
    waits: str
    under_way: Upgrade | None
    refused: Refusal | None
    history: list[tuple[dt.datetime, str]]
    in_the_way: str
    free: dt.datetime
    """When nothing is due for long enough, at the earliest."""
    by_service: bool
    """Whether the machine can do it at the wish of this page."""


def view(station: Station) -> UpgradeView:
    """How the station stands to its versions just now."""
    versions, last = usual(), record.last(station.home)
    why, free = health.quiet(station, QUIET)
    wish = wishes.wished(station.home, versions)
    return UpgradeView(
        using=__version__,
        kept=[version for version in versions.kept() if version != __version__],
        candidates=candidates(station, versions),
        wish=wish,
        waits=wishes.waits(wish, last) if wish else "",
        under_way=last if last and not last.step.over and record.under_way(station.home) else None,
        refused=record.refusal(station.home),
        history=_history(station),
        in_the_way=why,
        free=station.local(free),
        by_service=_by_service(),
    )


def _by_service() -> bool:
    return any((folder / unit.WISH).is_file() for folder in unit.FOLDERS)


def _history(station: Station) -> list[tuple[dt.datetime, str]]:
    """What became of the last upgrades, the newest first, as the station's own record keeps it."""
    with station.db.read() as session:
        rows, _ = people.audit_events(session, actor=machine(UPGRADER).username, limit=_LAST)
        return [(station.local(row.at), row.note) for row in rows]


def candidates(station: Station, versions: Versions) -> list[NextVersion]:
    """The versions newer than the one in use that lie on this machine, or that a bundle on it brings; newest first."""
    here = numbered(__version__)
    found = {version: NextVersion(version, "") for version in versions.kept()}
    signed = versions.key.is_file()
    unsigned = "Máy này không có khóa của nơi phát hành, nên gói phải do người có quyền quản trị máy đặt bằng lệnh."
    for path in _bundles(station):
        if (version := _named(path)) and version not in found:
            found[version] = NextVersion(version, str(path), "" if signed else unsigned)
    return sorted((c for v, c in found.items() if numbered(v) > here), key=lambda c: numbered(c.version), reverse=True)


def _bundles(station: Station) -> Iterator[Path]:
    yield from sorted((record.folder(station.home) / PLACE).glob(f"*{bundles.ENDING}"))
    for root in _STICKS:
        for depth in ("*", "*/*", "*/*/*"):
            yield from sorted(root.glob(f"{depth}{bundles.ENDING}"))


def _named(path: Path) -> str:
    """The version that a bundle says it is; empty when it is none that can be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            version = str(json.loads(archive.read(bundles.LIST))["version"])
        numbered(version)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, RuleError):
        return ""
    return version


def deciding(station: Station, version: str) -> Mapping[str, Any]:
    """What decides about an upgrade, to be shown before it is confirmed.

    Raises:
        NotFoundError: no such version is there.
    """
    for found in candidates(station, usual()):
        if found.version == version:
            return {"using": __version__, "version": version, "where": found.where, "why_not": found.why_not}
    raise NotFoundError(f"Không có phiên bản {version[:40]} mới hơn bản đang dùng trên máy này.", field="version")


def ask(station: Station, actor: Actor, version: str, *, seal: str | None = None) -> None:
    """Have the machine upgrade at the next quiet moment. `seal` is that of what was shown (`deciding`).

    Raises:
        ForbiddenError: the actor may not manage the station.
        NotAsShownError: another version is in use, or lies there, by now.
        RuleError: it cannot be begun from here.
    """
    actor.require(Permission.MANAGE)
    facts = deciding(station, version)
    require_shown(facts, seal, {"using": "Bản đang dùng", "where": "Gói"})
    if facts["why_not"]:
        raise RuleError(facts["why_not"], field="version")
    if not _by_service():
        raise RuleError("Máy này không tự nâng cấp được: đài không cài làm dịch vụ bằng gói cài đặt.", field="version")
    versions, now = usual(), station.now()
    if wishes.wished(station.home, versions):
        raise RuleError("Đã có một bản chờ thay.", field="version")
    with station.db.write() as session:
        Trail(session, now, actor).record("ask", "upgrade", version)
    record.forget_refusal(station.home)
    wishes.make(station.home, versions, Wish(version=version, bundle=facts["where"], by=actor.username), now)


def withdraw(station: Station, actor: Actor) -> None:
    """Take back what the panel wished for, as long as it waits.

    Raises:
        ForbiddenError: the actor may not manage the station.
    """
    actor.require(Permission.MANAGE)
    if wishes.withdrawn(station.home):
        with station.db.write() as session:
            Trail(session, station.now(), actor).record("withdraw", "upgrade", "")
