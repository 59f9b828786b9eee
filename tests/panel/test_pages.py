"""The pages in each state that the station can be in, by the test client."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest
from flask import Flask

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, Command, Heartbeat, Job, PlayLogEntry, Script
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.scripts.scripts import ScriptState
from broadcaster.domain.work.jobs import JobState
from broadcaster.panel.web.access import needs
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.station import Station
from tests.kit.panel import SignIn, agree, work


def idle(station: Station) -> None:
    """Let the afternoon session be over, with play-out alive."""
    with station.db.write() as session:
        for row in session.query(BroadcastRow).filter_by(state=BroadcastState.AIRING):
            row.state, row.verdict = BroadcastState.AIRED, "Phát đủ."
    beat(station, "playout", {"on_air": None, "sinks": {}})


def test_on_air_says_what_where_and_how_far(sign_in: SignIn) -> None:
    page = sign_in("vanhanh").get("/").text
    assert "Chương trình buổi chiều" in page
    assert "Mục 3/7" in page
    assert "Nộp hồ sơ trực tuyến" in page
    assert "Tất cả 12 cụm loa" in page
    assert "DỪNG PHÁT" in page


def test_every_page_shows_the_on_air_state_in_words(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    pages = ("/", "/scripts/", "/scripts/2", "/schedule/", "/log/", "/reports/", "/zones/", "/sounds/", "/settings/")
    for address in pages:
        assert ">Đang phát</b>" in client.get(address).text, address
    idle(station)
    for address in pages:
        assert "<b>Chờ phát</b>" in client.get(address).text, address
    with station.db.write() as session:
        session.delete(session.get(Heartbeat, "playout"))
    for address in pages:
        assert "<b>Có sự cố</b>" in client.get(address).text, address


def test_between_sessions_the_next_one_is_counted_down(sign_in: SignIn, station: Station) -> None:
    idle(station)
    page = sign_in("vanhanh").get("/").text
    assert "Buổi kế tiếp" in page
    assert "ngày mai" in page
    assert "còn <b data-until" in page
    assert "Không có gì đang phát" in page


def test_a_play_out_that_fell_silent_is_said_to_be_dead(sign_in: SignIn, station: Station, clock: FrozenClock) -> None:
    client = sign_in("vanhanh")
    clock.advance(60)
    page = client.get("/").text
    assert "Máy phát không chạy" in page
    assert "loa up" in page


def test_what_play_out_says_of_its_troubles_is_shown(sign_in: SignIn, station: Station) -> None:
    idle(station)
    said = {
        "on_air": [],
        "hold": "Đồng hồ máy chưa đáng tin.",
        "sinks": {"main": "Không mở được card âm thanh.", "aircheck": "ok"},
        "muted": [],
    }
    beat(station, "playout", said)
    page = sign_in("vanhanh").get("/").text
    assert page.count("Đồng hồ máy chưa đáng tin.") == 2, "in the bar and on the page"
    assert "Đường ra “main”: Không mở được card âm thanh." in page
    assert "aircheck" not in page
    beat(station, "playout", {"on_air": [{"broadcast": 7, "item": None, "zones": ["am01"]}]})
    page = sign_in("xem").get("/").text
    assert "<b>Đang phát</b>" in page, "play-out's word counts before the row does"


def test_a_fragment_is_not_sent_twice(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    for address in ("/fragments/bar", "/fragments/now"):
        first = client.get(address)
        assert first.status_code == 200
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert again.data == b""
        assert again.headers["X-Station-Now"]
    idle(station)
    assert client.get("/fragments/bar", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_stopping_names_what_it_stops_and_sends_the_order(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    asked = client.get("/stop").text
    assert "Chương trình buổi chiều" in asked
    assert "Tất cả 12 cụm loa" in asked
    done = client.post("/stop", follow_redirects=True)
    assert "Máy phát chưa trả lời. Chưa biết loa đã im hay chưa" in done.text, "no word of silence without an answer"
    with station.db.read() as session:
        command = session.query(Command).one()
    assert (command.verb, command.by) == ("stop", "vanhanh")


def test_who_may_not_stop_sees_no_button(sign_in: SignIn) -> None:
    page = sign_in("xem").get("/").text
    assert "ĐANG PHÁT" in page.upper()
    assert "DỪNG PHÁT" not in page


@pytest.mark.parametrize("query", ["ho so", "HỒ SƠ", "hồ  sơ", "nop ho so truc tuyen"])
def test_search_finds_with_and_without_marks(sign_in: SignIn, query: str) -> None:
    page = sign_in("xem").get("/scripts/", query_string={"q": query}).text
    assert "Nộp hồ sơ trực tuyến" in page
    assert "VNeID" not in page


def test_filters_narrow_the_list(sign_in: SignIn, clock: FrozenClock) -> None:
    client = sign_in("xem")
    by_state = client.get("/scripts/?state=returned").text
    assert "tổ công nghệ số" in by_state
    assert "SIPAS" not in by_state
    assert "Không có kịch bản nào khớp" in client.get("/scripts/?validity=over").text
    clock.advance(3 * 86400)
    client = sign_in("xem")
    assert "tiêm chủng" in client.get("/scripts/?validity=soon&topic=khac").text
    fragment = client.get("/scripts/?q=sipas", headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert "SIPAS" in fragment


def test_a_script_shows_both_texts_its_sound_and_its_history(sign_in: SignIn) -> None:
    page = sign_in("xem").get("/scripts/7").text
    words = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert "1.310 hồ sơ" in words
    assert "một ngàn ba trăm mười hồ sơ" in words
    assert "<audio" in page
    assert "Phê duyệt hết hiệu lực" in page
    assert "Đồng ý cho phát." in page
    diff = sign_in("xem").get("/scripts/7/revisions/2").text
    assert "<del>1.234</del><ins>1.310</ins>" in diff


def test_sound_is_served_in_parts_and_only_to_those_signed_in(app: Flask, sign_in: SignIn) -> None:
    whole = sign_in("xem").get("/scripts/2/sound/2")
    assert whole.mimetype == "audio/flac"
    assert whole.data.startswith(b"fLaC")
    said = sign_in("xem").get("/scripts/2/sound/2/captions.vtt")
    assert (said.mimetype, said.text.partition("\n")[0]) == ("text/vtt", "WEBVTT")
    assert " --> " in said.text
    assert (
        "kich-ban-2.vtt" in sign_in("xem").get("/scripts/2/sound/2/captions.vtt?save=1").headers["Content-Disposition"]
    )
    assert sign_in("xem").get("/scripts/3/sound/2/captions.vtt").status_code == 404
    part = sign_in("xem").get("/scripts/2/sound/2", headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.data == whole.data[100:200]
    assert app.test_client().get("/scripts/2/sound/2").status_code == 303
    assert sign_in("xem").get("/scripts/3/sound/2").status_code == 404


def test_writing_previews_what_is_spoken(sign_in: SignIn) -> None:
    page = sign_in("bientap").post("/scripts/preview", data={"body": "Từ 7h30 ngày 12/3/2026, UBND xã tiếp dân."}).text
    assert "Ủy ban nhân dân" in page
    assert "mười hai tháng ba" in page
    assert "Khoảng" in page
    assert "12/3/2026" in page, "the written form stands beside the spoken one"


def test_a_script_goes_from_draft_to_approval_by_the_pages(sign_in: SignIn, station: Station) -> None:
    editor, chief = sign_in("bientap"), sign_in("lanhdao")
    fields = {
        "title": "Bài mới",
        "unit": "vhxh",
        "topic": "khac",
        "genre": "notice",
        "priority": "normal",
        "body": "Xin chào bà con.",
        "valid_to": "2026-03-20",
        "airings": "4",
    }
    saved = editor.post("/scripts/new", data=fields | {"then": "speak"})
    assert saved.status_code == 303
    number = int(saved.location.rpartition("/")[2])
    page = editor.get(saved.location).text
    assert "chờ đến lượt đọc" in page
    assert "phát 4 lần" in page
    assert 'name="airings" type="number" value="4"' in editor.get(f"/scripts/{number}/edit").text
    wrong = editor.post("/scripts/new", data=fields | {"airings": "900"})
    assert wrong.status_code == 422
    assert "Từ 0 đến 500." in wrong.text
    editor.post(f"/scripts/{number}/state", data={"to": "submit"})
    waiting = chief.get(f"/approve/{number}").text
    assert "chưa có bản đọc" in waiting
    refused = chief.post(f"/approve/{number}", data={"decision": "approve"})
    assert refused.status_code == 422
    no_reason = chief.post(f"/approve/{number}", data={"decision": "return"})
    assert no_reason.status_code == 422
    back = chief.post(f"/approve/{number}", data={"decision": "return", "comment": "Thêm giờ."})
    assert back.status_code == 303
    assert "Thêm giờ." in editor.get(saved.location).text
    with station.db.read() as session:
        assert session.get(Script, number).state is ScriptState.RETURNED


def test_the_leader_approves_what_was_heard(sign_in: SignIn, station: Station) -> None:
    chief = sign_in("lanhdao")
    page = chief.get("/approve/7").text
    assert "Thay đổi từ lần duyệt trước" in page
    heard = re.search(r'name="rendition" value="(\d+)"', page)[1]
    stale = chief.post("/approve/7", data={"decision": "approve", "rendition": "1"})
    assert stale.status_code == 422
    assert "nghe lại" in stale.text
    seal = html.unescape(re.search(r'name="seal" value="([^"]+)"', page)[1])
    unsealed = chief.post("/approve/7", data={"decision": "approve", "rendition": heard})
    assert unsealed.status_code == 422
    sent = {"decision": "approve", "rendition": heard, "seal": seal}
    assert chief.post("/approve/7", data=sent).status_code == 303
    with station.db.read() as session:
        assert session.get(Script, 7).state is ScriptState.APPROVED


def test_bad_fields_come_back_with_their_sentences_and_the_text_kept(sign_in: SignIn) -> None:
    fields = {"title": "", "unit": "vhxh", "topic": "khac", "genre": "notice", "priority": "normal", "body": "Giữ lại."}
    answer = sign_in("bientap").post("/scripts/new", data=fields | {"valid_from": "2026-13-45"})
    assert answer.status_code == 422
    assert "Hãy điền mục này." in answer.text
    assert "Ngày không hợp lệ" in answer.text
    assert "Giữ lại." in answer.text


def test_an_uploaded_text_fills_the_form(sign_in: SignIn) -> None:
    text = "Thông báo họp dân\n\nChiều mai bà con đến nhà văn hóa ấp họp."
    answer = sign_in("bientap").post("/scripts/upload", data={"file": (io.BytesIO(text.encode()), "thong-bao.txt")})
    assert answer.status_code == 200
    assert "nhà văn hóa ấp" in answer.text
    assert "thong-bao.txt" in answer.text


def test_the_state_of_speaking_is_polled_until_it_is_done(sign_in: SignIn, station: Station) -> None:
    client = sign_in("bientap")
    client.post("/scripts/9/speak")
    assert "progress" in client.get("/scripts/9/speaking", headers={"HX-Request": "true"}).text
    with station.db.write() as session:
        session.query(Job).filter_by(kind="speak", key="9").one().state = JobState.DONE
    done = client.get("/scripts/9/speaking", headers={"HX-Request": "true"})
    assert done.headers["HX-Redirect"] == "/scripts/9"


def test_the_week_shows_times_states_and_special_days(sign_in: SignIn) -> None:
    page = sign_in("xem").get("/schedule/").text
    assert "05:00" in page
    assert "Không phát" in page
    assert "Ngày Quốc tế Phụ nữ" in page
    assert "Thứ tư (hôm nay)" in page
    assert "Cụm loa ấp Mẫu 12" in sign_in("xem").get("/schedule/?view=zones").text


def test_a_broadcast_tells_its_rundown_and_why(sign_in: SignIn) -> None:
    page = sign_in("xem").get("/schedule/5").text
    assert "05:00:16" in page
    assert "Lâu chưa phát nhất" in page
    assert "Chưa được duyệt." in page
    assert "Dừng giữa chừng" in page


def test_skipping_asks_then_orders(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    assert "Bỏ qua buổi này?" in client.get("/schedule/7/skip").text
    client.post("/schedule/7/skip")
    with station.db.read() as session:
        assert session.get_one(BroadcastRow, 7).state is BroadcastState.CANCELLED  # one act: the row, no order
        assert session.query(Command).first() is None
        session.get_one(BroadcastRow, 8).state = BroadcastState.CUED
        session.commit()
    assert "sắp phát" in client.get("/schedule/8/skip").text
    client.post("/schedule/8/skip")
    with station.db.read() as session:
        assert session.query(Command).one().arguments == {"broadcast_id": 8}  # what play-out has in hand
    assert client.post("/schedule/5/skip").status_code == 422


def test_planning_and_special_days_work_from_the_page(sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    assert "Đã lập lịch" in client.post("/schedule/plan", follow_redirects=True).text
    asked = client.post("/schedule/day", data={"day": "2026-03-06", "kind": "mourning", "title": ""})
    assert "Quốc tang" in agree(client, "/schedule/day", asked).text
    assert client.post("/schedule/day", data={"day": "sai", "kind": "tet"}).status_code == 422


def test_a_rotation_comes_out_in_the_form_that_goes_in(sign_in: SignIn) -> None:
    import tomllib

    text = sign_in("xem").get("/schedule/rotations/ngay-thuong.toml").text
    assert tomllib.loads(text)["slot"][0]["start"].startswith("05:00")


def test_the_log_filters_and_adds_up(sign_in: SignIn) -> None:
    client = sign_in("xem")
    page = client.get("/log/").text
    assert "210" in page
    partial = client.get("/log/?outcome=partial").text
    assert "Đường ra ngắt giữa chừng." in partial
    assert "Mất điện." not in partial
    assert "Không có bản ghi nào" in client.get("/log/?from=2020-01-01&to=2020-01-02").text
    book = client.get("/log/book").text
    assert book.count("<tr>") == 1 + 5 * 7 + 4, "a line for each item, and for each that went otherwise somewhere"
    assert "Tổng cộng: 210 bản ghi" in book


def test_the_chain_is_checked_and_a_fault_is_named(sign_in: SignIn, station: Station) -> None:
    client = sign_in("xem")
    assert "Nhật ký nguyên vẹn" in client.get("/log/verify").text
    with station.db.engine.begin() as connection:
        triggers = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='play_log'"
        )
        for (name,) in triggers.all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE play_log SET heard_ms = 0 WHERE seq = 17")
    broken = client.get("/log/verify").text
    assert "không còn nguyên vẹn" in broken
    assert "17" in broken


def test_the_exported_table_holds_every_entry_and_runs_no_formula(sign_in: SignIn, station: Station) -> None:
    with station.db.write() as session:
        session.get(Script, 1).title = "x"
        count = session.query(PlayLogEntry).count()
    text = sign_in("xem").get("/log/export.csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == count
    assert rows[0]["Kết quả"] == "Phát đủ"
    assert rows[0]["Dự kiến"] == "02/03/2026 05:00:00"


def test_a_report_is_drawn_shown_and_downloaded(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    asked = client.post("/reports/", data={"period": "2026-Q1"}, follow_redirects=True)
    polled = re.search(r'hx-get="(/reports/drawing/\d+)"', asked.text)[1]
    work(station)
    told = client.get(polled, headers={"HX-Request": "true"})
    assert "Đã lập báo cáo" in told.text
    drawn = client.get(re.search(r'href="(/reports/\d+)"', told.text)[1])
    files = re.findall(r"/reports/1/files/\d", drawn.text)
    assert len(set(files)) == 9  # report, section and annex in Word and PDF; Excel; figures and airings as CSV
    kinds = [client.get(f).data[:4] for f in sorted(set(files))]
    assert kinds == [b"PK\x03\x04", b"%PDF"] * 3 + [b"PK\x03\x04", b"\xef\xbb\xbfK", b"\xef\xbb\xbfD"]
    assert client.get("/reports/1/files/9").status_code == 404
    assert client.post("/reports/", data={"period": "custom", "first": "x"}).status_code == 422


def test_a_zone_is_changed(sign_in: SignIn, station: Station) -> None:
    client = sign_in("vanhanh")
    done = client.post("/zones/am01", data={"name": "Cụm loa chợ", "place": "Chợ", "volume": "70", "enabled": "y"})
    assert done.status_code == 303
    assert "Cụm loa chợ" in client.get("/zones/").text
    assert client.post("/zones/am01", data={"name": "x", "volume": "170"}).status_code == 422


def test_an_account_is_added_and_its_password_shown_once(sign_in: SignIn, app: Flask) -> None:
    admin = sign_in("quantri")
    shown = admin.post("/users/new", data={"username": "moi", "full_name": "Người mới", "roles": ["viewer"]}).text
    password = re.search(r'class="once"[^>]*>([^<]+)<', shown)[1]
    assert app.test_client().post("/login", data={"username": "moi", "password": password}).status_code == 303
    assert (
        admin.post("/users/new", data={"username": "moi", "full_name": "Hai", "roles": ["viewer"]}).status_code == 422
    )
    assert password not in admin.get("/audit/").text


def test_settings_are_explained_and_secrets_are_not_shown(sign_in: SignIn) -> None:
    page = sign_in("xem").get("/settings/").text
    assert "Các khung giờ trong ngày; được qua nửa đêm" in page
    assert "05:00-07:30; 10:30-12:00; 16:30-19:00" in page
    assert "postgresql" not in page


def test_preferences_stay_after_signing_out(sign_in: SignIn) -> None:
    client = sign_in("xem")
    client.post("/preferences", data={"size": "large", "next": "/log/"})
    client.post("/preferences", data={"theme": "dark", "next": "//xau"})
    assert 'data-size="large" data-theme="dark"' in client.get("/").text
    client.post("/logout")
    assert 'data-size="large"' in client.get("/login").text


@pytest.mark.parametrize(
    "address", ["/khong-co", "/scripts/9999", "/schedule/9999", "/zones/khong", "/reports/7", "/users/ma/edit"]
)
def test_what_does_not_exist_is_said_so_in_vietnamese(sign_in: SignIn, address: str) -> None:
    answer = sign_in("quantri").get(address)
    assert answer.status_code == 404
    assert "Không tìm thấy" in answer.text


def test_a_database_that_is_away_gives_a_page_not_a_trace(sign_in: SignIn, station: Station) -> None:
    client = sign_in("xem")
    assert client.get("/").status_code == 200
    station.db.dispose()
    file = station.home.root / "station.db"
    file.rename(file.with_suffix(".away"))
    file.mkdir()
    answer = client.get("/")
    assert answer.status_code == 503
    assert "Cơ sở dữ liệu chưa trả lời" in answer.text
    assert "Traceback" not in answer.text
    assert str(file) not in answer.text
    station.db.dispose()
    file.rmdir()
    file.with_suffix(".away").rename(file)
    assert client.get("/").status_code == 200


def test_a_page_that_breaks_says_so_without_a_word_of_the_program(app: Flask, sign_in: SignIn) -> None:
    @needs(Permission.VIEW)
    def broken() -> str:
        raise LookupError("a word of the program")

    client = sign_in("xem")
    app.view_functions["onair.index"] = broken
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Trang quản lý gặp lỗi" in answer.text
    assert "Traceback" not in answer.text
    assert "a word of the program" not in answer.text
