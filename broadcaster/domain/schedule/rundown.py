"""How a slot's rundown is filled: deterministic, and able to say why each item is in and each other is not."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from broadcaster.clock import day_start
from broadcaster.domain.air.broadcasts import ItemKind, RundownItem
from broadcaster.domain.schedule.asked_airings import (
    FREE,
    UNKNOWN,
    Asked,
    Chances,
    RequestProgress,
    in_words,
    pace,
    takes,
)
from broadcaster.domain.schedule.candidates import Candidate, CueSound, newest
from broadcaster.domain.schedule.rotations import CueStep, FillStep, RelayStep, ScriptStep, Slot
from broadcaster.domain.scripts.scripts import Genre, Priority


@dataclass
class History:
    """When each script and topic was last heard by one audience, and how often; grows as days are filled in order."""

    last: dict[int, dt.datetime] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    topic_counts: dict[str, int] = field(default_factory=dict)

    def place(self, candidate: Candidate, at: dt.datetime, *, whole: bool = True) -> None:
        """Remember that `candidate` was placed in a broadcast starting at `at`.

        Where not the `whole` audience hears it, it is none of the airings that an office asked for.
        """
        self.last[candidate.script_id] = max(at, self.last.get(candidate.script_id, at))
        if whole or not candidate.wanted:
            self.counts[candidate.script_id] = self.counts.get(candidate.script_id, 0) + 1
        self.topic_counts[candidate.topic] = self.topic_counts.get(candidate.topic, 0) + 1


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a script is in or out: a Vietnamese sentence."""

    script_id: int | None
    title: str
    chosen: bool
    why: str

    def as_json(self) -> dict[str, object]:
        """The reason as JSON-able fields."""
        return {"script_id": self.script_id, "title": self.title, "chosen": self.chosen, "why": self.why}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Reason:
        """Rebuild a reason from `as_json()`."""
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class Filled:
    """A rundown and the reasons behind it."""

    items: tuple[RundownItem, ...]
    reasons: tuple[Reason, ...]
    placed: tuple[Candidate, ...] = ()
    """What the histories now hold as heard: chosen items, without the fixed parts."""

    @property
    def sound_ms(self) -> int:
        """Length of all items."""
        return sum(i.duration_ms for i in self.items)


_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
MOST_OUT = 15
"""So many scripts are named with the reason why they are not in; the rest is counted."""


def fill(
    slot: Slot,
    starts_at: dt.datetime,
    day: dt.date,
    candidates: Sequence[Candidate],
    cues: Mapping[str, CueSound],
    history: History,
    *,
    targets: Mapping[str, int] | None = None,
    also: Sequence[History] = (),
    partly: Sequence[History] = (),
    chances: Chances = UNKNOWN,
) -> Filled:
    """The rundown of `slot` on station day `day`; `history` is updated with what was chosen.

    Fixed steps take their length first, so that a closing is never cut off by a long column; the fill takes
    what is left: higher priority, then what was asked for and is due (`domain.spreading`), then the topic furthest
    behind its target, then least recently and least often aired, then the topic aired least, then approval order.
    What was asked for and is not due yet stays out, unless nothing else is there to be said.

    Args:
        slot: the place in the day.
        starts_at: when it begins (aware UTC).
        day: the station day.
        candidates: what is approved.
        cues: station sounds by name.
        history: what the zones of this slot heard.
        targets: airings wanted of each topic in the plan's period; without, topics take turns.
        also: histories of other audiences that hear this too.
        partly: histories of audiences of which only some zones hear this.
        chances: the places that these zones have still to come.
    """
    reasons: list[Reason] = []
    used: set[int] = set()
    fixed: dict[int, Candidate | CueSound] = {}
    for index, step in enumerate(slot.steps):
        match step:
            case CueStep(cue):
                fixed[index] = cues[cue]
            case ScriptStep(genre, script_id):
                found = newest((c for c in candidates if c.valid_on(day)), genre, script_id)
                if found is None:
                    label = Genre(genre).label if genre else f"kịch bản số {script_id}"
                    reasons.append(
                        Reason(
                            script_id, label, chosen=False, why=f"Chưa có {label.lower()} nào được duyệt và còn hạn."
                        )
                    )
                else:
                    fixed[index] = found
                    used.add(found.script_id)
            case FillStep() | RelayStep():
                pass
    left_ms = int(slot.max_length.total_seconds() * 1000) - sum(f.duration_ms for f in fixed.values())
    left_ms -= sum(relay_item(s, 0).duration_ms for s in slot.steps if isinstance(s, RelayStep))
    ahead = dt.datetime.combine(day, slot.start, tzinfo=dt.UTC) - starts_at
    turn = _Turn(
        starts_at=starts_at,
        day=day,
        ahead=ahead,
        candidates=candidates,
        cues=cues,
        history=history,
        targets=targets or {},
        also=also,
        partly=partly,
        chances=chances,
        used=used,
    )
    filled = _laid_out(slot, fixed, turn, left_ms, reasons)
    if not filled.placed and turn.early:
        turn.early_too = True
        filled = _laid_out(slot, fixed, turn, left_ms, reasons)
    return filled


def _laid_out(
    slot: Slot, fixed: Mapping[int, Candidate | CueSound], turn: _Turn, left_ms: int, told: Sequence[Reason]
) -> Filled:
    """The steps of a slot one after another; their reasons follow those that are `told` already."""
    items: list[RundownItem] = []
    reasons = [*told]
    placed: list[Candidate] = []
    for index, step in enumerate(slot.steps):
        if isinstance(step, FillStep):
            chosen, why = _choose(step, turn, left_ms)
            reasons += why
            placed += dict.fromkeys(chosen)
            separator = turn.cues[step.separator] if step.separator else None
            for number, candidate in enumerate(chosen):
                if separator and number:
                    items.append(cue_item(separator, len(items) + 1))
                    left_ms -= separator.duration_ms
                items.append(script_item(candidate, len(items) + 1))
                left_ms -= candidate.duration_ms
        elif isinstance(step, RelayStep):
            items.append(relay_item(step, len(items) + 1))
        elif (piece := fixed.get(index)) is not None:
            no = len(items) + 1
            items.append(cue_item(piece, no) if isinstance(piece, CueSound) else script_item(piece, no))
            if isinstance(piece, Candidate):
                reasons.append(Reason(piece.script_id, piece.title, chosen=True, why="Phần cố định của khung phát."))
    return Filled(tuple(items), tuple(reasons), tuple(placed))


@dataclass(slots=True, kw_only=True)
class _Turn:
    """What all fill steps of one broadcast share."""

    starts_at: dt.datetime
    day: dt.date
    ahead: dt.timedelta
    """How far the clock of the station is ahead of UTC."""
    candidates: Sequence[Candidate]
    cues: Mapping[str, CueSound]
    history: History
    targets: Mapping[str, int]
    also: Sequence[History]
    partly: Sequence[History]
    chances: Chances
    used: set[int]
    early: bool = False
    """Whether something stayed out because it is not due yet."""
    early_too: bool = False
    """Whether one such script is taken all the same."""

    def local(self, moment: dt.datetime) -> dt.datetime:
        """A moment (aware UTC) as the clock of the station shows it, which the slot's own start tells."""
        return moment + self.ahead

    def asked(self, c: Candidate, step: FillStep) -> Asked:
        """Where a script stands with what its office asked for."""
        if c.priority is Priority.EMERGENCY or not c.valid_on(self.day):
            return FREE
        midnight = day_start(self.day, dt.UTC) - self.ahead
        begin = midnight + (c.valid_from - self.day) if c.valid_from else None
        end = midnight + (c.valid_to - self.day) + dt.timedelta(days=1) if c.valid_to else None
        times, last = self.history.counts.get(c.script_id, 0), self.history.last.get(c.script_id)
        return pace(c, times, last, self.starts_at, (begin, end), step.separation, self.chances)

    def need(self, topic: str) -> float:
        """How much of a topic's target is done, 0 to 1 and beyond; a topic without a target comes last."""
        wanted = self.targets.get(topic)
        return self.history.topic_counts.get(topic, 0) / wanted if wanted else math.inf

    def order(self, c: Candidate, asked: float = FREE.turn) -> tuple[object, ...]:
        """The key by which candidates take their turn."""
        past, number = self.history, c.script_id
        return (
            -c.priority.rank,
            asked,
            self.need(c.topic) if self.targets else 0.0,
            past.last.get(number, _NEVER),
            past.counts.get(number, 0),
            past.topic_counts.get(c.topic, 0),
            c.approved_at,
            number,
        )


def _choose(  # noqa: C901, PLR0912 - two passes over one queue, each candidate in or out with its reason
    step: FillStep, turn: _Turn, left_ms: int
) -> tuple[list[Candidate], list[Reason]]:
    gap_ms = turn.cues[step.separator].duration_ms if step.separator else 0
    unused = [c for c in turn.candidates if c.script_id not in turn.used]
    fitting = [c for c in unused if takes(step, c)]
    wishes = {c.script_id: turn.asked(c, step) for c in fitting if c.wanted}
    order = sorted(fitting, key=lambda c: turn.order(c, wishes[c.script_id].turn) if c.wanted else turn.order(c))
    chosen: list[Candidate] = []
    taken: set[int] = set()
    ins: list[Reason] = []
    topics_in: set[str] = set()
    outs: list[Reason] = []
    # Two passes: first one item of each topic, so that a session is varied; then whatever still fits.
    for second_pass in (False, True):
        for c in order:
            if len(chosen) >= step.max_items and (not second_pass or len(outs) >= MOST_OUT):
                break  # the rest stays out, and no more reasons are named
            if c.script_id in taken:
                continue
            if not second_pass and c.topic in topics_in and c.priority is Priority.NORMAL:
                continue
            if why_not := _why_not(c, step, turn, wishes.get(c.script_id), len(chosen), left_ms, gap_ms):
                if second_pass and len(outs) < MOST_OUT:
                    outs.append(Reason(c.script_id, c.title, chosen=False, why=why_not))
                continue
            repeats = step.repeat_notices if c.genre is Genre.NOTICE else 0
            cost = c.duration_ms + (gap_ms if chosen else 0)
            chosen.append(c)
            taken.add(c.script_id)
            topics_in.add(c.topic)
            left_ms -= cost
            for _ in range(repeats):
                if c.duration_ms + gap_ms <= left_ms:
                    chosen.append(c)
                    left_ms -= c.duration_ms + gap_ms
            ins.append(Reason(c.script_id, c.title, chosen=True, why=_why(c, turn, wishes.get(c.script_id, FREE))))
    if (more := len(order) - len(taken) - len(outs)) > 0:
        outs.append(Reason(None, f"{more} bài khác", chosen=False, why="Chưa tới lượt, hoặc không còn chỗ."))
    if others := len(unused) - len(fitting):
        outs.append(
            Reason(None, f"{others} bài khác", chosen=False, why="Không đúng thể loại hoặc chủ đề của phần này.")
        )
    for c in dict.fromkeys(chosen):
        turn.used.add(c.script_id)
        for history in (turn.history, *turn.also):
            history.place(c, turn.starts_at)
        for history in turn.partly:
            history.place(c, turn.starts_at, whole=False)
    return chosen, ins + outs


def _why_not(
    c: Candidate, step: FillStep, turn: _Turn, asked: Asked | None, chosen: int, left_ms: int, gap_ms: int
) -> str | None:
    if not c.valid_on(turn.day):
        return "Chưa đến hoặc đã quá thời hạn phát."
    if asked and asked.pace is RequestProgress.EARLY and (chosen or not turn.early_too):
        turn.early = True
        return _wish(c, turn, asked)
    if chosen >= step.max_items:
        return f"Đã đủ {step.max_items} mục của khung phát."
    last = turn.history.last.get(c.script_id)
    if last is not None and c.priority is not Priority.EMERGENCY and turn.starts_at - last < step.separation:
        hours = step.separation.total_seconds() / 3600
        return f"Mới phát ngày {turn.local(last):%d/%m}; hai lần phát một bài phải cách nhau ít nhất {hours:g} giờ."
    if c.duration_ms + (gap_ms if chosen else 0) > left_ms:
        return f"Dài {c.duration_ms / 1000:.0f} giây, khung phát chỉ còn {max(left_ms, 0) / 1000:.0f} giây."
    return None


def _why(c: Candidate, turn: _Turn, asked: Asked) -> str:
    if asked.pace is RequestProgress.EARLY:
        return f"{_wish(c, turn, asked)} Buổi này không còn bài nào khác."
    wish = _wish(c, turn, asked) if asked.pace < RequestProgress.FREE else ""
    if c.priority is not Priority.NORMAL:
        return f"Mức {c.priority.label.lower()}, được xếp trước. {wish}".rstrip()
    if wish:
        return wish
    if (wanted := turn.targets.get(c.topic)) is not None:
        done = turn.history.topic_counts.get(c.topic, 0)
        return f"Chủ đề còn xa chỉ tiêu của kế hoạch (đã {done}/{wanted} lượt)."
    last = turn.history.last.get(c.script_id)
    if last is None:
        return "Chưa phát lần nào."
    return f"Lâu nhất chưa phát lại (lần trước {turn.local(last):%d/%m/%Y})."


def _wish(c: Candidate, turn: _Turn, asked: Asked) -> str:
    local = turn.local(asked.next_at) if asked.next_at else None
    return in_words(c, turn.history.counts.get(c.script_id, 0), asked, local)


def cue_item(cue: CueSound, no: int) -> RundownItem:
    """A station sound as item number `no` of a rundown."""
    return RundownItem(no, ItemKind.CUE, cue.title, cue.audio_sha256, cue.duration_ms)


def relay_item(step: RelayStep, no: int) -> RundownItem:
    """A relay as item number `no` of a rundown."""
    return RundownItem(
        no, ItemKind.RELAY, step.title, "", int(step.max_length.total_seconds() * 1000), relay=step.relay
    )


def script_item(c: Candidate, no: int) -> RundownItem:
    """An approved script as item number `no` of a rundown."""
    return RundownItem(
        no=no,
        kind=ItemKind.SCRIPT,
        title=c.title,
        audio_sha256=c.audio_sha256,
        duration_ms=c.duration_ms,
        script_id=c.script_id,
        revision=c.revision,
        spoken_sha256=c.spoken_sha256,
        topic=c.topic,
        unit=c.unit,
        genre=c.genre.value,
        voice=c.voice,
    )
