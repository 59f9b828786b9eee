"""Listening back: a rendition behind the horn, a recording beside its script, an air-check beside its approval."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import Approval, Hearing, Rendition, Revision, Script
from broadcaster.db.queries.scripts.one import get_script, latest_rendition, latest_revision
from broadcaster.domain.people.roles import Actor, Permission, machine
from broadcaster.domain.scripts import hearing
from broadcaster.domain.scripts.hearing import HeardSentence, Kind
from broadcaster.domain.scripts.scripts import Decision
from broadcaster.domain.work.jobs import JobKind
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.scripts.recordings import HUMAN
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from broadcaster.sound import recogniser_process
from broadcaster.sound.store import Store

_AROUND_MS: Final = 120

Progress = Callable[[float], None]


def listen(station: Station, actor: Actor, script_id: int, progress: Progress | None = None) -> int:
    """Hear the newest rendition of a script and keep what was understood; return the number of the hearing.

    Raises:
        RuleError: it was not spoken yet.
        MediaError: there is no listener, or it failed; everything else stays as it is.
    """
    actor.require(Permission.VIEW)
    with station.db.read() as session:
        get_script(session, script_id)
        rendition = latest_rendition(session, latest_revision(session, script_id).id)
        if rendition is None:
            raise RuleError("Kịch bản chưa có bản đọc để nghe. Hãy tạo bản đọc trước.", field="rendition")
        number, sha256, voice = rendition.id, rendition.audio_sha256, rendition.voice
        cues = list(rendition.cues)
    path = Store(station.home.store).verify(sha256)
    kind: Kind = "recording" if voice == HUMAN else "rendition"
    if kind == "recording":
        heard = recogniser_process.hear(
            path, None, recogniser=station.settings.speech.recogniser, snr_db=None, progress=progress
        )
        found = hearing.follow([c["text"] for c in cues], [w for t in heard for w in hearing.words(t)], alone=True)
    else:
        stretches = [(max(0, c["start_ms"] - _AROUND_MS), c["end_ms"] + _AROUND_MS) for c in cues]
        heard = recogniser_process.hear(
            path, stretches, recogniser=station.settings.speech.recogniser, progress=progress
        )
        found = tuple(hearing.judge(c["text"], text, voice=voice) for c, text in zip(cues, heard, strict=True))
    return _keep(station, actor, script_id, number, kind, "", found)


def listen_to_aircheck(
    station: Station, actor: Actor, script_id: int, path: Path, progress: Progress | None = None
) -> int:
    """Hear a recording of what went out, beside the words of the approved rendition; return the hearing's number.

    Raises:
        RuleError: the script was never approved.
        MediaError: the file cannot be read, or there is no listener.
    """
    actor.require(Permission.VIEW)
    with station.db.read() as session:
        get_script(session, script_id)
        rendition = _approved(session, script_id)
        number, texts = rendition.id, [c["text"] for c in rendition.cues]
    heard = recogniser_process.hear(
        path, None, recogniser=station.settings.speech.recogniser, snr_db=None, progress=progress
    )
    found = hearing.follow(texts, [w for text in heard for w in hearing.words(text)])
    return _keep(station, actor, script_id, number, "aircheck", path.name, found)


def want_hearing(station: Station, actor: Actor, script_id: int) -> int | None:
    """Ask the worker to hear the newest rendition; return the job's number, None when there is no listener."""
    actor.require(Permission.VIEW)
    if absent(station) is not None:
        return None
    with station.db.write() as session:
        get_script(session, script_id)
        return jobs.want(
            session, station.now(), JobKind.LISTEN, str(script_id), {"script_id": script_id}, by=actor.username
        )


def absent(station: Station) -> str | None:
    """None when there is a listener on this machine, else what to do, in Vietnamese."""
    return recogniser_process.missing(station.settings.speech.recogniser)


def after_speaking(station: Station, script_id: int) -> None:
    """Have a new rendition heard, if the station wants that and has a listener."""
    if station.settings.speech.listen_back:
        want_hearing(station, machine(), script_id)


def listen_job(station: Station, arguments: Mapping[str, Any], progress: Progress) -> None:
    """Do a `listen` job."""
    listen(station, machine(), int(arguments["script_id"]), progress)


def hearings_of(session: Session, rendition_id: int) -> list[dict[str, Any]]:
    """What was heard of a rendition, the newest first, as plain data."""
    rows = session.scalars(select(Hearing).where(Hearing.rendition_id == rendition_id).order_by(Hearing.id.desc()))
    return [hearing_row(row) for row in rows]


def hearing_row(row: Hearing) -> dict[str, Any]:
    """A hearing as plain data."""
    return {
        "id": row.id,
        "kind": row.kind,
        "file": row.file,
        "share": row.share,
        "summary": row.summary,
        "sentences": row.sentences,
        "at": row.at,
    }


def one(session: Session, number: int) -> dict[str, Any]:
    """One hearing as plain data.

    Raises:
        NotFoundError: there is none of that number.
    """
    row = session.get(Hearing, number)
    if row is None:
        raise NotFoundError(f"Không có lần nghe thử số {number}.", field="hearing")
    return hearing_row(row)


def _heard(
    station: Station,
    path: Path,
    stretches: Sequence[recogniser_process.Stretch] | None,
    progress: Progress | None,
    snr_db: float | None = recogniser_process.SNR_DB,
) -> list[str]:
    name = station.settings.speech.recogniser
    return recogniser_process.hear(path, stretches, recogniser=name, snr_db=snr_db, progress=progress)


def _approved(session: Session, script_id: int) -> Rendition:
    found = session.scalars(
        select(Rendition)
        .join(Approval, Approval.rendition_id == Rendition.id)
        .join(Revision, Revision.id == Rendition.revision_id)
        .join(Script, Script.id == Revision.script_id)
        .where(Script.id == script_id, Approval.decision == Decision.APPROVED)
        .order_by(Approval.id.desc())
        .limit(1)
    ).first()
    if found is None:
        raise RuleError("Kịch bản chưa được duyệt lần nào nên không có gì để đối chiếu.", field="approval")
    return found


def _keep(
    station: Station,
    actor: Actor,
    script_id: int,
    rendition_id: int,
    kind: Kind,
    file: str,
    found: Sequence[HeardSentence],
) -> int:
    row = Hearing(
        rendition_id=rendition_id,
        kind=kind,
        file=file[:300],
        share=round(hearing.overall(found), 3),
        summary=hearing.summary(kind, found),
        sentences=[asdict(s) | {"advice": list(s.advice)} for s in found],
        at=station.now(),
    )
    with station.db.write() as session:
        session.add(row)
        session.flush()
        Trail(session, station.now(), actor).record("listen", "script", script_id, note=row.summary)
        return row.id
