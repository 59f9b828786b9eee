"""Will any slot take this script: what becomes of it by itself once approved, and the true reason if nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from broadcaster.domain.schedule.asked_airings import takes
from broadcaster.domain.schedule.candidates import Candidate, newest
from broadcaster.domain.schedule.rotations import FillStep, ScriptStep, Slot


class UptakeState(StrEnum):
    """How far an approved script has come; the farthest that is true."""

    NEVER = "never"
    """Nothing will air it by itself."""
    WAITING = "waiting"
    """Some slot takes its kind, but no broadcast of the coming days has it."""
    PLANNED = "planned"
    AIRED = "aired"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _LABELS[self]

    @property
    def lost(self) -> bool:
        """Whether somebody has to act for it to be heard."""
        return self in {UptakeState.NEVER, UptakeState.WAITING}


_LABELS = {
    UptakeState.NEVER: "Sẽ không tự phát",
    UptakeState.WAITING: "Chưa có buổi nào nhận",
    UptakeState.PLANNED: "Đã lên lịch",
    UptakeState.AIRED: "Đã phát",
}


@dataclass(frozen=True, slots=True)
class Uptake:
    """What becomes of one approved script."""

    state: UptakeState
    why: str = ""
    """Why no slot takes it, a Vietnamese sentence."""
    next_at: dt.datetime | None = None
    """When it is planned next."""
    last_at: dt.datetime | None = None
    """When it was heard last."""


def refusal_of_all(script: Candidate, slots: Sequence[Slot], others: Iterable[Candidate], today: dt.date) -> str:
    """Why no slot in force would ever take a script, in a sentence; empty when one would."""
    if script.valid_to is not None and script.valid_to < today:
        return f"Đã hết hạn phát ngày {script.valid_to:%d/%m/%Y}."
    steps = [step for slot in slots for step in slot.steps]
    fills = [step for step in steps if isinstance(step, FillStep)]
    if any(takes(step, script) for step in fills):
        return ""
    fixed = [
        step
        for step in steps
        if isinstance(step, ScriptStep)
        and (step.script_id == script.script_id or (step.script_id is None and step.genre == script.genre))
    ]
    if not slots:
        return "Không lịch phát nào đang dùng."
    if not fixed:
        kind = script.genre.label.lower()
        if any(script.genre in step.genres for step in fills):
            return f"Không khung phát nào nhận {kind} của chủ đề này."
        return f"Không khung phát nào trong lịch đang dùng nhận thể loại {kind}."
    if any(step.script_id == script.script_id for step in fixed):
        return ""
    first = newest((c for c in {o.script_id: o for o in (*others, script)}.values()), script.genre, None)
    if first is not None and first.script_id != script.script_id:
        return f"Khung phát chỉ lấy {script.genre.label.lower()} duyệt sau cùng, nay là bài số {first.script_id}."
    return ""


def uptake(
    script: Candidate,
    slots: Sequence[Slot],
    others: Iterable[Candidate],
    today: dt.date,
    *,
    days: int,
    next_at: dt.datetime | None = None,
    last_at: dt.datetime | None = None,
    told: Iterable[str] = (),
) -> Uptake:
    """What becomes of an approved script.

    Args:
        script: the script with its approved sound.
        slots: those of the rotations in force.
        others: everything that is approved.
        today: the station day.
        days: so far is planned.
        next_at: when it is planned next.
        last_at: when it was heard last.
        told: why coming broadcasts left it out, as their planning says, the next first.
    """
    if next_at is not None:
        return Uptake(UptakeState.PLANNED, next_at=next_at, last_at=last_at)
    if last_at is not None:
        return Uptake(UptakeState.AIRED, last_at=last_at)
    if why := refusal_of_all(script, slots, others, today):
        return Uptake(UptakeState.NEVER, why)
    end = today + dt.timedelta(days=days)
    if script.valid_from is not None and script.valid_from >= end:
        return Uptake(UptakeState.WAITING, f"Bài chỉ được phát từ ngày {script.valid_from:%d/%m/%Y}.")
    reason = next(iter(told), "Chưa tới lượt, hoặc không còn chỗ.")
    if script.valid_to is not None and script.valid_to < end:
        return Uptake(UptakeState.NEVER, f"{reason} Bài hết hạn ngày {script.valid_to:%d/%m/%Y}.")
    return Uptake(UptakeState.WAITING, f"{days} ngày tới: {reason}")
