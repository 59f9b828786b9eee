"""Figures of a period from the log, and reports drawn from them, frozen, drawn again, checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import Approval, ChainHead, PlayLogEntry, Report, Revision, Script, Topic, Unit, ZoneRow
from broadcaster.db.queries import airings as airing_queries
from broadcaster.db.queries.airings import Stretch
from broadcaster.domain.activities import PartState
from broadcaster.domain.chain import GENESIS
from broadcaster.domain.figures import Figures
from broadcaster.domain.fold import slug
from broadcaster.domain.periods import ReportPeriod, custom, parse, previous, year_before
from broadcaster.domain.plans import Campaign
from broadcaster.domain.roles import Actor, Permission
from broadcaster.domain.scripts import Genre, ScriptState
from broadcaster.errors import NotFoundError, RuleError, StationError
from broadcaster.reporting import docx, paper, table_csv, xlsx
from broadcaster.reporting.document import ActivityLine, PartLine, ReportDocument
from broadcaster.reporting.frozen import differences, digest, freeze, thaw
from broadcaster.services import activities, audit, plans, playlog, tracking
from broadcaster.services.scripts import OTHER_TOPIC
from broadcaster.services.station import Station

FORMATS = ("docx", "pdf", "xlsx", "csv")
SHAPES = ("full", "section", "annex")
Progress = Callable[[float], None]
_FIGURES_SHARE = 0.3
"""Of the work of a report, what counting takes; the rest is writing its files."""
_TELL_EVERY = 5_000
"""Rows of the log between two signs of progress."""
_PRESETS = ("Q1", "H1", "Q3", "Y")
"""The periods of công văn 581/BNV-CCHC; there is no separate second or fourth quarter."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A report that was drawn."""

    id: int
    document: ReportDocument
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """A report that is to be handed in: its period, the last day for it, and whether it was drawn after its end."""

    period: ReportPeriod
    written: str
    day: dt.date
    left: int
    """Days left; negative when it is late."""
    report: int | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a frozen report: whether the log still proves it, and what a new one would say otherwise."""

    content_whole: bool
    """The frozen content still has its hash."""
    log_whole: bool
    """The log still ends, at the report's last entry, with the hash that the report keeps."""
    same_then: tuple[str, ...]
    """Differences between the frozen figures and the log as it was then: none, unless somebody altered one."""
    changed_since: tuple[str, ...]
    """What entries, activities or parts of later would change."""

    @property
    def ok(self) -> bool:
        """Whether the report is proved."""
        return self.content_whole and self.log_whole and not self.same_then


@dataclass(frozen=True)
class _Again:
    """Rows of the log of a period, read anew each time they are asked for, never held whole."""

    station: Station
    stretch: Stretch
    as_entries: bool
    tell: Callable[[int], None] | None = None
    """Told now and then how many rows were read."""

    def __iter__(self) -> Iterator[Any]:
        for number, row in enumerate(self._rows()):
            if self.tell and number % _TELL_EVERY == 0:
                self.tell(number)
            yield row

    def _rows(self) -> Iterator[Any]:
        with self.station.db.read() as session:
            if not self.as_entries:
                yield from airing_queries.airings(session, self.stretch)
                return
            lines = playlog.entries(session, self.stretch.start, self.stretch.end)
            yield from (line.entry for line in lines if self.stretch.up_to is None or line.seq <= self.stretch.up_to)


def stretch_of(station: Station, period: ReportPeriod, **more: Any) -> Stretch:
    """Return the entries of a period as a stretch of the log."""
    return Stretch(*period.bounds(station.settings.tz), **more)


def figures_of(station: Station, session: Session, period: ReportPeriod, *, up_to: int | None = None) -> Figures:
    """Return the figures of a period, counted from the log; `up_to` as it was at that entry."""
    return airing_queries.figures(session, stretch_of(station, period, up_to=up_to), station.settings.tz)


def refuse_future(station: Station, period: ReportPeriod) -> None:
    """Raise RuleError for a period that lies wholly in the future."""
    if period.first > station.today():
        raise RuleError(f"Kỳ {period} chưa tới nên chưa có số liệu.", field="period")


def document_of(
    station: Station, period: ReportPeriod, *, up_to: int | None = None, progress: Progress | None = None
) -> ReportDocument:
    """Return everything a report of `period` says, with the same figures of the periods to compare with.

    `up_to` takes the log as it was at that entry; `progress` is told the share of the counting that is done.
    """
    tell = progress or _untold
    cutoff = station.settings.report.cutoff_day
    with station.db.read() as session:
        start, end = period.bounds(station.settings.tz)
        head = session.get_one(ChainHead, 1)
        up_to = head.seq if up_to is None else up_to
        written = session.scalar(
            select(func.count(func.distinct(Revision.script_id))).where(
                Revision.number == 1, Revision.created_at >= start, Revision.created_at < end
            )
        )
        topics = session.scalars(select(Topic).order_by(Topic.position)).all()
        units = {u.code: u.name for u in session.scalars(select(Unit).order_by(Unit.code))}
        row = plans.current(session, period.last)
        day = min(period.last, station.today())
        campaign = plans.campaign_of(row) if row else None
        forms = plans.forms(station)
        stretch = stretch_of(station, period, up_to=up_to)
        counted = []
        for n, each in enumerate((period, previous(period, cutoff=cutoff), year_before(period, cutoff=cutoff))):
            tell(n / 4)
            counted.append(figures_of(station, session, each, up_to=up_to))
        tell(3 / 4)
        return ReportDocument(
            period=period,
            figures=counted[0],
            before=counted[1],
            year_before=counted[2],
            scripts_written=written or 0,
            topics={t.code: t.title for t in topics},
            topic_short={t.code: t.short for t in topics},
            other_topic=OTHER_TOPIC,
            units=units,
            zones={z.code: z.name for z in session.scalars(select(ZoneRow).order_by(ZoneRow.position))},
            genres={g.value: g.label for g in Genre},
            entries=_Again(station, stretch, as_entries=True),
            airings=_Again(station, stretch, as_entries=False),
            station=station.settings.station,
            form=station.settings.report,
            tz=station.settings.tz,
            drawn_at=station.now(),
            last_hash=_hash_at(session, up_to),
            last_seq=up_to,
            plan=tracking.progress_of(station, session, campaign, day, up_to=up_to)
            if campaign and campaign.first <= day
            else None,
            plan_in_period=_in_period(station, session, campaign, period, up_to) if campaign else None,
            forms={f.code: f.title for f in forms},
            groups={f.code: f.group.value for f in forms},
            activities=_activities(session, period, units, {t.code: t.short for t in topics}),
            parts=tuple(
                PartLine(units.get(code, code), part.body)
                for code, part in sorted(activities.parts(session, period.first, period.last).items())
                if part.state is PartState.MERGED
            ),
            slogans=_slogans(session, end),
        )


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
    tell = progress or _untold
    document = document_of(station, period, progress=lambda share: tell(share * _FIGURES_SHARE))
    files = _write(
        station, document, formats, shapes, folder or station.home.reports,
        lambda share: tell(_FIGURES_SHARE + share * (1 - _FIGURES_SHARE)),
    )  # fmt: skip
    content = freeze(document)
    with station.db.write() as session:
        first, _ = airing_queries.range_of(session, stretch_of(station, period, up_to=document.last_seq))
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
        audit.record(session, station.now(), actor, "draw", "report", row.id, note=document.title)
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
        row = _report(session, number)
    document = frozen(station, row)
    formats = list(dict.fromkeys(name.rpartition(".")[2] for name in row.files)) or list(FORMATS)
    files = _write(station, document, formats, SHAPES, folder or station.home.reports, progress or _untold)
    with station.db.write() as session:
        row = _report(session, number)
        row.files = [p.name for p in files]
        audit.record(session, station.now(), actor, "redraw", "report", number, note=row.title)
    return files


def frozen(station: Station, row: Report) -> ReportDocument:
    """Return a report as it was frozen.

    Raises:
        RuleError: it kept no content.
    """
    if not row.content:
        raise RuleError("Báo cáo này lập từ phiên bản cũ, chỉ giữ số liệu tổng hợp. Hãy lập lại.", field="report")
    document = thaw(row.content)
    stretch = stretch_of(station, document.period, up_to=row.entries_to)
    return replace(
        document,
        entries=_Again(station, stretch, as_entries=True),
        airings=_Again(station, stretch, as_entries=False),
    )


def issue(station: Station, actor: Actor, number: int, official: str, day: dt.date) -> None:
    """Note the number and date that văn thư gave; an issued report is never issued again.

    Raises:
        RuleError: it is issued already, or the number is empty.
    """
    actor.require(Permission.REPORT)
    official = official.strip()[:60]
    if not official:
        raise RuleError("Hãy ghi số, ký hiệu văn thư đã cấp.", field="issued_number")
    with station.db.write() as session:
        row = _report(session, number)
        if row.issued_number:
            raise RuleError(f"Báo cáo đã ban hành với số {row.issued_number}.", field="issued_number")
        if day < station.local(row.at).date() or day > station.today():
            raise RuleError("Ngày ban hành phải từ ngày lập đến hôm nay.", field="issued_on")
        row.issued_number, row.issued_on = official, day
        audit.record(
            session, station.now(), actor, "issue", "report", number, note=official,
            after={"number": official, "day": day.isoformat()},
        )  # fmt: skip


def check(station: Station, number: int) -> Checked:
    """Check a frozen report against the log as it was, and say what a report of today would say otherwise."""
    with station.db.read() as session:
        row = _report(session, number)
        log_whole = _hash_at(session, row.entries_to) == row.last_hash
    kept = frozen(station, row)
    then = freeze(document_of(station, kept.period, up_to=row.entries_to))
    now = freeze(document_of(station, kept.period))
    proved = ("figures", "before", "year_before")
    return Checked(
        content_whole=digest(row.content) == row.content_sha256,
        log_whole=log_whole,
        same_then=tuple(differences({k: row.content[k] for k in proved}, {k: then[k] for k in proved})),
        changed_since=tuple(differences(row.content, now)),
    )


def due(station: Station) -> list[Due]:
    """Return the reports whose day comes within the days of reminding, or passed in the last 30 days undrawn."""
    settings, today = station.settings.report, station.today()
    found = []
    with station.db.read() as session:
        for year in (today.year, today.year - 1):
            for preset in _PRESETS:
                written = f"{year}-{preset}"
                period = parse(written, cutoff=settings.cutoff_day)
                day = _due_day(period, settings.due_day)
                left = (day - today).days
                number = session.scalars(
                    select(Report.id)
                    .where(Report.first == period.first, Report.last == period.last)
                    .order_by((Report.issued_on.is_not(None)).desc(), Report.id.desc())
                ).first()
                drawn_at = session.scalar(select(Report.at).where(Report.id == number)) if number else None
                done = drawn_at is not None and station.local(drawn_at).date() > period.last
                if (0 <= left <= settings.remind_days) or (-30 <= left < 0 and not done):
                    found.append(Due(period, written, day, left, number if done else None))
    return sorted(found, key=lambda d: d.day)


def _untold(_share: float) -> None:
    """Stand for a progress that nobody watches."""


def _watched(station: Station, document: ReportDocument, tell: Progress) -> ReportDocument:
    """Return the report with a log that tells, while it is read, the share of its rows that were."""
    whole = max(1, document.figures.entries)
    stretch = stretch_of(station, document.period, up_to=document.last_seq)

    def told(number: int) -> None:
        tell(min(1.0, number / whole))

    return replace(
        document,
        entries=_Again(station, stretch, as_entries=True, tell=told),
        airings=_Again(station, stretch, as_entries=False, tell=told),
    )


def _write(
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
    templates = station.home.root / "scripts" / "templates"
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


def _activities(
    session: Session, period: ReportPeriod, units: dict[str, str], topics: dict[str, str]
) -> tuple[ActivityLine, ...]:
    counts = activities.proof_counts(session)
    return tuple(
        ActivityLine(
            id=a.id, form=a.form, title=a.title, topic=topics.get(a.topic_code, a.topic_code),
            unit=units.get(a.unit_code, a.unit_code), day=a.day.isoformat(), place=a.place, attendance=a.attendance,
            views=a.views, link=a.link, proofs=counts.get(a.id, 0),
        )
        for a in reversed(activities.activities(session, period.first, period.last))
    )  # fmt: skip


def _in_period(
    station: Station, session: Session, plan: Campaign, period: ReportPeriod, up_to: int
) -> dict[str, int] | None:
    """Return the full airings of each topic on the plan's days of a period; None when the plan covers it wholly."""
    first, last = max(plan.first, period.first), min(plan.last, period.last)
    if (first, last) == (period.first, period.last):
        return None
    if first > last:
        return {}
    counted = figures_of(station, session, custom(first, last), up_to=up_to)
    return {topic: tally.full for topic, tally in counted.by_topic.items()}


def _slogans(session: Session, end: dt.datetime) -> tuple[str, ...]:
    """Return the slogans that a leader had approved before `end` and that are still in use."""
    approved = select(Approval.script_id).where(Approval.decision == "approved", Approval.at < end)
    query = select(Script.title).where(
        Script.genre == Genre.SLOGAN, Script.state == ScriptState.APPROVED, Script.id.in_(approved)
    )
    return tuple(session.scalars(query.order_by(Script.id)))


def _hash_at(session: Session, seq: int) -> str:
    """Return the hash of the log's entry number `seq`; empty when the log has none of that number."""
    if seq == 0:
        return GENESIS
    return session.scalar(select(PlayLogEntry.hash).where(PlayLogEntry.seq == seq)) or ""


def _due_day(period: ReportPeriod, day: int) -> dt.date:
    """Return the day by which a report must be sent: in the month in which its period ends, or the next one."""
    due_day = period.last.replace(day=day)
    if due_day <= period.last:
        due_day = (period.last.replace(day=1) + dt.timedelta(days=32)).replace(day=day)
    return due_day


def _report(session: Session, number: int) -> Report:
    row = session.get(Report, number)
    if row is None:
        raise NotFoundError(f"Không có báo cáo số {number}.", field="report")
    return row
