"""The editor: drafts that are never lost, readings mended in place, documents taken in, odd ones refused."""

from __future__ import annotations

import io
import json
import re

import docx
from flask.testing import FlaskClient

from broadcaster.clock import FrozenClock
from broadcaster.db.models import DraftRow, Script
from broadcaster.panel import create_app
from broadcaster.services.lexicon import layers
from broadcaster.services.scripts import drafts
from broadcaster.services.scripts.approving import airable
from broadcaster.services.station import Station
from tests.kit import seed
from tests.kit.bad_documents import W
from tests.kit.documents import docx_with_body, zip_bytes
from tests.kit.editing import FORM, hidden, opened
from tests.kit.panel import SignIn, one_who_speaks


def test_what_is_typed_is_kept_and_comes_back_after_a_crash(sign_in: SignIn) -> None:
    client = sign_in("bientap")
    hand = opened(client.get("/scripts/new").text)
    shown = client.post("/scripts/preview", data=FORM | hand).text
    assert "Đã giữ bản nháp lúc 17:05:20" in shown
    looked = opened(client.get("/scripts/3/edit").text)
    assert "được giữ khi bạn gõ" in client.post("/scripts/preview", data=FORM | looked | {"do": "look"}).text
    assert "Đang viết tiếp" not in client.get("/scripts/3/edit").text, "opening alone keeps nothing"
    assert "Đang viết dở, chưa lưu" in client.get("/scripts/").text
    again = client.get(f"/scripts/new?draft={hand['draft']}").text
    assert "Đang viết tiếp bản nháp" in again
    assert "gặp HXĐT" in again
    assert hidden(again, "seen") == "1"
    saved = client.post("/scripts/new", data=FORM | opened(again) | {"then": ""}, follow_redirects=True)
    assert "Đã lưu kịch bản mới" in saved.text
    assert "Đang viết dở" not in client.get("/scripts/").text, "what was saved is no draft any more"


def test_a_second_window_is_told_and_loses_nothing(station: Station, sign_in: SignIn) -> None:
    client = sign_in("bientap")
    hand = opened(client.get("/scripts/2/edit").text)
    client.post("/scripts/preview", data=FORM | hand | {"body": "Cửa sổ một."})
    second = client.get("/scripts/2/edit").text
    assert "Đang viết tiếp bản nháp" in second
    client.post("/scripts/preview", data=FORM | opened(second) | {"body": "Cửa sổ hai."})
    late = client.post("/scripts/preview", data=FORM | hand | {"body": "Cửa sổ một, tiếp."}).text
    assert "đang được viết ở một cửa sổ khác" in late
    assert hidden(late, "draft") != hand["draft"]
    with station.db.read() as session:
        assert {r.fields["body"] for r in session.query(DraftRow)} == {"Cửa sổ hai.", "Cửa sổ một, tiếp."}
    assert "Còn bản nháp khác của bạn" in client.get("/scripts/2/edit").text
    told = sign_in("vanhanh")
    other = opened(told.get("/scripts/2/edit").text)
    assert "Biên tập viên cũng đang sửa bài này" in told.post("/scripts/preview", data=FORM | other).text


def test_who_saves_second_is_asked_first(station: Station, sign_in: SignIn) -> None:
    editor, operator = sign_in("bientap"), sign_in("vanhanh")
    hand = opened(editor.get("/scripts/10/edit").text)
    other = opened(operator.get("/scripts/10/edit").text)
    assert operator.post("/scripts/10/edit", data=FORM | other | {"body": "Lời của người khác."}).status_code == 303
    late = editor.post("/scripts/10/edit", data=FORM | hand | {"body": "Lời của tôi."})
    assert late.status_code == 409
    assert "Người vận hành đài vừa lưu bản 2" in late.text
    assert re.search(r"<ins>tôi.</ins>", late.text)
    assert "Lời của tôi." in late.text
    assert hidden(late.text, "base") == "2"
    done = editor.post(
        "/scripts/10/edit", data=FORM | opened(late.text) | {"body": "Lời của tôi."}, follow_redirects=True
    )
    assert "Đã lưu thay đổi" in done.text
    assert "Bản 3" in done.text


def test_a_reading_is_mended_in_place_and_saved_with_the_script(station: Station, sign_in: SignIn) -> None:
    client = sign_in("bientap")
    hand = opened(client.get("/scripts/new").text)
    shown = client.post("/scripts/preview", data=FORM | hand).text
    assert "Chưa biết chữ viết tắt “HXĐT”" in shown
    assert "Mục Nơi nhận dành cho văn thư" in shown
    pick = {"do": "pick", "written": "HXĐT", "mode": "expand", "say": "hợp tác xã"}
    picked = client.post("/scripts/preview", data=FORM | hand | pick).text
    own = hidden(picked, "own")
    assert json.loads(own)[0]["spoken"] == "hợp tác xã"
    assert "Chưa biết chữ viết tắt" not in picked
    back = {"own": own, "do": "keep", "kind": "recipients", "what": "Nơi nhận: - Như trên; - Lưu: VT."}
    kept = client.post("/scripts/preview", data=FORM | hand | back).text
    assert "Bạn đã cho đọc lại phần này" in kept
    saved = client.post("/scripts/new", data=FORM | hand | {"own": own, "kept": hidden(kept, "kept")})
    number = int(saved.location.rpartition("/")[2])
    with station.db.read() as session:
        assert [e.spoken for e in layers.entries(session, number)] == ["hợp tác xã"]
        assert session.get_one(Script, number).kept[0]["kind"] == "recipients"
    page = re.sub(r"<[^>]+>", "", client.get(f"/scripts/{number}").text)
    assert "gặp hợp tác xã" in page
    assert "Nơi nhận" in page
    wrong = client.post("/scripts/preview", data=FORM | hand | pick | {"say": "số 5"}).text
    assert "không có chữ số" in wrong
    assert "Đã giữ bản nháp" in wrong
    undone = client.post("/scripts/preview", data=FORM | hand | {"own": own, "do": "unpick", "written": "HXĐT"}).text
    assert hidden(undone, "own") == "[]"


def test_a_reading_of_an_approved_script_asks_first_and_goes_on_airing(station: Station, sign_in: SignIn) -> None:
    client = sign_in("bientap")
    pick = {"number": "2", "written": "TTHC", "mode": "spell"}
    asked = client.post("/scripts/2/reading", data=pick)
    assert asked.status_code == 422
    assert "1 bài đã duyệt sẽ được đọc khác đi" in asked.text
    done = client.post("/scripts/2/reading", data=pick | {"seen": "2", "hold": "air"}, follow_redirects=True)
    assert "Lời đọc cũ, vẫn phát bản đã duyệt" in done.text
    with station.db.read() as session:
        assert 2 in {c.script_id for c in airable(session)}
    undone = client.post("/scripts/2/reading", data={"do": "undo", "written": "TTHC"}, follow_redirects=True)
    assert "Lời đọc cũ" not in undone.text
    stale = client.post("/scripts/2/reading", data=pick | {"written": "khác"}).text
    assert "Bài đã thay đổi từ khi mở trang" in stale


def test_voice_and_speed_are_the_script_s_own_and_bounded(station: Station, sign_in: SignIn) -> None:
    client = sign_in("bientap")
    slow = client.post("/scripts/new", data=FORM | {"voice": "espeak:vi+f2", "rate": "0.8"})
    number = int(slow.location.rpartition("/")[2])
    with station.db.read() as session:
        script = session.get_one(Script, number)
        assert (script.voice, script.rate) == ("espeak:vi+f2", 0.8)
    assert client.post("/scripts/new", data=FORM | {"voice": "gì:đó"}).status_code == 422
    assert client.post("/scripts/new", data=FORM | {"rate": "9"}).status_code == 422


def test_one_unsaved_sentence_is_heard_with_the_words_of_the_form(station: Station, sign_in: SignIn) -> None:
    client = sign_in("bientap")
    own = json.dumps([{"written": "HXĐT", "spoken": "hợp xướng đồng thanh " * 8, "mode": "expand"}])
    form = FORM | {"body": "Ngày 12/3.\n\nGặp HXĐT.", "sentence": "1", "voice": "tone:beep"}
    with one_who_speaks(station):
        plain, mended = client.post("/scripts/hear", data=form), client.post("/scripts/hear", data=form | {"own": own})
    assert (plain.status_code, plain.mimetype, plain.data[:4]) == (200, "audio/wav", b"RIFF")
    assert len(mended.data) > 2 * len(plain.data), "the words of the form itself are spoken"
    for wrong in ("2", "-1", "x", ""):
        gone = client.post("/scripts/hear", data=form | {"sentence": wrong})
        assert gone.status_code == 422
        assert "Câu này vừa thay đổi" in gone.text
    with station.db.read() as session:
        assert session.query(DraftRow).count() == 0, "hearing keeps nothing"


def test_who_hears_without_rest_is_slowed_and_nobody_else_is(station: Station) -> None:
    app = create_app(station, {"WTF_CSRF_ENABLED": False})

    def hearing(username: str) -> FlaskClient:
        client = app.test_client()
        client.post("/login", data={"username": username, "password": seed.PASSWORD})
        return client

    first, other = hearing("bientap"), hearing("vanhanh")
    codes = [first.post("/scripts/hear", data=FORM | {"sentence": ""}).status_code for _ in range(21)]
    assert set(codes[:20]) == {422}
    assert codes[-1] == 429
    assert other.post("/scripts/hear", data=FORM | {"sentence": ""}).status_code == 422


def test_a_document_is_taken_in_with_the_list_of_what_is_not_read(sign_in: SignIn) -> None:
    client = sign_in("bientap")
    made = docx.Document()
    for line in ("THÔNG BÁO", "Ngày 12/3, bà con đi họp.", "Nơi nhận:", "- Như trên;", "- Lưu: VT."):
        made.add_paragraph(line)
    data = io.BytesIO()
    made.save(data)
    shown = client.post(
        "/scripts/upload", data={"file": (io.BytesIO(data.getvalue()), "../../etc/Thông báo.docx")}
    ).text
    assert "Đã đọc tệp “Thông báo.docx”" in shown
    assert hidden(shown, "source_name") == "Thông báo.docx"
    assert "bà con đi họp" in shown
    listed = client.post(
        "/scripts/preview", data={"body": "THÔNG BÁO\nĐi họp.\nNơi nhận:\n- Như trên;\n- Lưu: VT."}
    ).text
    assert "Vẫn đọc" in listed


def test_an_old_character_set_is_told_and_converted(sign_in: SignIn) -> None:
    client = sign_in("bientap")
    old = "Uû ban nh©n d©n x· th«ng b¸o lÞch tiªm chñng cho trÎ em trªn ®Þa bµn x·, bµ con chó ý theo dâi."
    told = client.post("/scripts/preview", data={"body": old}).text
    assert "bảng mã cũ" in told
    hand = opened(client.get("/scripts/new").text)
    turned = client.post("/scripts/preview", data=hand | {"body": old, "do": "convert"}).text
    assert "thông báo lịch tiêm chủng" in turned
    bare = client.post(
        "/scripts/preview", data={"body": "thong bao lich tiem chung cho tre em tren dia ban xa, ba con chu y theo doi"}
    )
    assert "viết không dấu" in bare.text


def wrong() -> dict[str, bytes]:
    entity = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    return {
        "bom.docx": docx_with_body(b"<w>" + b"a" * 60_000_000),
        "xxe.docx": docx_with_body(
            f'<?xml version="1.0"?>{entity}<w:document {W}><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>'
        ),
        "xxe.odt": zip_bytes(
            [
                ("mimetype", "application/vnd.oasis.opendocument.text"),
                ("META-INF/manifest.xml", "<m/>"),
                ("content.xml", f"{entity}<w>&x;</w>"),
            ]
        ),
        "anh.docx": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        "anh.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'></svg>",
        "chay.txt": b"MZ" + b"\0" * 500,
        "rong.txt": b"   ",
    }


def test_a_hostile_or_wrong_file_is_refused_with_a_sentence_and_keeps_nothing(
    station: Station, sign_in: SignIn
) -> None:
    client = sign_in("bientap")
    for name, data in wrong().items():
        answer = client.post("/scripts/upload", data={"file": (io.BytesIO(data), name)}, follow_redirects=True)
        assert answer.status_code == 200, name
        if name == "anh.svg":
            assert "<svg xmlns" not in answer.text
        else:
            assert 'class="notice is-bad"' in answer.text, name
            assert name in answer.text
    with station.db.read() as session:
        assert session.query(Script).count() == 10
        assert session.query(DraftRow).count() == 0


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def test_html_in_any_field_stays_text(sign_in: SignIn) -> None:
    client = sign_in("bientap")
    hand = opened(client.get("/scripts/new").text)
    pick = {"do": "pick", "written": "HXĐT", "mode": "word", "say": f"x {HOSTILE[:18]}"}
    for address, data in (
        ("/scripts/preview", FORM | hand | {"title": HOSTILE, "body": f"{HOSTILE} HXĐT {HOSTILE}"} | pick),
        ("/scripts/new", FORM | hand | {"title": HOSTILE, "source_name": HOSTILE, "valid_to": HOSTILE}),
        ("/scripts/2/reading", {"number": HOSTILE, "written": HOSTILE, "say": HOSTILE}),
        ("/lexicon/new", {"written": HOSTILE, "spoken": "số 5", "mode": "word", "note": HOSTILE, "sample": HOSTILE}),
        ("/lexicon/try", {"written": "a", "spoken": "b", "mode": "word", "sample": HOSTILE}),
    ):
        text = client.post(address, data=data).text
        assert "<script>alert" not in text, address
        assert "<img src" not in text, address
    listed = client.get("/scripts/").text
    assert "&lt;script&gt;alert" in listed, "the draft is listed, as text"


DAMAGED = [
    "{",
    "{}",
    "[1]",
    '[{"kind":1}]',
    "[" * 5000,
    '[{"kind":"\\ud800","text":""}]',
    '[{"kind":"\\u0000","text":""}]',
    '[{"written":"a","spoken":"1","mode":"word"}]',
]


def test_a_damaged_page_is_refused_and_told_so(station: Station, sign_in: SignIn) -> None:
    client = sign_in("bientap")
    for field in ("own", "kept"):
        for value in DAMAGED:
            assert client.post("/scripts/new", data=FORM | {field: value}).status_code == 422, value
            assert client.post("/scripts/preview", data=FORM | {field: value}).status_code == 422, value
    with station.db.read() as session:
        assert session.query(Script).count() == 10


def test_only_one_s_own_draft_can_be_thrown_away(station: Station, clock: FrozenClock, sign_in: SignIn) -> None:
    client = sign_in("bientap")
    hand = opened(client.get("/scripts/new").text)
    client.post("/scripts/preview", data=FORM | hand)
    assert sign_in("vanhanh").post(f"/scripts/drafts/{hand['draft']}/drop").status_code == 404
    assert client.post(f"/scripts/drafts/{hand['draft']}/drop").status_code == 303
    with station.db.read() as session:
        assert session.query(DraftRow).count() == 0
    assert len(drafts.token()) == 32


def test_the_list_sorts_as_a_dictionary_and_knows_marks(sign_in: SignIn) -> None:
    client = sign_in("bientap")
    titles = re.findall(r'class="title"[^>]*>([^<]+)<', client.get("/scripts/?order=title").text)
    assert titles == [
        "Chỉ số hài lòng SIPAS là gì?",
        "Đề án 06 và tài khoản VNeID",
        "Kết quả giải quyết thủ tục hành chính quý I",
        "Khẩu hiệu: Cải cách hành chính vì Nhân dân phục vụ",
        "Lời xướng của đài",
        "Mô hình tổ công nghệ số cộng đồng",
        "Nộp hồ sơ trực tuyến, không phải đi lại nhiều lần",
        "Thông báo cắt điện ngày 6/3",
        "Thông báo lịch tiêm chủng tháng 3",
        "Ý nghĩa của cải cách hành chính đối với người dân",
    ]
    assert "cắt điện" in client.get("/scripts/?q=cat+dien").text
    assert "cắt điện" in client.get("/scripts/?q=c%E1%BA%AFt+%C4%91i%E1%BB%87n").text
    near = client.get("/scripts/?q=c%C3%A1t+%C4%91i%E1%BB%87n").text
    assert "Không có bài nào đúng dấu" in near
    assert "cắt điện" in near
