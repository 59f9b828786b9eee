"""Cài đặt: changed in the file with its comments kept; backups taken, fetched, brought back beside the station."""

from __future__ import annotations

import html
import io
import zipfile

import pytest
from flask import Flask

from broadcaster.panel import create_app
from broadcaster.services.setup import age, restarting, settings_editor
from broadcaster.services.station import Station, open_station
from broadcaster.services.work.jobs import due
from broadcaster.services.work.performing import perform
from broadcaster.worker.handlers import HANDLERS
from tests.kit.panel import SignIn, agree, confirm

HOURS = {
    "windows": "05:00-07:30\n16:30-19:00",
    "sessions_per_day": "4",
    "minutes_per_session": "45",
    "days_per_week": "",
}


def test_a_section_is_changed_in_the_file_and_its_comments_stay(sign_in: SignIn, station: Station) -> None:
    before = station.home.settings_file.read_text()
    client = sign_in("quantri")
    assert client.post("/settings/hours", data=HOURS).status_code == 303
    after = station.home.settings_file.read_text()
    assert [line for line in before.splitlines() if line.startswith("#")] == [
        line for line in after.splitlines() if line.startswith("#")
    ]
    fresh = station.home.settings()
    assert fresh.hours.windows == ["05:00-07:30", "16:30-19:00"]
    assert fresh.hours.sessions_per_day == 4
    assert station.settings.hours.sessions_per_day == 4
    assert "chờ khởi động lại đài:" not in client.get("/settings/").text
    assert "sessions_per_day: 3 → 4" in client.get("/audit/?kind=settings").text


NAMED = {"province": "tỉnh Mới", "timezone": "Asia/Ho_Chi_Minh", "region": "south"}


def test_a_new_name_stands_on_every_page_at_once_and_in_other_processes(
    sign_in: SignIn, app: Flask, station: Station
) -> None:
    other = create_app(open_station(station.home.root, clock=station.clock))
    client = sign_in("quantri")
    said = client.post("/settings/station", data=NAMED | {"commune": "xã Tên Mới", "name": "Đài xã Tên Mới"})
    assert said.status_code == 303
    for made in (app, other):
        assert "Đài xã Tên Mới" in made.test_client().get("/login").text
    assert "Đài xã Tên Mới" in client.get("/settings/").text
    assert station.settings.issuer.name == "Đài xã Tên Mới"


def test_what_waits_for_a_start_has_a_button_and_shows_that_it_is_awaited(
    sign_in: SignIn, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("quantri")
    assert client.post("/settings/web", data={"host": "127.0.0.1", "port": "8099", "threads": "8"}).status_code == 303
    page = client.get("/settings/").text
    assert "web.port" in page
    assert "Khởi động lại vào lúc yên" not in page
    assert "bật riêng" in page
    monkeypatch.setenv("LOA_SUPERVISED", "1")
    assert "Khởi động lại vào lúc yên" in client.get("/settings/").text
    assert sign_in("vanhanh").post("/settings/restart").status_code == 403
    assert client.post("/settings/restart").status_code == 303
    assert "Chờ khởi động lại đài" in client.get("/settings/waiting").text
    assert restarting.wish(station) is not None
    client.post("/settings/restart", data={"do": "withdraw"})
    assert restarting.wish(station) is None


@pytest.mark.parametrize(
    ("section", "data", "words"),
    [
        ("hours", HOURS | {"windows": "07:30-05:00"}, "sau giờ bắt đầu"),
        ("hours", HOURS | {"windows": ""}, "hours.windows"),
        ("hours", HOURS | {"sessions_per_day": "ba"}, "Hãy nhập một số"),
        ("hours", HOURS | {"sessions_per_day": ""}, "hoặc chọn “Không giới hạn”"),
        ("sound", {"profile": "horn", "loudness": "-5", "true_peak": "-1.5"}, "sound.loudness"),
        (
            "station",
            {"commune": "x", "province": "y", "name": "z", "timezone": "Mars", "region": "south"},
            "không có múi giờ",
        ),
    ],
)
def test_a_wrong_value_is_named_and_the_file_stays(
    sign_in: SignIn, station: Station, section: str, data: dict[str, str], words: str
) -> None:
    before = station.home.settings_file.read_text()
    answer = sign_in("quantri").post(f"/settings/{section}", data=data)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Chưa lưu gì cả" in answer.text
    assert station.home.settings_file.read_text() == before


def test_a_limit_is_lifted_and_set_again(sign_in: SignIn, station: Station) -> None:
    client = sign_in("quantri")
    lifted = HOURS | {"sessions_per_day-none": "yes", "days_per_week": "6"}
    agree(client, "/settings/hours", client.post("/settings/hours", data=lifted))  # six days a week leave Sunday out
    hours = station.home.settings().hours
    assert (hours.sessions_per_day, hours.minutes_per_session, hours.days_per_week) == (None, 45, 6)
    assert "Không giới hạn" in client.get("/settings/").text
    page = client.get("/settings/hours").text
    assert 'name="sessions_per_day-none" value="yes" checked' in page
    assert 'name="minutes_per_session-none" value="yes">' in page
    assert client.post("/settings/hours", data=HOURS | {"days_per_week-none": "yes"}).status_code == 303
    hours = station.home.settings().hours
    assert (hours.sessions_per_day, hours.days_per_week) == (4, None)


def test_every_section_opens_and_saves_as_it_is(sign_in: SignIn, station: Station) -> None:
    client = sign_in("quantri")
    before = station.home.settings_file.read_text()
    for name in settings_editor.sections():
        assert client.get(f"/settings/{name}").status_code == 200
    assert "database" not in settings_editor.sections()
    assert client.get("/settings/database").status_code == 404
    assert station.home.settings_file.read_text() == before


@pytest.mark.medium
def test_a_backup_is_taken_fetched_and_brought_back_beside_the_station(sign_in: SignIn, station: Station) -> None:
    file = station.home.settings_file
    sink = '[playout.sinks.cot]\nkind = "pipe"\noptions = {command = ["lệnh-ra-loa"]}\n'
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{sink}", encoding="utf-8")
    client = sign_in("quantri")
    assert "Chưa có bản sao lưu" in client.get("/settings/").text
    client.post("/settings/backups", data={"with_sound": "1"})
    assert "Đang sao lưu" in client.get("/settings/").text
    for job in due(station):
        perform(station, job, HANDLERS)
    name = next(station.home.backups.glob("loa-*.zip")).name
    there, words = f"/settings/backups/{name}", "năm từ không liên quan gì"
    assert "cụm mật khẩu" in client.get(there).text
    for typed in ({}, {"passphrase": "ngắn", "again": "ngắn"}, {"passphrase": words, "again": f"{words}?"}):
        refused = client.post(there, data=typed)
        assert (refused.status_code, refused.mimetype) == (422, "text/html")
    sent = client.post(there, data={"passphrase": words, "again": words})
    assert sent.headers["Content-Disposition"] == f"attachment; filename={name}.age"
    assert b"PK\x03\x04" not in sent.data[:4]
    clear = b"".join(age.unsealed(io.BytesIO(sent.data), words))
    assert clear == (station.home.backups / name).read_bytes()
    inside = zipfile.ZipFile(io.BytesIO(clear)).namelist()
    assert "station.db" in inside
    assert any(n.endswith(".flac") for n in inside)
    assert client.get("/settings/backups/..%2fstation.toml").status_code == 404
    assert "giữ nguyên" in client.get(f"/settings/backups/{name}/restore").text
    assert client.post(f"{there}/restore").status_code == 422, "its outputs run a command that nobody was shown"
    assert "lệnh-ra-loa" in client.get(f"{there}/restore").text
    page = confirm(client, f"{there}/restore").text
    root = next(station.home.root.parent.glob("station-khoi-phuc-*"))
    assert str(root) in page
    again = open_station(root)
    again.close()


def test_a_mistyped_name_in_the_file_is_on_the_first_page_of_who_may_mend_it(sign_in: SignIn, station: Station) -> None:
    file = station.home.settings_file
    station.home.settings_in_use()
    file.write_text(file.read_text(encoding="utf-8").replace("four_eyes", "four_eye"), encoding="utf-8")
    sentence = "four_eye: không có khóa này. Có phải ý là “four_eyes” không?"
    assert sentence in html.unescape(sign_in("quantri").get("/").text)
    assert sentence not in html.unescape(sign_in("bientap").get("/").text)
    assert station.settings.approval.four_eyes, "the station goes on with what was right"
