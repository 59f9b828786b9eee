"""What the worker can do, by kind of job."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from broadcaster.domain.work.jobs import JobKind
from broadcaster.services.air.emergency_voice import repeats_job, voice_job
from broadcaster.services.log import record
from broadcaster.services.log.completeness import check_job
from broadcaster.services.reports.jobs import report_job
from broadcaster.services.schedule.planning import plan_unwatched
from broadcaster.services.scripts.approving import ask_again
from broadcaster.services.scripts.hearing import after_speaking, listen_job
from broadcaster.services.scripts.recordings import record_job
from broadcaster.services.scripts.speaking import speak_job
from broadcaster.services.scripts.trial import trial_job
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.elsewhere.carrying_out import carry
from broadcaster.services.setup.elsewhere.drill import drill
from broadcaster.services.setup.lasting import let_go
from broadcaster.services.setup.starter import first_bulletin_job, starter_job
from broadcaster.services.station import Station
from broadcaster.services.work.performing import Handlers, Progress
from broadcaster.targets.target import AbsentError


def _plan(station: Station, _arguments: Mapping[str, Any], _progress: Progress) -> None:
    plan_unwatched(station)


def _backup(station: Station, arguments: Mapping[str, Any], _progress: Progress) -> None:
    backup(station, whole=bool(arguments.get("whole")))


def _carry(station: Station, arguments: Mapping[str, Any], progress: Progress) -> None:
    with suppress(AbsentError):  # a stick in a drawer: the page of the copies says so
        carry(station, str(arguments["target"]), progress)


def _drill(station: Station, _arguments: Mapping[str, Any], progress: Progress) -> None:
    drill(station, progress)


def _check_log(station: Station, _arguments: Mapping[str, Any], _progress: Progress) -> None:
    check_job(station)
    record.check_job(station)


def _let_go(station: Station, _arguments: Mapping[str, Any], _progress: Progress) -> None:
    let_go(station)


def _speak(station: Station, arguments: Mapping[str, Any], progress: Progress) -> None:
    speak_job(station, arguments, progress)
    ask_again(station, int(arguments["script_id"]))
    after_speaking(station, int(arguments["script_id"]))


def _record(station: Station, arguments: Mapping[str, Any], progress: Progress) -> None:
    record_job(station, arguments, progress)
    ask_again(station, int(arguments["script_id"]))
    after_speaking(station, int(arguments["script_id"]))


HANDLERS: Handlers = {
    JobKind.EMERGENCY_VOICE: voice_job,
    JobKind.EMERGENCY_REPEATS: repeats_job,
    JobKind.TRIAL: trial_job,
    JobKind.SPEAK: _speak,
    JobKind.RECORD: _record,
    JobKind.LISTEN: listen_job,
    JobKind.REPORT: report_job,
    JobKind.FIRST_BULLETIN: first_bulletin_job,
    JobKind.STARTER: starter_job,
    JobKind.PLAN: _plan,
    JobKind.BACKUP: _backup,
    JobKind.CARRY: _carry,
    JobKind.DRILL: _drill,
    JobKind.LOG_CHECK: _check_log,
    JobKind.LET_GO: _let_go,
}
