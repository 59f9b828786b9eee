"""A frozen report against the log: whether it is still proved, and what one of today would say otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from broadcaster.db.models import Report
from broadcaster.db.queries.one import one_of
from broadcaster.reporting.document import ReportDocument
from broadcaster.reporting.frozen import COUNTED_LATER, differences, digest, freeze
from broadcaster.services.reports.content import document_of, hash_at
from broadcaster.services.reports.drawing import frozen
from broadcaster.services.station import Station

_FIGURES = ("figures", "before", "year_before")


@dataclass(frozen=True, slots=True)
class ReportCheck:
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


def check(station: Station, number: int) -> ReportCheck:
    """Check a frozen report against the log as it was, and say what a report of today would say otherwise."""
    with station.db.read() as session:
        row = one_of(session, Report, number)
        log_whole = hash_at(session, row.entries_to) == row.last_hash
    kept = frozen(station, row)
    whole = freeze(kept)  # in the shape of this version, whatever it was frozen in
    then = _as_counted(kept, freeze(document_of(station, kept.period, up_to=row.entries_to)))
    now = _as_counted(kept, freeze(document_of(station, kept.period)))
    proved = _FIGURES
    return ReportCheck(
        content_whole=digest(row.content) == row.content_sha256,
        log_whole=log_whole,
        same_then=tuple(differences({k: whole[k] for k in proved}, {k: then[k] for k in proved})),
        changed_since=tuple(differences(whole, now)),
    )


def _as_counted(kept: ReportDocument, content: dict[str, Any]) -> dict[str, Any]:
    """What a report of today says, without the figures that nobody counted when `kept` was frozen."""
    if kept.figures.zones_heard is not None:
        return content
    old = freeze(kept)
    return {**content, **{k: content[k] | {n: old[k][n] for n in COUNTED_LATER} for k in _FIGURES}}
