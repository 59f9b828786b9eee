"""The log book of a month, a week or some days, as PDF."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from broadcaster.clock import day_bounds
from broadcaster.db.models import ChainHead
from broadcaster.db.queries import zones as zones_queries
from broadcaster.domain.air.broadcasts import ItemKind
from broadcaster.domain.log.chain import GENESIS
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.reports.periods import parse
from broadcaster.errors import RuleError
from broadcaster.reporting.logbook import Book, paper
from broadcaster.reporting.pdf import render
from broadcaster.services.audit import Trail
from broadcaster.services.log import places, playlog
from broadcaster.services.station import Station
from broadcaster.sound.store import keep_whole

LONGEST = dt.timedelta(days=62)


def span_of(written: str, *, cutoff: int = 14) -> tuple[dt.date, dt.date, str]:
    """First day, last day and title of a book's period.

    Raises:
        RuleError: that is no period, or one longer than two months.
    """
    period = parse(written, cutoff=cutoff)
    if period.last - period.first > LONGEST:
        raise RuleError("Mỗi quyển sổ dài nhất hai tháng, ngày sau không trước ngày đầu.", field="period")
    return period.first, period.last, period.title[0].upper() + period.title[1:]


def book_pdf(station: Station, written: str) -> tuple[str, bytes]:
    """File name and bytes of the log book of a period.

    Raises:
        RuleError: the period is wrong.
        StationError: the PDF cannot be set.
    """
    first, last, title = span_of(written, cutoff=station.settings.report.cutoff_day)
    tz = station.settings.tz
    start, end = day_bounds(first, last, tz)
    with station.db.read() as session:
        entries = [line.entry for line in playlog.entries(session, start, end, effective=True)]
        head = session.get(ChainHead, 1)
        zones = zones_queries.zone_names(session)
    book = Book(
        title=title,
        first=first,
        last=last,
        entries=[e for e in entries if e.kind is not ItemKind.TRIAL],
        zones=zones,
        station=station.settings.issuer,
        form=station.settings.paper_form,
        tz=tz,
        made_at=station.now().replace(microsecond=0),
        seq=head.seq if head else 0,
        last_hash=head.hash if head else GENESIS,
        mark=places.newest(station.home),
    )
    return f"so-nhat-ky-phat-thanh-{first:%Y%m%d}-{last:%Y%m%d}.pdf", render(paper(book))


def write_book(
    station: Station, actor: Actor, written: str, path: Path | None = None, *, overwrite: bool = False
) -> Path:
    """Write the log book beside the reports, or at `path`; return where it is.

    Raises:
        RuleError: there is one, and nobody asked to replace it.
    """
    actor.require(Permission.REPORT)
    name, data = book_pdf(station, written)
    target = path or station.home.reports / name
    if path is None:
        target.parent.mkdir(parents=True, exist_ok=True)
    keep_whole(target, data, overwrite=overwrite)
    with station.db.write() as session:
        Trail(session, station.now(), actor).record("draw", "log-book", written, note=target.name)
    return target
