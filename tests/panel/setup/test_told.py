"""The page that tells who was told of what."""

from __future__ import annotations

import datetime as dt

from broadcaster.clock import FrozenClock
from broadcaster.db.queries import alerts
from broadcaster.domain.alerts.book import AlertBook, Recipient
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.troubles import Trouble, TroubleKind
from broadcaster.services.station import Station
from tests.kit.panel import SignIn


def test_the_page_shows_what_is_open_first_and_who_was_told_of_it_when(
    station: Station, sign_in: SignIn, clock: FrozenClock
) -> None:
    client = sign_in("vanhanh")
    assert "Chưa có tin nào" in client.get("/alerts/told/").text
    book, now = AlertBook(), station.now()
    book.begin(Trouble(TroubleKind.OUTPUT, "cu", Rank.WARNING, "Đường ra cũ hỏng."), "a", now, ended=True)
    book.begin(Trouble(TroubleKind.SILENT, "main", Rank.URGENT, "Đường ra main im lặng."), "b", now)
    people = (Recipient("Trưởng đài", ("thu",)), Recipient("Kỹ thuật", ("tin",)))
    book.address(people, now)
    first, second = book.due(people, now, dt.time(9))
    book.claim(first, now)
    book.sent(first, now, "thu")
    book.claim(second, now)
    book.failed(second, now, "Mất mạng.", chance=0.5)
    with station.db.write() as session:
        alerts.keep(session, book)
    page = client.get("/alerts/told/").text
    assert page.index("Đường ra main im lặng.") < page.index("Đường ra cũ hỏng.")
    assert f"Trưởng đài: {station.local(now):%H:%M:%S %d/%m} qua thu" in page
    assert "Kỹ thuật: chờ gửi sau 1 lần. Mất mạng." in page
    assert sign_in("xem").get("/alerts/told/").status_code == 403
