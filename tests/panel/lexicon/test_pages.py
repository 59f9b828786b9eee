"""Từ điển đọc: nothing is kept before the approved scripts that it touches were seen."""

from __future__ import annotations

import io
import re

import pytest

from broadcaster.services.station import Station
from tests.kit.panel import SignIn, one_who_speaks

ENTRY = {"written": "TTHC", "mode": "expand", "spoken": "thủ tục hành chính công"}


def test_a_change_is_confirmed_with_the_list_of_what_it_touches(station: Station, sign_in: SignIn) -> None:
    client = sign_in("bientap")
    asked = client.post("/lexicon/new", data=ENTRY)
    assert asked.status_code == 422
    assert "1 bài đã duyệt sẽ được đọc khác đi" in asked.text
    assert "Nộp hồ sơ trực tuyến" in asked.text
    assert re.search(r"<ins>\s*công\s*</ins>", asked.text)
    assert "Đài chưa có cách đọc riêng" in client.get("/lexicon/").text, "nothing was kept"
    seen = re.search(r'name="seen" value="([\d,]+)"', asked.text)[1]
    assert client.post("/lexicon/new", data=ENTRY | {"seen": "99"}).status_code == 422, "another list was seen"
    done = client.post("/lexicon/new", data=ENTRY | {"seen": seen, "hold": "hold"}, follow_redirects=True)
    assert "1 bài đã duyệt cần duyệt lại" in done.text
    assert "thủ tục hành chính công" in done.text
    assert "“TTHC” đọc là" in client.get("/lexicon/versions").text
    assert "đài đọc khác" in client.get("/lexicon/?layer=shipped&q=TTHC").text
    assert client.get("/lexicon/1/edit").status_code == 200
    gone = client.post("/lexicon/1/remove", follow_redirects=True)
    assert "Đã bỏ “TTHC”" in gone.text
    assert client.get("/lexicon/1/edit").status_code == 404


@pytest.mark.slow
def test_a_trial_shows_both_readings_and_speaks(station: Station, sign_in: SignIn) -> None:
    client = sign_in("bientap")
    tried = client.post("/lexicon/try", data=ENTRY | {"sample": "Nộp TTHC <b>tại</b> xã"}).text
    assert "Nộp thủ tục hành chính công" in tried
    assert "<b>" not in tried
    assert "bằng chữ" in client.post("/lexicon/try", data=ENTRY | {"spoken": ""}).text
    silent = client.get("/lexicon/hear", query_string=ENTRY | {"text": "Nộp TTHC tại xã"})
    assert silent.status_code == 422
    assert "Bộ phận xử lý nền của đài chưa chạy" in silent.text
    with one_who_speaks(station):
        heard = client.get("/lexicon/hear", query_string=ENTRY | {"text": "Nộp TTHC tại xã"})
    assert (heard.status_code, heard.mimetype, heard.data[:4]) == (200, "audio/wav", b"RIFF")
    assert client.get("/lexicon/hear", query_string={"text": "a" * 400}).status_code == 422
    assert client.get("/lexicon/hear", query_string=ENTRY | {"text": "x", "mode": "đâu"}).status_code == 422


def test_the_form_names_the_field_that_is_wrong(sign_in: SignIn) -> None:
    client = sign_in("bientap")
    answer = client.post("/lexicon/new", data=ENTRY | {"spoken": "số 5"})
    assert answer.status_code == 422
    assert 'id="spoken-error"' in answer.text
    answer = client.post("/lexicon/new", data=ENTRY | {"respell": "espeak"})
    assert 'id="respell-error"' in answer.text
    assert '<details class="fold" open>' in answer.text
    assert client.post("/lexicon/new", data={"written": "A"}).status_code == 422


def test_words_go_out_to_a_file_and_come_in_again(sign_in: SignIn) -> None:
    client = sign_in("bientap")
    client.post("/lexicon/new", data={"written": "HXĐT", "mode": "word", "spoken": "hợp xã"})
    out = client.get("/lexicon/export")
    assert "attachment" in out.headers["Content-Disposition"]
    assert "HXĐT" in out.text
    changed = out.text.replace("hợp xã", "hợp tác xã").encode()
    done = client.post("/lexicon/import", data={"file": (io.BytesIO(changed), "../x.toml")}, follow_redirects=True)
    assert "Nạp 1 mục" in done.text
    assert "hợp tác xã" in done.text
    touching = b'[expand]\nTTHC = "x\xc3\xad nghi\xe1\xbb\x87p"'
    asked = client.post("/lexicon/import", data={"file": (io.BytesIO(touching), "y.toml")})
    assert asked.status_code == 422
    seen = re.search(r'name="seen" value="([\d,]+)"', asked.text)[1]
    kept = {"text": touching.decode(), "seen": seen, "hold": "air"}
    assert client.post("/lexicon/import", data=kept).status_code == 303


def test_a_wrong_file_is_refused_with_a_sentence(sign_in: SignIn) -> None:
    client = sign_in("bientap")
    for data in (b"\x00\x01", b"[expand", b"<svg onload=alert(1)>"):
        answer = client.post("/lexicon/import", data={"file": (io.BytesIO(data), "a.toml")})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert "<svg onload" not in answer.text


def test_the_dialog_of_the_editor_answers_with_a_fragment(sign_in: SignIn) -> None:
    client = sign_in("bientap")
    headers = {"HX-Request": "true", "HX-Target": "dialog"}
    shown = client.get("/lexicon/new?written=HX%C4%90T", headers=headers).text
    assert "<html" not in shown
    assert 'value="HXĐT"' in shown
    saved = client.post("/lexicon/new", data=ENTRY | {"written": "HXĐT"}, headers=headers)
    assert saved.headers["HX-Trigger-After-Swap"] == "lexicon-changed"
    assert "Đã lưu cách đọc “HXĐT”" in saved.text
