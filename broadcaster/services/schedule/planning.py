"""The coming days planned: rotations become dated broadcasts with pinned rundowns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.clock import day_start
from broadcaster.db.models import BroadcastRow, PlayLogEntry
from broadcaster.db.queries.zones import cue_sounds
from broadcaster.domain.air.broadcasts import OPEN_STATES, Origin
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.schedule.asked_airings import UNKNOWN, PlacesAhead
from broadcaster.domain.schedule.candidates import Candidate, CueSound
from broadcaster.domain.schedule.rotations import Rotation, Slot
from broadcaster.domain.schedule.rundown import Filled, History, Reason
from broadcaster.domain.schedule.rundown_cache import Filler
from broadcaster.domain.setup.zones import ZoneMap
from broadcaster.logs import EventLog
from broadcaster.scheduling.expand import Occurrence, Place, expand
from broadcaster.services.schedule.coming import HANDS_OFF, PlanNote, allowed_of, left_out
from broadcaster.services.schedule.in_force import day_marks, rotations_in_force
from broadcaster.services.schedule.planned_rows import Draft, Met, PlannedRows
from broadcaster.services.schedule.requested import Heard, heard_of_asked
from broadcaster.services.schedule.targets import Targets, topic_targets
from broadcaster.services.scripts.approving import airable, approved
from broadcaster.services.scripts.correcting import renew_planned
from broadcaster.services.station import Station

log = EventLog(__name__)

_LOOK_BACK = dt.timedelta(days=120)
_LOOK_AHEAD = dt.timedelta(days=400)
"""So far the places are counted that are left for what offices asked for."""


@dataclass(frozen=True, slots=True)
class PlanResult:
    """What a planning changed."""

    added: int
    changed: int
    removed: int
    kept: int
    notes: tuple[PlanNote, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know of it, in sentences."""
        return tuple(n.text for n in self.notes)


@dataclass(frozen=True, slots=True)
class Preview:
    """What the rules would make of some days, written nowhere."""

    drafts: tuple[Draft, ...]
    notes: tuple[PlanNote, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know of it, in sentences."""
        return tuple(n.text for n in self.notes)


def plan(station: Station, days: int | None = None, *, first: dt.date | None = None) -> PlanResult:
    """Write the broadcasts of the coming `days`; a second call adds nothing.

    Only broadcasts still `planned` and not about to start are filled anew; what airs or is past never moves. Rows are
    read and written a day at a time, so that a year takes no more memory than a week.
    """
    now = station.now()
    first = first or station.today()
    days = days or station.settings.playout.plan_days
    with station.db.write() as session:
        until = day_start(first + dt.timedelta(days=days), station.settings.tz)
        rows = PlannedRows(session, now + HANDS_OFF, until, station.settings.tz)
        added = changed = kept = 0
        notes: list[PlanNote] = []
        for occurrence, draft in _drafts(station, session, first, days, rows.held, notes):
            outcome = rows.meet(occurrence, draft)
            added += outcome is Met.ADDED
            changed += outcome is Met.CHANGED
            kept += outcome is Met.KEPT
        renew_planned(session, now + HANDS_OFF, approved(session))
        return PlanResult(added, changed, rows.finish(), kept, tuple(notes))


def plan_unwatched(station: Station) -> None:
    """Plan where no person waits for the answer: what it has to say goes to the technical log.

    What it leaves out stands first among the conflicts as long as it is left out.
    """
    for note in plan(station).notes:
        log.warning("planned otherwise than the rotation says", note=note.text, zones=list(note.lost))


def preview(station: Station, first: dt.date, days: int = 7) -> Preview:
    """What planning would make of `days` from `first`, with what is approved today; nothing is written.

    The days from now on to `first` are worked out too, so that the turns fall as they will.
    """
    start = min(first, station.today())
    notes: list[PlanNote] = []
    with station.db.read() as session:
        count = (first - start).days + days
        found = [d for _, d in _drafts(station, session, start, count, set(), notes) if d is not None]
    return Preview(tuple(d for d in found if d.occurrence.day >= first), tuple(notes))


def outlook(
    station: Station, session: Session, days: int, *, rotations: Sequence[Rotation] | None = None
) -> Iterator[Draft]:
    """Yield what planning would make of `days` from today, with other `rotations` than those in force where given."""
    for _, draft in _drafts(station, session, station.today(), days, set(), [], rotations):
        if draft is not None:
            yield draft


def _drafts(
    station: Station,
    session: Session,
    first: dt.date,
    days: int,
    held: set[Place],
    notes: list[PlanNote],
    rotations: Sequence[Rotation] | None = None,
) -> Iterator[tuple[Occurrence, Draft | None]]:
    """Yield each occurrence after now with what fills it; None for those in `held`, which are not ours to fill."""
    now = station.now()
    exceptions, without = day_marks(session)
    rotations = rotations_in_force(session) if rotations is None else rotations
    coming = expand(rotations, first, days, exceptions, station.settings.tz, without)
    allowed = allowed_of(station, session, coming, first, notes)
    candidates = airable(session)
    targets = topic_targets(session, first)
    cues = cue_sounds(session)
    filler = Filler(candidates, cues, targets.airings)
    audiences = _Audiences(station=station, session=session, candidates=candidates, targets=targets)

    def ahead(until: dt.date) -> Iterator[tuple[tuple[str, ...], dt.datetime, Slot]]:
        far = expand(rotations, first, (until - first).days, exceptions, station.settings.tz, without)
        gone = left_out(session, now)
        for o, codes in allowed_of(station, session, far, first, []):
            if o.place not in held | gone:
                yield codes, o.starts_at, o.slot

    places = _coming(station, candidates, cues, first, ahead)
    for occurrence, codes in allowed:
        if occurrence.place in held:
            yield occurrence, None
            continue
        history, also, partly = audiences.of(codes)
        chances = places.of(codes) if places else UNKNOWN
        filled = filler.fill(occurrence.slot, occurrence.starts_at, occurrence.day, history, also, partly, chances)
        yield occurrence, Draft(occurrence, codes, _with_day(occurrence, filled))


def _with_day(occurrence: Occurrence, filled: Filled) -> Filled:
    """A rundown whose reasons begin with why its slot falls on that day, where not every day has it."""
    slot = occurrence.slot
    if not slot.month_days:
        return filled
    reason = Reason(None, slot.title, chosen=True, why=f"Khung này phát vào {slot.month_days.why(occurrence.day)}.")
    return replace(filled, reasons=(reason, *filled.reasons))


def _coming(
    station: Station,
    candidates: Sequence[Candidate],
    cues: Mapping[str, CueSound],
    first: dt.date,
    ahead: Callable[[dt.date], Iterable[tuple[tuple[str, ...], dt.datetime, Slot]]],
) -> PlacesAhead | None:
    """The places until the last script expires whose office asked for airings; None when there is none."""
    ends = [c.valid_to for c in candidates if c.wanted and c.valid_to is not None and c.valid_to >= first]
    if not ends:
        return None
    until = min(max(ends) + dt.timedelta(days=1), first + _LOOK_AHEAD)
    end = day_start(until, station.settings.tz).astimezone(dt.UTC)
    return PlacesAhead(ahead(until), candidates, cues, end)


def unwritten(station: Station, session: Session, first: dt.date, days: int, zones: ZoneMap) -> Iterator[Draft]:
    """Yield the regular slots that planning would write for some days and has not yet, without what fills them."""
    exceptions, without = day_marks(session)
    start = day_start(first, station.settings.tz)
    rows = session.execute(
        select(BroadcastRow.rotation_code, BroadcastRow.slot_code, BroadcastRow.starts_at).where(
            BroadcastRow.origin == Origin.ROTATION,
            BroadcastRow.starts_at >= start,
            BroadcastRow.starts_at < start + dt.timedelta(days=days),
        )
    )
    written = {Place(*row) for row in rows}
    coming = expand(rotations_in_force(session), first, days, exceptions, station.settings.tz, without)
    for occurrence, codes in allowed_of(station, session, coming, first, [], zones):
        if occurrence.place not in written:
            yield Draft(occurrence, codes, Filled((), ()))


@dataclass(kw_only=True)
class _Audiences:
    """What each set of zones heard: different content may air in the same slot in different zones."""

    station: Station
    session: Session
    candidates: Sequence[Candidate]
    targets: Targets
    _known: dict[tuple[str, ...], tuple[History, list[History], list[History]]] = field(default_factory=dict)
    _heard: list[tuple[str, int, dt.datetime, int]] = field(default_factory=list)
    _topics: dict[str, int] = field(default_factory=dict)
    _near: list[tuple[frozenset[str], dt.datetime, list[Candidate]]] = field(default_factory=list)
    _asked: Heard = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = self.station.now()
        log = select(
            PlayLogEntry.zone,
            PlayLogEntry.script_id,
            func.max(PlayLogEntry.planned_at),
            func.count(func.distinct(PlayLogEntry.planned_at)),
        ).where(
            PlayLogEntry.outcome == Outcome.FULL,
            PlayLogEntry.planned_at > self.now - _LOOK_BACK,
            PlayLogEntry.script_id.is_not(None),
        )
        heard = self.session.execute(log.group_by(PlayLogEntry.zone, PlayLogEntry.script_id))
        self._heard = [(zone, int(script or 0), last, times) for zone, script, last, times in heard]
        if self.targets.airings:
            self._topics = dict(self.targets.done)
        by_id = {c.script_id: c for c in self.candidates}
        # What is on, or about to be; what has its verdict is in the log already, and so are the items that are over.
        near = self.session.execute(
            select(BroadcastRow.id, BroadcastRow.zones, BroadcastRow.rundown, BroadcastRow.starts_at).where(
                BroadcastRow.starts_at > self.now - dt.timedelta(hours=12),
                BroadcastRow.starts_at <= self.now + HANDS_OFF,
                BroadcastRow.state.in_(OPEN_STATES),
            )
        ).all()
        over = self.session.execute(
            select(PlayLogEntry.broadcast_id, PlayLogEntry.script_id).where(
                PlayLogEntry.broadcast_id.in_([number for number, *_ in near]), PlayLogEntry.outcome == Outcome.FULL
            )
        )
        logged = {(number, script) for number, script in over}
        for number, zones, rundown, at in near:
            items = rundown
            coming = [by_id[i.script_id] for i in items if i.script_id in by_id and (number, i.script_id) not in logged]
            self._near.append((frozenset(zones), at, coming))
        self._asked = heard_of_asked(self.station, self.session, self.candidates, HANDS_OFF)

    def of(self, zones: tuple[str, ...]) -> tuple[History, list[History], list[History]]:
        """What `zones` heard; the histories of audiences within them, and of those that share a zone only."""
        if zones not in self._known:
            mine = set(zones)
            others = {key: h for key, (h, *_) in self._known.items() if mine & set(key)}
            history = self._past(mine)
            for key, other in others.items():
                _, within, across = self._known[key]
                (within if mine <= set(key) else across).append(history)
                # What was placed so far in this planning for those who share a zone counts here as well.
                history.last = {k: max(v, history.last.get(k, v)) for k, v in {**history.last, **other.last}.items()}
                if mine <= set(key):
                    for script in self._asked:
                        history.counts[script] = max(history.counts.get(script, 0), other.counts.get(script, 0))
            mine_too = [h for key, h in others.items() if set(key) <= mine]
            self._known[zones] = (history, mine_too, [h for key, h in others.items() if not set(key) <= mine])
        return self._known[zones]

    def _past(self, zones: set[str]) -> History:
        history = History(topic_counts=dict(self._topics))
        for zone, script, last, times in self._heard:
            if zone in zones:
                history.last[script] = max(last, history.last.get(script, last))
                history.counts[script] = max(times, history.counts.get(script, 0))
        for where, at, found in self._near:
            if where & zones:
                for candidate in found:
                    history.place(candidate, at)
        for script, by_zone in self._asked.items():
            # As half of the zones heard it: neither one that was dead for weeks nor one with slots of its own tells.
            heard = sorted(len(by_zone.get(zone, ())) for zone in zones)
            history.counts[script] = heard[len(heard) // 2] if heard else 0
        return history
