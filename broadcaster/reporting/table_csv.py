"""The report as plain tables: one file of figures, one of airings; UTF-8 with a mark, as Excel wants it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from broadcaster.domain.air.broadcasts import ItemKind
from broadcaster.domain.reports.figures import CountedAiring
from broadcaster.reporting.document import ReportDocument
from broadcaster.reporting.tables import tables_of

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def figures(document: ReportDocument) -> bytes:
    """The tables one under another: table, row, then a column each; the same report gives the same bytes."""
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


_AIRINGS: tuple[tuple[str, Callable[[CountedAiring, ReportDocument], str | float]], ...] = (
    ("Dự kiến", lambda a, d: f"{a.planned_at.astimezone(d.tz):%Y-%m-%d %H:%M:%S}"),
    ("Buổi phát", lambda a, _: a.broadcast_title),
    ("Tin, bài", lambda a, _: a.title),
    ("Loại", lambda a, _: "tiếp âm" if a.kind == ItemKind.RELAY else "tự sản xuất"),
    ("Chủ đề", lambda a, d: d.topic_short.get(a.topic or "", a.topic or "")),
    ("Đơn vị", lambda a, d: d.units.get(a.unit or "", a.unit or "")),
    ("Thể loại", lambda a, d: d.genres.get(a.genre or "", a.genre or "")),
    ("Giây nghe được", lambda a, _: f"{a.heard_ms / 1000:.1f}"),
    ("Kết quả", lambda a, _: a.outcome.label),
    ("Lý do", lambda a, _: a.reason),
    ("Cụm loa phát đủ", lambda a, _: a.zones_full),
    ("Cụm loa", lambda a, _: a.zones),
)


def write_airings(document: ReportDocument, path: Path) -> None:
    """Write every airing and relay of the period, a line each."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow([head for head, _ in _AIRINGS])
        for airing in document.airings:
            out.writerow([_cell(value(airing, document)) for _, value in _AIRINGS])


def _cell(value: str | float) -> str | float:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) and value != "-" else value
