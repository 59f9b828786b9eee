"""Files that must be refused, each with a sentence that a clerk understands and the file's name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.errors import RuleError, printed
from broadcaster.text.clean import clean
from broadcaster.text.ingest import DocumentError, read_bytes, read_document
from tests.kit.bad_documents import CASES, W, bad_document, locked_pdf
from tests.kit.documents import docx_with_body, word_bytes


def refusal(name: str, data: bytes) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read_bytes(name, data)
    error = caught.value
    assert isinstance(error, RuleError)
    assert printed(error.field) == name
    assert str(error).startswith(f"{name}: ")
    assert error.message[-1] == "."
    return error


@pytest.mark.medium
@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_in_plain_words(name):
    _, code, words = CASES[name]
    error = refusal(name, bad_document(name))
    assert (error.code, words in error.message) == (code, True), error.message


def test_a_large_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "nang.docx"
    with path.open("wb") as stream:
        stream.truncate(50 * 1024 * 1024)
    with pytest.raises(DocumentError, match=r"nang\.docx: Tệp nặng 50 MB, quá giới hạn 20 MB"):
        read_document(path)


def test_a_bomb_that_lies_about_its_size_is_stopped_while_it_unpacks():
    data = bytearray(docx_with_body(b" " * 45_000_000))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = (
            data.index(b"word/document.xml") - (30 if magic == b"PK\x03\x04" else 0)
            if magic == b"PK\x03\x04"
            else data.rindex(magic)
        )
        assert data[at : at + 4] == magic
        data[at + offset : at + offset + 4] = (1000).to_bytes(4, "little")
    assert refusal("doi.docx", bytes(data)).code in {"damaged", "zip-bomb"}


def test_a_folder_or_a_missing_file_is_named(tmp_path):
    with pytest.raises(DocumentError, match=r"khong-co\.txt: Không tìm thấy tệp"):
        read_document(tmp_path / "khong-co.txt")
    (tmp_path / "thu-muc").mkdir()
    with pytest.raises(DocumentError, match="thu-muc: Đây là thư mục"):
        read_document(tmp_path / "thu-muc")


def test_an_unknown_character_set_is_refused():
    with pytest.raises(DocumentError, match="Không có bảng mã"):
        read_bytes("a.txt", b"abc", encoding="big5")


def test_a_pdf_locked_against_printing_only_is_read():
    document = read_bytes("in.pdf", locked_pdf("", "chu"))
    assert "bà con nhân dân" in document.text
    assert [note.code for note in document.notes] == ["locked"]


def test_an_unlikely_but_honest_archive_is_read():
    data = word_bytes(lambda d: [d.add_paragraph("Tuyên truyền cải cách hành chính.") for _ in range(3000)])
    assert read_bytes("dai.docx", data).text.count("\n") == 2999


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Xin\x00 chào\x01 bà con " + "xã " * 200, "Xin chào bà con"),
        ("Xin \u202echào\u202c bà con", "Xin chào bà con"),
        ("Xin chào ភាសាខ្មែរ bà con", "Xin chào ភាសាខ្មែរ bà con"),
    ],
)
def test_control_marks_direction_marks_and_khmer_pass(text, kept):
    assert kept in clean(read_bytes("a.txt", text.encode()).text).text


def _document(data: bytes) -> None:
    try:
        document = read_bytes("bat-ky", data)
    except DocumentError:
        return
    clean(document.text)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    _document(data)


@given(
    st.sampled_from([b"%PDF-1.4\n", b"PK\x03\x04", b"<html>", b"<table>", b"{\\rtf", b"\xff\xfe", b"\xfe\xff"]),
    st.binary(max_size=300),
)
def test_any_bytes_after_a_known_beginning_are_read_or_refused(head, tail):
    _document(head + tail)


@given(st.data())
def test_a_word_file_with_any_byte_changed_is_read_or_refused(data):
    source = bytearray(_SMALL)
    for _ in range(data.draw(st.integers(1, 4))):
        source[data.draw(st.integers(0, len(source) - 1))] = data.draw(st.integers(0, 255))
    _document(bytes(source))


_SMALL = docx_with_body(
    f"<w:document {W}><w:body><w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>Xin chào</w:t></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>"
)
