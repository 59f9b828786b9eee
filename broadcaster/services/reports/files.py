"""The files of a report, in every form that was asked for: all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from broadcaster.domain.fold import slug
from broadcaster.errors import StationError
from broadcaster.home import Home
from broadcaster.later import Later
from broadcaster.reporting import table_csv
from broadcaster.reporting.document import ReportDocument
from broadcaster.services.reports.content import LogRows, Progress, stretch_of
from broadcaster.services.station import Station

if TYPE_CHECKING:
    from broadcaster.reporting import docx, paper, xlsx
else:
    docx = Later("broadcaster.reporting.docx")
    paper = Later("broadcaster.reporting.paper")
    xlsx = Later("broadcaster.reporting.xlsx")

FORMATS = ("docx", "pdf", "xlsx", "csv")
SHAPES = ("full", "section", "annex")


def templates_of(home: Home) -> Path:
    """Where the office keeps the templates of its own."""
    return home.root / "scripts" / "templates"


def write_files(
    station: Station,
    document: ReportDocument,
    formats: Sequence[str],
    shapes: Sequence[str],
    folder: Path,
    progress: Progress,
) -> list[Path]:
    """Write the files whole or not at all: a wrong template, or a person who stops it, leaves none behind."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StationError(f"Không tạo được thư mục báo cáo ({error.strerror or error}).", field=str(folder)) from None
    stamp = f"{slug(document.period.title)}-{station.local(station.now()):%Y%m%d-%H%M%S}"
    templates = templates_of(station.home)
    files: list[Path] = []
    steps: list[tuple[str, Callable[[ReportDocument, Path], None]]] = []
    for shape in shapes:
        stem = f"{docx.SHAPES[shape]}-truyen-thanh-{stamp}"
        if "docx" in formats:
            steps.append((f"{stem}.docx", partial(docx.write, shape=shape, templates=templates)))
        if "pdf" in formats:
            steps.append((f"{stem}.pdf", partial(paper.write, shape=shape)))
    if "xlsx" in formats:
        steps.append((f"so-lieu-truyen-thanh-{stamp}.xlsx", xlsx.write))
    if "csv" in formats:
        steps.append((f"so-lieu-truyen-thanh-{stamp}.csv", table_csv.write_figures))
        steps.append((f"luot-phat-truyen-thanh-{stamp}.csv", table_csv.write_airings))
    done = 0
    watched = _watched(station, document, lambda share: progress((done + share) / len(steps)))
    try:
        for done, (name, write) in enumerate(steps):
            progress(done / len(steps))
            files.append(folder / name)
            write(watched, files[-1])
        progress(1.0)
    except BaseException:
        for path in files:
            path.unlink(missing_ok=True)
        raise
    return files


def _watched(station: Station, document: ReportDocument, tell: Progress) -> ReportDocument:
    """The report with a log that tells, while it is read, the share of its rows that were."""
    whole = max(1, document.figures.entries)
    stretch = stretch_of(station, document.period, up_to=document.last_seq)

    def told(number: int) -> None:
        tell(min(1.0, number / whole))

    return replace(
        document,
        entries=LogRows(station, stretch, as_entries=True, tell=told),
        airings=LogRows(station, stretch, as_entries=False, tell=told),
    )
