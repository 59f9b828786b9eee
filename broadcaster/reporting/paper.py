"""The report as a paper for print: the same words, tables and charts as the Word file, set as PDF."""

from __future__ import annotations

from pathlib import Path

from broadcaster.errors import StationError
from broadcaster.reporting import pdf
from broadcaster.reporting.document import ReportDocument
from broadcaster.reporting.docx import airing_rows, left_out, shown
from broadcaster.reporting.tables import Table, tables_of


def write(document: ReportDocument, path: Path, *, shape: str = "full") -> None:
    """Write the report, its section or its annex to `path` as PDF/A.

    Raises:
        StationError: it cannot be set, or the disk refuses.
    """
    made = pdf.render({"full": _full, "section": _section, "annex": _annex}[shape](document))
    try:
        path.write_bytes(made)
    except OSError as error:
        raise StationError(f"Không ghi được tệp báo cáo ({error.strerror or error}).", field=str(path)) from None


def _full(d: ReportDocument) -> pdf.Paper:
    year = d.drawn_at.astimezone(d.tz).year
    blocks: list[pdf.Block] = [pdf.Heading("I. KẾT QUẢ THỰC HIỆN"), *_prose(d), pdf.Heading("II. SỐ LIỆU CHI TIẾT")]
    for n, table in enumerate(tables_of(d), 1):
        blocks += [_grid(table, n), *([pdf.Paragraph(f"({table.note})")] if table.note else [])]
    blocks.append(pdf.Heading("III. BIỂU ĐỒ"))
    for n, chart in enumerate(d.pictures(), 1):
        blocks += [pdf.Heading(f"{n}. {chart.title}"), pdf.Picture(chart.svg, chart.alt)]
    blocks.append(pdf.Paragraph(d.closing))
    return pdf.Paper(
        kind="BÁO CÁO",
        subject=d.title,
        blocks=blocks,
        letterhead=pdf.letterhead(d.station, d.form, mark="BC-UBND", year=year),
        signatures=(pdf.signer(d.form),),
        recipients=d.form.recipients,
        author=d.station.name,
        made_at=d.drawn_at,
    )


def _section(d: ReportDocument) -> pdf.Paper:
    title = "Kết quả thông tin, tuyên truyền cải cách hành chính trên hệ thống truyền thanh"
    span = f"(Kỳ số liệu {d.span}; chi tiết tại phụ lục minh chứng.)"
    return pdf.Paper(
        kind=title, subject="", blocks=[*_prose(d), pdf.Paragraph(span)], author=d.station.name, made_at=d.drawn_at
    )


def _annex(d: ReportDocument) -> pdf.Paper:
    rows, rest = airing_rows(d)
    heads = ("TT", "Lúc", "Tin, bài", "Chủ đề", "Phút", "Kết quả", "Cụm loa")
    blocks: list[pdf.Block] = [
        pdf.Paragraph(f"(Kỳ số liệu {d.span})"),
        pdf.Heading("1. Các lượt phát trên loa"),
        pdf.Grid(
            heads=heads,
            rows=tuple(rows),
            widths=(1, 2.6, 4.4, 2.6, 1.2, 1.9, 1.4),
            sides=("center", "center", "left", "left", "center", "center", "center"),
            size=10,
        ),
    ]
    if rest:
        blocks.append(pdf.Paragraph(left_out(rest)))
    if d.activities:
        lines = tuple(
            (f"{a.day[8:]}/{a.day[5:7]}/{a.day[:4]}", d.forms.get(a.form, a.form), a.title, a.unit)
            for a in d.activities
        )
        blocks += [
            pdf.Heading("2. Hoạt động bằng hình thức khác"),
            pdf.Grid(
                heads=("Ngày", "Hình thức", "Hoạt động", "Đơn vị"), rows=lines, widths=(1.2, 2, 3.4, 2.4), size=10
            ),
        ]
    blocks.append(pdf.Paragraph(d.closing))
    subject = f"Minh chứng {d.title[0].lower()}{d.title[1:]}"
    return pdf.Paper(kind="PHỤ LỤC", subject=subject, blocks=blocks, author=d.station.name, made_at=d.drawn_at)


def _prose(d: ReportDocument) -> list[pdf.Block]:
    blocks: list[pdf.Block] = [pdf.Paragraph(s) for s in d.sentences()]
    if d.parts:
        blocks.append(pdf.Heading("Kết quả của các đơn vị"))
    for part in d.parts:
        blocks.append(pdf.Heading(part.unit))
        blocks += [pdf.Paragraph(x.strip()) for x in part.body.splitlines() if x.strip()]
    return blocks


def _grid(table: Table, number: int) -> pdf.Grid:
    count = len(table.heads)
    return pdf.Grid(
        heads=table.heads,
        rows=tuple(tuple(shown(v) for v in row) for row in table.rows),
        total=tuple(shown(v) for v in table.total) if table.total else (),
        title=f"{number}. {table.title}",
        widths=(4.2, *(1.25,) * (count - 1)),
    )
