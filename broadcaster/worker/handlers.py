"""What the worker can do, by kind of job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from broadcaster.services.air.emergencies import VOICE_JOB
from broadcaster.services.air.emergency_voice import voice_job
from broadcaster.services.log.completeness import check_job
from broadcaster.services.reports.jobs import JOB as REPORT_JOB
from broadcaster.services.reports.jobs import report_job
from broadcaster.services.schedule.planning import plan
from broadcaster.services.scripts.hearing import JOB as LISTEN_JOB
from broadcaster.services.scripts.hearing import after_speaking, listen_job
from broadcaster.services.scripts.recordings import JOB as RECORD_JOB
from broadcaster.services.scripts.recordings import record_job
from broadcaster.services.scripts.speaking import speak_job
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.starter import FIRST_JOB, first_bulletin_job, starter_job
from broadcaster.services.station import Station
from broadcaster.services.work.jobs import Handler, Progress


def _plan(station: Station, _arguments: Mapping[str, Any], _progress: Progress) -> None:
    plan(station)


def _backup(station: Station, arguments: Mapping[str, Any], _progress: Progress) -> None:
    backup(station, with_sound=bool(arguments.get("with_sound")))


def _check_log(station: Station, _arguments: Mapping[str, Any], _progress: Progress) -> None:
    check_job(station)


def _speak(station: Station, arguments: Mapping[str, Any], progress: Progress) -> None:
    speak_job(station, arguments, progress)
    after_speaking(station, int(arguments["script_id"]))


def _record(station: Station, arguments: Mapping[str, Any], progress: Progress) -> None:
    record_job(station, arguments, progress)
    after_speaking(station, int(arguments["script_id"]))


HANDLERS: Mapping[str, Handler] = {
    "speak": _speak,
    RECORD_JOB: _record,
    LISTEN_JOB: listen_job,
    "plan": _plan,
    "backup": _backup,
    "log-check": _check_log,
    "starter": starter_job,
    FIRST_JOB: first_bulletin_job,
    VOICE_JOB: voice_job,
    REPORT_JOB: report_job,
}
