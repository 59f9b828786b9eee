"""A station on a temporary home, with sounds made here and rows written straight into the database."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sqlalchemy import select

from broadcaster.clock import Clock, FrozenClock
from broadcaster.db import schema
from broadcaster.db.models import BroadcastRow, CueOffer, Incident, PlayLogEntry, ZoneRow
from broadcaster.db.session import Database
from broadcaster.domain.air.broadcasts import BroadcastKind, ItemKind, Origin, RundownItem
from broadcaster.domain.air.causes import Cause, Why
from broadcaster.home import Home
from broadcaster.media import ffmpeg
from broadcaster.services.station import Station
from tests.kit.founding import no_rows

ALL_DAY = '["00:00-24:00"]'
HORN = "kind = 'pipe'\noptions = {command = ['cat']}"
"""A loudspeaker, to a play-out process: a real program takes the sound."""


@functools.cache
def _flac(seconds: float, hz: float) -> bytes:
    samples = (np.sin(2 * np.pi * hz * np.arange(round(48000 * seconds)) / 48000) * 12000).astype("<i2")
    shape = ["-f", "s16le", "-ar", "48000", "-ac", "1"]
    command = [ffmpeg.program(), "-loglevel", "error", *shape, "-i", "-", "-f", "flac", "-"]
    made = subprocess.run(command, input=samples.tobytes(), capture_output=True, check=True).stdout
    # ffmpeg cannot go back in a pipe to write length and MD5 of the samples; do it here
    md5 = hashlib.md5(samples.tobytes(), usedforsecurity=False).digest()
    packed = int.from_bytes(made[18:26], "big") >> 36 << 36 | len(samples)
    return made[:18] + packed.to_bytes(8, "big") + md5 + made[42:]


def tone(folder: Path, seconds: float, hz: float = 440.0) -> str:
    """Put a tone into a content-addressed store; return its hash."""
    sound = _flac(seconds, hz)
    digest = hashlib.sha256(sound).hexdigest()
    target = folder / digest[:2] / f"{digest}.flac"
    target.parent.mkdir(exist_ok=True, parents=True)
    target.write_bytes(sound)
    return digest


def let_in(sha256: str, duration_ms: int, at: dt.datetime) -> CueOffer:
    """A sound that somebody brought and a leader let in."""
    said = {"name": "am-thu", "kind": "tune", "title": "Âm thử", "licence": "x", "by": "vanhanh"}
    return CueOffer(audio_sha256=sha256, duration_ms=duration_ms, at=at, accepted=True, decided_by="lanhdao", **said)


@dataclass
class Air:
    """A station and short ways to plan and to look."""

    station: Station
    sounds: dict[str, tuple[str, int]] = field(default_factory=dict)
    approved: set[str] = field(default_factory=set)

    @property
    def frozen(self) -> FrozenClock:
        assert isinstance(self.station.clock, FrozenClock)
        return self.station.clock

    def sound(self, name: str, seconds: float, hz: float = 440.0) -> None:
        self.keep(name, tone(self.station.home.store, seconds, hz), seconds)

    def keep(self, name: str, digest: str, seconds: float) -> None:
        """Know a sound of the store, which a leader has let in."""
        self.sounds[name] = (digest, round(seconds * 1000))
        with self.station.db.write() as session:
            session.add(let_in(*self.sounds[name], self.station.now()))

    def path(self, name: str) -> Path:
        digest = self.sounds[name][0]
        return self.station.home.store / digest[:2] / f"{digest}.flac"

    def cue(self, no: int, name: str) -> RundownItem:
        return RundownItem(no, ItemKind.CUE, name, *self.sounds[name])

    def script(self, no: int, name: str) -> RundownItem:
        self.approved.add(self.sounds[name][0])
        return RundownItem(
            no, ItemKind.SCRIPT, name, *self.sounds[name], 1, 1, "0" * 64, "cchc", "vp", "notice", "tone:a"
        )

    def refusal(self, session, script_id, spoken, audio, day):
        return None if audio in self.approved else Why(Cause.NOT_APPROVED, "Kịch bản chưa được duyệt.")

    def zones(self, *codes: str, sink: str = "main", volume: int = 100) -> None:
        with self.station.db.write() as session:
            for n, code in enumerate(codes):
                session.add(ZoneRow(code=code, name=f"Cụm {code}", place="", sink=sink, volume=volume, position=n))

    def plan(self, starts_at: dt.datetime, items: list[RundownItem], *zones: str, **values) -> int:
        values = {
            "slot_key": "thu/slot",
            "origin": Origin.ROTATION,
            "rotation_code": "thu",
            "slot_code": "slot",
            "kind": BroadcastKind.ROTATION,
            "title": "Bản tin sáng",
            "ends_at": starts_at + dt.timedelta(minutes=30),
            "late": "skip" if isinstance(self.station.clock, FrozenClock) else "air",
            **values,
        }
        with self.station.db.write() as session:
            row = BroadcastRow(
                starts_at=starts_at,
                zones=list(zones),
                rundown=items,
                reasons=[],
                sound_ms=sum(i.duration_ms for i in items),
                **values,
            )
            session.add(row)
            session.flush()
            return row.id

    def row(self, number: int) -> BroadcastRow:
        with self.station.db.read() as session:
            row = session.scalars(select(BroadcastRow).where(BroadcastRow.id == number)).one()
            session.expunge_all()
            return row

    def log(self, number: int | None = None) -> list[PlayLogEntry]:
        query = select(PlayLogEntry).order_by(PlayLogEntry.seq)
        if number is not None:
            query = query.where(PlayLogEntry.broadcast_id == number)
        with self.station.db.read() as session:
            rows = list(session.scalars(query))
            session.expunge_all()
            return rows

    def incidents(self) -> list[Incident]:
        with self.station.db.read() as session:
            rows = list(session.scalars(select(Incident).order_by(Incident.id)))
            session.expunge_all()
            return rows


def make_air(
    root: Path, clock: Clock, url: str | None = None, windows: str | None = None, main: str = "kind = 'null'"
) -> Air:
    """Make a station, whose way out `main` is none that anybody hears unless told."""
    home = Home(root)
    root.mkdir(parents=True, exist_ok=True)
    home.make_folders()
    text = f"[playout.sinks.main]\n{main}\n[playout.sinks.aircheck]\nkind = 'file'\n"
    if windows:
        text += f"[hours]\nwindows = {windows}\n"
    home.settings_file.write_text(text, encoding="utf-8")
    settings = home.settings()
    if url is None:
        (root / "station.db").write_bytes(no_rows())
    database = Database(url or home.database_url(settings))
    if url is not None:
        schema.upgrade(database)
    return Air(Station(home, settings, database, clock))
