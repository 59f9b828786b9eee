"""The places for copies as people keep them: added, changed, taken away, tried, and the key of a machine confirmed."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from broadcaster import apart, disks
from broadcaster.apart import UnansweredError
from broadcaster.domain.confirming import require_shown
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.seen import require_seen
from broadcaster.errors import NotFoundError, RuleError, StationError
from broadcaster.plugins import TARGETS
from broadcaster.services.audit import Trail
from broadcaster.services.setup import plugin_tables
from broadcaster.services.setup.elsewhere import facts
from broadcaster.services.setup.plugin_tables import PluginTables
from broadcaster.services.station import Station
from broadcaster.settings import TargetSettings
from broadcaster.targets import target as places
from broadcaster.targets.refusing import HinderedError, Hindrance
from broadcaster.targets.target import StrangerError

TABLES: Final = PluginTables(TARGETS, ("usb", "folder", "sftp", "webdav", "s3"))
_NAME: Final = re.compile(r"^[\w-]{1,40}$")
_TRY_S: Final = 45.0
_TRY_FOLDER: Final = "thu-noi-cat"
_TRY_BYTES: Final = 20_000


@dataclass(frozen=True, slots=True)
class TriedPlace:
    """What came of a small file that was laid at a place, read back and let go."""

    at: dt.datetime
    seconds: float
    well: bool
    words: str
    """Why it did not go well; empty when it did."""
    shown: str = ""
    """The fingerprint of a machine that nobody has confirmed yet."""
    other: bool = False
    """Whether another fingerprint was confirmed before."""


def place_of(station: Station, name: str) -> TargetSettings:
    """A place as the file has it.

    Raises:
        NotFoundError: there is none of that name.
    """
    found = station.home.settings().backup.targets.get(name)
    if found is None:
        raise NotFoundError(f"Không có nơi cất “{name}”.", field="name")
    return found


def place_facts(place: TargetSettings) -> dict[str, Any]:
    """What the form of a place shows; of a secret only that there is one."""
    return TABLES.facts(place.kind, place.options)


def save(
    station: Station, actor: Actor, name: str, kind: str, written: Mapping[str, str], *, new: bool, seen: str = ""
) -> None:
    """Write a place as people wrote it; a secret that is left empty stays as it was.

    Raises:
        OvertakenError: it is no longer what was seen.
        ForbiddenError: the actor may not manage the station.
        RuleError: the name or an option is wrong; the file stays as it is.
    """
    actor.require(Permission.MANAGE)
    known = station.home.settings().backup.targets
    name, now = name.strip(), known.get(name.strip())
    if not _NAME.match(name):
        raise RuleError("Tên nơi cất chỉ gồm chữ, số, dấu gạch, không dấu cách, dài không quá 40 chữ.", field="name")
    if new and now is not None:
        raise RuleError(f"Đã có “{name}”. Hãy đặt tên khác.", field="name")
    if not new:
        now = place_of(station, name)
        require_seen(place_facts(now), seen, TABLES.labels(now.kind))
    options = TABLES.options(kind, written, now.options if now is not None and now.kind == kind else {})
    where = places.made(name, kind, options).where
    value = {"kind": kind, "options": options}
    after = place_facts(TargetSettings.model_validate(value)) | {"where": where}
    before = None if now is None else place_facts(now)
    plugin_tables.write(station, actor, ("backup", "targets", name), value, "copy-place", before, after)


def remove(station: Station, actor: Actor, name: str, *, seal: str | None = None) -> None:
    """Take a place out of the file; what lies there stays. `seal` is that of what was shown (`place_facts`).

    Raises:
        NotAsShownError: it is no longer what was shown.
        ForbiddenError: the actor may not manage the station.
        NotFoundError: there is none.
    """
    actor.require(Permission.MANAGE)
    now = place_of(station, name)
    require_shown(place_facts(now), seal, TABLES.labels(now.kind))
    plugin_tables.write(station, actor, ("backup", "targets", name), None, "copy-place", place_facts(now), None)
    facts.forget(station, name)


def confirm(station: Station, actor: Actor, name: str, shown: str, *, instead_of_other: bool = False) -> None:
    """Write down the fingerprint that a person compared: from now on no other machine is talked to.

    Raises:
        ForbiddenError: the actor may not manage the station.
        RuleError: it is no fingerprint, or another is written down and nobody said that it shall give way.
    """
    actor.require(Permission.MANAGE)
    now = place_of(station, name)
    if not shown or "host_key" not in TABLES.fields_of(now.kind):
        raise RuleError("Không có dấu khóa nào để xác nhận. Hãy bấm “Thử ngay” trước.", field="host_key")
    held = str(now.options.get("host_key", ""))
    if held not in {"", shown} and not instead_of_other:
        raise RuleError(
            "Nơi này đã có một dấu khác. Hãy hỏi người quản lý máy ấy, rồi đánh dấu vào ô “máy ấy đã đổi khóa”.",
            field="host_key",
        )
    options = {**now.options, "host_key": shown}
    places.made(name, now.kind, options)
    value = {"kind": now.kind, "options": options}
    after = place_facts(TargetSettings.model_validate(value))
    where = ("backup", "targets", name)
    plugin_tables.write(station, actor, where, value, "copy-place", place_facts(now), after)


def try_out(station: Station, actor: Actor, name: str) -> TriedPlace:
    """Lay a small file at a place, read it back and let it go, and say what came of it.

    Raises:
        ForbiddenError: the actor may not manage the station.
        NotFoundError: there is no such place.
    """
    actor.require(Permission.MANAGE)
    wanted, at, began = place_of(station, name), station.now(), station.clock.monotonic()
    words, shown, other = "", "", False
    try:
        apart.alone(_TRY_S, _tried, name, wanted.kind, dict(wanted.options))
    except StrangerError as error:
        words, shown, other = error.message, error.shown, error.other
    except StationError as error:
        words = error.message
    except UnansweredError:
        words = HinderedError(f"Nơi cất “{name}”", Hindrance.SLOW).message
    tried = TriedPlace(at, station.clock.monotonic() - began, not words, words, shown, other)
    with station.db.write() as session:
        Trail(session, station.now(), actor).record("try", "copy-place", name, note=words, after={"well": tried.well})
    return tried


def _tried(name: str, kind: str, options: dict[str, Any]) -> None:
    """Try a place from a process of its own, which may wait for it."""
    there = f"{_TRY_FOLDER}/{secrets.token_hex(8)}.thu"
    data = secrets.token_bytes(_TRY_BYTES)
    try:
        target, scratch = places.made(name, kind, options), tempfile.TemporaryDirectory(prefix="loa-thu-")
        with scratch as folder, target.opened() as shelf:
            ours, back = Path(folder) / "di", Path(folder) / "ve"
            ours.write_bytes(data)
            shelf.put(ours, there)
            try:
                whole = shelf.listed(_TRY_FOLDER).get(there) == _TRY_BYTES
                shelf.get(there, back)
            finally:
                shelf.remove(there)
            if not whole or back.read_bytes() != data or there in shelf.listed(_TRY_FOLDER):
                raise HinderedError(f"Nơi cất “{name}”", Hindrance.PARTLY)
    except OSError as error:
        raise disks.refused(error) from None
