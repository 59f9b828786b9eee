"""All rows, by the room of life they belong to."""

from broadcaster.db.models.airing import (
    AiringProof,
    ChainedRow,
    ChainHead,
    Command,
    Heartbeat,
    Incident,
    LeaseRow,
    MuteRow,
    OutputStop,
    PlayLogEntry,
)
from broadcaster.db.models.content import Approval, Contribution, DraftRow, Rendition, Revision, Script, Topic
from broadcaster.db.models.emergency import Emergency
from broadcaster.db.models.hearing import Hearing
from broadcaster.db.models.lexicon import LexiconProposal, LexiconRow, LexiconVersion, StaleMark
from broadcaster.db.models.people import ApiToken, AuditEvent, Delegation, SignIn, Unit, User
from broadcaster.db.models.plans import Activity, ActivityProof, CampaignRow, UnitPart
from broadcaster.db.models.schedule import (
    BroadcastChange,
    BroadcastRow,
    CueOffer,
    CueRow,
    DayException,
    LetBe,
    RotationRow,
    ZoneGroup,
    ZoneNote,
    ZoneRow,
)
from broadcaster.db.models.work import Job, JobNeed, Report

__all__ = [
    "Activity",
    "ActivityProof",
    "AiringProof",
    "ApiToken",
    "Approval",
    "AuditEvent",
    "BroadcastChange",
    "BroadcastRow",
    "CampaignRow",
    "ChainHead",
    "ChainedRow",
    "Command",
    "Contribution",
    "CueOffer",
    "CueRow",
    "DayException",
    "Delegation",
    "DraftRow",
    "Emergency",
    "Hearing",
    "Heartbeat",
    "Incident",
    "Job",
    "JobNeed",
    "LeaseRow",
    "LetBe",
    "LexiconProposal",
    "LexiconRow",
    "LexiconVersion",
    "MuteRow",
    "OutputStop",
    "PlayLogEntry",
    "Rendition",
    "Report",
    "Revision",
    "RotationRow",
    "Script",
    "SignIn",
    "StaleMark",
    "Topic",
    "Unit",
    "UnitPart",
    "User",
    "ZoneGroup",
    "ZoneNote",
    "ZoneRow",
]
