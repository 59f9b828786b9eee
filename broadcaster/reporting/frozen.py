"""A report kept as it was: all it says as JSON, and back; the same JSON always makes the same report."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any, Final
from zoneinfo import ZoneInfo

from broadcaster.domain.log.playlog import Entry
from broadcaster.domain.reports.figures import CountedAiring, Figures
from broadcaster.domain.reports.papers import Issuer, PaperForm
from broadcaster.domain.reports.periods import PeriodKind, ReportPeriod
from broadcaster.domain.reports.tracking import Cell, Progress, Track
from broadcaster.errors import RuleError
from broadcaster.reporting.document import ActivityLine, PartLine, ReportDocument

VERSION: Final = 2
"""Of what `freeze` writes; a new one needs a step from the one before, and its frozen file in the tests."""
_PLAIN = (
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
_ACTIVITY = tuple(f.name for f in fields(ActivityLine))


def freeze(document: ReportDocument) -> dict[str, Any]:
    """All that a report says as JSON-able values, less the log itself, which never changes."""
    d = document
    return {
        "v": VERSION,
        "period": {
            "kind": d.period.kind.value,
            "first": d.period.first.isoformat(),
            "last": d.period.last.isoformat(),
            "title": d.period.title,
        },
        "figures": d.figures.as_json(),
        "before": d.before.as_json(),
        "year_before": d.year_before.as_json(),
        "station": asdict(d.station),
        "form": asdict(d.form) | {"recipients": list(d.form.recipients)},
        "tz": d.tz.key,
        "drawn_at": d.drawn_at.isoformat(),
        "plan": _progress_json(d.plan),
        **{k: dict(v) if isinstance(v := getattr(d, k), Mapping) else v for k in _PLAIN},
        "activities": [asdict(a) for a in d.activities],
        "parts": [asdict(p) for p in d.parts],
        "slogans": list(d.slogans),
        "plan_in_period": None if d.plan_in_period is None else dict(d.plan_in_period),
    }


def thaw(
    content: Mapping[str, Any], *, entries: Iterable[Entry] = (), airings: Iterable[CountedAiring] = ()
) -> ReportDocument:
    """Rebuild a report from what `freeze` of any version kept, with the log's entries of its period.

    Raises:
        RuleError: it was frozen by a newer version than this one.
    """
    values = _newest(content)
    p, form = values["period"], values["form"]
    first, last = dt.date.fromisoformat(p["first"]), dt.date.fromisoformat(p["last"])
    return ReportDocument(
        period=ReportPeriod(PeriodKind(p["kind"]), first, last, p["title"]),
        figures=Figures.from_json(values["figures"]),
        before=Figures.from_json(values["before"]),
        year_before=Figures.from_json(values["year_before"]),
        station=Issuer(commune=values["station"]["commune"], name=values["station"]["name"]),
        form=PaperForm(
            superior=form["superior"],
            place=form["place"],
            signer_mode=form["signer_mode"],
            signer_title=form["signer_title"],
            recipients=tuple(form["recipients"]),
            self_score=form["self_score"],
        ),
        tz=ZoneInfo(values["tz"]),
        drawn_at=dt.datetime.fromisoformat(values["drawn_at"]),
        plan=_progress_of(values["plan"]),
        activities=tuple(ActivityLine(**{k: a[k] for k in _ACTIVITY}) for a in values["activities"]),
        parts=tuple(PartLine(part["unit"], part["body"]) for part in values["parts"]),
        slogans=tuple(values["slogans"]),
        plan_in_period=values["plan_in_period"],
        entries=entries,
        airings=airings,
        **{k: values[k] for k in _PLAIN},
    )


def _newest(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was frozen, in the shape of this version: a step for each version since."""
    values, version = content, content.get("v", 0)
    if version > VERSION:
        raise RuleError("Báo cáo này lập bằng phiên bản mới hơn của phần mềm. Hãy nâng cấp rồi mở lại.", field="report")
    for step in _STEPS[version:]:
        values = step(values)
    return values


def _from_0(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Before there was a version a report kept the whole settings, and at first no count of the plan in its period."""
    return {"plan_in_period": None, **values, "v": 1}


COUNTED_LATER: Final = ("urgent", "live", "zones_heard")
"""Figures that a report has since version 2."""


def _from_1(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Before, nobody counted emergencies, talks, and the zones that heard anything: None says so."""
    nothing = {"full": 0, "partial": 0, "missed": 0, "heard_ms": 0}
    more = {"urgent": nothing, "live": nothing, "zones_heard": None}
    return {**values, **{k: {**values[k], **more} for k in ("figures", "before", "year_before")}, "v": 2}


_STEPS: Final = (_from_0, _from_1)
"""From each version to the next; a step stays for ever, for a station's old reports do."""


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
        return tuple(
            Track(
                **{k: row[k] for k in ("code", "title", "target", "due", "done", "coming")},
                months={m: Cell(c["planned"], c["done"]) for m, c in row["months"].items()},
            )
            for row in rows
        )

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
    """The SHA-256 of frozen content as canonical JSON."""
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
