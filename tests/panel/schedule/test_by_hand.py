"""The calendar by hand, through its pages: each change asks or can be undone, and works without script."""

from __future__ import annotations

import html
import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.services.station import Station
from tests.kit.panel import SignIn, agree, confirm

TOMORROW = 8
"""The seed's broadcast of tomorrow afternoon."""


def row(station: Station, number: int = TOMORROW) -> BroadcastRow:
    with station.db.read() as session:
        return session.get_one(BroadcastRow, number)


def undo(client: FlaskClient, page: TestResponse) -> TestResponse:
    """Press the button of the message."""
    form = re.search(
        r'<form method="post" action="([^"]+)">\s*((?:<input[^>]+>\s*)+)<button class="button is-small">', page.text
    )
    assert form, page.text
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[2]))
    return client.post(html.unescape(form[1]), data=fields, follow_redirects=True)


def test_a_drop_on_the_calendar_asks_and_says_what_forbids_it(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    fragment = {"HX-Request": "true"}
    asked = client.get(f"/schedule/{TOMORROW}/move?to=2026-03-05T17:20&view=day", headers=fragment).text
    assert "sẽ phát lúc <strong>17:20 thứ năm, 05/03/2026</strong>" in asked
    assert "<html" not in asked
    refused = client.get(f"/schedule/{TOMORROW}/move?to=2026-03-05T22:00", headers=fragment).text
    assert "khung giờ được phép" in refused
    nonsense = client.get(f"/schedule/{TOMORROW}/move?to=hai-gio", headers=fragment).text
    assert "Hãy chọn ngày và giờ phát" in nonsense
    assert row(station).state is BroadcastState.PLANNED


def test_a_move_is_made_and_undone(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    answer = confirm(client, f"/schedule/{TOMORROW}/move?view=day", to="2026-03-05T17:20")
    assert answer.location == "/schedule/?week=2026-03-05&view=day"
    assert row(station).state is BroadcastState.CANCELLED
    page = client.get(answer.location)
    assert "Đã dời “Chương trình buổi chiều” từ 17:00 05/03 sang 17:20 05/03/2026." in page.text
    back = undo(client, page)
    assert "Đã hoàn tác" in back.text
    assert back.request.path == "/schedule/"  # the page on which it was done
    assert row(station).state is BroadcastState.PLANNED
    late = confirm(client, f"/schedule/{TOMORROW}/move", to="2026-03-05T23:00")
    assert late.status_code == 422
    assert 'value="2026-03-05T23:00"' in late.text


def test_a_single_broadcast_is_added_filled_copied_left_out_and_taken_back(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    bad = client.post(
        "/schedule/new", data={"title": "Họp dân", "at": "2026-03-05T17:10", "minutes": "10", "zone": "all"}
    )
    assert bad.status_code == 422
    assert "đã có buổi" in bad.text
    assert 'value="Họp dân"' in bad.text
    made = client.post(
        "/schedule/new", data={"title": "Họp dân", "at": "2026-03-05T18:00", "minutes": "10", "zone": ["am01", "am02"]}
    )
    assert made.location.endswith("/rundown")
    number = int(made.location.split("/")[2])
    assert row(station, number).zones == ["am01", "am02"]
    page = client.get(made.location).text
    seen = re.search(r'name="opened" value="([^"]+)"', page)[1]
    keys: list[str] = []
    for act, expected in (
        ("add:cue:nhac-hieu", ["cue:nhac-hieu"]),
        ("add:script:2", ["cue:nhac-hieu", "script:2"]),
        ("add:cue:nhac-ket", ["cue:nhac-hieu", "script:2", "cue:nhac-ket"]),
        ("up:2", ["cue:nhac-hieu", "cue:nhac-ket", "script:2"]),
        ("down:0", ["cue:nhac-ket", "cue:nhac-hieu", "script:2"]),
        ("drop:0", ["cue:nhac-hieu", "script:2"]),
        ("up:0", ["cue:nhac-hieu", "script:2"]),
        ("drop:9", ["cue:nhac-hieu", "script:2"]),
    ):
        page = client.post(made.location, data={"item": keys, "do": act, "opened": seen}).text
        keys = re.findall(r'name="item" value="([^"]+)"', page)
        assert keys == expected, act
    saved = client.post(made.location, data={"item": keys, "opened": seen}, follow_redirects=True)
    assert "Đã lưu nội dung" in saved.text
    assert [i.kind for i in row(station, number).rundown] == ["cue", "script"]
    again = confirm(client, f"/schedule/{number}/copy", to="2026-03-05T18:30")
    assert "đã có 3 buổi; Quy chế cho tối đa 3 buổi mỗi ngày" in again.text
    copied = confirm(client, f"/schedule/{number}/copy", to="2026-03-06T18:30")
    twin = int(copied.location.rsplit("/", 1)[1])
    assert "Đã chép" in client.get(copied.location).text
    assert row(station, twin).rundown == row(station, number).rundown
    out = client.post("/schedule/leave-out", data={"numbers": f"{number},{twin}"}, follow_redirects=True)
    assert "Đã bỏ qua 2 buổi" in out.text
    assert row(station, twin).state is BroadcastState.CANCELLED
    undo(client, out)
    assert row(station, twin).state is BroadcastState.PLANNED
    assert row(station, number).state is BroadcastState.PLANNED


def test_a_rundown_too_long_keeps_what_was_chosen(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    page = client.get(f"/schedule/{TOMORROW}/rundown").text
    seen = re.search(r'name="opened" value="([^"]+)"', page)[1]
    keys = ["script:2"] * 50
    answer = client.post(f"/schedule/{TOMORROW}/rundown", data={"item": keys, "opened": seen})
    assert answer.status_code == 422
    assert "dài quá khung 300 giây" in answer.text
    assert answer.text.count('name="item" value="script:2"') == 50
    assert not row(station).by_hand


def test_a_day_is_marked_by_one_click_and_undone(sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    asked = client.post("/schedule/day", data={"day": "2026-03-08", "kind": "mourning"})
    assert "Ngày Quốc tế Phụ nữ" in client.get("/schedule/?week=2026-03-08").text, "asking changes nothing"
    page = agree(client, "/schedule/day", asked)
    assert "T7" not in page.text.split("nay là quốc tang")[0][-12:]
    assert "CN 08/03 nay là quốc tang" in page.text
    back = undo(client, page)
    assert "Ngày Quốc tế Phụ nữ" in back.text


def test_a_run_of_days_is_marked_at_once_and_undone(sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    told = {"day": "2026-03-09", "to": "2026-03-11", "kind": "storm", "title": "Bão số 1"}
    page = client.post("/schedule/day", data=told, follow_redirects=True)
    assert "đến T4 11/03 nay là mưa bão “Bão số 1”; lịch đã được lập lại." in page.text
    assert page.text.count("Bão số 1") == 1 + 3  # and on each of the days
    assert "phát theo khung lịch ngày thường" in page.text
    assert "· Bão số 1" not in undo(client, page).text
    client.post("/schedule/day", data=told | {"to": "2026-03-09"}, follow_redirects=True)
    mixed = client.post("/schedule/day", data=told | {"kind": "tet"}, follow_redirects=True)
    mixed = agree(client, "/schedule/day", mixed) if mixed.status_code == 422 else mixed
    assert "Hoàn tác" not in mixed.text
    assert client.post("/schedule/day", data=told | {"to": "2026-03-01"}).status_code == 422


def test_the_calendar_is_told_the_zones_the_times_and_what_may_move(sign_in: SignIn) -> None:
    events = sign_in("vanhanh").get("/schedule/events?start=2026-03-04&end=2026-03-06").json
    assert [e["start"] for e in events] == [
        "2026-03-04 05:00:00",
        "2026-03-04 17:00:00",
        "2026-03-05 05:00:00",
        "2026-03-05 17:00:00",
    ]
    assert [e["startEditable"] for e in events] == [False, False, True, True]
    assert events[3]["resourceIds"][0] == "am01"
    seen = sign_in("xem").get("/schedule/events?start=2026-03-05&end=2026-03-06").json
    assert not any(e["startEditable"] or e["extendedProps"]["move"] for e in seen)
    assert sign_in("xem").get("/schedule/events?start=x&end=9999-99-99").status_code == 200
