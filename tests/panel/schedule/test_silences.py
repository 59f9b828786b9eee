"""The panel asks before anything of the schedule falls silent, on the page of the change or on one page for all."""

from __future__ import annotations

from broadcaster.db.models import RotationRow, ZoneRow
from broadcaster.services.station import Station
from tests.kit.panel import SignIn, agree
from tests.kit.slot_forms import EVENING, shown


def versions(station: Station, code: str) -> int:
    with station.db.read() as session:
        return session.query(RotationRow).filter_by(code=code).count()


def test_a_new_rotation_names_what_it_silences_before_it_is_kept(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    header = {
        "title": "Tiếng loa học bài",
        "days": "ordinary",
        "first": "2026-06-01",
        "last": "2026-08-31",
        "source": "",
    }
    form = client.post("/schedule/rotations/new", data=header).location
    seen = client.post(form, data=EVENING)
    assert "Lịch “Tiếng loa học bài” THAY lịch “Lịch ngày thường” từ 01/06/2026 đến hết 31/08/2026" in seen.text
    assert "Chương trình buổi sáng (05:00), Chương trình buổi chiều (17:00) sẽ không phát" in seen.text
    unasked = client.post("/schedule/rotations/apply", data=shown(seen) | {"agreed": ""})
    assert (unasked.status_code, versions(station, "tieng-loa-hoc-bai")) == (422, 0)
    assert "sẽ không phát" in unasked.text
    assert client.post("/schedule/rotations/apply", data=shown(unasked)).status_code == 303
    assert versions(station, "tieng-loa-hoc-bai") == 1


def test_an_older_version_that_silences_is_asked_about(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    seen = client.post("/schedule/rotations/ngay-thuong/slots/new", data=EVENING)
    client.post("/schedule/rotations/apply", data=shown(seen))
    assert versions(station, "ngay-thuong") == 2
    url = "/schedule/rotations/ngay-thuong/back"
    asked = client.post(url, data={"version": "1"})
    assert "Chương trình trưa (10:45) sẽ không phát" in asked.text
    assert versions(station, "ngay-thuong") == 2
    assert "Đã dùng lại phiên bản 1" in agree(client, url, asked).text
    assert versions(station, "ngay-thuong") == 3


def test_a_reader_is_not_asked_but_refused(sign_in: SignIn) -> None:
    answer = sign_in("xem").post("/schedule/day", data={"day": "2026-03-08", "kind": "mourning"})
    assert answer.status_code == 403


def test_hours_that_shut_a_session_out_are_asked_about_and_stay_as_they_were(sign_in: SignIn, station: Station) -> None:
    client = sign_in("quantri")
    form = {"windows": "16:30-19:00", "sessions_per_day": "4", "minutes_per_session": "45", "days_per_week": "6"}
    before = station.home.settings_file.read_bytes()
    asked = client.post("/settings/hours", data=form)
    assert "Chương trình buổi sáng (05:00) sẽ không phát" in asked.text
    assert station.home.settings_file.read_bytes() == before
    assert agree(client, "/settings/hours", asked).status_code == 200
    assert station.home.settings().hours.windows == ["16:30-19:00"]


def test_a_zone_that_is_turned_off_says_which_sessions_it_will_not_hear(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    with station.db.read() as session:
        name = session.get_one(ZoneRow, "am02").name
    form = {"name": name, "device": "horn", "condition": "good", "sink": "main", "volume": "100"}
    first = client.post("/zones/am02", data=form)
    assert "Dừng luôn hay để phát hết?" in first.text, "the bulletin of this hour sounds there"
    asked = client.post("/zones/am02", data=form | {"still": "let"})
    assert f"sẽ không phát ở {name}" in asked.text
    with station.db.read() as session:
        assert session.get_one(ZoneRow, "am02").enabled
    agree(client, "/zones/am02", asked)
    with station.db.read() as session:
        assert not session.get_one(ZoneRow, "am02").enabled
