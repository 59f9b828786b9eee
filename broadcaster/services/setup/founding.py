"""A new station: its home, its database, and the starter kit of the shipped rooms."""

from __future__ import annotations

import datetime as dt
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster import handwritten, keeping, settings, settings_file
from broadcaster.clock import Clock
from broadcaster.db.models import ChainHead, CueRow, DayException, Script, Topic, Unit, ZoneGroup, ZoneRow
from broadcaster.db.session import Database
from broadcaster.domain.log.chain import GENESIS
from broadcaster.domain.log.chains import Chain
from broadcaster.domain.people.roles import STARTER_KIT, Actor, machine
from broadcaster.domain.scripts.fields import ABOUT, Face, ScriptFields, read, shown_on
from broadcaster.domain.scripts.scripts import genre_of_title
from broadcaster.errors import RuleError
from broadcaster.home import Home
from broadcaster.later import Later
from broadcaster.rooms import room
from broadcaster.scheduling.rotation_toml import ExceptionsForm, ZonesForm, parse_form, read_toml
from broadcaster.services.people import second_step
from broadcaster.services.schedule.days import days_of
from broadcaster.services.scripts.editing import OTHER_TOPIC, add_script
from broadcaster.services.station import Station, open_station
from broadcaster.sound.store import Store
from broadcaster.text.ingest import read_script

if TYPE_CHECKING:
    from broadcaster.db import schema
else:
    schema = Later("broadcaster.db.schema")

_ZONES: Final = "zones.toml"
_DAYS: Final = "exceptions.toml"


def init(
    root: Path, *, overrides: Mapping[str, Mapping[str, Any]] | None = None, clock: Clock | None = None
) -> Station:
    """Make the station home at `root`, or bring an existing one up to date; return the open station.

    Nothing that exists is overwritten: settings, schedules and rows of the station stay as they are.

    Raises:
        RuleError: the folder cannot be made, or an existing `station.toml` is wrong.
    """
    home = Home(root.expanduser().resolve())
    text = None if home.settings_file.exists() else _settings_text(overrides)
    home.make_folders()
    if text is not None:
        keeping.keep(home.settings_file, text)
    for source in sorted(room("schedules").glob("*.toml")):
        target = home.root / "schedules" / source.name
        if not target.exists():
            keeping.keep(target, source.read_bytes())
    for left in home.run.glob("queue.db*"):  # of the queue beside the rows that older versions kept
        left.unlink()
    database = Database(home.database_url(home.settings_in_use()))
    schema.upgrade(database)
    database.dispose()
    station = open_station(home.root, clock=clock)
    second_step.take_over(station)
    kit = _Kit(station)
    with station.db.write() as session:
        kit.load(session)
        missing = [chain for chain in Chain if session.get(ChainHead, chain.head) is None]
        session.add_all([ChainHead(id=chain.head, seq=0, hash=GENESIS) for chain in missing])
    return station


def _settings_text(overrides: Mapping[str, Mapping[str, Any]] | None) -> str:
    """The text of a new `station.toml`, checked by reading it back before anything is made."""
    text = settings_file.document(overrides)
    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / "station.toml"
        trial.write_text(text, encoding="utf-8")
        try:
            chosen = settings.load(trial)
        except RuleError as error:
            raise RuleError(error.message, field="station.toml") from None
    for place, why in settings.unoffered(chosen):
        raise RuleError(why, field=("station.toml", *place))
    return text


def add_file(station: Station, actor: Actor, name: str, data: bytes) -> int:
    """Add the script in a file (.md, .txt, .docx, .odt, .pdf); return its number.

    Raises:
        RuleError: the file or a field of it is wrong; nothing is added.
    """
    return add_script(station, actor, read_upload(station, name, data)[0])


def read_upload(
    station: Station,
    name: str,
    data: bytes,
    *,
    encoding: str | None = None,
    defaults: Mapping[str, Any] | None = None,
    chosen: Mapping[str, Any] | None = None,
) -> tuple[ScriptFields, list[str]]:
    """What a script file says, and the remarks that reading it called for.

    Its front matter wins over `defaults`; what a person has `chosen` wins over that, and the remarks say so.

    Raises:
        RuleError: the file or a field of it is wrong.
        EncodingChoiceError: several character sets fit; ask, and call again with `encoding`.
    """
    head, document = read_script(name, data, encoding=encoding)
    wanted = {k: v for k, v in (chosen or {}).items() if v is not None}
    fields = {k: v for k, v in (defaults or {}).items() if v is not None} | dict(head) | wanted
    body = document.text
    title = str(fields.get("title") or _first_line(body))
    with station.db.read() as session:
        unit = fields.get("unit") or _first_unit(session)
    said = {k: read(k, fields.get(k), (name, k)) for k in shown_on(Face.HEAD)}
    said |= {"title": title, "unit": str(unit), "topic": str(fields.get("topic") or OTHER_TOPIC)}
    if fields.get("genre") is None:
        said["genre"] = genre_of_title(title)
    draft = ScriptFields(**said, body=body, source_name=Path(name).name)
    overruled = [
        f"Tệp ghi {ABOUT[k].label.lower()} là “{head[k]}”; lấy “{v}” như bạn chọn."
        for k, v in wanted.items()
        if str(head.get(k) or "") not in {"", str(v)}
    ]
    return draft, [*overruled, *(n.message for n in document.notes)]


def day_or_none(text: str) -> dt.date | None:
    """The date of an ISO text, None for any other."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


LEAD_UNIT = "vhxh"
"""The office that the plan charges with communication: what a file without an office is filed under."""


def load_starter_scripts(station: Station) -> list[int]:
    """Add the shipped scripts that the station does not have yet, in order of their files; return their numbers.

    Nobody here wrote them: they are the kit's, and no report counts them as newly written.
    """
    with station.db.read() as session:
        have = set(session.scalars(select(Script.source_name)))
    missing = [p for p in starter_files() if p.name not in have]
    return [add_file(station, machine(STARTER_KIT), p.name, p.read_bytes()) for p in missing]


def starter_files() -> list[Path]:
    """The shipped script files: those of the station itself first, then slogans, then topics."""
    base = room("scripts")
    found = [p for p in sorted(base.rglob("*.md")) if p.name != "README.md"]
    return sorted(found, key=lambda p: (p.parent.name != "station", p.parent.name == "slogans", p.as_posix()))


class _Kit:
    """What a new station is given, read and put in its place before anything is written."""

    def __init__(self, station: Station) -> None:
        home, store, base = station.home, Store(station.home.store), room("audio")
        with station.db.read() as session:
            cues = set(session.scalars(select(CueRow.name)))
            zones = session.scalars(select(ZoneRow.code).limit(1)).first()
            exceptions = session.scalars(select(DayException.day).limit(1)).first()
        self._topics = tomllib.loads((room("scripts") / "topics.toml").read_text(encoding="utf-8"))["topic"]
        self._units = tomllib.loads((room("scripts") / "units.toml").read_text(encoding="utf-8"))["unit"]
        self._zones = None if zones else parse_form(ZonesForm, _table(home, _ZONES), name=_ZONES)
        self._exceptions = None if exceptions else parse_form(ExceptionsForm, _table(home, _DAYS), name=_DAYS)
        shipped = tomllib.loads((base / "manifest.toml").read_text(encoding="utf-8"))["sound"]
        self._cues = [(sound, store.put(base / sound["file"])) for sound in shipped if sound["name"] not in cues]

    def load(self, session: Session) -> None:
        """Write the rows that are missing."""
        for position, t in enumerate(self._topics):
            if session.get(Topic, t["code"]) is None:
                session.add(Topic(code=t["code"], title=t["title"], short=t["short"], position=position))
        for u in self._units:
            if session.get(Unit, u["code"]) is None:
                session.add(Unit(code=u["code"], name=u["name"], kind=u.get("kind", "office")))
        if self._zones is not None:
            _load_zones(session, self._zones)
        if self._exceptions is not None:
            _load_exceptions(session, self._exceptions)
        for sound, sha256 in self._cues:
            session.add(
                CueRow(
                    name=sound["name"],
                    kind=sound["kind"],
                    title=sound["title"],
                    audio_sha256=sha256,
                    duration_ms=round(sound["seconds"] * 1000),
                    licence=sound["licence"],
                    source=sound.get("source", ""),
                )
            )


def _table(home: Home, name: str) -> dict[str, Any]:
    return read_toml(handwritten.text(home.root / "schedules" / name), name=name)


def _load_exceptions(session: Session, form: ExceptionsForm) -> None:
    for number, e in enumerate(form.exception, 1):
        for day in days_of(e, form.year, (_DAYS, "exception", number)):
            session.merge(DayException(day=day, kind=e.kind, title=e.title, left_out=e.leave_out))


def _load_zones(session: Session, form: ZonesForm) -> None:
    codes = {z.code for z in form.zone}
    for position, z in enumerate(form.zone):
        session.add(ZoneRow(position=position, **z.model_dump()))
    for g in form.group:
        if unknown := set(g.zones) - codes:
            raise RuleError(f"Nhóm “{g.code}” nhắc tới cụm loa không có: {', '.join(sorted(unknown))}.", field=_ZONES)
        session.add(ZoneGroup(code=g.code, name=g.name, members=g.zones))


def _first_unit(session: Session) -> str:
    """The office that the plan charges with communication, else any: a file need not name its office."""
    codes = list(session.scalars(select(Unit.code).order_by(Unit.code)))
    return LEAD_UNIT if LEAD_UNIT in codes else next(iter(codes), "")


def _first_line(body: str) -> str:
    for line in body.splitlines():
        if words := line.strip().lstrip("#").strip():
            return words[:200]
    return ""
