"""Places for copies set without a text editor: tried, their machine's key confirmed by a person, no secret given away."""

from __future__ import annotations

import html
import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from lxml.html import fromstring
from sqlalchemy import select

from broadcaster.db.models import AuditEvent
from broadcaster.domain.people.roles import machine
from broadcaster.services.setup.elsewhere import copy_places
from broadcaster.services.station import Station
from tests.kit import places_afar
from tests.kit.panel import SignIn

PAGE = "/settings/elsewhere/"
KEY = "mat-khau-rat-bi-mat-4471"
CALLER = machine("thử")


def file(station: Station) -> dict[str, Any]:
    return tomllib.loads(station.home.settings_file.read_text(encoding="utf-8"))["backup"]["targets"]


def shown(answer: Any) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def opened(answer: Any) -> str:
    return html.unescape(re.search(r'name="opened" value="([^"]*)"', answer.text)[1])


@pytest.fixture
def admin(sign_in: SignIn) -> Any:
    return sign_in("quantri")


def test_a_folder_is_added_tried_changed_and_taken_away_after_a_second_look(
    admin: Any, station: Station, tmp_path: Path
) -> None:
    kinds = shown(admin.get(f"{PAGE}places/new"))
    for words in ("USB", "Ổ khác", "SFTP", "WebDAV", "S3"):
        assert words in kinds
    one, other = tmp_path / "mot", tmp_path / "hai"
    one.mkdir()
    assert admin.post(f"{PAGE}places/new/folder", data={"name": "nas", "path": str(one)}).status_code == 303
    assert "Hãy bấm “Thử ngay”" in shown(admin.get(PAGE))
    admin.post(f"{PAGE}places/nas/try")
    assert "đã ghi một tệp nhỏ, đọc lại đúng từng byte rồi xóa" in shown(admin.get(PAGE))
    assert [p for p in one.rglob("*") if p.is_file()] == [], "nothing stays of a trial"
    mark = opened(admin.get(f"{PAGE}places/nas"))
    assert admin.post(f"{PAGE}places/nas", data={"path": str(other), "opened": mark}).status_code == 303
    assert file(station)["nas"]["options"]["path"] == str(other)
    admin.post(f"{PAGE}places/nas/try")
    assert "không được" in shown(admin.get(PAGE))
    assert not other.exists(), "a folder that is not mounted is not made"
    look = admin.get(f"{PAGE}places/nas/remove")
    assert "nơi cất duy nhất" in shown(look)
    assert "nas" in file(station), "a second look takes nothing away yet"
    (form,) = [f for f in fromstring(look.text).forms if "seal" in f.fields]
    gone = admin.post(f"{PAGE}places/nas/remove", data=dict(form.form_values()))
    assert gone.status_code == 303
    assert file(station) == {}
    with station.db.read() as session:
        verbs = [r.verb for r in session.scalars(select(AuditEvent)) if r.object_kind == "copy-place"]
    assert sorted(verbs) == ["add", "edit", "remove", "try", "try"]


@pytest.mark.slow
def test_the_key_of_a_machine_is_shown_and_counts_only_once_a_person_has_confirmed_it(
    admin: Any, station: Station, tmp_path: Path
) -> None:
    with places_afar.sftp(tmp_path / "there") as server:
        place = {"name": "may-tinh", "host": "127.0.0.1", "port": str(server.port), "user": "loa", "password": KEY}
        assert admin.post(f"{PAGE}places/new/sftp", data=place).status_code == 303
        first = admin.post(f"{PAGE}places/may-tinh/try")
        assert server.fingerprint in shown(first)
        assert "Lần đầu gặp máy này" in shown(first)
        assert server.passwords == [], "no password goes to a machine that nobody confirmed"
        assert "host_key" not in file(station)["may-tinh"]["options"], "never trusted silently"
        for wrong in ("", "SHA256:ngắn", server.fingerprint + "x"):
            assert admin.post(f"{PAGE}places/may-tinh/key", data={"shown": wrong}).status_code in {400, 422}, wrong
        admin.post(f"{PAGE}places/may-tinh/key", data={"shown": server.fingerprint})
        assert file(station)["may-tinh"]["options"]["host_key"] == server.fingerprint
        admin.post(f"{PAGE}places/may-tinh/try")
        assert "đọc lại đúng từng byte" in shown(admin.get(PAGE))
        assert set(server.passwords) == {KEY}
        told = len(server.passwords)
    with places_afar.sftp(tmp_path / "other", port=server.port) as other:
        changed = admin.post(f"{PAGE}places/may-tinh/try")
        assert "Máy này đã đổi khóa" in shown(changed)
        assert other.fingerprint in shown(changed)
        refused = admin.post(f"{PAGE}places/may-tinh/key", data={"shown": other.fingerprint})
        assert refused.status_code in {400, 422}
        assert file(station)["may-tinh"]["options"]["host_key"] == server.fingerprint
        admin.post(f"{PAGE}places/may-tinh/key", data={"shown": other.fingerprint, "instead": "1"})
        assert file(station)["may-tinh"]["options"]["host_key"] == other.fingerprint
        assert (len(server.passwords), other.passwords) == (told, [])


def test_a_secret_is_kept_when_left_empty_shown_nowhere_and_goes_to_no_other_machine(
    admin: Any, station: Station
) -> None:
    places = {
        "webdav": (
            {"url": "https://may.tinh.example/dav", "user": "loa", "password": KEY},
            "url",
            "https://ke.example",
        ),
        "sftp": ({"host": "may.tinh.example", "user": "loa", "password": KEY}, "host", "ke.example"),
        "s3": (
            {"endpoint": "s3.tinh.example", "bucket": "loa", "access_key": "ma-khoa-1234", "secret_key": KEY},
            "endpoint",
            "ke.example",
        ),
    }
    for kind, (options, whither, stranger) in places.items():
        assert admin.post(f"{PAGE}places/new/{kind}", data={"name": kind, **options}).status_code == 303, kind
        form = admin.get(f"{PAGE}places/{kind}")
        public = {k: v for k, v in options.items() if v != KEY and k != "access_key"}
        kept = admin.post(f"{PAGE}places/{kind}", data={**public, "folder": "khac", "opened": opened(form)})
        assert kept.status_code == 303, kind
        assert file(station)[kind]["options"] == {**options, "folder": "khac"}
        form = admin.get(f"{PAGE}places/{kind}")
        moved = admin.post(f"{PAGE}places/{kind}", data={**public, whither: stranger, "opened": opened(form)})
        assert moved.status_code == 422, kind
        assert "hãy nhập lại" in shown(moved)
        assert file(station)[kind]["options"][whither] != stranger
        assert KEY not in form.text
    pages = [admin.get(a).text for a in (PAGE, "/settings/", "/audit/")]
    with station.db.read() as session:
        told = [repr((r.note, r.before, r.after)) for r in session.scalars(select(AuditEvent))]
    assert not any(KEY in text for text in (*pages, *told))


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("folder", {"name": "", "path": "/mnt"}, "Tên nơi cất"),
        ("folder", {"name": "a b", "path": "/mnt"}, "Tên nơi cất"),
        ("folder", {"name": "../x", "path": "/mnt"}, "Tên nơi cất"),
        ("folder", {"name": "a", "path": ""}, "thiếu khóa này"),
        ("webdav", {"name": "a", "url": "http://may.example/dav", "password": KEY}, "https"),
        ("sftp", {"name": "a", "host": "may.example", "user": "loa", "port": "nhiều"}, "một số"),
        ("sftp", {"name": "a", "host": "may.example", "user": "loa", "host_key": "MD5:aa"}, "host_key"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    admin: Any, station: Station, kind: str, data: dict[str, str], words: str
) -> None:
    before = station.home.settings_file.read_bytes()
    refused = admin.post(f"{PAGE}places/new/{kind}", data=data)
    assert refused.status_code == 422
    assert words in shown(refused)
    assert KEY not in refused.text
    assert station.home.settings_file.read_bytes() == before


def test_two_people_do_not_overwrite_each_other_and_a_watcher_changes_nothing(
    admin: Any, sign_in: SignIn, station: Station, tmp_path: Path
) -> None:
    admin.post(f"{PAGE}places/new/folder", data={"name": "nas", "path": str(tmp_path)})
    mark = opened(admin.get(f"{PAGE}places/nas"))
    admin.post(f"{PAGE}places/nas", data={"path": "/mnt/moi", "opened": mark})
    late = admin.post(f"{PAGE}places/nas", data={"path": "/mnt/khac", "opened": mark})
    assert late.status_code == 422
    assert file(station)["nas"]["options"]["path"] == "/mnt/moi"
    watcher = sign_in("xem")
    assert "Thử ngay" not in watcher.get(PAGE).text
    for address in ("places/new", "places/new/folder", "places/nas"):
        assert watcher.get(PAGE + address).status_code == 403
    for address in ("places/nas/try", "places/nas/key", "places/nas"):
        assert watcher.post(PAGE + address).status_code == 403


def test_a_name_with_letters_of_ours_works_as_a_place(admin: Any, station: Station, tmp_path: Path) -> None:
    admin.post(f"{PAGE}places/new/folder", data={"name": "ổ-mạng", "path": str(tmp_path)})
    assert copy_places.try_out(station, CALLER, "ổ-mạng").well
    assert admin.get(f"{PAGE}places/{quote('ổ-mạng')}").status_code == 200
