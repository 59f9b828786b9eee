"""The first page of a station that was brought back, and the page where a person decides."""

from __future__ import annotations

import datetime as dt
import json

from broadcaster.db.models import CueRow, MuteRow
from broadcaster.services.air import signs
from broadcaster.services.setup import lacking, restored
from broadcaster.services.station import Station
from tests.kit.panel import SignIn, confirm


def bring_back(station: Station) -> None:
    """As a restore leaves it: a mute that held when the backup was made waits for a person."""
    now = station.now()
    with station.db.write() as session:
        session.add(
            MuteRow(
                output="main",
                zone="",
                since=now,
                until=now + dt.timedelta(hours=3),
                by="vanhanh",
                why="",
                ended_at=now,
                ended_by=restored.RESTORER,
            )
        )
    (station.home.run / restored.MARK).write_text(json.dumps({"archive": "loa-1.zip"}), encoding="utf-8")


def test_the_first_page_says_that_the_station_was_brought_back_until_all_was_seen(
    station: Station, sign_in: SignIn
) -> None:
    admin = sign_in("quantri")
    assert "Đài vừa khôi phục" not in admin.get("/").text
    bring_back(station)
    assert "Đài vừa khôi phục: 1 việc" in admin.get("/").text
    page = admin.get("/settings/restored/").text
    assert "tất cả các cụm" in page
    assert "Tắt tiếng lại" in page
    assert confirm(admin, "/settings/restored/", "/settings/restored/seen").status_code == 303
    assert "Đài vừa khôi phục" not in admin.get("/").text


def test_missing_sounds_are_named_and_one_button_makes_them_again(station: Station, sign_in: SignIn) -> None:
    signs.mend(station)
    for path in station.home.store.glob("??/*.flac"):
        path.unlink()
    admin = sign_in("quantri")
    page = admin.get("/settings/restored/").text
    assert "Tạo lại những gì tạo được" in page
    assert all(lack.title in page for lack in lacking.lacks(station) if "&" not in lack.title)
    before = len(lacking.lacks(station))
    assert admin.post("/settings/restored/again").status_code == 303
    assert len(lacking.lacks(station)) < before


def test_who_may_only_look_cannot_decide(station: Station, sign_in: SignIn) -> None:
    bring_back(station)
    editor = sign_in("bientap")
    assert editor.post("/settings/restored/seen").status_code == 403
    assert editor.post("/settings/restored/again").status_code == 403
    assert editor.post("/settings/restored/broadcast-1/let").status_code == 404
    assert editor.post("/settings/restored/broadcast-1/khac").status_code == 404


def test_each_thing_is_decided_by_a_press_of_a_button(station: Station, sign_in: SignIn) -> None:
    bring_back(station)
    (held,) = restored.waiting(station)
    operator = sign_in("vanhanh")
    assert confirm(operator, "/settings/restored/", f"/settings/restored/{held.key}/let").status_code == 303
    assert "Đã tắt tiếng lại" in operator.get("/settings/restored/").text
    assert restored.waiting(station) == []
    assert "Đài vừa khôi phục" not in operator.get("/").text


def test_a_sound_whose_file_is_gone_has_one_button_to_upload_it_again_and_one_to_use_the_shipped(
    station: Station, sign_in: SignIn
) -> None:
    with station.db.write() as session:
        row = session.get_one(CueRow, "bao-dong")
        row.title, row.audio_sha256 = "Còi của xã", "0" * 64
    signs.mend(station)
    admin = sign_in("quantri")
    page = admin.get("/settings/restored/").text
    assert "Còi của xã: tệp của đài không còn, đang dùng âm thanh đi kèm thay" in page
    assert '/sounds/bao-dong"' in page
    assert "Dùng luôn âm thanh đi kèm" in page
    assert admin.post("/sounds/bao-dong/do", data={"what": "shipped"}).status_code == 303
    assert "Còi của xã" not in admin.get("/settings/restored/").text
    assert admin.post("/sounds/bao-dong/do", data={"what": "shipped"}).status_code == 422
