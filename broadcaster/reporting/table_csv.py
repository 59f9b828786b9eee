"""The report as plain tables: one file of figures, one of airings; UTF-8 with a mark, as Excel wants it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from broadcaster.domain.broadcasts import ItemKind
from broadcaster.reporting.document import ReportDocument
from broadcaster.reporting.tables import tables_of

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def figures(document: ReportDocument) -> bytes:
    """Return the tables one under another: table, row, then a column each; the same report gives the same bytes."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(["Kỳ", document.period.title, document.period.first.isoformat(), document.period.last.isoformat()])
    for table in tables_of(document):
        out.writerow([])
        out.writerow([table.title])
        out.writerow(table.heads)
        for row in (*table.rows, *([table.total] if table.total else [])):
            out.writerow([_cell(v) for v in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def write_figures(document: ReportDocument, path: Path) -> None:
    """Write `figures` to `path`."""
    path.write_bytes(figures(document))


def write_airings(document: ReportDocument, path: Path) -> None:
    """Write every airing and relay of the period, a line each."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(
            [
                "Dự kiến",
                "Buổi phát",
                "Tin, bài",
                "Loại",
                "Chủ đề",
                "Đơn vị",
                "Thể loại",
                "Giây nghe được",
                "Kết quả",
                "Lý do",
                "Cụm loa phát đủ",
                "Cụm loa",
            ]
        )
        for a in document.airings:
            out.writerow(
                [
                    f"{a.planned_at.astimezone(document.tz):%Y-%m-%d %H:%M:%S}",
                    _cell(a.broadcast_title),
                    _cell(a.title),
                    "tiếp âm" if a.kind == ItemKind.RELAY else "tự sản xuất",
                    document.topic_short.get(a.topic or "", a.topic or ""),
                    document.units.get(a.unit or "", a.unit or ""),
                    document.genres.get(a.genre or "", a.genre or ""),
                    f"{a.heard_ms / 1000:.1f}",
                    a.outcome.label,
                    _cell(a.reason),
                    a.zones_full,
                    a.zones,
                ]
            )


def _cell(value: str | float) -> str | float:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) and value != "-" else value
