"""The trial restore of each month: the newest backup becomes a station in a scratch folder, and is held to its record.

The station cannot open what lies elsewhere, and that is as it should be. So two things are proved: the backup from
which the last copy was sealed comes back whole, and the sealed bytes elsewhere are still those that were sealed. That
the paper opens them is proved by whoever holds it (`opened_with_paper`), once a year.

A broadcast goes first: whatever is at it here ends when one is near, or an emergency begins, and is tried again later.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from broadcaster import disks
from broadcaster.db.queries import air
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.work.jobs import JobKind
from broadcaster.errors import RuleError, StationError
from broadcaster.services.audit import Trail
from broadcaster.services.log.record import examine
from broadcaster.services.setup import backup, lacking, what_runs
from broadcaster.services.setup.archives import looked_through
from broadcaster.services.setup.elsewhere import facts, fetching, paper_key, sealed
from broadcaster.services.setup.elsewhere.carrying_out import target_of, whole_nights
from broadcaster.services.setup.elsewhere.facts import Drill, keep_drill, last_drill
from broadcaster.services.setup.elsewhere.paper_key import PaperKey
from broadcaster.services.setup.restoring import Restored, restore
from broadcaster.services.station import Station, open_station
from broadcaster.services.work import jobs
from broadcaster.services.work.performing import PutOffError
from broadcaster.targets.target import AbsentError, Shelf

EVERY: Final = dt.timedelta(days=30)
_AGAIN: Final = dt.timedelta(days=1)
"""After a trial that failed, another the next night: it may have been mended."""
AWAY_FROM_AIR: Final = dt.timedelta(minutes=45)
"""No trial begins so soon before a broadcast."""
CLOSE: Final = dt.timedelta(minutes=15)
"""So near to a broadcast a trial that runs ends."""
_PAUSE: Final = dt.timedelta(minutes=30)
_LOOK_S: Final = 1.0
PROVED_BYTES: Final = 2_000_000_000
PROVED_S: Final = 1800.0
"""So much of each place is read back, the sounds where the last trial left off: over the months all of them."""
_TWICE: Final = 2


def due(station: Station) -> bool:
    """Whether a trial is due, there is something to try, and no broadcast is near."""
    last = last_drill(station)
    if last is not None and station.now() - last.at < (EVERY if last.well else _AGAIN):
        return False
    return not _busy(station, AWAY_FROM_AIR) and bool(backup.backups(station.home))


def want(station: Station, actor: Actor) -> int:
    """Ask the worker for a trial restore now; return the number of the job.

    Raises:
        ForbiddenError: the actor may not manage the station.
    """
    actor.require(Permission.MANAGE)
    with station.db.write() as session:
        job = jobs.want(session, station.now(), JobKind.DRILL, "now", {}, by=actor.username)
        Trail(session, station.now(), actor).record("try-restore", "station", station.home.root.name)
    return job


def drill(station: Station, progress: Callable[[float], None] = lambda _: None) -> Drill:
    """Try it, keep how it went, and return that; what was unpacked is gone afterwards.

    What is wrong with a backup or a place is a finding, and not an error of this call.

    Raises:
        PutOffError: a broadcast is near or sounds; nothing was kept.
    """
    faults: list[str] = []
    proved: list[str] = []
    archive = next(iter(backup.backups(station.home)), None)
    quiet = _Quiet(station)
    quiet()
    if archive is None:
        faults.append("Chưa có bản sao lưu nào để thử.")
    else:
        try:
            with tempfile.TemporaryDirectory(prefix="partial-thu-", dir=station.home.backups) as folder:
                _require_room(station, archive)
                progress(0.1)
                agree = what_runs.agreed_at_home
                made = restore(archive.path, Path(folder) / "dai", clock=station.clock, agree=agree, meanwhile=quiet)
                progress(0.5)
                faults += _wrong_with(station, made)
                quiet()
                proved.append(f"Bản {archive.name} dựng lại được thành đài.")
        except PutOffError:
            raise
        except (StationError, OSError) as error:
            faults.append(f"Không dựng lại được từ bản {archive.name}: {_said(error)}")
    for name in station.settings.backup.targets:
        progress(0.7)
        told, wrong = _elsewhere(station, name, quiet)
        proved += told
        faults += wrong
    found = Drill(station.now(), archive.name if archive else "", tuple(faults), tuple(proved))
    keep_drill(station, found)
    return found


def opened_with_paper(station: Station, actor: Actor, name: str, key: PaperKey) -> tuple[str, list[str]]:
    """Open the newest copy at a place with the paper, in a scratch folder, and hold it to its record.

    Returns the archive and what is wrong with it; where nothing is, that the paper opens the copies is kept.

    Raises:
        ForbiddenError: the actor may not manage the station.
        RuleError: the key opens nothing there, a file is damaged, or the disk has no room.
        PutOffError: a broadcast is near or sounds.
        TargetError: the place refuses.
    """
    actor.require(Permission.MANAGE)
    quiet = _Quiet(station)
    quiet()
    scratch = tempfile.TemporaryDirectory(prefix="partial-thu-", dir=station.home.backups)
    with scratch as folder, target_of(station, name).opened() as shelf:
        root = Path(folder) / "dai"
        with fetching.fetched(shelf, key, root) as archive:
            made = restore(archive, root, clock=station.clock, agree=what_runs.agreed_at_home, meanwhile=quiet)
            found, faults = archive.name, list(_wrong_with(station, made))
    with station.db.write() as session:
        after = {"well": not faults}
        Trail(session, station.now(), actor).record("open", "paper-key", key.mark, note=f"{name}: {found}", after=after)
    if not faults:
        facts.keep_paper_opened(station, key.mark)
    return found, faults


def _wrong_with(station: Station, made: Restored) -> Iterator[str]:
    """What a restored station lacks of what it should have: sounds of its list, of its approvals, its record."""
    if made.gone:
        yield f"{made.gone} âm thanh trong danh sách của bản sao lưu không còn ở đâu."
    with closing(open_station(made.home.root, clock=station.clock)) as copy:
        home_lacks = {lack.sha256 for lack in lacking.lacks(station)}
        for lack in lacking.lacks(copy):
            if lack.sha256 not in home_lacks:
                yield f"Đài dựng lại thiếu âm thanh mà đài đang có: {lack.title}."
        yield from (f"Nhật ký của đài dựng lại: {fault}" for fault in examine(copy).faults)


def _elsewhere(station: Station, name: str, quiet: Callable[[], None]) -> tuple[list[str], list[str]]:
    """What was proved of the newest whole night at a place, and what is wrong there."""
    try:
        scratch = tempfile.TemporaryDirectory(prefix="partial-thu-", dir=station.home.backups)
        with scratch as folder, target_of(station, name).opened() as shelf:
            return _proved(station, shelf, name, Path(folder), quiet)
    except PutOffError:
        raise
    except AbsentError as error:
        return [f"Chưa thử được ở nơi cất “{name}”: {error.message}"], []
    except (StationError, OSError) as error:
        return [], [f"Nơi cất “{name}”: {_said(error)}"]


def _proved(
    station: Station, shelf: Shelf, name: str, scratch: Path, quiet: Callable[[], None]
) -> tuple[list[str], list[str]]:
    there, nights = whole_nights(shelf, paper_key.mark(paper_key.recipient_of(station)), scratch)
    night = next((night for night in nights if night.whole), None)
    if night is None:
        return [], [f"Nơi cất “{name}” không có bản nào trọn vẹn. Hãy bấm “Chép ngay”."]
    after, began = facts.proved_up_to(station, name), station.clock.monotonic()
    in_turn = sorted(night.sounds, key=lambda one: (one <= after, one))
    damaged = sounds = size = 0
    for one in (night.archive, *in_turn):
        if size > PROVED_BYTES or station.clock.monotonic() - began > PROVED_S:
            break
        quiet()
        if shutil.disk_usage(scratch).free < _TWICE * there[one]:
            return [], [f"Ổ đĩa của đài không đủ chỗ để lấy thử bản ở nơi cất “{name}”."]
        fetched = scratch / "fetched"
        shelf.get(one, fetched)
        if not sealed.proved(one, fetched):
            shelf.remove(one)  # the next copy lays it there anew
            damaged += 1
        size += there[one]
        fetched.unlink()
        if one != night.archive:
            sounds += 1
            facts.keep_proved(station, name, one)
    if damaged:
        return [], [f"Nơi cất “{name}” có {damaged} tệp bị hỏng; lần chép tới sẽ chép lại. Ổ ấy có sắp hỏng không?"]
    whole = f"{sum(n.whole for n in nights)}/{len(nights)} bản đủ tệp"
    read = f"đã đọc lại {size / 1e6:.1f} MB (bản {night.stem} và {sounds}/{len(night.sounds)} âm thanh), khớp từng byte"
    return [f"Nơi cất “{name}”: {whole}; {read}. Chưa mở niêm phong: việc ấy cần tờ khóa."], []


class _Quiet:
    """Gives way to the air: looks at most each second, and raises when a broadcast is near or an emergency begins."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._looked = -_LOOK_S

    def __call__(self) -> None:
        """Look.

        Raises:
            PutOffError: the air comes first.
        """
        if self._station.clock.monotonic() - self._looked < _LOOK_S:
            return
        self._looked = self._station.clock.monotonic()
        if _busy(self._station, CLOSE):
            raise PutOffError(
                "Đài đang phát hoặc sắp phát nên thôi thử khôi phục; đã dọn chỗ tạm. Đài tự thử lại lúc yên.", _PAUSE
            )


def _busy(station: Station, near: dt.timedelta) -> bool:
    """Whether something sounds, an emergency is in force, or a broadcast begins so soon."""
    with station.db.read() as session:
        present = air.present(session, station.now(), station.settings.several)
    coming = present.coming is not None and present.coming.starts_at - station.now() < near
    return bool(present.urgent or present.airing or coming)


def _require_room(station: Station, archive: backup.Backup) -> None:
    """Check that the disk has room for another such station, and that much again is left.

    Raises:
        RuleError: it has not.
    """
    sounds = sum(p.stat().st_size for p in (station.home.root / "audio").glob("*/??/*.flac"))
    wanted = _TWICE * (looked_through(archive.path, thorough=False).size + sounds)
    free = shutil.disk_usage(station.home.backups).free
    if free < wanted:
        raise RuleError(f"ổ đĩa còn trống {free / 1e9:.1f} GB, thử khôi phục cần chừng {wanted / 1e9:.1f} GB.")


def _said(error: StationError | OSError) -> str:
    return error.message if isinstance(error, StationError) else disks.refused(error).message
