"""The report's files: the layout that the decree asks for, and the same figures in each of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import docx
import openpyxl
import pytest
from docx.shared import Mm, Pt

from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.reports.figures import count
from broadcaster.domain.reports.periods import parse
from broadcaster.reporting import docx as docx_writer
from broadcaster.reporting import xlsx as xlsx_writer
from broadcaster.reporting.document import ReportDocument, number
from broadcaster.reporting.tables import tables_of
from broadcaster.settings import Settings
from tests.kit.entries import entry

VN = ZoneInfo("Asia/Ho_Chi_Minh")
TWIP = 635
"""Word rounds lengths to a twentieth of a point (EMU)."""
ENTRIES = (
    *(
        entry(broadcast, item, zone, outcome, topic=f"t{item}")
        for broadcast in range(1, 4)
        for item in (1, 2)
        for zone, outcome in (("z1", Outcome.FULL), ("z2", Outcome.PARTIAL if broadcast == 1 else Outcome.FULL))
    ),
    entry(9, 1, "z1", Outcome.MISSED),
    entry(9, 1, "z2", Outcome.MISSED),
)


@pytest.fixture
def document() -> ReportDocument:
    return ReportDocument(
        period=parse("2026-Q1"),
        figures=count(ENTRIES, VN),
        before=count([], VN),
        year_before=count(ENTRIES[:4], VN),
        scripts_written=2,
        topics={"t1": "Chủ đề một", "t2": "Chủ đề hai", "t3": "Chủ đề ba", "khac": "Khác"},
        topic_short={"t1": "Một", "t2": "Hai", "t3": "Ba", "khac": "Khác"},
        other_topic="khac",
        units={"vhxh": "Phòng Văn hóa - Xã hội"},
        zones={"z1": "Cụm 1", "z2": "Cụm 2", "z3": "Cụm 3"},
        genres={"column": "Chuyên mục"},
        entries=ENTRIES,
        station=Settings().issuer,
        form=Settings().paper_form,
        tz=VN,
        drawn_at=dt.datetime(2026, 3, 16, 3, tzinfo=dt.UTC),
        last_hash="a" * 64,
        last_seq=14,
    )


def test_the_prose_says_the_figures(document: ReportDocument) -> None:
    words = " ".join(document.sentences())
    assert "từ ngày 15/12/2025 đến ngày 14/03/2026" in words
    assert "03 buổi phát thanh với 06 lượt tin, bài phát đủ" in words
    assert "Có 01 lượt không phát trọn vẹn, trong đó 0 lượt dừng giữa chừng và 01 lượt không phát" in words
    assert "Mất điện (01 lượt)" in words
    assert "02/03 nhóm chủ đề của kế hoạch; phát tới 02/03 cụm loa" in words
    assert "Nhóm chủ đề chưa phát trong kỳ: Ba." in words
    assert "So với cùng kỳ năm trước: tăng 04" in words
    assert "kỳ trước" not in words


def test_an_empty_period_claims_nothing(document: ReportDocument) -> None:
    empty = replace(document, figures=count([], VN), entries=())
    words = " ".join(empty.sentences())
    assert "không ghi nhận buổi phát nào" in words
    assert "trọn vẹn" not in words


def test_all_full_is_said_and_nothing_else(document: ReportDocument) -> None:
    full = tuple(e for e in ENTRIES if e.outcome is Outcome.FULL)
    words = " ".join(replace(document, figures=count(full, VN)).sentences())
    assert "đều được phát trọn vẹn" in words
    assert "Lý do" not in words


@pytest.mark.parametrize(
    ("n", "written"), [(0, "0"), (1, "01"), (9, "09"), (10, "10"), (1234, "1.234"), (1_000_000, "1.000.000")]
)
def test_numbers_are_written_as_an_office_does(n: int, written: str) -> None:
    assert number(n) == written


def test_the_docx_has_the_layout_of_the_decree(document: ReportDocument, tmp_path: Path) -> None:
    path = tmp_path / "r.docx"
    docx_writer.write(document, path)
    made = docx.Document(str(path))
    section = made.sections[0]
    assert section.page_width == pytest.approx(Mm(210), abs=TWIP)
    assert section.page_height == pytest.approx(Mm(297), abs=TWIP)
    assert Mm(20) - TWIP <= section.top_margin <= Mm(25) + TWIP
    assert Mm(20) - TWIP <= section.bottom_margin <= Mm(25) + TWIP
    assert Mm(30) - TWIP <= section.left_margin <= Mm(35) + TWIP
    assert Mm(15) - TWIP <= section.right_margin <= Mm(20) + TWIP
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml
    head = [p.text for row in made.tables[0].rows for cell in row.cells for p in cell.paragraphs if p.text.strip()]
    assert head[0] == "ỦY BAN NHÂN DÂN"
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in head
    assert "Độc lập - Tự do - Hạnh phúc" in head
    assert any(h.startswith("Số:") and "/BC-UBND" in h and not any(c.isdigit() for c in h) for h in head)
    assert any(h.endswith("tháng      năm 2026") for h in head)
    texts = [p.text for p in made.paragraphs]
    assert texts[0] == "BÁO CÁO"
    assert [t for t in texts if t.endswith("./.")]
    fonts = {r.font.name for p in made.paragraphs for r in p.runs if r.text.strip()}
    sizes = {r.font.size for p in made.paragraphs for r in p.runs if r.text.strip()}
    assert fonts == {"Times New Roman"}
    assert all(Pt(13) <= s <= Pt(14) for s in sizes)
    last = made.tables[-1]
    assert last.rows[0].cells[0].paragraphs[0].text == "Nơi nhận:"
    assert [p.text for p in last.rows[0].cells[1].paragraphs[:2]] == ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]


def test_every_file_has_the_same_figures(document: ReportDocument, tmp_path: Path) -> None:
    docx_writer.write(document, tmp_path / "r.docx")
    xlsx_writer.write(document, tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    tables = docx.Document(str(tmp_path / "r.docx")).tables[1:-1]
    for table, in_word in zip(tables_of(document), tables, strict=True):
        sheet = book[table.title]
        rows = [*table.rows, *([table.total] if table.total else [])]
        for r, row in enumerate(rows):
            from_excel = [sheet.cell(r + 2, c + 1).value for c in range(len(row))]
            assert from_excel == list(row)
            from_word = [cell.text for cell in in_word.rows[r + 1].cells]
            assert from_word == [f"{v:.1f}".replace(".", ",") if isinstance(v, float) else str(v) for v in row]
        assert len(sheet._charts) == 1  # type: ignore[attr-defined]
    log = book["Nhật ký"]
    assert log.max_row == len(ENTRIES) + 1
    assert log.cell(2, 1).value == dt.datetime(2026, 3, 2, 5, 0)
    assert book["Tổng hợp"].cell(3, 1).value == document.sentences()[0]


def test_other_ways_of_signing(document: ReportDocument, tmp_path: Path) -> None:
    for mode, heads in {"KT": ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], "TL": ["TL. CHỦ TỊCH", "TRƯỞNG PHÒNG"]}.items():
        form = replace(document.form, signer_mode=mode, signer_title=heads[1])
        docx_writer.write(replace(document, form=form), tmp_path / f"{mode}.docx")
        signature = docx.Document(str(tmp_path / f"{mode}.docx")).tables[-1].rows[0].cells[1]
        assert [p.text for p in signature.paragraphs[:2]] == heads
