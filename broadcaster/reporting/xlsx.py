"""The report as a workbook: figures with native charts, and the raw entries behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter

from broadcaster.reporting.document import ReportDocument, Table


def write(document: ReportDocument, path: Path) -> None:
    """Write the workbook to `path`: a sheet of prose, one for each table, and one of all entries."""
    book = xlsxwriter.Workbook(path, {"constant_memory": False, "default_date_format": "dd/mm/yyyy hh:mm:ss"})
    book.set_properties({"title": document.title, "company": document.station.name})
    styles = {
        "title": book.add_format({"bold": True, "font_size": 14, "text_wrap": True}),
        "head": book.add_format(
            {"bold": True, "border": 1, "bg_color": "#E8EEF4", "text_wrap": True, "valign": "vcenter"}
        ),
        "cell": book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
        "total": book.add_format({"border": 1, "bold": True}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "when": book.add_format({"border": 1, "num_format": "dd/mm/yyyy hh:mm:ss"}),
    }
    sheet = book.add_worksheet("Tổng hợp")
    sheet.set_column(0, 0, 110)
    sheet.write(0, 0, document.title, styles["title"])
    for row, sentence in enumerate(document.sentences(), 2):
        sheet.write(row, 0, sentence, styles["wrap"])
    for table in document.tables():
        _sheet(book, table, styles)
    _entries(book, document, styles)
    book.close()


def write_rows(path: Path, title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write one plain table to `path`, row by row, so that years of entries fit in memory. Moments are naive local."""
    book = xlsxwriter.Workbook(
        path, {"constant_memory": True, "default_date_format": "dd/mm/yyyy hh:mm:ss", "strings_to_formulas": False}
    )
    head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "text_wrap": True, "valign": "vcenter"})
    sheet = book.add_worksheet(title[:31])
    sheet.freeze_panes(1, 0)
    for column, (words, width) in enumerate((h, 40 if "ên" in h or "Lý do" in h else 18) for h in heads):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, words, head)
    last = 0
    for last, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            sheet.write(last, column, value)
    sheet.autofilter(0, 0, last, len(heads) - 1)
    book.close()


def _sheet(book: xlsxwriter.Workbook, table: Table, styles: dict[str, object]) -> None:
    sheet = book.add_worksheet(table.title[:31])
    sheet.set_column(0, 0, 48)
    sheet.set_column(1, len(table.heads) - 1, 14)
    sheet.freeze_panes(1, 1)
    for column, head in enumerate(table.heads):
        sheet.write(0, column, head, styles["head"])
    for r, row in enumerate(table.rows, 1):
        for column, value in enumerate(row):
            sheet.write(r, column, value, styles["cell"])
    last = len(table.rows)
    if table.total:
        for column, value in enumerate(table.total):
            sheet.write(last + 1, column, value, styles["total"])
    if last:
        chart = book.add_chart({"type": "bar"})
        name = table.title[:31]
        chart.add_series(
            {
                "name": "Phút",
                "categories": [name, 1, 0, last, 0],
                "values": [name, 1, 4, last, 4],
                "fill": {"color": "#3F5F7F"},
                "data_labels": {"value": True},
            }
        )
        chart.set_title({"name": f"Số phút phát, {table.title.lower()}", "name_font": {"size": 12}})
        chart.set_y_axis({"reverse": True})
        chart.set_legend({"none": True})
        chart.set_size({"width": 760, "height": max(240, 34 * last + 90)})
        sheet.insert_chart(0, len(table.heads) + 1, chart)


def _entries(book: xlsxwriter.Workbook, document: ReportDocument, styles: dict[str, object]) -> None:
    sheet = book.add_worksheet("Nhật ký")
    heads = ("Dự kiến", "Bắt đầu", "Kết thúc", "Cụm loa", "Buổi phát", "Mục", "Chủ đề", "Đơn vị", "Giây nghe được", "Giây của mục", "Kết quả", "Lý do", "Mã bản ghi")  # fmt: skip # noqa: E501
    sheet.set_column(0, 2, 19)
    sheet.set_column(3, 12, 16)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(document.entries), 1), len(heads) - 1)
    for column, head in enumerate(heads):
        sheet.write(0, column, head, styles["head"])
    for row, e in enumerate(document.entries, 1):
        for column, moment in enumerate((e.planned_at, e.started_at, e.ended_at)):
            if moment is not None:
                sheet.write_datetime(row, column, moment.astimezone(document.tz).replace(tzinfo=None), styles["when"])
        values = (
            document.zones.get(e.zone, e.zone), e.broadcast_title, e.title, document.topic_short.get(e.topic or "", ""),
            document.units.get(e.unit or "", ""), e.heard_ms / 1000, e.duration_ms / 1000,
            e.outcome.label, e.reason, e.id,
        )  # fmt: skip
        for column, value in enumerate(values, 3):
            sheet.write(row, column, value)
