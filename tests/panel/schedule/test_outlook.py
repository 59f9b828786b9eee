"""Conflicts, preview and feed on the panel."""

from __future__ import annotations

from broadcaster.services.schedule import feeds
from broadcaster.services.station import Station
from tests.kit.panel import SignIn


def test_conflicts_stand_on_the_calendar_and_on_a_page_of_their_own(sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    assert "/schedule/conflicts" in client.get("/schedule/").text
    part = client.get("/schedule/conflicts", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "điều cần xem trong 14 ngày tới" in part
    assert "Duyệt" in part
    assert "buổi khác như vậy, tới" in part  # the same slot is short day after day: told once
    assert "chỉ mở được trên chính máy của đài" in client.get("/schedule/conflicts").text


def test_a_coming_week_can_be_looked_at_and_nothing_is_written(station: Station, sign_in: SignIn) -> None:
    text = sign_in("xem").get("/schedule/preview?week=2026-04-15").text
    assert "13/04/2026" in text
    assert "Chương trình buổi sáng" in text
    assert "CÓ" not in text


def test_the_feed_opens_by_its_address_alone(station: Station, sign_in: SignIn, app: object) -> None:
    client = app.test_client()  # type: ignore[attr-defined]
    answer = client.get(f"/schedule/feed/{feeds.feed_token(station)}.ics")
    assert answer.mimetype == "text/calendar"
    assert answer.text.startswith("BEGIN:VCALENDAR")
    old = feeds.feed_token(station)
    sign_in("vanhanh").post("/schedule/feed/renew")
    assert client.get(f"/schedule/feed/{old}.ics").status_code == 404
    assert client.get("/schedule/feed/x.ics").status_code == 404
