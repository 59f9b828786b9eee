"""No page asks the database more often when there is more in it."""

from __future__ import annotations

import datetime as dt

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, Incident, ZoneNote, ZoneRow
from broadcaster.domain.air.broadcasts import Origin
from broadcaster.panel.web.frame import FIT_S
from broadcaster.services.air.fitness import fitness
from broadcaster.services.station import Station
from tests.kit import seed
from tests.kit.panel import SignIn, counted

MOST = 24
PAGES = {
    "vanhanh": (
        "/",
        "/fragments/bar",
        "/fragments/now",
        "/stop",
        "/schedule/",
        "/schedule/?view=zones",
        "/schedule/8",
        "/schedule/8/rundown",
        "/schedule/events?start=2026-03-02&end=2026-03-09",
        "/schedule/rotations",
        "/log/",
        "/log/5",
        "/log/book",
        "/zones/",
        "/zones/am03",
        "/sounds/",
        "/settings/",
        "/scripts/",
        "/start/",
    ),
    "quantri": ("/users/", "/audit/"),
    "lanhdao": ("/approve/",),
}


def more(station: Station) -> None:
    """Thrice as many zones, notes, broadcasts and incidents."""
    with station.db.write() as session:
        for n in range(30):
            session.add(ZoneRow(code=f"x{n}", name=f"Cụm {n}", position=100 + n))
            session.add(Incident(what="silence", zone=f"x{n}", started_at=seed.NOW, ended_at=None, note="Im lặng."))
            session.add(
                ZoneNote(
                    zone="am03",
                    kind="noise",
                    at=seed.NOW - dt.timedelta(hours=n),
                    text="Ồn",
                    by="vanhanh",
                    created_at=seed.NOW,
                    closed_at=None,
                )
            )
            like = session.get(BroadcastRow, 8)
            session.add(
                BroadcastRow(
                    slot_key=f"once/{n}",
                    origin=Origin.ONCE,
                    kind=like.kind,
                    title=f"Buổi {n}",
                    starts_at=like.starts_at,
                    ends_at=like.ends_at,
                    zones=like.zones,
                    rundown=like.rundown,
                    reasons=like.reasons,
                    sound_ms=like.sound_ms,
                    state=like.state,
                )
            )


def test_whether_all_would_be_heard_is_asked_in_as_many_queries_however_much_is_planned(station: Station) -> None:
    with counted(station) as few:
        fitness(station)
    more(station)
    with counted(station) as many:
        fitness(station)
    assert len(many) <= len(few) + 1


@pytest.mark.medium
@pytest.mark.parametrize("username", PAGES)
def test_the_number_of_queries_is_small_and_does_not_grow(
    sign_in: SignIn, station: Station, clock: FrozenClock, username: str
) -> None:
    client = sign_in(username)
    before: dict[str, int] = {}

    def look_elsewhere() -> None:
        """Let what is asked once in some seconds be asked; what every page shows anew is counted with each."""
        clock.advance(FIT_S + 1)
        client.get("/fragments/bar")
        clock.advance(1)

    for page in PAGES[username]:
        look_elsewhere()
        with counted(station) as said:
            assert client.get(page).status_code == 200, page
        before[page] = len(said)
    more(station)
    for page in PAGES[username]:
        look_elsewhere()
        with counted(station) as said:
            assert client.get(page).status_code == 200, page
        assert len(said) <= before[page] + 1, f"{page}: {before[page]} -> {len(said)}"
        assert len(said) <= MOST, f"{page}: {len(said)}"
