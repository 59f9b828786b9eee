"""A report kept as it was: all it says as JSON, and back; the same JSON always makes the same report."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any
from zoneinfo import ZoneInfo

from broadcaster.domain.figures import Airing, Figures
from broadcaster.domain.periods import PeriodKind, ReportPeriod
from broadcaster.domain.playlog import Entry
from broadcaster.domain.tracking import Cell, Progress, Track
from broadcaster.reporting.document import ActivityLine, PartLine, ReportDocument
from broadcaster.settings import ReportSettings, StationSettings


def freeze(document: ReportDocument) -> dict[str, Any]:
    """Return all that a report says as JSON-able values, less the log itself, which never changes."""
    d = document
    return {
        "period": {
            "kind": d.period.kind.value,
            "first": d.period.first.isoformat(),
            "last": d.period.last.isoformat(),
            "title": d.period.title,
        },
        "figures": d.figures.as_json(),
        "before": d.before.as_json(),
        "year_before": d.year_before.as_json(),
        "scripts_written": d.scripts_written,
        "topics": dict(d.topics),
        "topic_short": dict(d.topic_short),
        "other_topic": d.other_topic,
        "units": dict(d.units),
        "zones": dict(d.zones),
        "genres": dict(d.genres),
        "station": d.station.model_dump(),
        "form": d.form.model_dump(),
        "tz": d.tz.key,
        "drawn_at": d.drawn_at.isoformat(),
        "last_hash": d.last_hash,
        "last_seq": d.last_seq,
        "plan": _progress_json(d.plan),
        "forms": dict(d.forms),
        "groups": dict(d.groups),
        "activities": [asdict(a) for a in d.activities],
        "parts": [asdict(p) for p in d.parts],
        "slogans": list(d.slogans),
        "plan_in_period": None if d.plan_in_period is None else dict(d.plan_in_period),
    }


def thaw(values: Mapping[str, Any], *, entries: Iterable[Entry] = (), airings: Iterable[Airing] = ()) -> ReportDocument:
    """Rebuild a report from `freeze()`, with the log's entries of its period."""
    p = values["period"]
    days = dt.date.fromisoformat(p["first"]), dt.date.fromisoformat(p["last"])
    kept = {
        k: values[k]
        for k in (
            "scripts_written",
            "topics",
            "topic_short",
            "other_topic",
            "units",
            "zones",
            "genres",
            "last_hash",
            "last_seq",
            "forms",
            "groups",
        )
    }
    return ReportDocument(
        period=ReportPeriod(PeriodKind(p["kind"]), *days, p["title"]),
        figures=Figures.from_json(values["figures"]),
        before=Figures.from_json(values["before"]),
        year_before=Figures.from_json(values["year_before"]),
        station=StationSettings(**values["station"]),
        form=ReportSettings(**values["form"]),
        tz=ZoneInfo(values["tz"]),
        drawn_at=dt.datetime.fromisoformat(values["drawn_at"]),
        plan=_progress_of(values["plan"]),
        activities=tuple(ActivityLine(**a) for a in values["activities"]),
        parts=tuple(PartLine(**a) for a in values["parts"]),
        slogans=tuple(values["slogans"]),
        plan_in_period=values.get("plan_in_period"),
        entries=entries,
        airings=airings,
        **kept,
    )


def _progress_json(plan: Progress | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    values = asdict(plan)
    for name in ("first", "last", "issued_on"):
        values[name] = values[name].isoformat() if values[name] else None
    return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}


def _progress_of(values: Mapping[str, Any] | None) -> Progress | None:
    if values is None:
        return None

    def tracks(rows: list[dict[str, Any]]) -> tuple[Track, ...]:
        made = (Track(**row) for row in rows)
        return tuple(replace(t, months={m: Cell(**c) for m, c in t.months.items()}) for t in made)  # type: ignore[arg-type]

    return Progress(
        title=values["title"],
        number=values["number"],
        issued_on=dt.date.fromisoformat(values["issued_on"]) if values["issued_on"] else None,
        first=dt.date.fromisoformat(values["first"]),
        last=dt.date.fromisoformat(values["last"]),
        topics=tracks(values["topics"]),
        forms=tracks(values["forms"]),
    )


def digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of frozen content as canonical JSON."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def differences(before: Mapping[str, Any], after: Mapping[str, Any], *, limit: int = 40) -> list[str]:
    """Say what differs between two frozen contents: the place of each value, before and after."""
    found: list[str] = []
    _differ("", before, after, found)
    return found[:limit]


_MOVING = frozenset({"drawn_at", "last_hash", "last_seq"})


def _differ(place: str, before: Any, after: Any, found: list[str]) -> None:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted(before.keys() | after.keys()):
            if place or key not in _MOVING:
                _differ(f"{place}.{key}" if place else str(key), before.get(key), after.get(key), found)
    elif before != after:
        found.append(f"{place}: {_short(before)} → {_short(after)}")


def _short(value: Any) -> str:
    text = "(không có)" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"
