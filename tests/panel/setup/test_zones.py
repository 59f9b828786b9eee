"""Cụm loa: added, grouped, made quieter at dawn, tried with a tone, complained about, repaired."""

from __future__ import annotations

import datetime as dt

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, ZoneGroup, ZoneNote, ZoneRow
from broadcaster.db.queries import zones as zones_queries
from broadcaster.db.queries.zones import zone_map
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.people.roles import machine
from broadcaster.domain.setup.zones import Correction
from broadcaster.errors import RuleError
from broadcaster.services.log import playlog
from broadcaster.services.setup import doctor, zones
from broadcaster.services.station import Station
from tests.kit import seed
from tests.kit.entries import entry
from tests.kit.panel import SignIn

FORM = {
    "name": "Cụm loa chợ Mẫu",
    "place": "Cột điện trước chợ",
    "device": "smart",
    "condition": "good",
    "sink": "main",
    "volume": "90",
    "bands": "17:00-18:00 70\n05:00-06:00 40%",
    "latitude": "10.3512",
    "longitude": "105.4327",
    "enabled": "y",
}


def test_a_zone_is_added_with_its_place_and_its_quiet_hours(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    answer = client.post("/zones/new", data=FORM)
    assert answer.location == "/zones/cum-loa-cho-mau"
    with station.db.read() as session:
        row = session.get(ZoneRow, "cum-loa-cho-mau")
        assert row.volume_bands == ["05:00-06:00 40", "17:00-18:00 70"]
        assert (row.latitude, row.longitude, row.device.label) == (10.3512, 105.4327, "Loa thông minh (IP, 4G)")
        assert [str(b) for b in zone_map(session).zones["cum-loa-cho-mau"].bands] == row.volume_bands
    page = client.get("/zones/").text
    assert "10.3512, 105.4327" in page
    assert ">70%<" in page  # the seed's moment is 17:05
    twice = client.post("/zones/new", data=FORM)
    assert twice.status_code == 422
    assert "Đã có cụm loa mang tên này" in twice.text


def test_the_sound_of_a_zone_is_put_right_and_play_out_knows(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    assert client.post("/zones/am01", data=FORM | {"bass": "-3", "treble": "4.5", "gain": "-2"}).status_code == 303
    with station.db.read() as session:
        assert zones_queries.zones_by_code(session)["am01"].correction == Correction(-3, 4.5, -2)
    assert 'value="4.5"' in client.get("/zones/am01").text
    said = next(c for c in doctor.examine(station, thorough=False) if c.name == "Âm của cụm loa")
    assert said.ok is None  # other zones of that sink want nothing
    assert "mức thấp nhất" in said.sentence
    assert client.post("/zones/am01", data=FORM | {"bass": "0", "treble": "", "gain": "0"}).status_code == 303
    with station.db.read() as session:
        assert zones_queries.zones_by_code(session)["am01"].correction == Correction()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("bands", "05:00-06:00", "hãy viết như"),
        ("bands", "05:00-07:00 50\n06:00-08:00 40", "chồng giờ"),
        ("latitude", "91", "Vĩ độ"),
        ("longitude", "", "cả vĩ độ và kinh độ"),
        ("latitude", "abc", "Hãy nhập một số"),
        ("volume", "101", "Từ 0 đến 100"),
        ("bass", "9", "Tiếng trầm phải từ"),
        ("gain", "3", "Độ to phải từ"),
        ("sink", "khong-co", "Hãy chọn trong danh sách"),
        ("name", " ", "phải có tên"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_lost(
    sign_in: SignIn, station: Station, field: str, value: str, words: str
) -> None:
    answer = sign_in("vanhanh").post("/zones/am01", data=FORM | {field: value})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'id="{field}-error"' in answer.text or field == "longitude"
    assert "Cột điện trước chợ" in answer.text
    with station.db.read() as session:
        assert session.get(ZoneRow, "am01").name != FORM["name"]


def test_groups_are_made_and_changed(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    client.post("/zones/groups/new", data={"name": "Ven sông", "members": ["am03", "am01"]})
    client.post("/zones/groups/ven-song", data={"name": "Ven sông Mẫu", "members": ["am01"]})
    with station.db.read() as session:
        row = session.get(ZoneGroup, "ven-song")
        assert (row.name, row.members) == ("Ven sông Mẫu", ["am01"])
    empty = client.post("/zones/groups/new", data={"name": "Rỗng"})
    assert empty.status_code == 422
    assert "ít nhất một cụm" in empty.text


def test_a_tone_goes_to_one_zone_inside_the_hours_only(sign_in: SignIn, station: Station, clock: FrozenClock) -> None:
    client = sign_in("vanhanh")
    busy = client.post("/zones/am02/tone")
    assert busy.status_code == 422
    assert "đã có buổi" in busy.text
    with station.db.write() as session:
        session.get(BroadcastRow, 6).state = BroadcastState.AIRED
    assert client.post("/zones/am02/tone").status_code == 303
    with station.db.read() as session:
        row = session.query(BroadcastRow).order_by(BroadcastRow.id.desc()).first()
        assert (row.title, row.zones) == ("Thử loa: Cụm loa ấp Mẫu 2", ["am02"])
        assert dt.timedelta(0) < row.starts_at - station.now() < dt.timedelta(seconds=15)
    clock.advance(6 * 3600)
    late = sign_in("vanhanh").post("/zones/am02/tone")
    assert "khung giờ được phép" in late.text
    with pytest.raises(RuleError, match="đang ngừng dùng"):
        with station.db.write() as session:
            session.get(ZoneRow, "am02").enabled = False
        zones.play_tone(station, machine(), "am02")


def test_a_complaint_knows_what_aired_at_that_hour_and_how_loud(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    client.post("/zones/am03", data=FORM)
    sent = {"kind": "noise", "at": "2026-03-04T05:02", "text": "Loa kêu to quá lúc sáng sớm <b>"}
    assert client.post("/zones/am03/notes", data=sent).status_code == 303
    page = client.get("/zones/am03").text
    assert "Loa kêu to quá lúc sáng sớm &lt;b&gt;" in page
    assert 'Lúc đó đang phát: <a href="/schedule/5">Chương trình buổi sáng</a>' in page
    assert "Âm lượng đặt cho giờ này: 40%." in page
    assert "1 phản ánh tiếng ồn chưa xử lý" in client.get("/zones/").text
    with station.db.read() as session:
        number = session.query(ZoneNote).one().id
    client.post(f"/zones/notes/{number}/close", data={"answer": "Đã giảm còn 40%."})
    assert "phản ánh tiếng ồn chưa xử lý" not in client.get("/zones/").text
    again = client.post(f"/zones/notes/{number}/close", data={"answer": "x"})
    assert "đã được xử lý" in again.text
    early = client.post("/zones/am03/notes", data=sent | {"at": "2026-03-05T05:02"})
    assert "chưa đến" in early.text


def test_a_moment_without_a_broadcast_says_so(sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    client.post("/zones/am01/notes", data={"kind": "noise", "at": "2026-03-04T03:15", "text": "Nghe tiếng rú"})
    assert "lúc đó cụm này không phát" in client.get("/zones/am01").text
    assert seed.NOW.hour == 17


def test_a_complaint_finds_what_was_meant_for_a_neighbour_and_so_does_the_log(
    sign_in: SignIn, station: Station
) -> None:
    then = dt.datetime(2026, 3, 4, 5, 30, tzinfo=seed.NOW.tzinfo)
    times = {"planned_at": then, "started_at": then, "ended_at": then + dt.timedelta(minutes=3)}
    heard = entry(91, zone="am02", also=("am01",), broadcast_title="Chương trình riêng", **times)
    with station.db.write() as session:
        playlog.append(session, [heard], then)
    client = sign_in("vanhanh")
    client.post("/zones/am01/notes", data={"kind": "noise", "at": "2026-03-04T05:31", "text": "Ồn quá"})
    page = " ".join(client.get("/zones/am01").text.split())
    assert "Chương trình riêng" in page
    assert "dành cho Cụm loa ấp Mẫu 2 nhưng chung âm ly nên ở đây cũng nghe" in page
    days = "from=2026-03-04&to=2026-03-04&q=Chương trình riêng"
    assert "cũng nghe thấy ở: Cụm loa ấp Mẫu 1" in client.get(f"/log/?{days}").text
    assert "Chương trình riêng" not in client.get(f"/log/?{days}&zone=am01").text.partition("<tbody>")[2]
    assert "Chương trình riêng" in client.get(f"/log/?{days}&zone=am01&near=1").text.partition("<tbody>")[2]
    assert "(cũng nghe thấy ở Cụm loa ấp Mẫu 1)" in client.get(f"/log/book?{days}").text
    assert "Cụm loa ấp Mẫu 1" in client.get(f"/log/export.csv?{days}").text


def test_a_zone_that_is_set_low_says_whom_it_makes_softer(sign_in: SignIn, station: Station) -> None:
    with station.db.write() as session:
        session.get(ZoneRow, "am01").sink = session.get(ZoneRow, "am02").sink = "rieng"
        session.get(ZoneRow, "am01").volume = 0
    client = sign_in("vanhanh")
    page = " ".join(client.get("/zones/am02").text.split())
    assert "Cùng âm ly với Cụm loa ấp Mẫu 1:" in page
    assert "<strong>cũng nhỏ theo</strong>" in page
    assert client.get("/zones/").text.count("cùng âm ly: 0%") == 1
