"""How the plan in force stands: what was aired and done, what the rotation will still air, and how to close the gap."""

from __future__ import annotations

import copy
import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit
from sqlalchemy.orm import Session

from broadcaster.clock import day_bounds
from broadcaster.db.models import CampaignRow
from broadcaster.db.queries import figures
from broadcaster.db.queries import plans as plans_queries
from broadcaster.db.queries.figures import Stretch
from broadcaster.db.queries.schedule import definitions_in_force
from broadcaster.domain.people.roles import Actor, Permission, machine
from broadcaster.domain.reports.figures import Figures
from broadcaster.domain.reports.plans import Campaign
from broadcaster.domain.reports.tracking import Progress, progress
from broadcaster.domain.schedule.rotations import Rotation
from broadcaster.errors import RuleError
from broadcaster.scheduling.rotation_toml import parse_rotation
from broadcaster.services.reports import activities, plans
from broadcaster.services.schedule import planning
from broadcaster.services.schedule.in_force import rotations_in_force
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.scripts.approving import airable
from broadcaster.services.station import Station

MAX_FOCUS = 6
"""Items that a proposal may add at the head of one slot."""


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """A plan as it stands, and what the rotation will still do for it."""

    row: CampaignRow
    plan: Campaign
    progress: Progress
    unwritten: tuple[str, ...]
    """Topics with a gap that have no approved script which may air: no slot helps them."""


@dataclass(frozen=True, slots=True)
class RotationChange:
    """A change of the rotation that closes the gap, and how far it does."""

    code: str
    toml: str
    difference: tuple[str, ...]
    before: Mapping[str, int]
    """Missing at the end of the plan, by topic, as things are."""
    after: Mapping[str, int]
    unwritten: tuple[str, ...]


def standing(station: Station, row: CampaignRow, *, with_coming: bool = True) -> PlanStanding:
    """How a plan stands today."""
    plan = plans_queries.campaign_of(row)
    today = station.today()
    with station.db.read() as session:
        coming = _coming(station, session, plan) if with_coming else {}
        found = progress_of(station, session, plan, min(today, plan.last), coming=coming)
        have = {c.topic for c in airable(session) if any(c.valid_on(d) for d in (today, today + dt.timedelta(days=7)))}
    unwritten = tuple(t.code for t in found.topics if (t.gap or not t.done) and t.code not in have)
    return PlanStanding(row, plan, found, unwritten)


def progress_of(
    station: Station,
    session: Session,
    plan: Campaign,
    day: dt.date,
    *,
    up_to: int | None = None,
    coming: Mapping[str, int] | None = None,
) -> Progress:
    """How far a plan had come by the end of a day; `up_to` looks at the log as it was at that entry."""
    start, end = _bounds(station, plan.first, min(day, plan.last))
    counted = figures.figures(session, Stretch(start, end, up_to), station.settings.tz) if start < end else Figures()
    aired: dict[str, dict[str, int]] = {}
    for key, tally in counted.by_topic_month.items():
        topic, _, month = key.rpartition(" ")
        aired.setdefault(topic, {})[month] = tally.full
    return progress(
        plan,
        day,
        aired=aired,
        acted=activities.by_form_and_month(session, plan.first, min(day, plan.last)),
        titles=plans.form_titles(station),
        coming=coming,
    )


def propose(station: Station, row: CampaignRow) -> RotationChange | None:
    """The smallest change of one rotation that closes the gap of the plan, or the best there is.

    Items of the topics that are behind are put at the head of a slot's choice; the slot's length stays. None when
    nothing is missing, or no topic that is behind has a script to air.
    """
    stands = standing(station, row)
    gaps = {t.code: t.gap for t in stands.progress.topics if t.gap}
    helped = [code for code in gaps if code not in stands.unwritten]
    best: tuple[tuple[int, int], str, dict[str, Any], dict[str, int]] | None = None
    with station.db.read() as session:
        for code, changed, many in _changes(definitions_in_force(session), helped):
            if best is not None and best[0][0] == 0 and many >= best[0][1]:
                continue  # the gap is closed already by as small a change
            coming = _coming(station, session, stands.plan, replaced={code: changed})
            left = {t.code: max(0, t.target - t.done - coming.get(t.code, 0)) for t in stands.progress.topics}
            score = (sum(left[c] for c in helped), many)
            if best is None or score < best[0]:
                best = (score, code, changed, {c: n for c, n in left.items() if n})
    if best is None or best[0][0] >= sum(gaps[c] for c in helped):
        return None
    _, code, changed, after = best
    text = tomlkit.dumps(changed)
    lines = apply_rotation(station, machine(), text, code, agreed=None).lines
    return RotationChange(code, text, tuple(lines), gaps, after, stands.unwritten)


def _changes(
    definitions: Mapping[str, Mapping[str, Any]], topics: Sequence[str]
) -> Iterator[tuple[str, dict[str, Any], int]]:
    """Yield each rotation of ordinary days with one to `MAX_FOCUS` items of `topics` put first in one of its slots."""
    for code, table in definitions.items():
        if topics and table["rotation"].get("days", "ordinary") == "ordinary":
            for number in range(len(table["slot"])):
                for many in range(1, MAX_FOCUS + 1):
                    if (changed := _focused(table, number, topics, many)) is not None:
                        yield code, changed, many


def accept(station: Station, actor: Actor, row: CampaignRow, seen: str) -> list[str]:
    """Put the proposal into force as a new version of its rotation, plan anew, return what changed and what is told.

    `seen` is the text that the person saw: if the station has moved on since, nothing is changed.

    Raises:
        RuleError: there is nothing to propose any more, or another proposal than the one that was seen.
    """
    actor.require(Permission.SCHEDULE)
    found = propose(station, row)
    if found is None or found.toml != seen:
        raise RuleError("Lịch hoặc nhật ký vừa thay đổi nên đề xuất đã cũ. Hãy xem đề xuất mới.", field="proposal")
    lines = apply_rotation(station, actor, found.toml, found.code).lines
    return [*lines, *planning.plan(station).warnings]


def _focused(table: Mapping[str, Any], number: int, topics: Sequence[str], many: int) -> dict[str, Any] | None:
    """A copy of a rotation whose slot `number` first chooses `many` items of `topics`; None if it cannot."""
    changed = copy.deepcopy(dict(table))
    items = changed["slot"][number]["item"]
    place = next((n for n, i in enumerate(items) if i["kind"] == "fill" and _takes_columns(i)), None)
    if place is None:
        return None
    main = items[place]
    if list(main.get("topics", ["*"])) == list(topics):
        main["max_items"] = many
        return changed
    focus = {"kind": "fill", "topics": list(topics), "genres": ["bulletin", "column"], "max_items": many}
    if main.get("separator"):
        focus["separator"] = main["separator"]
    items.insert(place, focus)
    return changed


def _takes_columns(item: Mapping[str, Any]) -> bool:
    return bool({"bulletin", "column"} & set(item.get("genres", ["bulletin", "column", "notice"])))


def _coming(
    station: Station, session: Session, plan: Campaign, *, replaced: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, int]:
    """What the rotation will air of each topic from now to the end of the plan, filled as planning fills it."""
    days = (plan.last - station.today()).days + 1
    if days <= 0:
        return {}
    rotations: Sequence[Rotation] | None = None
    if replaced:
        made = {c: parse_rotation(dict(t), name=c) for c, t in replaced.items()}
        rotations = [made.get(r.code, r) for r in rotations_in_force(session)]
    counted: Counter[str] = Counter()
    for draft in planning.outlook(station, session, days, rotations=rotations):
        if draft.occurrence.day >= plan.first:
            counted.update(i.topic for i in draft.filled.items if i.topic)
    return dict(counted)


def _bounds(station: Station, first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    tz = station.settings.tz
    start, end = day_bounds(first, last, tz)
    return start.astimezone(dt.UTC), end.astimezone(dt.UTC)
