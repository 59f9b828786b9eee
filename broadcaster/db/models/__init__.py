"""All rows, by the room of life they belong to."""

from broadcaster.db.models.airing import ChainHead, Command, Heartbeat, Incident, PlayLogEntry
from broadcaster.db.models.content import Approval, Rendition, Revision, Script, Topic
from broadcaster.db.models.emergency import Emergency
from broadcaster.db.models.people import ApiToken, AuditEvent, SignIn, Unit, User
from broadcaster.db.models.plans import Activity, CampaignRow, Proof, Slogan, UnitPart
from broadcaster.db.models.schedule import BroadcastRow, CueRow, DayException, RotationRow, ZoneGroup, ZoneNote, ZoneRow
from broadcaster.db.models.work import Job, Report

__all__ = [
    "Activity",
    "ApiToken",
    "Approval",
    "AuditEvent",
    "BroadcastRow",
    "CampaignRow",
    "ChainHead",
    "Command",
    "CueRow",
    "DayException",
    "Emergency",
    "Heartbeat",
    "Incident",
    "Job",
    "PlayLogEntry",
    "Proof",
    "Rendition",
    "Report",
    "Revision",
    "RotationRow",
    "Script",
    "SignIn",
    "Slogan",
    "Topic",
    "Unit",
    "UnitPart",
    "User",
    "ZoneGroup",
    "ZoneNote",
    "ZoneRow",
]
