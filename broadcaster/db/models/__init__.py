"""All rows, by the room of life they belong to."""

from broadcaster.db.models.airing import ChainHead, Command, Heartbeat, Incident, LeaseRow, PlayLogEntry, ProofRow
from broadcaster.db.models.content import Approval, Rendition, Revision, Script, Topic
from broadcaster.db.models.emergency import Emergency
from broadcaster.db.models.people import ApiToken, AuditEvent, SignIn, Unit, User
from broadcaster.db.models.schedule import BroadcastRow, CueRow, DayException, RotationRow, ZoneGroup, ZoneNote, ZoneRow
from broadcaster.db.models.work import Job, Report

__all__ = [
    "ApiToken",
    "Approval",
    "AuditEvent",
    "BroadcastRow",
    "ChainHead",
    "Command",
    "CueRow",
    "DayException",
    "Emergency",
    "Heartbeat",
    "Incident",
    "Job",
    "LeaseRow",
    "PlayLogEntry",
    "ProofRow",
    "Rendition",
    "Report",
    "Revision",
    "RotationRow",
    "Script",
    "SignIn",
    "Topic",
    "Unit",
    "User",
    "ZoneGroup",
    "ZoneNote",
    "ZoneRow",
]
