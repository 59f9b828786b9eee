"""The support bundle: what a helper needs to see of a station, as texts that anybody may look into before they leave.

Nothing of a person is in it. Each file is made of what the program itself says (versions, codes, counts, kinds), and
where a text may repeat somebody's words it goes through the `Scrubber`, which knows every word of the database.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import platform
import re
import socket
import sys
import zipfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

import psutil
from pydantic import BaseModel
from sqlalchemy import JSON, String, func, select

from broadcaster import __version__
from broadcaster.db.base import Base, Loaded
from broadcaster.db.models import Heartbeat, Unit, User
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.air.broadcasts import RundownItem
from broadcaster.domain.air.desk import PROCESS, STANDBY
from broadcaster.domain.schedule.rundown import Reason
from broadcaster.home import FOLDERS
from broadcaster.later import Later
from broadcaster.media import ffmpeg
from broadcaster.plugins import ALERTS, ENGINES, SINKS
from broadcaster.secret import MASK
from broadcaster.services import disk_room
from broadcaster.services.air.fitness import Organ, fitness
from broadcaster.services.health.metrics import PROCESSES, Metrics
from broadcaster.services.health.scrubbing import Scrubber
from broadcaster.services.health.three_lines import machine_code, three_lines
from broadcaster.services.setup import doctor
from broadcaster.services.station import Station

if TYPE_CHECKING:
    from alembic.runtime import migration
else:
    migration = Later("alembic.runtime.migration")

LINES: Final = 3_000
"""Of each log so many of the last are sent."""
_OUTPUT: Final = re.compile(r'output="((?:[^"\\]|\\.)*)"')
_MOST_WORDS: Final = 200_000
_HASH: Final = 32
"""What is so long and has no space is a hash or a key: it is in no sentence."""
SHOWN: Final = frozenset({("station", "timezone"), ("hours", "windows"), ("alerts", "quiet")})
"""Settings whose words are shown though they are text: they are checked to be times and zones."""
LOGS: Final = ("up", PROCESS, "desk", "worker", "web")
_EXPLAINED: Final = {
    "ba-dong.txt": "Ba dòng đọc qua điện thoại",
    "phien-ban.json": "Phiên bản chương trình, Python, hệ điều hành, các gói",
    "tinh-trang.json": "Bộ phận nào khỏe, bộ phận nào hỏng",
    "kham-dai.txt": "Kết quả khám đài, tên người và tên bài đã che",
    "cai-dat.json": "Cài đặt; chữ tự do và mật khẩu đã che",
    "so-dong.json": "Số dòng của mỗi bảng, phiên bản cơ sở dữ liệu",
    "may.json": "Bộ nhớ, ổ đĩa, các tiến trình của đài",
    "so-do.txt": "Số đo như gửi Prometheus",
}


def bundle(station: Station) -> dict[str, str]:
    """Every file of a bundle by name; never raises for what is broken, for that is what it tells of."""
    scrubber = _scrubber(station)
    makers: dict[str, Callable[[], str]] = {
        "ba-dong.txt": lambda: "\n".join(three_lines(station).lines),
        "phien-ban.json": lambda: _json(_versions()),
        "tinh-trang.json": lambda: _json(_fitness(station, scrubber)),
        "kham-dai.txt": lambda: "\n".join(_doctor(station, scrubber)),
        "cai-dat.json": lambda: _json(_settings(station)),
        "so-dong.json": lambda: _json(_rows(station)),
        "may.json": lambda: _json(_machine(station)),
        "so-do.txt": lambda: _figures(station, scrubber),
    }
    for name in LOGS:
        path = station.home.logs / f"{name}.jsonl"
        if path.is_file():
            makers[f"nhat-ky/{name}.jsonl"] = partial(_log, path, scrubber)
    return {"DOC-TRUOC.txt": _told(makers)} | {name: _made(make) for name, make in makers.items()}


def explained(name: str) -> str:
    """What a file of the bundle tells, in Vietnamese."""
    return _EXPLAINED.get(
        name, "Nhật ký máy, lời của người đã che" if name.startswith("nhat-ky/") else "Trong gói có gì"
    )


def write(station: Station, target: Path) -> dict[str, str]:
    """Write a bundle as a ZIP file and return what is in it."""
    files = bundle(station)
    target.write_bytes(zipped(files))
    return files


def zipped(files: Mapping[str, str]) -> bytes:
    """The files as one ZIP."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made.getvalue()


def name_of(station: Station) -> str:
    """What a bundle that is made now is called."""
    return f"loa-ho-tro-{machine_code(station)}-{station.local(station.now()):%Y%m%d-%H%M}.zip"


def _made(make: Callable[[], str]) -> str:
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - what is broken may break the tale of it; the rest is sent
        return f"không lấy được: {type(error).__name__}"


def _told(makers: Mapping[str, object]) -> str:
    head = [
        "Gói hỗ trợ của một đài Loa Xã.",
        "Trong gói không có tên người, tài khoản, địa chỉ, số điện thoại, tên bài, lời bài.",
        "Chữ như ~3fa21b thay cho một từ đã che: cùng một từ thì cùng một chữ, chỉ trong gói này.",
        "",
    ]
    return "\n".join([*head, *(f"{name}: {explained(name)}" for name in makers)])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)


def _scrubber(station: Station) -> Scrubber:
    """One that knows every word of the database, of the settings and of this machine."""
    settings = station.settings
    known = {socket.gethostname(), station.home.root.name, *station.home.root.parts[1:]}
    known |= {settings.station.commune, settings.station.name, settings.station.province, *settings.web.names}
    people: set[str] = {psutil.Process().username(), *settings.alerts.people}
    people |= {person.role for person in settings.alerts.people.values()}
    try:
        for words, named in _kept_words(station):
            (people if named else known).update(words)
    except DatabaseUnavailableError:
        return Scrubber(blind=True)
    return Scrubber(known, people)


def _kept_words(station: Station) -> Iterator[tuple[set[str], bool]]:
    """The words of each column of the database that holds free ones, and whether they are people's own."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if not isinstance(column.type, _FREE):
                continue
            query = select(column).where(column.is_not(None)).limit(_MOST_WORDS)
            with station.db.read() as session:  # PostgreSQL knows no two equal values of JSON
                rows = session.scalars(query.distinct() if isinstance(column.type, String) else query).all()
            words = {word for row in rows for word in _strings(row) if len(word) < _HASH or not word.isalnum()}
            yield words, column.table.name in _PEOPLE and column.name in _NAMES


_FREE: Final = (String, JSON, Loaded)
"""Columns of a closed list's words (`PlainWord`, `Words`) are none of these."""
_PEOPLE: Final = frozenset({User.__tablename__, Unit.__tablename__})
_NAMES: Final = frozenset({"username", "full_name", "name"})


def _strings(value: Any) -> Iterator[str]:
    """Every text in a value of the database, those of JSON one by one."""
    if isinstance(value, RundownItem | Reason):
        value = value.as_json()
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)


def _versions() -> dict[str, Any]:
    return {
        "loa-xa": __version__,
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "ffmpeg": ffmpeg.in_use().bundled,
        "packages": dict(sorted((d.name, d.version) for d in distributions() if d.name)),
    }


def _fitness(station: Station, scrubber: Scrubber) -> dict[str, str]:
    found = fitness(station)
    return {f"{organ.code} {organ.label}": scrubber.sentence(found.of(organ)) or "tốt" for organ in Organ}


def _doctor(station: Station, scrubber: Scrubber) -> Iterator[str]:
    for check in doctor.examine(station, thorough=False):
        mark = "TỐT" if check.ok else "HỎNG" if check.ok is False else "LƯU Ý"
        yield f"{mark}  {check.name}: {scrubber.sentence(check.sentence)}"


def _settings(station: Station) -> dict[str, Any]:
    """Numbers, choices and what is on or off; of everything else only whether it is set."""
    found: dict[str, Any] = {}
    for name, section in station.settings:
        found[name] = {
            key: _shown(getattr(section, key), field.annotation, free=(name, key) in SHOWN)
            for key, field in type(section).model_fields.items()
        }
    engines = [voice.partition(":")[0] for voice in station.settings.speech.voices]
    found["speech"]["voices"] = [name for name in engines if name in ENGINES.names()]
    sinks, senders = station.settings.playout.sinks.values(), station.settings.alerts.senders.values()
    found["playout"]["sinks"] = [sink.kind for sink in sinks if sink.kind in SINKS.names()]
    found["alerts"]["senders"] = [sender.kind for sender in senders if sender.kind in ALERTS.names()]
    return found


def _shown(value: Any, told: Any, *, free: bool) -> Any:
    choice = get_origin(told) is Literal and value in get_args(told)
    if value is None or free or choice or isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseModel | Mapping | list | tuple):
        return f"{MASK} ({len(value) if not isinstance(value, BaseModel) else 1})"
    return MASK if value else ""


def _rows(station: Station) -> dict[str, Any]:
    with station.db.read() as session:
        counts = {t.name: session.scalar(select(func.count()).select_from(t)) for t in Base.metadata.sorted_tables}
        head = migration.MigrationContext.configure(session.connection()).get_current_revision()
    return {"dialect": station.db.engine.dialect.name, "schema": head, "rows": counts}


def _machine(station: Station) -> dict[str, Any]:
    room = disk_room.look(station)
    memory = psutil.virtual_memory()
    found: dict[str, Any] = {
        "cores": psutil.cpu_count(),
        "memory": {"total": memory.total, "available": memory.available},
        "disk": {"free": room.left, "size": room.total, "floor": room.floor},
        "up_since": dt.datetime.fromtimestamp(psutil.boot_time(), dt.UTC),
        "folders": {name: _size(station.home.root / name) for name in FOLDERS if "/" not in name},
        "processes": {},
    }
    with station.db.read() as session:
        beats = [(b.process, b.pid, b.host, b.at) for b in session.scalars(select(Heartbeat))]
    for name, pid, host, at in beats:
        if name not in {*PROCESSES, STANDBY}:
            continue
        one: dict[str, Any] = {"beat_age_s": (station.now() - at).total_seconds()}
        if host == socket.gethostname() and psutil.pid_exists(pid):
            process = psutil.Process(pid)
            one |= {"resident": process.memory_info().rss, "threads": process.num_threads()}
        found["processes"][name] = one
    return found


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _figures(station: Station, scrubber: Scrubber) -> str:
    """The figures, whose outputs may be called by anything."""
    return _OUTPUT.sub(lambda m: f'output="{scrubber.name(m[1])}"', Metrics(station).text().decode())


def _log(path: Path, scrubber: Scrubber) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return "\n".join(scrubber.log_line(line) for line in deque(file, LINES))
