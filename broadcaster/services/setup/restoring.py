"""A backup brought back: into an empty folder, with its sounds, holding back what must not begin by itself.

An emergency that was over, a broadcast ordered for an evening that has passed, a mute that somebody lifted: the copy
knows nothing of what came after it. So each waits for a person; the daily programme goes on by itself.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Update, delete, update
from sqlalchemy.exc import SQLAlchemyError

from broadcaster import handwritten, keeping, settings_file
from broadcaster.clock import Clock
from broadcaster.db import copying
from broadcaster.db.models import BroadcastRow, Command, Heartbeat, LeaseRow, MuteRow
from broadcaster.db.session import changed
from broadcaster.disks import reason
from broadcaster.domain.air.broadcasts import OPEN_STATES, BroadcastKind, BroadcastState
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.emergencies import EmergencyState
from broadcaster.domain.confirming import require_shown
from broadcaster.domain.log.marks import BROUGHT_BACK
from broadcaster.domain.people.roles import Actor, Permission, machine
from broadcaster.errors import RuleError
from broadcaster.home import Home
from broadcaster.later import Later
from broadcaster.services.air import emergencies, emergency_soundings, signs
from broadcaster.services.air.fitness import Organ, fitness
from broadcaster.services.air.signs import BESIDE
from broadcaster.services.audit import Trail
from broadcaster.services.people import second_step
from broadcaster.services.setup import before_restoring, carrying, lacking, restored, what_runs
from broadcaster.services.setup.archives import DATABASE, LISTS
from broadcaster.services.setup.backup import Backup, find
from broadcaster.services.setup.before_restoring import Checked
from broadcaster.services.setup.founding import init
from broadcaster.services.setup.restored import MARK, RESTORER
from broadcaster.services.station import Station, open_station
from broadcaster.sound.store import Store, digest

if TYPE_CHECKING:
    from broadcaster.db import schema
else:
    schema = Later("broadcaster.db.schema")

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
    silent: tuple[str, ...]
    """What of the coming day, or of an alarm, would not be heard as things stand; Vietnamese sentences."""
    shut_out: tuple[str, ...]
    """Accounts whose telephone codes cannot be checked: the key for them is in no backup."""
    moved: bool
    """It had a PostgreSQL and now has a file of its own."""


def restore(
    archive: Path,
    root: Path,
    *,
    database: str = "",
    clock: Clock | None = None,
    keys: Path | None = None,
    passphrase: str = "",
    agree: what_runs.Agree = what_runs.nobody_agreed,
    meanwhile: Callable[[], None] = lambda: None,
) -> Restored:
    """Unpack a backup into the empty folder `root` and make it a station that speaks, as far as its sounds are there.

    Args:
        archive: as `backup` wrote it, or as it was carried away under a passphrase.
        root: an empty folder, or one that is not there yet.
        database: the address of an empty PostgreSQL; else the station keeps its rows in a file of its own.
        clock: for the station.
        keys: the folder of keys of the living station on this machine; without it telephone codes are asked for anew.
        passphrase: of an archive that has one.
        agree: looks at what the backup would make this machine run, before anything is written.
        meanwhile: is called before each file; what it raises ends the restore, and nothing is left.

    Raises:
        RuleError: the archive is damaged or no backup of ours, its passphrase is another, the folder or the database
            is not empty, the disk has no room, or `agree` refuses. Nothing is left in the folder then.
    """
    home = Home(root.resolve())
    before_restoring.require_empty(home)
    with carrying.opened(archive, passphrase, home.root) as clear:
        checked = before_restoring.check(clear, home, database, agree)
        with _all_or_nothing(home), closing(checked):
            gone = _bring_back(clear, home, checked, archive.parent / BESIDE, meanwhile)
            if keys is not None and keys.is_dir():
                shutil.copytree(keys, home.keys)
            station = _settled(clear, home, checked, clock)
    try:
        fit = fitness(station)
        organs = (Organ.DATABASE, Organ.DISK, Organ.SIREN, Organ.SOUND)
        silent = tuple(filter(None, (fit.of(organ) for organ in organs)))
        waits = tuple(restored.waiting(station))
        moved = bool(checked.settings.database.url) and not database
        shut_out = tuple(second_step.shut_out(station))
        return Restored(home, tuple(lacking.lacks(station)), gone, waits, silent, shut_out, moved=moved)
    finally:
        station.close()


@contextmanager
def _all_or_nothing(home: Home) -> Iterator[None]:
    """Take away what was unpacked into the folder, which was empty or not there, when anything fails."""
    there = home.root.exists()
    try:
        yield
    except BaseException as error:
        for path in home.root.glob("*"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        if not there and home.root.exists():
            home.root.rmdir()
        if isinstance(error, OSError):
            raise RuleError(
                f"Không khôi phục được: {reason(error)}.", field=str(error.filename or home.root)
            ) from error
        if isinstance(error, SQLAlchemyError):
            words = f"Cơ sở dữ liệu không nhận các dòng của bản sao lưu: {type(error).__name__}."
            raise RuleError(words, field=DATABASE) from error
        raise


def _bring_back(archive: Path, home: Home, checked: Checked, beside: Path, meanwhile: Callable[[], None]) -> int:
    """Unpack all and bring the sounds where they belong; return how many of them are nowhere."""
    home.make_folders()
    with zipfile.ZipFile(archive) as bundle:
        for name in checked.contents.names:
            meanwhile()
            target = home.root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with bundle.open(name) as source, target.open("wb") as to:
                shutil.copyfileobj(source, to)
    return sum(_bring(home, folder, beside, name, meanwhile) for name, folder in LISTS.items())


def _settled(archive: Path, home: Home, checked: Checked, clock: Clock | None) -> Station:
    """The open station, which holds back what must not begin by itself before any other process can read a row."""
    if checked.settings.database.url:
        _work_with("", home)
    station = init(home.root, clock=clock)
    if checked.database is None:
        _begin_anew(station, archive)
        return station
    with closing(station):
        _begin_anew(station, archive)
        schema.upgrade(checked.database)
        copying.copy_rows(station.db, checked.database)
    _work_with(checked.database.url, home)
    (home.root / DATABASE).unlink()
    return open_station(home.root, clock=clock)


def _begin_anew(station: Station, archive: Path) -> None:
    station.home.playout.mkdir(parents=True, exist_ok=True)
    keeping.keep(station.home.playout / BROUGHT_BACK, f"khôi phục từ {archive.name}")
    signs.mend(station)
    keeping.keep(station.home.run / MARK, json.dumps({"archive": archive.name}))
    _hold_back(station)


def _work_with(url: str, home: Home) -> None:
    """Let the station work with the database at `url`, or with its own file when that is empty."""
    text = handwritten.text(home.settings_file)
    keeping.keep(home.settings_file, settings_file.changed(text, "database", {"url": url}))


def deciding(found: Backup) -> dict[str, Any]:
    """What is shown of a backup before it is brought back: which file it is, and what it would make this machine run.

    Raises:
        RuleError: the backup is damaged, or its settings are wrong.
    """
    return {"name": found.name, "at": found.at, "size": found.size, "runs": before_restoring.runs(found.path)}


def restore_beside(station: Station, actor: Actor, name: str, *, seal: str | None = None) -> Restored:
    """Unpack a backup into a new folder beside the living station, which stays as it is.

    `seal` is that of what was shown (`deciding`).

    Raises:
        ForbiddenError: the actor may not manage the station.
        NotAsShownError: another backup has that name by now.
        RuleError: the backup is damaged, the disk refuses, or it would run something and nobody was shown what.
    """
    actor.require(Permission.MANAGE)
    found = find(station.home, name)
    require_shown(deciding(found), seal, {"at": "Lúc sao lưu", "size": "Dung lượng", "runs": "Lệnh sẽ chạy"})
    agree = what_runs.nobody_agreed if seal is None else _shown
    root = station.home.root
    target = root.with_name(f"{root.name}-khoi-phuc-{station.local(station.now()):%Y%m%d-%H%M%S}")
    made = restore(found.path, target, clock=station.clock, keys=station.home.keys, agree=agree)
    with station.db.write() as session:
        Trail(session, station.now(), actor).record(
            "restore-backup", "station", root.name, note=f"{name} → {made.home.root}"
        )
    return made


def _shown(lines: Sequence[str]) -> None:
    """What was shown was agreed to."""


def _bring(home: Home, folder: str, beside: Path, name: str, meanwhile: Callable[[], None]) -> int:
    """Bring the sounds of a list where they belong, each proved by its hash; return how many are nowhere."""
    listed = home.root / name
    if not listed.is_file():
        return 0  # of an older version
    store, gone = Store(home.root / folder), 0
    for sha256 in json.loads(listed.read_text(encoding="utf-8")):
        meanwhile()
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
            (row.id, emergencies.wish_of(row), row.source, row.cap_identifier)
            for row in emergencies.active(session, station.now())
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
        session.execute(delete(LeaseRow))  # of machines and processes that are no more
        session.execute(delete(Heartbeat))
        session.execute(update(Command).where(Command.done_at.is_(None)).values(done_at=now, answer=_HELD))
        Trail(session, now, actor).record("restore-backup", "station", station.home.root.name, note=_HELD)
