"""Báo tin: ways to reach people and who is reached, set without a text editor, tried, and never giving a key away."""

from __future__ import annotations

import html
import re
import tomllib
from urllib.parse import quote

import pytest
from sqlalchemy import select

from broadcaster.db.models import AuditEvent
from broadcaster.services.setup import alert_ways, doctor
from broadcaster.services.station import Station
from tests.kit.panel import SignIn
from tests.kit.receivers import receiving

KEY = "khoa-rat-bi-mat-123456"
WAY = "Phần mềm của tỉnh"


def file(station: Station) -> dict:
    return tomllib.loads(station.home.settings_file.read_text(encoding="utf-8"))["alerts"]


def shown(answer) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture
def admin(sign_in: SignIn):
    return sign_in("quantri")


def add(client, url, **more):
    return client.post("/alerts/senders/new/webhook", data={"name": WAY, "url": url, "token": KEY, **more})


def test_an_operator_comes_from_nothing_to_a_message_that_was_tried(admin, station: Station) -> None:
    assert "Trước hết hãy thêm một cách báo tin" in shown(admin.get("/alerts/"))
    assert "SMS qua modem USB" in shown(admin.get("/alerts/senders/new"))
    with receiving() as one:
        assert add(admin, one.address).status_code == 303
        page = shown(admin.get("/alerts/"))
        assert f"Đã thêm cách báo tin “{WAY}”" in page
        assert "Chưa có ai trong danh sách nên đài chưa báo cho ai" in page
        given = {"role": "Trưởng đài", "senders": [WAY], "least": "urgent", "quiet_as": "own", "quiet": "21:00-05:30"}
        assert admin.post("/alerts/people/new", data=given).status_code == 303
        page = shown(admin.get("/alerts/"))
        assert f"Trưởng đài {WAY} khẩn, phải xử lý ngay 21:00-05:30" in page
        admin.post(f"/alerts/senders/{quote(WAY)}/try")
        assert re.search(
            r"Gửi thử qua “.*” lúc \d\d:\d\d:\d\d: mã 200, mất \d+,\d giây\.", shown(admin.get("/alerts/"))
        )
        assert len(one.came) == 1
        one.says = lambda _came: (401, {}, KEY.encode())
        admin.post(f"/alerts/senders/{quote(WAY)}/try")
        assert re.search(r"lúc [\d:]+ không được \(mất \d+,\d giây\)\. .* mã 401", shown(admin.get("/alerts/")))
    assert file(station)["people"]["Trưởng đài"] == {
        "role": "Trưởng đài",
        "senders": [WAY],
        "least": "urgent",
        "quiet": "21:00-05:30",
    }
    (found,) = station.home.settings().alerts.people.values()
    assert found.quiet == "21:00-05:30"


def test_a_key_is_kept_when_left_empty_and_shown_nowhere(admin, station: Station) -> None:
    address = "https://tinh.example/bao-tin/ma-rieng-cua-xa-9271"
    add(admin, address)
    edit = admin.get(f"/alerts/senders/{quote(WAY)}")
    opened = re.search(r'name="opened" value="([^"]*)"', edit.text)[1]
    saved = admin.post(f"/alerts/senders/{quote(WAY)}", data={"ca_file": "/etc/tinh.pem", "opened": opened})
    assert saved.status_code == 303
    options = {"url": address, "token": KEY, "ca_file": "/etc/tinh.pem"}
    assert file(station)["senders"][WAY] == {"kind": "webhook", "options": options}
    pages = [admin.get(a).text for a in ("/alerts/", f"/alerts/senders/{quote(WAY)}", "/settings/", "/audit/")]
    with station.db.read() as session:
        rows = session.scalars(select(AuditEvent)).all()
        told = [repr((r.note, r.before, r.after)) for r in rows if r.object_kind == "sender"]
    assert len(told) == 2
    for text in (*pages, *told):
        assert KEY not in text
        assert "ma-rieng-cua-xa" not in text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "", "url": "https://x.example"}, "Hãy đặt tên"),
        ({"name": "a/b", "url": "https://x.example"}, "Hãy đặt tên"),
        ({"name": "a", "url": ""}, "thiếu khóa này"),
        ({"name": "a", "url": "x"}, "phải là một địa chỉ"),
        ({"name": "a", "url": "http://10.0.0.1", "token": KEY}, "https://"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(admin, station: Station, data, words) -> None:
    before = station.home.settings_file.read_bytes()
    refused = admin.post("/alerts/senders/new/webhook", data=data)
    assert refused.status_code == 422
    assert words in shown(refused)
    assert KEY not in refused.text
    assert station.home.settings_file.read_bytes() == before


def test_a_person_needs_a_way_and_right_hours(admin, station: Station) -> None:
    add(admin, "https://x.example")
    before = station.home.settings_file.read_bytes()
    given = {"role": "Trưởng đài", "senders": [WAY], "least": "note", "quiet_as": "own", "quiet": "21:00-05:30"}
    for wrong in ({"senders": []}, {"senders": ["khác"]}, {"quiet": "đêm"}, {"least": "x"}, {"role": " "}):
        assert admin.post("/alerts/people/new", data=given | wrong).status_code == 422, wrong
    assert station.home.settings_file.read_bytes() == before
    for choice, kept in (("station", None), ("never", ""), ("own", "21:00-05:30")):
        admin.post("/alerts/people/new", data=given | {"role": choice, "quiet_as": choice})
        assert station.home.settings().alerts.people[choice].quiet == kept
        assert "selected>" in admin.get(f"/alerts/people/{choice}").text


def test_who_is_told_through_a_way_is_taken_off_it_first(admin, station: Station) -> None:
    add(admin, "https://x.example")
    admin.post("/alerts/people/new", data={"role": "Trực", "senders": [WAY], "least": "note", "quiet_as": "station"})
    refused = admin.post(f"/alerts/senders/{quote(WAY)}", data={"do": "remove"})
    assert refused.status_code == 422
    assert "Trực đang được báo qua cách này" in shown(refused)
    assert admin.post("/alerts/people/Tr%E1%BB%B1c", data={"do": "remove"}).status_code == 303
    assert admin.post(f"/alerts/senders/{quote(WAY)}", data={"do": "remove"}).status_code == 303
    assert (file(station)["senders"], file(station)["people"]) == ({}, {})


def test_a_way_that_no_package_offers_any_more_is_shown_with_why(admin, station: Station) -> None:
    path = station.home.settings_file
    old = '[alerts.senders.cu]\nkind = "telegam"\n[alerts.senders.cu.options]\ntoken = "x"\n'
    path.write_text(path.read_text(encoding="utf-8").replace("[alerts.senders]\n", old), encoding="utf-8")
    assert "Có phải ý là “telegram” không?" in shown(admin.get("/alerts/"))
    (way,) = alert_ways.ways(station.home.settings())
    assert (way.where, way.name) == ("", "cu")
    assert admin.post("/alerts/senders/cu", data={"do": "remove"}).status_code == 303
    assert station.home.settings().alerts.senders == {}


def test_the_doctor_names_who_would_not_be_told_and_why(admin, station: Station) -> None:
    add(admin, "https://x.example")
    admin.post("/alerts/people/new", data={"role": "Trực", "senders": [WAY], "least": "note", "quiet_as": "station"})
    path = station.home.settings_file
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace(f'senders = ["{WAY}"]', 'senders = ["zalo-cu"]').replace('url = "https://x', 'urn = "https://x'),
        "utf-8",
    )
    (check,) = [c for c in doctor.examine(station) if c.name == "Báo tin"]
    assert check.ok is False
    assert "“Trực” được báo qua “zalo-cu”, mà không có cách báo tin ấy." in check.sentence
    assert "Có phải ý là “url” không?" in check.sentence


def test_every_kind_of_a_way_has_a_form_with_words(admin) -> None:
    for kind, words in alert_ways.TABLES.kinds().items():
        page = admin.get(f"/alerts/senders/new/{kind}")
        assert page.status_code == 200
        assert words in html.unescape(page.text)
