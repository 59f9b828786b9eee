"""How states look: icon and colour of every member of the enums that pages show; the word is the member's own label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import Flask

from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, ItemKind, Origin, Overrun
from broadcaster.domain.air.emergencies import EmergencyState, ReviewFinding
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.reports.activities import PartState
from broadcaster.domain.reports.plans import CampaignState
from broadcaster.domain.scripts.scripts import Decision, Priority, ScriptState
from broadcaster.domain.scripts.standing import ReadingState
from broadcaster.domain.setup.zones import HornCondition, ZoneState
from broadcaster.domain.work.jobs import JobKind, JobState
from broadcaster.text.plans import ProposalKind


@dataclass(frozen=True, slots=True)
class Look:
    """Icon and colour of one member, with its word."""

    icon: str
    tone: str
    """The end of a class of the styles: `is-ok`, `is-wait`, `is-bad`, `is-air`, `is-plain`, `is-gone`."""
    label: str


LOOKS: Mapping[type[StrEnum], Mapping[Any, tuple[str, str]]] = {
    BroadcastState: {
        BroadcastState.PLANNED: ("clock", "plain"),
        BroadcastState.CUED: ("list-check", "wait"),
        BroadcastState.AIRING: ("broadcast", "air"),
        BroadcastState.AIRED: ("circle-check", "ok"),
        BroadcastState.PARTIAL: ("progress", "wait"),
        BroadcastState.MISSED: ("circle-x", "bad"),
        BroadcastState.REFUSED: ("ban", "bad"),
        BroadcastState.CANCELLED: ("x", "gone"),
        BroadcastState.UNHEARD: ("volume-off", "bad"),
        BroadcastState.UNKNOWN: ("alert-triangle", "wait"),
    },
    ScriptState: {
        ScriptState.DRAFT: ("pencil", "plain"),
        ScriptState.SUBMITTED: ("hourglass", "wait"),
        ScriptState.RETURNED: ("arrow-back-up", "bad"),
        ScriptState.APPROVED: ("circle-check", "ok"),
        ScriptState.RETIRED: ("archive", "plain"),
    },
    Outcome: {
        Outcome.FULL: ("circle-check", "ok"),
        Outcome.PARTIAL: ("progress", "wait"),
        Outcome.MISSED: ("circle-x", "bad"),
        Outcome.REFUSED: ("ban", "bad"),
        Outcome.FAILED: ("alert-triangle", "bad"),
        Outcome.UNHEARD: ("volume-off", "bad"),
        Outcome.UNKNOWN: ("alert-triangle", "wait"),
    },
    CampaignState: {
        CampaignState.DRAFT: ("pencil", "plain"),
        CampaignState.ACTIVE: ("circle-check", "ok"),
        CampaignState.CLOSED: ("archive", "plain"),
    },
    PartState: {
        PartState.DRAFT: ("pencil", "plain"),
        PartState.SUBMITTED: ("hourglass", "wait"),
        PartState.RETURNED: ("arrow-back-up", "bad"),
        PartState.MERGED: ("circle-check", "ok"),
    },
    HornCondition: {
        HornCondition.GOOD: ("circle-check", "ok"),
        HornCondition.WEAK: ("alert-triangle", "wait"),
        HornCondition.BROKEN: ("circle-x", "bad"),
        HornCondition.REPAIR: ("tool", "wait"),
    },
    Decision: {
        Decision.APPROVED: ("circle-check", "ok"),
        Decision.RETURNED: ("arrow-back-up", "bad"),
        Decision.WITHDRAWN: ("ban", "plain"),
    },
    EmergencyState: {
        EmergencyState.DRAFT: ("circle-dashed", "plain"),
        EmergencyState.ACTIVE: ("urgent", "air"),
        EmergencyState.CANCELLED: ("circle-dashed", "plain"),
        EmergencyState.REPLACED: ("circle-dashed", "plain"),
        EmergencyState.EXPIRED: ("circle-dashed", "plain"),
        EmergencyState.DISMISSED: ("circle-dashed", "plain"),
    },
    ReviewFinding: {
        ReviewFinding.RIGHT: ("checks", "ok"),
        ReviewFinding.NEEDLESS: ("checks", "bad"),
        ReviewFinding.WRONG: ("checks", "bad"),
    },
    ZoneState: {
        ZoneState.AIR: ("broadcast", "air"),
        ZoneState.REST: ("clock", "plain"),
        ZoneState.MUTED: ("volume-off", "bad"),
        ZoneState.BAD: ("alert-triangle", "bad"),
        ZoneState.OFF: ("ban", "plain"),
        ZoneState.LOST: ("help-circle", "bad"),
    },
}
ENUMS: tuple[type[StrEnum], ...] = (
    *LOOKS,
    BroadcastKind,
    ItemKind,
    ProposalKind,
    Origin,
    JobKind,
    JobState,
    Overrun,
    Priority,
    ReadingState,
)
"""What templates may name, as in `ScriptState.RETIRED`."""


def look(member: Any) -> Look:
    """The icon, colour and word of a member of an enum that pages show."""
    icon, tone = LOOKS[type(member)][member]
    return Look(icon, tone, member.label)


def init(app: Flask) -> None:
    """Give the templates of `app` the looks, and the enums by their names."""
    app.jinja_env.globals.update(look=look, **{enum.__name__: enum for enum in ENUMS})
