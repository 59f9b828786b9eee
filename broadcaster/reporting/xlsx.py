"""The report as a spreadsheet: a sheet per table with a native chart, and every entry behind the figures.

Rows go to disk as they are written: a year of a large station has more entries than memory should hold, and more than
one sheet takes.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from broadcaster.reporting.document import ReportDocument
from broadcaster.reporting.tables import Table, tables_of

_WIDE = 120
"""Characters in the column of running text."""
_NAMES = 48
"""Characters in the first column of a table."""
_SHEET_ROWS = 1_000_000
"""Entries on one sheet; Excel takes 1,048,576 rows."""
_Cells = tuple[tuple[str, int, Callable[[Any, ReportDocument], object]], ...]
"""Columns of a plain sheet: head, width in characters, what stands in a row of it."""
_LOG: _Cells = (
    ("Dự kiến", 19, lambda e, d: e.planned_at.astimezone(d.tz)),
    ("Bắt đầu", 19, lambda e, d: e.started_at and e.started_at.astimezone(d.tz)),
    ("Kết thúc", 19, lambda e, d: e.ended_at and e.ended_at.astimezone(d.tz)),
    ("Cụm loa", 14, lambda e, d: d.zones.get(e.zone, e.zone)),
    ("Buổi phát", 26, lambda e, _: e.broadcast_title),
    ("Mục", 40, lambda e, _: e.title),
    ("Chủ đề", 26, lambda e, d: d.topic_short.get(e.topic or "", "")),
    ("Đơn vị", 26, lambda e, d: d.units.get(e.unit or "", "")),
    ("Giây nghe được", 10, lambda e, _: e.heard_ms / 1000),
    ("Giây của mục", 10, lambda e, _: e.duration_ms / 1000),
    ("Kết quả", 18, lambda e, _: e.outcome.label),
    ("Lý do", 26, lambda e, _: e.reason),
    ("Mã bản ghi", 24, lambda e, _: e.id),
)
_ACTIVITIES: _Cells = (
    ("Ngày", 12, lambda a, _: a.day),
    ("Hình thức", 24, lambda a, d: d.forms.get(a.form, a.form)),
    ("Hoạt động", 44, lambda a, _: a.title),
    ("Chủ đề", 26, lambda a, _: a.topic),
    ("Đơn vị", 26, lambda a, _: a.unit),
    ("Địa điểm", 22, lambda a, _: a.place),
    ("Người dự", 10, lambda a, _: a.attendance),
    ("Lượt xem", 10, lambda a, _: a.views),
    ("Đường dẫn", 30, lambda a, _: a.link),
    ("Tệp minh chứng", 12, lambda a, _: a.proofs),
)


def write(document: ReportDocument, path: Path) -> None:
    """Write the spreadsheet to `path`."""
    with TemporaryDirectory(prefix="loa-xlsx-") as rows:  # where rows wait; gone too when the writing is stopped
        _write(document, path, rows)


def _write(document: ReportDocument, path: Path, rows: str) -> None:
    book = xlsxwriter.Workbook(
        str(path), {"remove_timezone": True, "constant_memory": True, "strings_to_formulas": False, "tmpdir": rows}
    )
    book.set_properties({"title": document.title, "author": document.station.name})
    styles = {
        "title": book.add_format({"bold": True, "font_size": 14, "text_wrap": True}),
        "head": book.add_format(
            {"bold": True, "border": 1, "bg_color": "#E8EEF4", "text_wrap": True, "valign": "vcenter"}
        ),
        "cell": book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
        "part": book.add_format({"border": 1, "valign": "top", "align": "right", "num_format": "#,##0.0"}),
        "total": book.add_format({"border": 1, "bold": True}),
        "total-part": book.add_format({"border": 1, "bold": True, "align": "right", "num_format": "#,##0.0"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "when": book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"}),
    }
    sheet = book.add_worksheet("Tổng hợp")
    _printed(sheet)
    sheet.set_column(0, 0, _WIDE)
    _tall(sheet, 0, document.title, 1.4)
    sheet.write(0, 0, document.title, styles["title"])
    for row, sentence in enumerate(document.sentences(), 2):
        _tall(sheet, row, sentence)
        sheet.write(row, 0, sentence, styles["wrap"])
    for table in tables_of(document):
        _sheet(book, table, styles)
    if document.activities:
        _activities(book, document, styles)
    _entries(book, document, styles)
    _close(book)


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
    _close(book)


def _close(book: Any) -> None:
    """Write a workbook down; what the disk refuses is told as a disk tells it."""
    try:
        book.close()
    except FileCreateError as error:
        raise (error.args[0] if error.args and isinstance(error.args[0], OSError) else error) from None


def _printed(sheet: Any, *, heads: bool = False) -> None:
    """Lay a sheet out for print: A4 on its side, all columns on one page, the head on each, pages numbered."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P/&N")
    if heads:
        sheet.repeat_rows(0)


def _tall(sheet: Any, row: int, text: str, scale: float = 1.0, wide: int = _WIDE) -> None:
    """Make a row as high as its text needs in a wide column: rows that go to disk at once are not fitted later."""
    lines = max(1, math.ceil(len(text) * scale / (wide * 0.95)))
    sheet.set_row(row, 16 * scale * lines)


def _sheet(book: Any, table: Table, styles: Mapping[str, Any]) -> None:
    name = table.title[:31]
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, _NAMES)
    sheet.set_column(1, len(table.heads) - 1, 16)
    sheet.freeze_panes(1, 1)
    _printed(sheet)
    sheet.set_row(0, 32)
    sheet.write_row(0, 0, table.heads, styles["head"])
    for r, row in enumerate(table.rows, 1):
        _tall(sheet, r, str(row[0]), wide=_NAMES)
        _cells(sheet, r, row, styles["cell"], styles["part"])
    last = len(table.rows)
    if table.total:
        _cells(sheet, last + 1, table.total, styles["total"], styles["total-part"])
    if last and table.drawn:
        below = last + (3 if table.total else 2)
        sheet.insert_chart(below, 0, _chart(book, table, name))


def _cells(sheet: Any, row: int, values: Sequence[object], whole: Any, part: Any) -> None:
    """Write cells; figures with a fraction keep one decimal, words in a column of figures stand to the right."""
    for column, value in enumerate(values):
        sheet.write(row, column, value, part if column and not isinstance(value, int) else whole)


def _chart(book: Any, table: Table, name: str) -> Any:
    chart, last = book.add_chart({"type": "bar"}), len(table.rows)
    for drawn in table.drawn:
        column = table.all_columns.index(drawn)
        chart.add_series(
            {
                "name": [name, 0, column],
                "categories": [name, 1, 0, last, 0],
                "values": [name, 1, column, last, column],
                # A pattern, not a colour, tells what was asked for from what was done: it survives a grey print.
                **(
                    {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#3F5F7F", "bg_color": "#FFFFFF"}}
                    if drawn.chart == "asked"
                    else {"fill": {"color": "#3F5F7F"}}
                ),
                "data_labels": {"value": True},
            }
        )
    chart.set_title({"name": f"{table.drawn[-1].head}, {table.title.lower()}", "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"min": 0, "major_gridlines": {"visible": True, "line": {"color": "#D0D0D0"}}})
    chart.set_legend({"position": "bottom"} if len(table.drawn) > 1 else {"none": True})
    chart.set_size({"width": 760, "height": max(240, 34 * last * len(table.drawn) + 90)})
    return chart


def _activities(book: Any, document: ReportDocument, styles: Mapping[str, Any]) -> None:
    sheet = _plain_sheet(book, "Hoạt động", _ACTIVITIES, styles)
    for row, a in enumerate(document.activities, 1):
        _row(sheet, row, [value(a, document) for _, _, value in _ACTIVITIES], styles, styles["cell"])


def _entries(book: Any, document: ReportDocument, styles: Mapping[str, Any]) -> None:
    sheet, row, number = None, 0, 0
    for e in document.entries:
        if sheet is None or row > _SHEET_ROWS:
            number += 1
            sheet, row = _log_sheet(book, number, styles), 1
        _row(sheet, row, [value(e, document) for _, _, value in _LOG], styles)
        row += 1
    if sheet is None:
        _log_sheet(book, 1, styles)


def _log_sheet(book: Any, number: int, styles: Mapping[str, Any]) -> Any:
    return _plain_sheet(book, "Nhật ký" if number == 1 else f"Nhật ký {number}", _LOG, styles)


def _plain_sheet(book: Any, name: str, cells: _Cells, styles: Mapping[str, Any]) -> Any:
    sheet = book.add_worksheet(name)
    for column, (_, width, _) in enumerate(cells):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    _printed(sheet, heads=True)
    sheet.write_row(0, 0, [head for head, _, _ in cells], styles["head"])
    return sheet


def _row(sheet: Any, row: int, values: Iterable[object], styles: Mapping[str, Any], style: Any = None) -> None:
    """Write the cells of a row by what they are: nobody's text is taken for a formula or an address."""
    for column, value in enumerate(values):
        if isinstance(value, dt.datetime):
            sheet.write_datetime(row, column, value.replace(tzinfo=None), styles["when"])
        elif isinstance(value, str):
            sheet.write_string(row, column, value, style)
        elif value is not None:
            sheet.write_number(row, column, value, style)
