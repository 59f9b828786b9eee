"""Speaking live from the browser: who may, where, for how long; the samples go into a spool that play-out reads."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from broadcaster import keeping
from broadcaster.db.models import BroadcastRow, origins
from broadcaster.db.queries.zones import zone_map
from broadcaster.domain.air.broadcasts import OPEN_STATES, BroadcastKind, BroadcastState, ItemKind, RundownItem
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.services import disk_room
from broadcaster.services.air import broadcasts, ear
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station

RATE = 48_000
SHORTEST = dt.timedelta(seconds=20)
_LARGEST = RATE * 2 * 5
"""Bytes in one piece: five seconds."""


@dataclass
class _Open:
    username: str
    path: Path
    left: int
    next_piece: int = 0


_open: dict[tuple[Path, int], _Open] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line that is open."""

    number: int
    """Of its broadcast."""
    limit_s: int
    zones: tuple[str, ...]


def allowed(station: Station, zones: Sequence[str], *, urgent: bool) -> tuple[tuple[str, ...], dt.timedelta]:
    """The zones meant, and how long one may speak there from now.

    Raises:
        RuleError: no zone, or, unless it is urgent, the hour is not allowed or their outputs carry something.
    """
    longest = dt.timedelta(minutes=station.settings.emergency.talk_minutes)
    now = station.now()
    with station.db.read() as session:
        codes, outputs = zone_map(session).expand(zones, where="zones"), station.outputs(session)
        if not codes:
            raise RuleError("Hãy chọn ít nhất một cụm loa đang hoạt động.", field="zones")
        if urgent:
            return codes, longest
        local = station.local(now)
        station.settings.station_hours.require(local.replace(tzinfo=None), SHORTEST, field="hours")
        end = station.settings.station_hours.end_at(local) or now
        rows = session.scalars(
            select(BroadcastRow).where(
                BroadcastRow.starts_at < now + longest,
                BroadcastRow.state.in_(OPEN_STATES),
                BroadcastRow.kind != BroadcastKind.TRIAL,
            )
        ).all()
    for row in rows:
        if not outputs.collide(row.zones, codes):
            continue
        sounds_until = row.starts_at + dt.timedelta(milliseconds=row.sound_ms)
        if row.state is BroadcastState.AIRING or (row.starts_at <= now + SHORTEST and sounds_until > now):
            raise RuleError(
                f"Đang phát “{row.title}” ở đó. Hãy dừng buổi đó trước, hoặc chọn “khẩn cấp” nếu thật cần.",
                field="zones",
            )
        if row.starts_at > now:
            end = min(end, row.starts_at)
    return codes, min(longest, end - now)


def start(
    station: Station, actor: Actor, zones: Sequence[str], *, title: str = "", urgent: bool = False, reason: str = ""
) -> OpenLine:
    """Open a line to the horns of `zones`; play-out goes on air with what then comes.

    Raises:
        ForbiddenError: the actor may not operate, or not in an emergency.
        RuleError: as `allowed`; or it is urgent and no reason is given.
        NoRoomError: it is not urgent, and the disk has no room for what is said.
    """
    actor.require(Permission.OPERATE)
    reason = reason.strip()
    if urgent:
        actor.require(Permission.EMERGENCY)
        if not reason:
            raise RuleError("Nói khẩn cấp cần ghi lý do.", field="reason")
    codes, limit = allowed(station, zones, urgent=urgent)
    if not urgent:
        disk_room.require(station, _bytes(limit), field="talk")
    now = station.now()
    title = " ".join(title.split())[:200] or "Nói trực tiếp"
    item = RundownItem(1, ItemKind.LIVE, title, "", int(limit.total_seconds() * 1000))
    with station.db.write() as session:
        called = broadcasts.URGENT_TITLE + title if urgent else title
        row = origins.talk(called, codes, item, now, urgent=urgent, speaker=actor.username)
        session.add(row)
        session.flush()
        number = row.id
        Trail(session, now, actor).record(
            "talk", "broadcast", number, note=reason or title, after={"zones": list(codes)}
        )
    folder = _folder(station)
    path = folder / f"{number}.pcm"
    path.write_bytes(b"")
    with _lock:
        _open[folder, number] = _Open(actor.username, path, _bytes(limit))
    ear.ring(station.home)
    return OpenLine(number, int(limit.total_seconds()), codes)


def take(station: Station, actor: Actor, number: int, piece: int, pcm: bytes) -> bool:
    """Append samples; False when the line is closed. A piece that came before is not taken twice.

    Raises:
        NotFoundError: the actor has no such line.
        RuleError: the piece is too large, or no whole samples.
    """
    if len(pcm) > _LARGEST or len(pcm) % 2:
        raise RuleError("Đoạn âm thanh không hợp lệ.", field="pcm")
    with _lock:
        line = _mine(station, actor, number)
        if not line.path.is_file() or line.left <= 0:
            return False
        if piece < line.next_piece:
            return True
        line.next_piece = piece + 1
        pcm = pcm[: line.left]
        line.left -= len(pcm)
        with line.path.open("ab", buffering=0) as file:
            file.write(pcm)
    return True


def end(station: Station, actor: Actor, number: int, why: str = "") -> None:
    """Close the line; what was said so far still sounds to its end."""
    folder = _folder(station)
    with _lock:
        line = _mine(station, actor, number)
        del _open[folder, number]
    if line.path.is_file():
        keeping.keep(folder / f"{number}.end", json.dumps({"why": why}, ensure_ascii=False))


def state(station: Station, number: int) -> tuple[BroadcastState, str]:
    """Where the broadcast of a talk stands, and its verdict."""
    with station.db.read() as session:
        row = session.get(BroadcastRow, number)
        if row is None:
            raise NotFoundError("Không có lượt nói này.", field="talk")
        return row.state, row.verdict


def _mine(station: Station, actor: Actor, number: int) -> _Open:
    line = _open.get((_folder(station), number))
    if line is None or line.username != actor.username:
        raise NotFoundError("Lượt nói này đã kết thúc.", field="talk")
    return line


def _bytes(length: dt.timedelta) -> int:
    return int(length.total_seconds() * RATE) * 2


def _folder(station: Station) -> Path:
    folder = station.home.run / "talks"
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    return folder
