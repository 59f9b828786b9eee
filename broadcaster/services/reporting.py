"""Figures of a period from the log, and reports drawn from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import ChainHead, Report, Revision, Topic, Unit, ZoneRow
from broadcaster.domain import figures as figures_module
from broadcaster.domain.figures import Figures
from broadcaster.domain.fold import slug
from broadcaster.domain.periods import ReportPeriod, previous, year_before
from broadcaster.domain.playlog import Entry
from broadcaster.domain.roles import Actor, Permission
from broadcaster.domain.scripts import Genre
from broadcaster.errors import RuleError
from broadcaster.reporting import docx, xlsx
from broadcaster.reporting.document import ReportDocument
from broadcaster.services import audit, playlog
from broadcaster.services.scripts import OTHER_TOPIC
from broadcaster.services.station import Station

FORMATS = ("docx", "xlsx")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A report that was drawn."""

    id: int
    document: ReportDocument
    files: tuple[Path, ...]


def figures_of(station: Station, session: Session, period: ReportPeriod) -> Figures:
    """Return the figures of a period, counted from the log."""
    return figures_module.count(_entries(session, period, station), station.settings.tz)


def document_of(station: Station, period: ReportPeriod) -> ReportDocument:
    """Return everything a report of `period` says, with the same figures of the periods to compare with."""
    cutoff = station.settings.report.cutoff_day
    with station.db.read() as session:
        start, end = period.bounds(station.settings.tz)
        written = session.scalar(
            select(func.count(func.distinct(Revision.script_id))).where(
                Revision.number == 1, Revision.created_at >= start, Revision.created_at < end
            )
        )
        head = session.get_one(ChainHead, 1)
        return ReportDocument(
            period=period,
            figures=figures_of(station, session, period),
            before=figures_of(station, session, previous(period, cutoff=cutoff)),
            year_before=figures_of(station, session, year_before(period, cutoff=cutoff)),
            scripts_written=written or 0,
            topics={t.code: t.title for t in session.scalars(select(Topic).order_by(Topic.position))},
            topic_short={t.code: t.short for t in session.scalars(select(Topic).order_by(Topic.position))},
            other_topic=OTHER_TOPIC,
            units={u.code: u.name for u in session.scalars(select(Unit).order_by(Unit.code))},
            zones={z.code: z.name for z in session.scalars(select(ZoneRow).order_by(ZoneRow.position))},
            genres={g.value: g.label for g in Genre},
            entries=tuple(_entries(session, period, station)),
            station=station.settings.station,
            form=station.settings.report,
            tz=station.settings.tz,
            drawn_at=station.now(),
            last_hash=head.hash,
            last_seq=head.seq,
        )


def draw(
    station: Station,
    actor: Actor,
    period: ReportPeriod,
    *,
    formats: Sequence[str] = FORMATS,
    folder: Path | None = None,
) -> Drawn:
    """Draw a report: freeze its figures in a row, write its files; return both.

    Raises:
        RuleError: the period lies wholly in the future, or a format is unknown. Nothing is written.
    """
    actor.require(Permission.REPORT)
    if period.first > station.today():
        raise RuleError(f"Kỳ {period} chưa tới nên chưa có số liệu.", field="period")
    if unknown := set(formats) - set(FORMATS):
        raise RuleError(f"Không có định dạng {', '.join(sorted(unknown))}. Có: {', '.join(FORMATS)}.", field="format")
    document = document_of(station, period)
    folder = folder or station.home.reports
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"bao-cao-truyen-thanh-{slug(period.title)}-{station.local(station.now()):%Y%m%d-%H%M%S}"
    writers = {"docx": docx.write, "xlsx": xlsx.write}
    files = []
    for name in formats:
        path = folder / f"{stem}.{name}"
        writers[name](document, path)
        files.append(path)
    with station.db.write() as session:
        row = Report(
            period=period.title,
            title=document.title,
            first=period.first,
            last=period.last,
            figures=document.figures.as_json(),
            entries_to=document.last_seq,
            last_hash=document.last_hash,
            files=[p.name for p in files],
            by=actor.username,
            at=station.now(),
        )
        session.add(row)
        session.flush()
        audit.record(session, station.now(), actor, "draw", "report", row.id, note=document.title)
        return Drawn(row.id, document, tuple(files))


def trace(
    station: Station,
    period: ReportPeriod,
    *,
    topic: str | None = None,
    unit: str | None = None,
    zone: str | None = None,
) -> list[Entry]:
    """Return the entries behind a figure of a period."""
    with station.db.read() as session:
        found = _entries(session, period, station, zone=zone)
        return [e for e in found if e.kind == "script" and topic in {None, e.topic} and unit in {None, e.unit}]


def _entries(session: Session, period: ReportPeriod, station: Station, *, zone: str | None = None) -> Iterator[Entry]:
    first, last = period.bounds(station.settings.tz)
    return (line.entry for line in playlog.entries(session, first, last, zone=zone))
