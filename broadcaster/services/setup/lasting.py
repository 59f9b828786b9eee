"""How long each table keeps its rows and each folder its files, and the nightly letting go, put on record."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from broadcaster import keeping
from broadcaster.db.base import Base
from broadcaster.db.models import Command, Incident, Job, JobNeed
from broadcaster.db.session import changed
from broadcaster.domain.people.roles import machine
from broadcaster.domain.work.jobs import ENDED
from broadcaster.home import Home
from broadcaster.services.audit import Trail
from broadcaster.services.scripts import recordings
from broadcaster.services.station import Station

_LEFT_S: Final = 86_400.0
"""A file of passing work so old was left by a process that was cut off (s)."""
_PASSING: Final = ("talks", "trials")
"""Folders of `run` whose files live for minutes."""


class Lasts(StrEnum):
    """How long the rows of a table stay."""

    EVER = "the record of the station: it grows, and nothing of it is let go"
    ONE_EACH = "a row for each thing there is, changed in its place"
    ITSELF = "whoever adds a row lets go of those past their time"
    WITH = "gone with the row that it belongs to"
    NIGHTLY = "let go by `let_go`"


TABLES: Final[Mapping[str, Lasts]] = {
    **dict.fromkeys(
        [
            "play_log",
            "airing_proofs",
            "chained_rows",
            "audit_events",
            "approvals",
            "contributions",
            "revisions",
            "renditions",
            "scripts",
            "reports",
            "emergencies",
            "mutes",
            "broadcasts",
            "hearings",
            "rotations",
            "lexicon_versions",
            "lexicon_entries",
            "lexicon_proposals",
            "stale_marks",
            "cue_offers",
            "campaigns",
            "activities",
            "proofs",
            "unit_parts",
            "zone_notes",
            "delegations",
            "grave_proposals",
        ],
        Lasts.EVER,
    ),
    **dict.fromkeys(
        [
            "chain_head",
            "heartbeats",
            "leases",
            "output_stops",
            "topics",
            "cues",
            "day_exceptions",
            "zones",
            "zone_groups",
            "units",
            "users",
            "api_tokens",
            "alert_senders",
        ],
        Lasts.ONE_EACH,
    ),
    **dict.fromkeys(
        [
            "sign_ins",
            "wrong_tries",
            "security_events",
            "broadcast_changes",
            "let_be",
            "script_drafts",
            "alerts",
            "alert_tellings",
        ],
        Lasts.ITSELF,
    ),
    "job_needs": Lasts.WITH,
    **dict.fromkeys(("jobs", "incidents", "commands"), Lasts.NIGHTLY),
}
"""What becomes of the rows of every table there is."""


FILES: Final[Mapping[str, Lasts]] = {
    # what was said and shown, by its hash: the log and the approvals name it, so nothing of it goes
    **dict.fromkeys(["audio/store", "audio/recordings", "proofs", "reports", "scripts"], Lasts.EVER),
    # settings, lists, keys, the database, templates
    **dict.fromkeys(
        ["station.toml", "station.db*", "schedules", "web", "keys", "tls", "marks*.jsonl", "*.pem", "upgrade"],
        Lasts.ONE_EACH,
    ),
    # by size (clips, logs), by days (air-checks), by nights (backups), by what is pinned (play-out)
    **dict.fromkeys(["audio/clips", "audio/aircheck", "backups", "logs", "run/playout"], Lasts.ITSELF),
    **dict.fromkeys(["run/talks", "run/trials", "run/uploads", "**/*.part"], Lasts.NIGHTLY),
    **dict.fromkeys(
        ["run/*.lock", "run/*.port", "run/*.beat", "run/*.key", "run/*.token", "run/*.json", "run/*.toml", "run/*.txt"],
        Lasts.ONE_EACH,
    ),
    **dict.fromkeys(
        ["run/reserve", "run/words-room", "run/support.zip", "run/restart.now", "run/drill"], Lasts.ONE_EACH
    ),
}
"""What becomes of the files in every place of a home; a folder stands for all within."""


def ruled(path: PurePath) -> bool:
    """Whether a place of the home (relative) has a rule of how long it lasts."""
    return any(place.match(rule) for place in (path, *path.parents) for rule in FILES if place.name)


@dataclass(frozen=True, slots=True)
class NightlyRule:
    """Rows of a table that are let go after so many days; the newest row stays, so that no number comes twice."""

    model: type[Base]
    days: int
    called: str
    """In Vietnamese."""
    past: Callable[[dt.datetime], ColumnElement[bool]]
    """Which rows ended before a moment."""


NIGHTLY: Final = (
    NightlyRule(
        Job,
        90,
        "việc của máy đã xong",
        lambda then: Job.state.in_(ENDED) & (Job.finished_at < then) & Job.id.not_in(select(JobNeed.needs_id)),
    ),
    NightlyRule(Incident, 400, "sự cố đã hết", lambda then: Incident.ended_at < then),
    NightlyRule(Command, 400, "lệnh đã làm", lambda then: Command.done_at < then),
)


def let_go(station: Station) -> tuple[str, ...]:
    """Let go of what is past its time, and put on record what it was; return the same in Vietnamese sentences."""
    recordings.sweep(station)
    left = keeping.clear_left(station.home.root) + _passing(station.home, station.now())
    with station.db.write() as session:
        told = [told for rule in NIGHTLY if (told := _rows(session, rule, station.now()))]
        if left:
            told.append(f"Đã bỏ {left} tệp dở dang.")
        if told:
            Trail(session, station.now(), machine()).record("let-go", "station", "nightly", note=" ".join(told))
    return tuple(told)


def _rows(session: Session, rule: NightlyRule, now: dt.datetime) -> str:
    number = rule.model.__table__.c.id
    newest = session.scalar(select(func.max(number))) or 0
    old = rule.past(now - dt.timedelta(days=rule.days)) & (number < newest)
    gone = changed(session, delete(rule.model).where(old).execution_options(synchronize_session=False))
    return f"Đã bỏ {gone} {rule.called} quá {rule.days} ngày." if gone else ""


def _passing(home: Home, now: dt.datetime) -> int:
    gone = 0
    for name in _PASSING:
        for path in (home.run / name).glob("*"):
            with contextlib.suppress(OSError):
                if path.is_file() and path.stat().st_mtime < now.timestamp() - _LEFT_S:
                    path.unlink()
                    gone += 1
    return gone
