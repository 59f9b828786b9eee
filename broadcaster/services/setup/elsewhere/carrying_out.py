"""The newest backup carried to a place outside this machine: what is not there yet, sealed, each file whole.

The sounds go first, then the night's list, then its archive: an archive that is there has all that it needs. Cut off
anywhere, the next run begins with what the place says it holds.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from broadcaster import disks
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.work.jobs import JobKind
from broadcaster.errors import NotFoundError, RuleError, StationError
from broadcaster.locks import FileLock
from broadcaster.services.air.signs import BESIDE
from broadcaster.services.audit import Trail
from broadcaster.services.setup import backup
from broadcaster.services.setup.archives import sounds_beside
from broadcaster.services.setup.elsewhere import paper_key, sealed
from broadcaster.services.setup.elsewhere.facts import Carried, carried, keep_carried
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from broadcaster.targets import target as places
from broadcaster.targets.target import AbsentError, Shelf, Target

_ROOM: Final = 50_000_000
"""Bytes that are left free on our own disk while something is sealed."""
_SCRATCH: Final = "partial-"


def target_of(station: Station, name: str) -> Target:
    """A place of the settings.

    Raises:
        NotFoundError: there is none of that name.
        RuleError: an option of it is wrong.
    """
    wanted = station.settings.backup.targets.get(name)
    if wanted is None:
        raise NotFoundError("Không có nơi cất bản sao lưu này trong cài đặt.", field=f"backup.targets.{name}")
    return places.made(name, wanted.kind, wanted.options)


def carry(station: Station, name: str, progress: Callable[[float], None] = lambda _: None) -> Carried:
    """Carry the newest backup to a place, let go there of what is past its time, and keep what the place answered.

    Raises:
        AbsentError: the place is not there just now.
        StationError: it refuses or breaks off; what was whole there before still is.
    """
    known = replace(carried(station, name), tried_at=station.now())

    try:
        with _alone(station, name), target_of(station, name).opened() as shelf:
            known = _carried(station, name, shelf, progress)
    except (StationError, OSError) as error:
        told = disks.refused(error, str(station.home.backups)) if isinstance(error, OSError) else error
        keep_carried(station, replace(known, fault=told.message, absent=isinstance(told, AbsentError)))
        raise told from None
    keep_carried(station, known)
    return known


def want(station: Station, actor: Actor, name: str) -> int:
    """Ask the worker for a fresh backup and to carry it to a place; return the number of the job.

    Raises:
        ForbiddenError: the actor may not manage the station.
        NotFoundError: there is no such place.
        RuleError: no key was printed yet.
    """
    actor.require(Permission.MANAGE)
    target_of(station, name)
    paper_key.recipient_of(station)
    with station.db.write() as session:
        fresh = jobs.want(session, station.now(), JobKind.BACKUP, "now", {"whole": False}, by=actor.username)
        job = wanted(session, station, name, by=actor.username, after=fresh)
        Trail(session, station.now(), actor).record("carry-backup", "station", station.home.root.name, note=name)
    return job


def wanted(session: Session, station: Station, name: str, *, by: str, after: int | None = None) -> int:
    """Ask the worker to carry the newest backup to a place, once the job `after` has ended, however it ends."""
    behind = [after] if after is not None else []
    arguments = {"target": name}
    return jobs.want(session, station.now(), JobKind.CARRY, name, arguments, by=by, after=behind, or_without=True)


def whole_nights(shelf: Shelf, mark: str, scratch: Path) -> tuple[dict[str, int], list[sealed.Night]]:
    """What a place holds for a key, and its nights, the newest first."""
    there = shelf.listed(mark)

    def read(name: str) -> str:
        shelf.get(name, scratch / "list")
        return (scratch / "list").read_text(encoding="utf-8", errors="replace")

    return there, sealed.nights(mark, there, read)


@contextmanager
def _alone(station: Station, name: str) -> Iterator[None]:
    lock = FileLock(station.home.run / f"elsewhere-{name}.lock")
    try:
        if not lock.take():
            raise RuleError("Đang có một lần chép khác tới nơi này. Hãy đợi lần ấy xong.", field=name)
        yield
    finally:
        lock.close()


def _carried(station: Station, name: str, shelf: Shelf, progress: Callable[[float], None]) -> Carried:
    recipient = paper_key.recipient_of(station)
    mark = paper_key.mark(recipient)
    archive = next(iter(backup.backups(station.home)), None)
    if archive is None:
        raise RuleError("Chưa có bản sao lưu nào để chép. Hãy sao lưu trước.", field="backup")
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=station.home.backups) as folder:
        scratch = Path(folder)
        load = _Load(station, shelf, mark, recipient, scratch)
        there, nights = whole_nights(shelf, mark, scratch)
        stem = archive.path.name.removesuffix(".zip")
        missing = 0
        if not any(n.stem == stem and n.whole for n in nights):
            missing = load.lay(archive.path, stem, there, progress)
        there, nights = whole_nights(shelf, mark, scratch)
        load.let_go(there, nights)
        there, nights = whole_nights(shelf, mark, scratch)
    whole = [night for night in nights if night.whole]
    newest = whole[0].at(station.settings.tz) if whole else None
    now = station.now()
    size = sum(there.values())
    return Carried(name, now, seen_at=now, newest_at=newest, nights=len(whole), size=size, missing=missing)


class _Load:
    """One backup on its way to one place."""

    def __init__(self, station: Station, shelf: Shelf, mark: str, recipient: str, scratch: Path) -> None:
        self._home, self._shelf, self._mark, self._recipient = station.home, shelf, mark, recipient
        self._sealed = scratch / "sealed"
        self._scratch = scratch

    def lay(self, archive: Path, stem: str, there: dict[str, int], progress: Callable[[float], None]) -> int:
        """Lay what is missing; return how many sounds are nowhere on this machine."""
        wanted = sounds_beside(archive)
        have = {sealed.stem_of(name): name for name, size in there.items() if size}
        needs, missing = [], 0
        for number, sha256 in enumerate(wanted):
            hidden = paper_key.hidden(self._recipient, sha256)
            if hidden not in have:
                source = self._home.backups / BESIDE / sha256[:2] / f"{sha256}.flac"
                if not source.is_file():
                    missing += 1
                    continue
                self._seal(source)
                have[hidden] = self._put(sealed.sound_name(self._mark, hidden, self._sealed))
            needs.append(have[hidden])
            progress(0.9 * number / len(wanted))
        self._seal(archive)
        lines = self._scratch / "lines"
        lines.write_text("".join(f"{name}\n" for name in sorted(needs)), encoding="utf-8")
        self._shelf.put(lines, sealed.list_name(self._mark, stem))
        self._put(sealed.archive_name(self._mark, stem, self._sealed))
        return missing

    def let_go(self, there: dict[str, int], nights: list[sealed.Night]) -> None:
        """Remove what is older than the nights that are kept, and the sounds that none of those needs.

        Nothing goes before there is a whole night: what is there may be the last that is left of a station.
        """
        if not any(night.whole for night in nights):
            return
        kept = [night for night in nights if night.archive][: backup.KEEP]
        stays = {name for night in kept for name in night.sounds}
        stays |= {name for night in kept for name in (night.archive, sealed.list_name(self._mark, night.stem))}
        for name in sorted(there.keys() - stays):
            self._shelf.remove(name)

    def _seal(self, source: Path) -> None:
        size = source.stat().st_size
        if shutil.disk_usage(self._scratch).free < size + _ROOM:
            raise RuleError(
                f"Ổ đĩa của đài không còn {size / 1e6:.0f} MB trống để niêm phong bản sao lưu. Hãy xóa bớt tệp.",
                field=str(self._home.backups),
            )
        sealed.seal(source, self._sealed, self._recipient)

    def _put(self, name: str) -> str:
        self._shelf.put(self._sealed, name)
        with contextlib.suppress(OSError):
            self._sealed.unlink()
        return name
