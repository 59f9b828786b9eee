"""A backup brought back: into an empty folder, with its sounds, holding back what must not begin by itself.

An emergency that was over, a broadcast ordered for an evening that has passed, a mute that somebody lifted: the copy
knows nothing of what came after it. So each waits for a person; the daily programme goes on by itself.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Update, update

from broadcaster.clock import Clock
from broadcaster.db.models import BroadcastRow, Command, MuteRow
from broadcaster.db.session import changed
from broadcaster.domain.air.broadcasts import OPEN_STATES, BroadcastKind, BroadcastState
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.emergencies import EmergencyState
from broadcaster.domain.people.roles import Actor, Permission, machine
from broadcaster.errors import RuleError
from broadcaster.home import Home
from broadcaster.services.air import emergencies, emergency_soundings
from broadcaster.services.air.fitness import Organ, fitness
from broadcaster.services.audit import Trail
from broadcaster.services.setup import lacking, restored
from broadcaster.services.setup.backup import BESIDE, LISTS, find
from broadcaster.services.setup.founding import init
from broadcaster.services.setup.restored import MARK, RESTORER
from broadcaster.services.station import Station
from broadcaster.sound.store import Store, digest

_HELD: Final = "Đài khôi phục từ bản sao lưu, chờ người quyết định."


@dataclass(frozen=True, slots=True)
class Restored:
    """A station that was brought back."""

    home: Home
    lacks: tuple[lacking.Lack, ...]
    """What it needs and has no sound of."""
    gone: int
    """How many sounds the backup names that were found nowhere."""
    waiting: tuple[restored.Waiting, ...]
    """What waits for a person."""
    silent: tuple[str, ...] = ()
    """What of the coming day, or of an alarm, would not be heard as things stand; Vietnamese sentences."""


def restore(archive: Path, root: Path, *, clock: Clock | None = None) -> Restored:
    """Unpack a backup into the empty folder `root` and make it a station that speaks, as far as its sounds are there.

    Raises:
        RuleError: the archive is not a backup of ours, or the folder is not empty.
    """
    if root.exists() and any(root.iterdir()):
        raise RuleError("Thư mục khôi phục phải trống, để không ghi đè lên đài đang có.", field=str(root))
    home = Home(root.resolve())
    try:
        names = _unpack(archive, home)
        gone = sum(_bring(home, folder, archive.parent / BESIDE, name) for name, folder in LISTS.items())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise RuleError(f"Không đọc được bản sao lưu: {error}.", field=str(archive)) from None
    if "station.db" not in names or home.settings().database.url:
        return Restored(home, (), gone, ())  # its database is brought back by itself, and may be another's at work
    station = init(home.root, clock=clock)
    try:
        lacking.from_package(station)
        (home.run / MARK).write_text(json.dumps({"archive": archive.name}), encoding="utf-8")
        _hold_back(station)
        fit = fitness(station)
        silent = tuple(
            filter(None, (fit.of(organ) for organ in (Organ.DATABASE, Organ.DISK, Organ.SIREN, Organ.SOUND)))
        )
        return Restored(home, tuple(lacking.lacks(station)), gone, tuple(restored.waiting(station)), silent)
    finally:
        station.close()


def restore_beside(station: Station, actor: Actor, name: str) -> Restored:
    """Unpack a backup into a new folder beside the living station, which stays as it is.

    Raises:
        ForbiddenError: the actor may not manage the station.
        RuleError: the backup is damaged, or the disk refuses.
    """
    actor.require(Permission.MANAGE)
    found = find(station.home, name)
    root = station.home.root
    target = root.with_name(f"{root.name}-khoi-phuc-{station.local(station.now()):%Y%m%d-%H%M%S}")
    made = restore(found.path, target, clock=station.clock)
    with station.db.write() as session:
        Trail(session, station.now(), actor).record(
            "restore-backup", "station", root.name, note=f"{name} → {made.home.root}"
        )
    return made


def _unpack(archive: Path, home: Home) -> set[str]:
    with zipfile.ZipFile(archive) as bundle:
        names = {name for name in bundle.namelist() if not name.endswith("/")}
        if not {"station.toml", "store.json"} <= names:
            raise RuleError("Tệp này không phải bản sao lưu của đài.", field=str(archive))
        home.make_folders()
        for name in names:
            target = (home.root / name).resolve()
            if not target.is_relative_to(home.root):
                raise RuleError("Bản sao lưu chứa đường dẫn lạ nên không khôi phục.", field=name)
            target.parent.mkdir(parents=True, exist_ok=True)
            with bundle.open(name) as source, target.open("wb") as to:
                shutil.copyfileobj(source, to)
    return names


def _bring(home: Home, folder: str, beside: Path, name: str) -> int:
    """Bring the sounds of a list where they belong, each proved by its hash; return how many are nowhere."""
    listed = home.root / name
    if not listed.is_file():
        return 0  # of an older version
    store, gone = Store(home.root / folder), 0
    for sha256 in json.loads(listed.read_text(encoding="utf-8")):
        target = store.path(sha256)
        if target.is_file() and digest(target) == sha256:
            continue
        target.unlink(missing_ok=True)
        source = beside / sha256[:2] / target.name
        if source.is_file() and digest(source) == sha256:
            store.put(source)
        else:
            gone += 1
    return gone


def _cancelled(kind: BroadcastKind) -> Update:
    return (
        update(BroadcastRow)
        .where(BroadcastRow.kind == kind)
        .values(state=BroadcastState.CANCELLED, verdict=_HELD, causes=(Cause.RESTORED,))
    )


def _hold_back(station: Station) -> None:
    """Make what must not begin by itself wait for a person."""
    now, actor = station.now(), machine(RESTORER)
    with station.db.read() as session:
        urgent = [
            (row.id, emergencies.wish_of(row), row.source, row.cap_identifier) for row in emergencies.active(session)
        ]
    for number, wish, source, identifier in urgent:
        draft = emergencies.draft(station, actor, wish, source=source, cap_identifier=identifier)
        with station.db.write() as session:
            row = emergencies.get(session, number)
            emergency_soundings.close(session, row, EmergencyState.CANCELLED, now, actor, _HELD)
            row.replaced_by = draft
    with station.db.write() as session:
        for kind in (BroadcastKind.ONCE, BroadcastKind.EMERGENCY):
            changed(session, _cancelled(kind).where(BroadcastRow.state.in_(OPEN_STATES), BroadcastRow.ends_at > now))
        held = [MuteRow.ended_at.is_(None), MuteRow.until > now]
        changed(session, update(MuteRow).where(*held).values(ended_at=now, ended_by=RESTORER))
        session.execute(update(Command).where(Command.done_at.is_(None)).values(done_at=now, answer=_HELD))
        Trail(session, now, actor).record("restore-backup", "station", station.home.root.name, note=_HELD)
