"""The schedule as an iCalendar feed (RFC 5545), for a leader's phone; the only place that knows `icalendar`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from icalendar import Calendar, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One broadcast in the feed; times aware UTC."""

    uid: str
    """Stays the same while the broadcast does, so that a phone moves it instead of adding it again."""
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    items: tuple[str, ...]
    cancelled: bool = False


def feed(name: str, entries: Iterable[FeedEntry], stamp: dt.datetime) -> bytes:
    """The feed; `stamp` is when it was made (aware UTC)."""
    calendar = Calendar()
    calendar.add("prodid", "-//Loa Xa//Lich phat thanh//VI")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", dt.timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for e in entries:
        event = Event()
        event.add("uid", e.uid)
        event.add("dtstamp", stamp)
        event.add("dtstart", e.starts_at)
        event.add("dtend", e.ends_at)
        event.add("summary", e.title)
        event.add("location", e.place)
        event.add("description", "\n".join(e.items))
        event.add("status", "CANCELLED" if e.cancelled else "CONFIRMED")
        calendar.add_component(event)
    made: bytes = calendar.to_ical()
    return made
