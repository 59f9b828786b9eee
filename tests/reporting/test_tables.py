"""The tables of a report: a column put elsewhere takes its cells, its link and its bar along, and nothing else moves."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest

from broadcaster.reporting import docx as docx_writer
from broadcaster.reporting import paper, table_csv, xlsx
from broadcaster.reporting.document import ReportDocument
from broadcaster.reporting.tables import Table, days_of, tables_of
from tests.kit.reports import whole_report


@pytest.fixture(scope="module")
def document() -> ReportDocument:
    return whole_report()


def turned(table: Table) -> Table:
    """The table with its columns the other way round."""
    return replace(table, columns=table.columns[::-1])


def cells(heads: list[str], rows: list[list[str]]) -> set[tuple[str, str, str]]:
    """Each cell by the names of its row and its column, wherever they stand."""
    return {(row[0], head, value) for row in rows for head, value in zip(heads[1:], row[1:], strict=True)}


def in_csv(document: ReportDocument) -> dict[str, set[tuple[str, str, str]]]:
    found: dict[str, set[tuple[str, str, str]]] = {}
    blocks = table_csv.figures(document).decode("utf-8-sig").split("\r\n\r\n")[1:]
    for block in blocks:
        [title], heads, *rows = csv.reader(io.StringIO(block))
        found[title] = cells(heads, rows)
    return found


def in_word(document: ReportDocument, path: Path) -> list[set[tuple[str, str, str]]]:
    docx_writer.write(document, path)
    grids = [[[c.text for c in row.cells] for row in t.rows] for t in docx.Document(str(path)).tables[1:-1]]
    return [cells(heads, rows) for heads, *rows in grids]


def drawn(document: ReportDocument, path: Path) -> dict[str, list[str]]:
    """The heads of the columns that each sheet draws, in the order of its bars."""
    xlsx.write(document, path)
    book = openpyxl.load_workbook(path)
    found = {}
    for title in [t.title for t in tables_of(document)]:
        sheet = book[title]
        places = [series.val.numRef.f for chart in sheet._charts for series in chart.series]  # type: ignore[attr-defined]
        found[title] = [sheet[f"{place.split('!')[1].split('$')[1]}1"].value for place in places]
    return found


def test_a_column_put_elsewhere_moves_nothing_else(
    document: ReportDocument, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = in_csv(document), in_word(document, tmp_path / "a.docx"), drawn(document, tmp_path / "a.xlsx")
    for module in (table_csv, docx_writer, xlsx, paper):
        monkeypatch.setattr(module, "tables_of", lambda d: [turned(t) for t in tables_of(d)])
    after = in_csv(document), in_word(document, tmp_path / "b.docx"), drawn(document, tmp_path / "b.xlsx")
    assert before == after
    assert table_csv.figures(document).decode().splitlines()[3].split(",")[1] == "Phút"  # they did move
    assert before[2]["Thực hiện kế hoạch"] == ["Phải đạt", "Từ đầu kế hoạch"]
    assert before[2]["Theo cụm loa"] == ["Phút"]


def test_each_table_draws_a_column_and_says_what_stands_behind_its_counts(document: ReportDocument) -> None:
    for table in tables_of(document):
        assert table.drawn, table.key
        assert len({c.name for c in table.all_columns}) == len(table.all_columns)
        assert all(len(c.cells) == len(table.codes) for c in table.all_columns)
        linked = {c.name: c.links_to for c in table.columns if c.links_to}
        assert linked, table.key
        for link in linked.values():
            first, last = days_of(document, link)
            assert first <= last


def test_the_totals_are_the_sums_of_their_columns(document: ReportDocument) -> None:
    for table in tables_of(document):
        for column in table.columns:
            if isinstance(column.total, int) and table.key in {"plan", "reason"}:
                assert column.total == sum(column.cells), (table.key, column.name)
