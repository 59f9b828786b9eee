"""Old character sets: recognised by what they make of whole documents, asked about when a line is too short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.errors import printed
from broadcaster.text.encodings import ENCODING_NAMES, decode_as, detect
from broadcaster.text.ingest import EncodingChoiceError, read_bytes
from broadcaster.text.syllables import is_syllable
from tests.kit.documents import PLAN, in_tcvn3, in_viqr, in_vni, in_windows_1258

TEXT = PLAN.read_text(encoding="utf-8")
NOTICE = (
    "Ủy ban nhân dân xã thông báo lịch tiêm phòng cho trẻ em tại trạm y tế, kính mời bà con đưa các cháu đến đúng giờ."
)

WRITERS = {
    "vni": in_vni,
    "viqr": in_viqr,
    "windows-1258": in_windows_1258,
    "mojibake": lambda text: text.encode().decode("latin-1").encode(),
}


@pytest.mark.parametrize("encoding", WRITERS)
@pytest.mark.parametrize("text", [TEXT, NOTICE], ids=["plan", "notice"])
def test_a_document_in_an_old_set_comes_back_letter_for_letter(encoding, text):
    document = read_bytes("cu.txt", WRITERS[encoding](text))
    assert document.encoding == encoding
    assert document.text == text
    assert "encoding" in {note.code for note in document.notes}


@pytest.mark.parametrize("text", [TEXT, NOTICE], ids=["plan", "notice"])
def test_tcvn3_comes_back_but_for_capitals_it_never_had(text):
    document = read_bytes("cu.txt", in_tcvn3(text))
    assert document.encoding == "tcvn3"
    assert document.text.lower() == text.lower()
    assert "II. NỘI DUNG, HÌNH THỨC" in document.text or text is NOTICE
    assert "capitals" in {note.code for note in document.notes}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_in_any_dress_is_read_as_it_is(encoding):
    document = read_bytes("moi.txt", TEXT.encode(encoding))
    assert document.text == TEXT
    assert document.encoding == ("utf-16" if "16" in encoding else "utf-8")
    assert not document.notes


@pytest.mark.parametrize("codec", ["latin-1", "cp1252"])
def test_utf8_shown_as_western_letters_is_mended(codec):
    raw = NOTICE.encode()
    shown = "".join(
        bytes([b]).decode(codec, "replace") if b not in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else chr(b) for b in raw
    )
    found = detect(shown)
    assert (found.encoding, found.text) == ("mojibake", NOTICE)


def test_old_letters_inside_a_unicode_file_are_found_too():
    found = detect(in_vni(NOTICE).decode("latin-1"))
    assert (found.encoding, found.text) == ("vni", NOTICE)


def test_the_evidence_has_figures():
    assert (
        detect(in_vni(NOTICE)).evidence
        == "Đọc theo VNI-Windows (phông VNI-Times) thì 22 trên 22 từ có ký tự ngoài ASCII thành âm tiết tiếng Việt."
    )


@pytest.mark.parametrize("data", [b"Ng\xb5y mai", b"\xb5 \xb8", b"T\xf5", b"caf\xe9 r\xe9sum\xe9"])
def test_too_little_to_tell_means_ask(data):
    with pytest.raises(EncodingChoiceError) as caught:
        read_bytes("ngan.txt", data)
    assert printed(caught.value.field) == "ngan.txt"
    assert set(caught.value.choices) <= set(ENCODING_NAMES)
    assert len(caught.value.choices) > 1
    assert "Hãy chọn một trong các bảng mã" in caught.value.message


def test_the_answer_to_the_question_is_used():
    assert read_bytes("ngan.txt", b"Ng\xb5y mai", encoding="tcvn3").text == "Ngày mai"
    assert read_bytes("ngan.txt", b"Ng\xb5y mai", encoding="tcvn3").encoding == "tcvn3"


def test_an_odd_unicode_text_is_left_and_asked_about():
    document = read_bytes("la.txt", "Ngµy mai".encode())
    assert document.text == "Ngµy mai"
    (note,) = document.notes
    assert note.code == "encoding-choice"
    assert note.choices == ("utf-8", "tcvn3")


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour à tous, le café est fermé, déjà vu naïve façade.",
        "Grüße aus München, schöne Straße.",
        "សូមស្វាគមន៍ មកកាន់ ឃុំ របស់ យើង",
        "Привет всем, как дела сегодня",
        "Giá 5€ – “rẻ” • 10 °C ± 2",
    ],
)
def test_other_tongues_are_not_taken_for_old_vietnamese(text):
    document = read_bytes("khac.txt", text.encode())
    assert document.text == text
    assert document.encoding == "utf-8"


def test_a_text_without_marks_is_noticed_and_never_filled_in():
    text = "Thong bao den toan the nhan dan trong xa ve viec cat dien ngay mai"
    document = read_bytes("khong-dau.txt", text.encode())
    assert document.text == text
    assert [note.code for note in document.notes] == ["missing-marks"]


@pytest.mark.parametrize(
    "text", [NOTICE, "This is an English text of some length for people to read aloud", "UBND CCHC"]
)
def test_text_with_marks_or_in_english_is_not_called_unmarked(text):
    assert not detect(text).missing_marks


def test_a_few_broken_bytes_do_not_change_the_character_set():
    data = TEXT.encode()[:3001] + b"\xff" + TEXT.encode()[3001:]
    document = read_bytes("hong.txt", data)
    assert document.encoding == "utf-8"
    assert "broken" in {note.code for note in document.notes}


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("Tie^'ng Vie^.t ra^'t hay.", "Tiếng Việt rất hay."),
        ("Co' gi`? Ddu+o+`ng d-i", "Có gì? Đường d-i"),
        ("nghi. ddi.nh 118/2025/NDD-CP", "nghị định 118/2025/NĐ-CP"),
        ("ba\\. Xong", "ba. Xong"),
    ],
)
def test_viqr_marks_bind_to_their_vowel_and_punctuation_stays(source, wanted):
    assert decode_as(source, "viqr") == wanted


@pytest.mark.parametrize(
    "word",
    [
        "nghiêng",
        "khuya",
        "quyết",
        "gì",
        "giếng",
        "giữa",
        "xoong",
        "ngoằn",
        "khuỷu",
        "ủy",
        "ban",
        "thuở",
        "yêu",
        "ưu",
        "quạu",
    ],
)
def test_vietnamese_syllables_are_known(word):
    assert is_syllable(word)
    assert is_syllable(word.upper())


@pytest.mark.parametrize("word", ["facebook", "ngế", "cế", "kà", "thac", "hòà", "zalo", "wifi", "bbán", ""])
def test_other_words_are_not_syllables(word):
    assert not is_syllable(word)


@given(st.binary(max_size=300))
def test_detection_is_total_on_bytes(data):
    found = detect(data)
    assert 0 <= found.confidence <= 1
    assert found.evidence


@given(st.text(max_size=200))
def test_detection_is_total_on_text_and_decoding_on_every_set(text):
    assert detect(text).evidence
    for encoding in ENCODING_NAMES:
        decode_as(text, encoding)
