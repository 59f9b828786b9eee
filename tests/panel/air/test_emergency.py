"""Khẩn cấp on the panel: two steps, named zones, one review; CAP in; nothing without the role."""

from __future__ import annotations

import html
import io
import re

import pytest
from sqlalchemy import select

from broadcaster.db.models import AuditEvent, BroadcastRow, Emergency
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.emergencies import EmergencyState, ReviewFinding
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.station import Station
from tests.kit.cap_messages import STORM
from tests.kit.panel import SignIn, confirm_emergency, work

WISH = {
    "text": "Nước lũ đang lên nhanh. Bà con ấp Mẫu 1 di dời ngay.",
    "zones": ["am01", "am02"],
    "reason": "Công điện của Chủ tịch UBND tỉnh",
    "repeat_minutes": "30",
    "interrupted": "resume",
    "title": "",
}


def only(station: Station) -> Emergency:
    with station.db.read() as session:
        return session.scalars(select(Emergency)).one()


def test_two_steps_that_name_the_zones_then_it_sounds_and_every_page_says_so(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    answer = client.post("/emergency/", data=WISH)
    assert answer.location == "/emergency/1/confirm"
    assert only(station).state is EmergencyState.DRAFT
    text = client.get("/emergency/1/confirm").text
    assert "PHÁT KHẨN CẤP tại 2 cụm loa" in text
    assert "Chương trình buổi chiều" in text  # what it interrupts
    with station.db.read() as session:
        assert not session.scalars(select(BroadcastRow).where(BroadcastRow.kind == BroadcastKind.EMERGENCY)).all()
    assert confirm_emergency(client, 1).location == "/emergency/1"
    row = only(station)
    assert (row.state, row.confirmed_by, row.repeat_minutes) == (EmergencyState.ACTIVE, "vanhanh", 30)
    with station.db.read() as session:
        first = session.scalars(select(BroadcastRow).where(BroadcastRow.emergency_id == 1)).one()
        verbs = set(session.scalars(select(AuditEvent.verb).where(AuditEvent.object_kind == "emergency")))
    assert (first.zones, first.confirmed_by, first.state) == (["am01", "am02"], "vanhanh", BroadcastState.PLANNED)
    assert [i.kind for i in first.rundown] == ["cue"]  # the words are not spoken yet: the tone goes ahead
    assert verbs == {"draft", "confirm"}
    assert "Nước lũ đang lên nhanh" in sign_in("xem").get("/fragments/bar").text
    assert "PHÁT KHẨN CẤP tại" not in client.get("/emergency/1/confirm", follow_redirects=True).text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("text", "", "Hãy viết nội dung"),
        ("zones", [], "ít nhất một cụm loa"),
        ("reason", "", "lý do phát khẩn cấp"),
    ],
)
def test_what_is_missing_is_said_at_the_second_step_and_nothing_sounds(
    station: Station, sign_in: SignIn, field: str, value: object, words: str
) -> None:
    client = sign_in("vanhanh")
    client.post("/emergency/", data=WISH | {field: value})
    found = client.get("/emergency/1/confirm").text
    assert words in found
    assert "PHÁT KHẨN CẤP tại" not in found
    confirm_emergency(client, 1)
    assert only(station).state is EmergencyState.DRAFT


def test_a_repeat_of_one_minute_is_refused_beside_its_field(station: Station, sign_in: SignIn) -> None:
    answer = sign_in("vanhanh").post("/emergency/", data=WISH | {"repeat_minutes": "1"})
    assert answer.status_code == 422
    assert "Từ 2 đến 1440" in answer.text


def test_a_file_that_is_no_sound_is_refused(station: Station, sign_in: SignIn) -> None:
    data = WISH | {"recording": (io.BytesIO(b"khong phai am thanh"), "ghi-am.m4a")}
    answer = sign_in("vanhanh").post("/emergency/", data=data)
    assert answer.status_code == 422
    assert "Không dùng được bản ghi âm này" in answer.text


def test_ending_needs_a_reason_and_a_leader_reviews_once(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    client.post("/emergency/", data=WISH)
    confirm_emergency(client, 1)
    assert client.post("/emergency/1/cancel", data={"reason": " "}).status_code == 422
    assert client.post("/emergency/1/cancel", data={"reason": "Nước đã rút"}).location == "/emergency/1"
    assert only(station).state is EmergencyState.CANCELLED
    assert client.post("/emergency/1/review", data={"finding": "right"}).status_code == 403
    leader = sign_in("lanhdao")
    assert "Kết luận" in leader.get("/emergency/1").text
    leader.post("/emergency/1/review", data={"finding": "needless", "note": ""})
    assert only(station).finding is None  # a finding that is not "right" says why
    leader.post("/emergency/1/review", data={"finding": "needless", "note": "Tin báo nhầm"})
    leader.post("/emergency/1/review", data={"finding": "right", "note": ""})
    row = only(station)
    assert (row.finding, row.review_note, row.reviewed_by) == (ReviewFinding.NEEDLESS, "Tin báo nhầm", "lanhdao")


def test_a_cap_message_fills_the_form_and_waits_for_zones_and_a_person(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    answer = client.post("/emergency/cap", data={"cap": (io.BytesIO(STORM.encode()), "bao.xml")})
    assert answer.location == "/emergency/1/edit"
    text = client.get("/emergency/1/edit").text
    assert "Bão số 5" in text
    assert "Đài Khí tượng Thủy văn Mẫu" in text
    assert not re.search(r'name="zones"[^>]*checked|checked[^>]*name="zones"', text)
    row = only(station)
    assert (row.state, row.zones, row.cap_identifier) == (EmergencyState.DRAFT, [], "VN-KTTV-2026-0005")
    again = client.post("/emergency/cap", data={"cap": (io.BytesIO(STORM.encode()), "bao.xml")}, follow_redirects=True)
    assert "đã nhập trước đó" in again.text


def test_who_has_no_business_there_is_kept_out(station: Station, sign_in: SignIn) -> None:
    for person in ("bientap", "xem", "quantri"):
        client = sign_in(person)
        assert client.get("/emergency/").status_code == 403
        assert client.post("/emergency/", data=WISH).status_code == 403
    with station.db.read() as session:
        assert not session.scalars(select(Emergency)).all()


def test_the_page_says_before_it_is_confirmed_that_nobody_will_speak(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    client.post("/emergency/", data=WISH)
    assert "loa chỉ kêu tín hiệu báo động" in client.get("/emergency/1/confirm").text
    beat(station, "worker", {})
    assert "loa chỉ kêu tín hiệu báo động" not in client.get("/emergency/1/confirm").text


def test_the_end_is_shown_on_every_page_and_moved_by_a_button(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    client.post("/emergency/", data=WISH | {"expires_at": "2099-05-06T18:30"})
    assert 'value="2099-05-06T18:30"' in client.get("/emergency/1/edit").text
    assert "18:30 thứ tư, 06/05/2099" in client.get("/emergency/1/confirm").text
    client.post("/emergency/1/edit", data=WISH | {"expires_at": "2099-05-06T18:30"})
    confirm_emergency(client, 1)
    for address in ("/emergency/", "/emergency/1", "/fragments/bar"):
        shown = " ".join(re.sub(r"<[^>]*>", "", client.get(address).text).split())
        assert "18:30 thứ tư, 06/05/2099" in shown, address
    assert "Kéo dài" in client.get("/emergency/1").text
    for wrong in ("", "mai", "2099-05-06T18:30", "2020-01-01T00:00"):
        client.post("/emergency/1/prolong", data={"until": wrong})
    assert station.local(only(station).expires_at).isoformat() == "2099-05-06T18:30:00+07:00"
    client.post("/emergency/1/prolong", data={"until": "2099-05-07T06:00"})
    assert station.local(only(station).expires_at).isoformat() == "2099-05-07T06:00:00+07:00"
    assert sign_in("xem").post("/emergency/1/prolong", data={"until": "2099-05-08T06:00"}).status_code == 403


def test_an_end_in_the_past_is_refused_before_it_sounds(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    client.post("/emergency/", data=WISH | {"expires_at": "2020-01-01T00:00"})
    text = client.get("/emergency/1/confirm").text
    assert "Giờ hết hiệu lực đã qua" in text
    assert "PHÁT KHẨN CẤP tại" not in text
    confirm_emergency(client, 1)
    assert only(station).state is EmergencyState.DRAFT


def test_a_title_that_nobody_typed_follows_the_words(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    client.post("/emergency/", data=WISH | {"text": ""})
    form = client.get("/emergency/1/edit").text
    assert "Bản tin khẩn cấp" not in re.findall(r'name="title"[^>]*value="([^"]*)"', form)
    client.post("/emergency/1/edit", data=WISH)
    assert only(station).title == "Nước lũ đang lên nhanh"


def send(client, text: str):
    return client.post("/emergency/cap", data={"cap": (io.BytesIO(text.encode()), "tin.xml")})


def test_the_language_and_all_else_is_shown_where_a_message_is_changed_and_where_it_is_confirmed(
    station: Station, sign_in: SignIn
) -> None:
    client = sign_in("vanhanh")
    assert send(client, "\n" + STORM.replace("vi-VN", "zh-TW")).location == "/emergency/1/edit"
    for address in ("/emergency/1/edit", "/emergency/1/confirm"):
        text = client.get(address).text
        for words in ("không phải tiếng Việt", "nghiêm trọng", "sai chuẩn ở tệp: có dòng trống ở đầu", "Storm"):
            assert words in text, (address, words)


def test_a_message_that_waits_leads_to_its_draft(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    send(client, STORM)
    assert send(client, STORM).location == "/emergency/1/edit"
    client.post("/emergency/1/dismiss")
    assert send(client, STORM).location == "/emergency/2/edit"


def test_long_words_make_a_draft_that_is_shortened_on_the_page(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    send(client, STORM.replace("Mưa to từ đêm nay.", "Mưa to từ đêm nay. " * 300))
    assert "3000 ký tự" in client.get("/emergency/1/confirm").text
    assert client.post("/emergency/1/edit", data=WISH).location == "/emergency/1/confirm"


def test_an_all_clear_is_given_what_it_ends_on_the_page(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    client.post("/emergency/", data=WISH)
    confirm_emergency(client, 1)
    send(client, STORM.replace("<urgency>Expected", "<urgency>Past"))
    assert "kết thúc" in client.get("/emergency/2/edit").text
    data = WISH | {"ends": ["1"], "repeat_minutes": ""}
    assert client.post("/emergency/2/edit", data=data).location == "/emergency/2/confirm"
    text = client.get("/emergency/2/confirm").text
    assert "không báo động?" in text
    assert "KẾT THÚC và ĐỌC MỘT LẦN" in text
    assert "PHÁT KHẨN CẤP" not in text.partition("<main")[2]
    confirm_emergency(client, 2)
    with station.db.read() as session:
        assert session.get_one(Emergency, 1).state is EmergencyState.CANCELLED
        assert not session.scalars(select(BroadcastRow).where(BroadcastRow.emergency_id == 2)).all(), "no tone ahead"


def test_the_second_step_shows_the_spoken_words_and_refuses_what_somebody_changed_meanwhile(
    station: Station, sign_in: SignIn
) -> None:
    client = sign_in("vanhanh")
    client.post("/emergency/", data=WISH | {"text": "UBND xã: bà con di dời lúc 7h30."})
    page = client.get("/emergency/1/confirm").text
    assert "<del>UBND</del>" in page
    assert "<ins>" in page
    assert "Máy đang đọc" in page
    seal = re.search(r'name="seal" value="([^"]*)"', page)
    assert seal is not None
    client.post("/emergency/1/edit", data=WISH | {"text": "Bà con về nhà cũ."})
    refused = client.post("/emergency/1/confirm", data={"seal": html.unescape(seal[1])}, follow_redirects=True).text
    assert "Vừa được người khác sửa" in refused
    assert "Bà con về nhà cũ." in refused
    assert only(station).state is EmergencyState.DRAFT
    work(station)
    assert "Nghe máy đọc" in client.get("/emergency/1/hear").text
