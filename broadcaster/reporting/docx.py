"""The report as an administrative document, laid out as Phụ lục I of Nghị định 30/2020/NĐ-CP asks.

A4 portrait, margins 20 mm (top, bottom), 30 mm (left), 15 mm (right); Times New Roman, black; page number centred
in the top margin, not on the first page. Number and date stay blank: văn thư gives them after signing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx as python_docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from broadcaster.reporting.document import ReportDocument, Table

FONT = "Times New Roman"
_CENTER = WD_ALIGN_PARAGRAPH.CENTER
_JUSTIFY = WD_ALIGN_PARAGRAPH.JUSTIFY


def write(document: ReportDocument, path: Path) -> None:
    """Write the report to `path`."""
    doc = python_docx.Document()
    doc.core_properties.title = document.title
    doc.core_properties.author = document.station.name
    _page(doc)
    _letterhead(doc, document)
    _text(doc, "BÁO CÁO", size=14, bold=True, align=_CENTER, before=14)
    _text(doc, document.title, size=14, bold=True, align=_CENTER)
    _rule(doc)
    _text(doc, "I. KẾT QUẢ THỰC HIỆN", bold=True, before=8)
    for sentence in document.sentences():
        _text(doc, sentence, align=_JUSTIFY, indent=True)
    _text(doc, "II. SỐ LIỆU CHI TIẾT", bold=True, before=8)
    for number, table in enumerate(document.tables(), 1):
        _text(doc, f"{number}. {table.title}", bold=True, before=6, keep=True)
        _table(doc, table)
    closing = (
        f"Số liệu trên được tổng hợp từ nhật ký phát thanh đến bản ghi số {document.last_seq}, "
        f"dấu kiểm tra {document.last_hash[:16]}./."
    )
    _text(doc, closing, align=_JUSTIFY, indent=True, before=8)
    _signature(doc, document)
    doc.save(str(path))


def _page(doc: Any) -> None:
    section = doc.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    normal = doc.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(14)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    normal.element.rPr.rFonts.set(qn("w:cs"), FONT)
    header = section.header.paragraphs[0]
    header.alignment = _CENTER
    run = header.add_run()
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)  # noqa: SLF001 - python-docx has no field API
    run.font.size = Pt(13)


def _letterhead(doc: Any, document: ReportDocument) -> None:
    station, form = document.station, document.form
    table = doc.add_table(rows=2, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _widths(table, (Mm(62), Mm(103)))
    left, right = table.rows[0].cells
    _cell(left, form.superior, size=12, bold=True)
    _cell(left, station.commune.upper(), size=12, bold=True, more=True)
    _cell_rule(left, Mm(22))
    _cell(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=12, bold=True)
    _cell(right, "Độc lập - Tự do - Hạnh phúc", size=13, bold=True, more=True)
    _cell_rule(right, Mm(54))
    left, right = table.rows[1].cells
    _cell(left, "Số:        /BC-UBND", size=13)
    place = form.place or station.commune.split(maxsplit=1)[-1]
    year = document.drawn_at.astimezone(document.tz).year
    _cell(right, f"{place}, ngày      tháng      năm {year}", size=14, italic=True)


def _widths(table: Any, widths: tuple[Any, ...]) -> None:
    """Set the widths of columns and of their cells: Word heeds the cells, LibreOffice the grid."""
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width


def _cell(cell: Any, text: str, *, size: int, bold: bool = False, italic: bool = False, more: bool = False) -> None:
    paragraph = cell.add_paragraph() if more else cell.paragraphs[0]
    paragraph.alignment = _CENTER
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size, run.font.name = bold, italic, Pt(size), FONT


def _cell_rule(cell: Any, length: Any) -> None:
    """Draw a centred line of `length` under the text; the paragraph holds a blank, for Word ignores an empty one."""
    paragraph = cell.add_paragraph()
    paragraph.alignment = _CENTER
    margin = int((cell.width - length) / 2)
    fmt = paragraph.paragraph_format
    fmt.left_indent = fmt.right_indent = margin
    fmt.space_after = Pt(4)
    fmt.line_spacing = Pt(4)
    paragraph.add_run("\u00a0").font.size = Pt(2)
    _border(paragraph)


def _rule(doc: Any) -> None:
    paragraph = doc.add_paragraph()
    fmt = paragraph.paragraph_format
    fmt.left_indent = fmt.right_indent = Mm(62)
    fmt.line_spacing = Pt(4)
    fmt.space_after = Pt(8)
    paragraph.add_run("\u00a0").font.size = Pt(2)
    _border(paragraph)


def _border(paragraph: Any) -> None:
    borders = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for key, value in {"val": "single", "sz": "6", "space": "1", "color": "000000"}.items():
        top.set(qn(f"w:{key}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().append(borders)  # noqa: SLF001 - python-docx has no border API


def _text(
    doc: Any,
    text: str,
    *,
    size: int = 14,
    bold: bool = False,
    align: Any = None,
    indent: bool = False,
    before: int = 0,
    keep: bool = False,
) -> None:
    paragraph = doc.add_paragraph()
    fmt = paragraph.paragraph_format
    fmt.space_before, fmt.space_after, fmt.line_spacing = Pt(before), Pt(4), 1.15
    fmt.keep_with_next = keep
    if align is not None:
        paragraph.alignment = align
    if indent:
        fmt.first_line_indent = Mm(12.7)
    run = paragraph.add_run(text)
    run.bold, run.font.size, run.font.name = bold, Pt(size), FONT


def _table(doc: Any, table: Table) -> None:
    rows = [table.heads, *table.rows, *([table.total] if table.total else [])]
    grid = doc.add_table(rows=len(rows), cols=len(table.heads))
    grid.style = "Table Grid"
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    _widths(grid, (Mm(165 - 20 * (len(table.heads) - 1)), *([Mm(20)] * (len(table.heads) - 1))))
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    grid.rows[0]._tr.get_or_add_trPr().append(repeat)  # noqa: SLF001 - python-docx has no repeat-header API
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            cell = grid.cell(r, c)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if c == 0 and r else _CENTER
            shown = (
                f"{value:,.1f}".replace(",", " ").replace(".", ",").replace(" ", ".")
                if isinstance(value, float)
                else str(value)
            )
            run = paragraph.add_run(shown)
            run.font.size, run.font.name = Pt(12), FONT
            run.bold = r == 0 or (table.total is not None and r == len(rows) - 1)


def _signature(doc: Any, document: ReportDocument) -> None:
    form = document.form
    table = doc.add_table(rows=1, cols=2)
    table.autofit = False
    left, right = table.rows[0].cells
    _widths(table, (Mm(80), Mm(85)))
    paragraph = left.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run("Nơi nhận:")
    run.bold = run.italic = True
    run.font.size = Pt(12)
    for position, recipient in enumerate(form.recipients):
        line = left.add_paragraph()
        line.paragraph_format.space_after = Pt(0)
        end = "" if recipient.endswith((".", ";")) else ("." if position == len(form.recipients) - 1 else ";")
        line.add_run(f"- {recipient}{end}").font.size = Pt(11)
    heads = {
        "TM": ["TM. ỦY BAN NHÂN DÂN", form.signer_title],
        "KT": ["KT. CHỦ TỊCH", form.signer_title if form.signer_title != "CHỦ TỊCH" else "PHÓ CHỦ TỊCH"],
        "TL": ["TL. CHỦ TỊCH", form.signer_title],
    }[form.signer_mode]
    for position, line in enumerate(heads):
        _cell(right, line, size=14, bold=True, more=position > 0)
    for _ in range(4):
        _cell(right, "", size=14, more=True)
