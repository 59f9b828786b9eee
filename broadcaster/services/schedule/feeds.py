"""The calendar feed of the coming days, behind an address that only those who got it know."""

from __future__ import annotations

import datetime as dt
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from broadcaster import keeping
from broadcaster.db.models import BroadcastRow, ZoneRow
from broadcaster.disks import FULL
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.later import Later
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station

if TYPE_CHECKING:
    from broadcaster.scheduling import ics
else:
    ics = Later("broadcaster.scheduling.ics")

PAST, AHEAD = dt.timedelta(days=7), dt.timedelta(days=60)


def week_feed(station: Station) -> bytes:
    """The feed: last week as it went, and all that is planned."""
    now = station.now()
    with station.db.read() as session:
        names = {z.code: z.name for z in session.scalars(select(ZoneRow))}
        rows = session.scalars(
            select(BroadcastRow)
            .where(
                BroadcastRow.starts_at >= now - PAST,
                BroadcastRow.starts_at < now + AHEAD,
                BroadcastRow.kind.in_([BroadcastKind.ROTATION, BroadcastKind.ONCE]),
            )
            .order_by(BroadcastRow.starts_at, BroadcastRow.id)
        ).all()
    place = station.settings.station.name
    entries = [
        ics.FeedEntry(
            uid=f"{r.id}@{place.encode().hex()[:24]}.loa-xa",
            title=r.title,
            starts_at=r.starts_at,
            ends_at=r.starts_at + dt.timedelta(milliseconds=max(r.sound_ms, 60_000)),
            place="Tất cả cụm loa" if len(r.zones) >= len(names) else ", ".join(names.get(z, z) for z in r.zones),
            items=tuple(f"{i.no}. {i.title}" for i in r.rundown),
            cancelled=r.state in {BroadcastState.CANCELLED, BroadcastState.MISSED, BroadcastState.REFUSED},
        )
        for r in rows
    ]
    return ics.feed(place, entries, now)


def feed_token(station: Station) -> str:
    """The secret of the feed's address, made once and readable by the station's own account alone.

    Empty while there is none and the disk is so full that none can be kept.
    """
    path = _token_file(station)
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    try:
        return _write(path)
    except OSError as error:
        if error.errno not in FULL:
            raise
        return ""


def renew_feed_token(station: Station, actor: Actor) -> str:
    """Give the feed a new address; the old one leads nowhere from now on."""
    actor.require(Permission.SCHEDULE)
    token = _write(_token_file(station))
    with station.db.write() as session:
        Trail(session, station.now(), actor).record("renew", "calendar-feed", "address")
    return token


def _token_file(station: Station) -> Path:
    return station.home.run / "calendar.token"


def _write(path: Path) -> str:
    token = secrets.token_urlsafe(24)
    keeping.make_folder(path.parent)
    keeping.keep(path, token)
    return token
