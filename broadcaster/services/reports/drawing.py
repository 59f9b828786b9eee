"""Reports drawn from the log and frozen in a row, drawn again from what was frozen, issued."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from broadcaster.db.models import Report
from broadcaster.db.queries import figures
from broadcaster.db.queries.one import one_of
from broadcaster.domain.confirming import require_shown
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.reports.periods import ReportPeriod
from broadcaster.errors import RuleError
from broadcaster.reporting.document import ReportDocument
from broadcaster.reporting.frozen import digest, freeze, thaw
from broadcaster.services.audit import Trail
from broadcaster.services.reports.content import LogRows, Progress, document_of, refuse_future, stretch_of, untold
from broadcaster.services.reports.files import FORMATS, SHAPES, write_files
from broadcaster.services.station import Station

_FIGURES_SHARE = 0.3
"""Of the work of a report, what counting takes; the rest is writing its files."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A report that was drawn."""

    id: int
    document: ReportDocument
    files: tuple[Path, ...]


def draw(
    station: Station,
    actor: Actor,
    period: ReportPeriod,
    *,
    formats: Sequence[str] = FORMATS,
    shapes: Sequence[str] = SHAPES,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Drawn:
    """Draw a report: freeze all it says in a row, write its files; return both.

    `progress` is told the share that is done; when it raises, nothing is kept.

    Raises:
        RuleError: the period lies wholly in the future, a format is unknown, or a template of the office is wrong.
            Nothing is kept.
    """
    actor.require(Permission.REPORT)
    refuse_future(station, period)
    if unknown := set(formats) - set(FORMATS):
        raise RuleError(f"Không có định dạng {', '.join(sorted(unknown))}. Có: {', '.join(FORMATS)}.", field="format")
    if unknown := set(shapes) - set(SHAPES):
        raise RuleError(f"Không có dạng {', '.join(sorted(unknown))}. Có: {', '.join(SHAPES)}.", field="shape")
    tell = progress or untold
    document = document_of(station, period, progress=lambda share: tell(share * _FIGURES_SHARE))
    files = write_files(
        station,
        document,
        formats,
        shapes,
        folder or station.home.reports,
        lambda share: tell(_FIGURES_SHARE + share * (1 - _FIGURES_SHARE)),
    )
    content = freeze(document)
    with station.db.write() as session:
        first, _ = figures.range_of(session, stretch_of(station, period, up_to=document.last_seq))
        row = Report(
            period=period.title,
            title=document.title,
            first=period.first,
            last=period.last,
            figures=document.figures.as_json(),
            entries_from=first,
            entries_to=document.last_seq,
            last_hash=document.last_hash,
            content=content,
            content_sha256=digest(content),
            issued_number="",
            issued_on=None,
            files=[p.name for p in files],
            by=actor.username,
            at=station.now(),
        )
        session.add(row)
        session.flush()
        Trail(session, station.now(), actor).record("draw", "report", row.id, note=document.title)
        return Drawn(row.id, document, tuple(files))


def redraw(
    station: Station, actor: Actor, number: int, *, folder: Path | None = None, progress: Progress | None = None
) -> list[Path]:
    """Write the files of a frozen report again, from what it kept; nothing is counted anew.

    Raises:
        RuleError: the report kept no content (it is of an older version).
    """
    actor.require(Permission.REPORT)
    with station.db.read() as session:
        row = one_of(session, Report, number)
    document = frozen(station, row)
    formats = list(dict.fromkeys(name.rpartition(".")[2] for name in row.files)) or list(FORMATS)
    files = write_files(station, document, formats, SHAPES, folder or station.home.reports, progress or untold)
    with station.db.write() as session:
        row = one_of(session, Report, number)
        row.files = [p.name for p in files]
        Trail(session, station.now(), actor).record("redraw", "report", number, note=row.title)
    return files


def frozen(station: Station, row: Report) -> ReportDocument:
    """A report as it was frozen.

    Raises:
        RuleError: it kept no content.
    """
    if not row.content:
        raise RuleError("Báo cáo này lập từ phiên bản cũ, chỉ giữ số liệu tổng hợp. Hãy lập lại.", field="report")
    document = thaw(row.content)
    stretch = stretch_of(station, document.period, up_to=row.entries_to)
    return replace(
        document,
        entries=LogRows(station, stretch, as_entries=True),
        airings=LogRows(station, stretch, as_entries=False),
    )


def deciding(row: Report) -> dict[str, Any]:
    """What a report says, and what it was counted from: all that is issued under a number."""
    counted = [row.entries_from, row.entries_to, row.last_hash]
    return {"title": row.title, "content": row.content_sha256, "figures": row.figures, "counted": counted}


def issue(station: Station, actor: Actor, number: int, official: str, day: dt.date, *, seal: str | None = None) -> None:
    """Note the number and date that văn thư gave; an issued report is never issued again.

    `seal` is that of what was shown (`deciding`).

    Raises:
        NotAsShownError: the report says something else by now.
        RuleError: it is issued already, or the number is empty.
    """
    actor.require(Permission.REPORT)
    official = official.strip()[:60]
    if not official:
        raise RuleError("Hãy ghi số, ký hiệu văn thư đã cấp.", field="issued_number")
    with station.db.write() as session:
        row = one_of(session, Report, number)
        if row.issued_number:
            raise RuleError(f"Báo cáo đã ban hành với số {row.issued_number}.", field="issued_number")
        require_shown(deciding(row), seal, {"title": "Tên", "content": "Nội dung", "figures": "Số liệu"})
        if day < station.local(row.at).date() or day > station.today():
            raise RuleError("Ngày ban hành phải từ ngày lập đến hôm nay.", field="issued_on")
        row.issued_number, row.issued_on = official, day
        Trail(session, station.now(), actor).record(
            "issue",
            "report",
            number,
            note=official,
            after={"number": official, "day": day.isoformat()},
        )
