"""The tables of a report on its page: each figure as text, with the address of what stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from broadcaster.db.models import Report
from broadcaster.panel.web.filters import number
from broadcaster.reporting.document import ReportDocument
from broadcaster.reporting.tables import Column, Link, Value, days_of, tables_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure in words; `href` is empty where nothing stands behind it."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table as the page draws it: each row has its name and its figures."""

    title: str
    key: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Value, list[Shown]], ...]
    total: tuple[Value, list[Shown]] | None
    note: str


def shown_tables(document: ReportDocument, row: Report) -> list[ShownTable]:
    """The tables of a frozen report with their links."""

    def shown(column: Column, value: Value, code: str | None) -> Shown:
        text = number(value, 1) if isinstance(value, float) else str(value)
        link = column.links_to
        return Shown(text, _address(document, row, link, code) if link and value else "")

    found = []
    for t in tables_of(document):
        rows = tuple(
            (name, [shown(c, c.cells[n], code) for c in t.columns])
            for n, (name, code) in enumerate(zip(t.names.cells, t.codes, strict=True))
        )
        total = None
        if t.total:
            total = t.total[0], [shown(c, v, None) for c, v in zip(t.columns, t.total[1:], strict=True)]
        found.append(ShownTable(t.title, t.key, t.heads, rows, total, t.note))
    return found


def _address(document: ReportDocument, row: Report, link: Link, code: str | None) -> str:
    """Where a figure leads; `code` is None for a total."""
    if code is None and not link.total:
        return ""
    first, last = days_of(document, link)
    values: dict[str, Any] = {"first": first.isoformat(), "last": last.isoformat()}
    values |= {} if code is None else {link.by: code}
    if link.of == "activities":
        return url_for("activities.index", **values)
    values |= {"outcome": link.outcome} if link.outcome else {}
    return url_for("reports.entries", up_to=row.entries_to, of=link.of, **values)
