"""Papers as PDF, read back with an independent reader."""

from __future__ import annotations

import datetime as dt
import io
import unicodedata

import pytest
from pypdf import PdfReader

from broadcaster.reporting import pdf
from broadcaster.settings import Settings

MADE = dt.datetime(2026, 3, 31, 9, 0, tzinfo=dt.UTC)
HARD = "Ủy ban nhân dân xã: ệ ộ ỵ ễ ẵ ỡ Ư Ơ Ă Đ"
MARKUP = '#let x = 1 *đậm* $a$ [ngoặc] // chú thích <nhãn> @tham-chiếu "trích"'


def paper(**more: object) -> pdf.Paper:
    values: dict[str, object] = {
        "kind": "SỔ NHẬT KÝ",
        "subject": MARKUP,
        "blocks": [
            pdf.Heading("I. PHẦN MỘT"),
            pdf.Paragraph(HARD),
            pdf.Bullets(("việc một", MARKUP)),
            pdf.Grid(
                heads=("Ngày", "Mục"),
                rows=tuple((f"ngày {n}", MARKUP) for n in range(80)),
                total=("Tổng", "80"),
                title="Bảng 1",
            ),
        ],
        "letterhead": pdf.letterhead(Settings().issuer, Settings().paper_form, mark="BC-UBND", year=2026),
        "signatures": (pdf.Signature(("NGƯỜI LẬP",), "(Ký, ghi rõ họ tên)"), pdf.signer(Settings().paper_form)),
        "recipients": ("Sở Nội vụ", "Lưu: VT."),
        "made_at": MADE,
    }
    return pdf.Paper(**(values | more))  # type: ignore[arg-type]


def words(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


def test_text_of_people_stays_text_and_keeps_its_marks() -> None:
    found = words(pdf.render(paper()))
    assert HARD in found
    assert found.count("#let x = 1 *đậm* $a$ [ngoặc] // chú thích <nhãn> @tham-chiếu") >= 82


def test_the_page_is_a4_with_the_margins_of_the_decree_and_repeats_the_head_of_its_table() -> None:
    reader = PdfReader(io.BytesIO(pdf.render(paper())))
    assert len(reader.pages) > 2
    width, height = (float(side) / 72 * 25.4 for side in reader.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    texts = [page.extract_text() for page in reader.pages]
    assert all("Ngày" in t for t in texts[1:-1])
    assert texts[1].strip().startswith("2")
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in texts[0]
    assert "CHỦ TỊCH" in texts[-1]
    assert "Lưu: VT." in texts[-1]


def test_the_same_paper_is_the_same_bytes_and_one_that_an_archive_may_keep() -> None:
    data = pdf.render(paper())
    assert data == pdf.render(paper())
    assert b"pdfaid:part" in data
    assert pdf.render(paper(landscape=True)) != data


@pytest.mark.parametrize("rows", range(25, 34))
def test_nobody_signs_an_empty_page(rows: int) -> None:
    """However full the last page is, the paragraph that closes the paper stands with the signatures."""
    closing = "Sổ lập từ nhật ký phát thanh."
    grid = pdf.Grid(heads=("Ngày", "Mục"), rows=tuple((f"ngày {n}", "mục") for n in range(rows)))
    pages = PdfReader(io.BytesIO(pdf.render(paper(blocks=[grid, pdf.Paragraph(closing)])))).pages
    (signed,) = (t for page in pages if "NGƯỜI LẬP" in (t := page.extract_text()))
    assert closing in " ".join(signed.split())


def test_a_row_of_another_length_than_its_head_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="cells"):
        pdf.render(paper(blocks=[pdf.Grid(heads=("a", "b"), rows=(("chỉ một",),))]))


LETTERS = "aăâeêioôơuưyđAĂÂEÊIOÔƠUƯYĐ"
TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")


def test_the_letters_are_of_the_measures_that_the_decree_names_and_have_every_mark() -> None:
    every = [unicodedata.normalize("NFC", letter + tone) for letter in LETTERS for tone in TONES]
    every = [c for c in every if len(c) == 1]
    assert len(every) == 2 * (12 * 6 + 1)
    data = pdf.render(paper(subject="", blocks=[pdf.Heading(" ".join(every)), pdf.Paragraph(" ".join(every))]))
    assert words(data).count(" ".join(every)) == 2
    pages = PdfReader(io.BytesIO(data)).pages
    used = {f.get_object()["/BaseFont"].split("+")[-1] for p in pages for f in p["/Resources"]["/Font"].values()}  # type: ignore[index]
    assert used
    assert all(name.startswith(("Tinos", "TimesNewRoman")) for name in used), used
