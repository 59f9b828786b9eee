"""Fitness: were a broadcast or an emergency due in a minute, would it be heard? Asked by doing what play-out will do.

The one answer of `/healthz`, of every page's pill, of `loa doctor`, of the guide, and of whoever restored a station.
What is found here is silence to come; what merely waits for a person is told elsewhere.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.boot.remedy import TURN_ON
from broadcaster.db.models import BroadcastRow, Heartbeat
from broadcaster.db.queries import air
from broadcaster.db.queries.schedule import broadcast_of
from broadcaster.db.queries.zones import zones_by_code
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.disks import refused
from broadcaster.domain.air.broadcasts import Broadcast, BroadcastState, ItemKind
from broadcaster.domain.air.desk import PORT_FILE, PROCESS, PlayoutWord
from broadcaster.domain.air.outlets import unheard
from broadcaster.domain.setup.outputs import Outputs
from broadcaster.errors import MediaError
from broadcaster.locks import FileLock
from broadcaster.services.air import due_now, ear, emergency_soundings, signs
from broadcaster.services.air.heartbeats import status
from broadcaster.services.schedule.item_faults import Refusal, item_faults
from broadcaster.services.scripts import approving
from broadcaster.services.station import Station
from broadcaster.sound.store import Store

AHEAD = dt.timedelta(hours=24)
LEAST_FREE = 300_000_000
"""Bytes; with less on its disk a station cannot decode what it is to air."""
BELIEVABLE_FROM = 2026
_TOLD = 3
"""Coming items that are named."""


class Organ(StrEnum):
    """What must work for a horn to be heard."""

    DATABASE = "database"
    PLAYOUT = "playout"
    HOLD = "hold"
    """Play-out runs and may not air: its clock, or another machine's turn."""
    LISTENER = "listener"
    """What hears a STOP at once."""
    OUTPUT = "output"
    LATE = "late"
    """A broadcast whose time has come begins."""
    QUIET = "quiet"
    """What is on the air has sound in it."""
    WORKER = "worker"
    THREADS = "threads"
    """A part of a process that died or fails again and again, though the process lives."""
    DISK = "disk"
    SOUND = "sound"
    SIREN = "siren"

    @property
    def wrong(self) -> str:
        """What is wrong when it fails, in the few words of a pill."""
        return _WRONG[self]

    @property
    def code(self) -> str:
        """A name so short that it is read aloud over a telephone; it never changes (docs/tu-xa.md has them all)."""
        return _CODES[self]

    @property
    def label(self) -> str:
        """What the doctor calls it."""
        return _WELL[self][0]

    @property
    def well(self) -> str:
        """What is so when it works, in a sentence."""
        return _WELL[self][1]

    @property
    def unsaid(self) -> bool:
        """Whether the on-air state does not tell of it by itself."""
        return self not in {Organ.PLAYOUT, Organ.HOLD, Organ.OUTPUT}


_WRONG = {
    Organ.DATABASE: "cơ sở dữ liệu không trả lời",
    Organ.PLAYOUT: "máy phát không chạy",
    Organ.HOLD: "máy phát đang giữ lại, không phát",
    Organ.LISTENER: "máy phát không nghe lệnh dừng ngay",
    Organ.OUTPUT: "loa không có đường ra",
    Organ.LATE: "đến giờ mà chưa phát",
    Organ.QUIET: "đang phát mà không có tiếng",
    Organ.WORKER: "xử lý nền không chạy",
    Organ.THREADS: "một phần việc của đài bị lỗi",
    Organ.DISK: "ổ đĩa không ghi được",
    Organ.SOUND: "thiếu âm thanh của buổi sắp tới",
    Organ.SIREN: "không có tín hiệu báo động",
}

_CODES = {
    Organ.DATABASE: "L-01",
    Organ.PLAYOUT: "L-02",
    Organ.HOLD: "L-03",
    Organ.LISTENER: "L-04",
    Organ.OUTPUT: "L-05",
    Organ.LATE: "L-06",
    Organ.QUIET: "L-07",
    Organ.WORKER: "L-08",
    Organ.THREADS: "L-09",
    Organ.DISK: "L-10",
    Organ.SOUND: "L-11",
    Organ.SIREN: "L-12",
}
_DEAD: Final = f"Máy phát không chạy. Hãy chạy “{TURN_ON}” ở máy của đài."
_LATE: Final = "Buổi “{title}” lúc {at:%H:%M} đến giờ mà chưa phát. Hãy xem máy phát và đường ra."
_QUIET: Final = (
    "Buổi “{title}” đang phát mà đường ra “{output}” im lặng quá 10 giây. Hãy nghe thử âm thanh của buổi, "
    "xem âm lượng của cụm loa."
)
_NO_WORKER: Final = f"Xử lý nền không chạy, lời mới không được đọc. Hãy chạy “{TURN_ON}” ở máy của đài."
_GOES_ON: Final = "Máy phát vẫn chạy và phát những buổi đã nhận."
_WELL = {
    Organ.DATABASE: ("Cơ sở dữ liệu", "Trả lời."),
    Organ.PLAYOUT: ("Phát sóng", "Đang chạy."),
    Organ.HOLD: ("Quyền phát", "Máy phát được phát theo lịch."),
    Organ.LISTENER: ("Lệnh dừng ngay", "Máy phát nghe được."),
    Organ.OUTPUT: ("Tiếng ra loa", "Đường ra của mọi cụm loa đang dùng đều ra loa."),
    Organ.LATE: ("Đúng giờ", "Không buổi nào đến giờ mà chưa phát."),
    Organ.QUIET: ("Có tiếng khi phát", "Mọi đường ra đang phát đều có tiếng."),
    Organ.WORKER: ("Xử lý nền", "Đang chạy."),
    Organ.THREADS: ("Các phần việc", "Không phần việc nào bị lỗi."),
    Organ.DISK: ("Ghi đĩa", "Ghi được."),
    Organ.SOUND: ("Âm thanh 24 giờ tới", "Mọi mục của các buổi trong 24 giờ tới đều phát được."),
    Organ.SIREN: ("Tín hiệu báo động", "Có, và còn nguyên vẹn."),
}
ASKED_OF_PLAYOUT = frozenset({Organ.HOLD, Organ.LISTENER, Organ.OUTPUT, Organ.QUIET})
"""What nobody knows while play-out does not run."""


@dataclass(frozen=True, slots=True)
class Ailment:
    """One thing that will keep a horn silent, with what to do about it in a Vietnamese sentence."""

    organ: Organ
    sentence: str
    about: str = ""
    """Which one of its kind: an output, a thread, a broadcast; empty where there is one."""
    airs_at: dt.datetime | None = None
    """When it will be missed, where that is known."""
    unapproved: bool = False
    """Nobody approved it as it is: a person can help, not a machine."""


@dataclass(frozen=True, slots=True)
class Fitness:
    """The answer."""

    ailments: tuple[Ailment, ...] = ()

    @property
    def well(self) -> bool:
        """Whether all that is due would be heard."""
        return not self.ailments

    def of(self, organ: Organ) -> str:
        """What is wrong with one part; empty when it is well."""
        return " ".join(a.sentence for a in self.ailments if a.organ is organ)


def fitness(station: Station) -> Fitness:
    """Ask everything once; never raises."""
    word = ear.word(station.home)
    found: list[Ailment] = []
    try:
        found += _processes(station, word)
        with contextlib.suppress(MediaError), station.db.read() as session:  # a store that is gone is the disk's matter
            found += _sounds(station, session)
    except DatabaseUnavailableError as error:
        found.append(Ailment(Organ.DATABASE, f"{error} {_GOES_ON if word.said is not None else ''}".strip()))
        if word.said is None:
            found.append(Ailment(Organ.PLAYOUT, _DEAD))
        found += _quiet(word.said or {})
    found += _disk(station)
    return Fitness(tuple(found))


def outputs_of(station: Station) -> Outputs:
    """The outputs on which this station's zones hang."""
    with station.db.read() as session:
        return Outputs.of(zones_by_code(session).values(), station.settings.several)


def _processes(station: Station, word: PlayoutWord) -> Iterator[Ailment]:
    with station.db.read() as session:
        beat = session.get(Heartbeat, PROCESS)
        said = air.playout_status(beat, station.now(), word)
    if said is None:
        yield Ailment(Organ.PLAYOUT, _DEAD)
    else:
        if said is word.said:
            yield Ailment(Organ.DATABASE, f"Không ghi được vào cơ sở dữ liệu: khóa quá lâu, hoặc đĩa đầy. {_GOES_ON}")
        if hold := str(said.get("hold") or ""):
            yield Ailment(Organ.HOLD, hold)
        mine = beat is not None and word.speaks_for(beat.host)
        if mine and word.said is None and (station.home.run / PORT_FILE).is_file():
            yield Ailment(Organ.LISTENER, "Máy phát không nghe lệnh dừng ngay. Hãy khởi động lại đài.")
    yield from _air(station, word.said or said or {}, said or {})
    if why := _worker(station, unwritten=said is not None and said is word.said):
        yield Ailment(Organ.WORKER, why)
    for process in ("playout", "worker", "web"):
        lives, said = status(station, process)
        for name, sentence in said.get("threads", {}).items() if lives else ():
            yield Ailment(Organ.THREADS, sentence, f"{process}/{name}")
    if station.local(station.now()).year < BELIEVABLE_FROM:
        yield Ailment(Organ.HOLD, "Đồng hồ máy sai năm. Hãy chỉnh đồng hồ máy rồi khởi động lại đài.")


def _air(station: Station, asked: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[Ailment]:
    """What is or should be on the air at this moment, by what play-out says when `asked`, or `said` of itself last."""
    for name, sentence in unheard(said, outputs_of(station).names).items() if said.get("sinks") else ():
        yield Ailment(Organ.OUTPUT, sentence, name)
    yield from _quiet(asked)
    for b in due_now.late(station, asked):
        yield Ailment(Organ.LATE, _LATE.format(title=b.title, at=station.local(b.starts_at)), str(b.id), b.starts_at)


def _quiet(asked: Mapping[str, Any]) -> Iterator[Ailment]:
    for title, output in due_now.quiet(asked):
        yield Ailment(Organ.QUIET, _QUIET.format(title=title, output=output), output)


def _worker(station: Station, *, unwritten: bool) -> str:
    """Why nothing is done behind the scenes; its lock tells at once whether it lives, whatever the database takes."""
    path = station.home.run / "worker.lock"
    if path.is_file():
        lock = FileLock(path)
        lives = lock.holder() is not None
        lock.close()
        if lives and unwritten:
            return ""  # it lives, and the database is what is told of
        if not lives and _last(station, "worker") == socket.gethostname():
            return _NO_WORKER
    return "" if status(station, "worker")[0] else _NO_WORKER


def _last(station: Station, process: str) -> str:
    """The machine on which a process lived last."""
    with station.db.read() as session:
        beat = session.get(Heartbeat, process)
        return beat.host if beat is not None else ""


def _disk(station: Station) -> Iterator[Ailment]:
    try:
        free = shutil.disk_usage(station.home.root).free
        if free < LEAST_FREE:
            words = f"Ổ đĩa chỉ còn trống {free / 1e6:.0f} MB. Hãy xóa bớt tệp không dùng."
            yield Ailment(Organ.DISK, words)
            return
        with Store(station.home.store).workspace() as folder:
            (folder / "thu").write_bytes(bytes(4096))
    except OSError as error:
        yield Ailment(Organ.DISK, str(refused(error, str(station.home.root))))
    except MediaError as error:
        yield Ailment(Organ.DISK, str(error))


def _sounds(station: Station, session: Session) -> Iterator[Ailment]:
    """The sound of what is due in the coming day, and of an alarm that nobody planned."""
    store, now = Store(station.home.store), station.now()
    alert = emergency_soundings.alert_of(station, session)
    if alert is None:
        yield Ailment(Organ.SIREN, "Đài không có tín hiệu báo động nào. Hãy thêm ở Câu nhạc, loại Báo động.")
    elif why := _missing(store, signs.usable(station, alert)[0]):
        yield Ailment(Organ.SIREN, f"Tín hiệu báo động “{alert.title}”: {why}")
    rows = session.scalars(
        select(BroadcastRow)
        .where(
            BroadcastRow.state.in_([BroadcastState.PLANNED, BroadcastState.CUED]), BroadcastRow.starts_at <= now + AHEAD
        )
        .where(BroadcastRow.ends_at >= now)
        .order_by(BroadcastRow.starts_at, BroadcastRow.id)
    ).all()
    coming = [broadcast_of(r) for r in rows]
    refusal = approving.refusals(session, {i.script_id for b in coming for i in b.rundown if i.script_id is not None})
    told = [(b, *why) for b in coming for why in _silent_items(station, session, store, b, refusal)]
    for b, no, words, unapproved in told[:_TOLD]:
        at = station.local(b.starts_at)
        sentence = f"Buổi “{b.title}” lúc {at:%H:%M} ngày {at:%d/%m}: {words}"
        yield Ailment(Organ.SOUND, sentence, f"{b.id}/{no}", b.starts_at, unapproved)
    if len(told) > _TOLD:
        yield Ailment(Organ.SOUND, f"Còn {len(told) - _TOLD} mục khác của 24 giờ tới cũng vậy.")


def _silent_items(
    station: Station, session: Session, store: Store, b: Broadcast, refusal: Refusal
) -> Iterator[tuple[int, str, bool]]:
    """What of a broadcast play-out would refuse at its time, in words, and whether it is a person's word that lacks."""
    refusals = item_faults(session, b, station.local(b.starts_at).date(), refusal)
    for item in b.rundown:
        if item.no in refusals:
            yield item.no, f"mục {item.no} “{item.title}”: {refusals[item.no].text}", True
        elif item.relay is not None:
            if item.relay not in station.settings.relays:
                words = f"mục {item.no} “{item.title}”: không có nguồn tiếp âm “{item.relay}” trong cài đặt."
                yield item.no, words, False
        elif item.kind is not ItemKind.LIVE and (why := _missing(store, item.audio_sha256)):
            yield item.no, f"mục {item.no} “{item.title}”: {why}", False


def _missing(store: Store, sha256: str) -> str:
    """Why a sound cannot be played; its bytes are read once for each time that the file changes."""
    if signs.intact(store, sha256):
        return ""
    if sha256 in store:
        return "tệp âm thanh trong kho đã bị thay đổi. Hãy tạo lại và duyệt lại."
    return "tệp âm thanh không còn trong kho hoặc không đọc được. Hãy tạo lại âm thanh."
