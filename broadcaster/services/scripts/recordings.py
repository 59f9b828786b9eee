"""A person's voice for a script: an uploaded or recorded file becomes a rendition like any other.

The file is judged by its content, cleaned gently, trimmed and mastered as everything else is; what is wrong with it is
said in words and kept with the rendition, so that the leader reads it before approving.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster import apart
from broadcaster.db.models import Job, Rendition, Revision
from broadcaster.db.queries.scripts.one import get_script, latest_revision, newest_alike
from broadcaster.domain.people.roles import Actor, Permission, machine
from broadcaster.domain.scripts.fields import kept_of
from broadcaster.domain.scripts.scripts import text_sha256
from broadcaster.domain.scripts.shaping import HUMAN, Shaped
from broadcaster.domain.work.jobs import JobKind, JobState
from broadcaster.errors import MediaError, RuleError
from broadcaster.media import ffmpeg
from broadcaster.services import disk_room
from broadcaster.services.audit import Trail
from broadcaster.services.lexicon import layers
from broadcaster.services.lexicon.reading import spoken_of
from broadcaster.services.people.boundaries import require_touch
from broadcaster.services.people.contributing import shaped
from broadcaster.services.scripts import directing
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from broadcaster.sound import recording
from broadcaster.sound.master import master
from broadcaster.sound.recording import Condition, RecordingFault
from broadcaster.sound.render import wanted
from broadcaster.sound.samples import Samples
from broadcaster.sound.store import Store, disk_error
from broadcaster.text import Spoken, estimate_seconds
from broadcaster.text.sentences import syllables

RECORDED: Final = "record"
"""What the trail calls the act of handing in a recording."""
HUMAN_LABEL: Final = "Giọng người thật"
VERSION: Final = "human-1"
MAX_BYTES: Final = 300_000_000
"""Half an hour of CD quality, or an hour of mono."""
UPLOADS: Final = "uploads"

_PACE: Final = 4.0
"""Syllables per second of a person who reads aloud."""
_CHUNK: Final = 1 << 20
_SLOWEST_S: Final = 120.0
_LEFT_BEHIND_S: Final = 3600.0
"""An upload so old that no job knows belongs to nobody."""
_MASTERED = 0.9

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class AcceptedRecording:
    """A file that can be used."""

    condition: Condition
    faults: tuple[RecordingFault, ...]
    """What a listener would mind; none of them fatal."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording that became a rendition."""

    rendition_id: int
    duration_ms: int
    lufs: float
    dbtp: float
    faults: tuple[RecordingFault, ...]


def check(station: Station, script_id: int, path: Path) -> AcceptedRecording:
    """What is to be said of a recording of a script, without keeping anything.

    Raises:
        RuleError: it cannot be used: no sound, a film, protected, silent, too short or long, only noise.
        NotFoundError: there is no such script.
    """
    with station.db.read() as session:
        script = get_script(session, script_id)
        body, kept = latest_revision(session, script_id).body, kept_of(script.kept)
    spoken = spoken_of(station, body, kept=kept, script_id=script_id)
    with tempfile.TemporaryDirectory(dir=_uploads(station)) as folder:
        return apart.done(_SLOWEST_S, _examined, path, Path(folder), spoken)[0]


def record(
    station: Station,
    actor: Actor,
    script_id: int,
    path: Path,
    *,
    revision_id: int | None = None,
    progress: Progress | None = None,
) -> Recorded:
    """Make a recording the newest rendition of a script's revision (the newest one by default).

    An approval that the script has stays what it was: bound to the words and bytes that were approved.

    Raises:
        RuleError: the recording cannot be used, or the script is of another revision by now.
        MediaError: the sound could not be made or kept.
    """
    actor.require(Permission.WRITE)
    disk_room.require(station, path.stat().st_size if path.is_file() else 0, field="recording")
    tell = progress or (lambda _share: None)
    with station.db.read() as session:
        script = get_script(session, script_id)
        require_touch(station, session, actor, script)
        revision = _revision(session, script_id, revision_id)
        body, kept, revision_id = revision.body, kept_of(script.kept), revision.id
        mark = layers.lexicon_mark(station, session, script_id)
        directing.require(session, body, kept, "body")
    spoken = spoken_of(station, body, kept=kept, script_id=script_id)
    chosen = station.settings.sound
    store = Store(station.home.store)
    with store.workspace() as folder:
        checked, sound = _examined(path, folder, spoken)
        tell(0.2)
        recording.clean(sound, folder / "clean.wav", checked.condition)
        cues = recording.boundaries(sound, checked.condition, _weights(spoken))
        tell(0.3)
        made = master(
            folder / "clean.wav",
            folder / "mastered.flac",
            wanted(chosen.profile, chosen.loudness, chosen.true_peak),
            progress=lambda share: tell(0.3 + (_MASTERED - 0.3) * share),
        )
        sha256 = store.put(made.path)
        original = _keep_original(station, folder, path)
    rendition = Rendition(
        revision_id=revision_id,
        spoken_text=spoken.text,
        spoken_sha256=text_sha256(spoken.text),
        lexicon_version=mark,
        voice=HUMAN,
        engine_version=f"{VERSION}+{original[:12]}",
        audio_sha256=sha256,
        duration_ms=made.duration_ms,
        lufs=made.loudness,
        dbtp=made.true_peak,
        cues=[
            {"text": s.text, "start_ms": min(a, made.duration_ms), "end_ms": min(b, made.duration_ms)}
            for s, (a, b) in zip(spoken.sentences, cues, strict=True)
        ],
        notes=[fault.sentence for fault in checked.faults],
        by=actor.username,
        created_at=station.now(),
    )
    with station.db.write() as session:
        number = _kept(session, rendition)
        shaped(session, station.now(), actor, script_id, Shaped.RECORDING)
        note = ", ".join(fault.code for fault in checked.faults)
        Trail(session, station.now(), actor).record(RECORDED, "script", script_id, note=note)
    tell(1.0)
    return Recorded(number, made.duration_ms, made.loudness, made.true_peak, checked.faults)


def take(
    station: Station, actor: Actor, script_id: int, stream: IO[bytes], name: str
) -> tuple[int, tuple[RecordingFault, ...]]:
    """Take in an uploaded or recorded file, check it at once, and have the worker make the rendition.

    Returns the number of the job, which shows progress, and what a listener would mind.

    Raises:
        RuleError: it cannot be used, or is too large; nothing is kept.
    """
    actor.require(Permission.WRITE)
    with station.db.read() as session:
        require_touch(station, session, actor, get_script(session, script_id))
        revision_id = latest_revision(session, script_id).id
    disk_room.require(station, field="recording")
    path = _saved(station, stream, name)
    try:
        faults = check(station, script_id, path).faults
        arguments = {"script_id": script_id, "revision_id": revision_id, "file": path.name, "by": actor.username}
        with station.db.write() as session:
            before = _waiting(session, script_id)
            shaped(session, station.now(), actor, script_id, Shaped.RECORDING)
            job_id = jobs.want(session, station.now(), JobKind.RECORD, str(script_id), arguments, by=actor.username)
            session.get_one(Job, job_id).arguments = arguments  # the one that waited gives way to the newer
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if before is not None:
        (_uploads(station) / before).unlink(missing_ok=True)
    return job_id, faults


def again(station: Station, actor: Actor, script_id: int) -> int:
    """Have the worker try once more a recording that this machine, not its maker, was to blame for; return the job.

    Raises:
        RuleError: there is none that failed, or its file is gone.
    """
    actor.require(Permission.WRITE)
    with station.db.write() as session:
        require_touch(station, session, actor, get_script(session, script_id))
        job = _job(session, script_id)
        if job is None or job.state is not JobState.FAILED or not kept_upload(station, job.arguments):
            raise RuleError("Không còn bản ghi âm nào để làm lại. Hãy gửi lại bản ghi âm.", field="recording")
        return jobs.want(session, station.now(), JobKind.RECORD, str(script_id), job.arguments, by=actor.username)


def kept_upload(station: Station, arguments: Mapping[str, Any]) -> bool:
    """Whether the uploaded file of a `record` job is still there."""
    name = Path(str(arguments.get("file", ""))).name
    return bool(name) and (_uploads(station) / name).is_file()


def record_job(station: Station, arguments: Mapping[str, Any], progress: Progress) -> None:
    """Do a `record` job; the uploaded file is removed when it is done with.

    It stays when the machine was to blame (a full disk, an ffmpeg that was killed): nobody shall read it all again.
    """
    path = _uploads(station) / Path(str(arguments["file"])).name
    script_id = int(arguments["script_id"])
    try:
        # Whether they may was asked when the file was taken in.
        record(
            station,
            machine(str(arguments["by"])),
            script_id,
            path,
            revision_id=int(arguments["revision_id"]),
            progress=progress,
        )
    except (RuleError, MediaError) as error:
        if error.code not in ffmpeg.NOT_THE_FILE:
            path.unlink(missing_ok=True)
        raise
    path.unlink(missing_ok=True)


def sweep(station: Station) -> None:
    """Delete uploads that nobody will ask for: the panel ended between taking one in and asking for its job."""
    with station.db.read() as session:
        jobs_left = session.scalars(select(Job).where(Job.kind == JobKind.RECORD, Job.state != JobState.DONE))
        wanted = {Path(str(job.arguments.get("file", ""))).name for job in jobs_left}
    before = station.now().timestamp() - _LEFT_BEHIND_S
    for path in _uploads(station).iterdir():
        with contextlib.suppress(OSError):
            if path.name not in wanted and path.stat().st_mtime < before:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def is_human(voice: str) -> bool:
    """Whether a rendition's voice is a person's."""
    return voice == HUMAN


def _examined(path: Path, folder: Path, spoken: Spoken) -> tuple[AcceptedRecording, Samples]:
    try:
        facts = recording.admit(path)
        sound = recording.listen(path, folder / "heard.pcm", facts)
    except MediaError as error:
        if error.code in ffmpeg.NOT_THE_FILE:
            raise
        raise RuleError(error.message, code=error.code, field="recording") from None
    condition = recording.examine(sound)
    found = recording.faults(condition, estimate_seconds(spoken, _PACE))
    if fatal := next((f for f in found if f.fatal), None):
        raise RuleError(fatal.sentence, code=fatal.code, field="recording")
    return AcceptedRecording(condition, found), sound


def _job(session: Session, script_id: int) -> Job | None:
    return session.scalars(select(Job).where(Job.kind == JobKind.RECORD, Job.key == str(script_id))).first()


def _waiting(session: Session, script_id: int) -> str | None:
    """The file of the recording of a script that waits, or failed and was kept; None when there is none.

    Raises:
        RuleError: one is being made ready at this moment.
    """
    job = _job(session, script_id)
    if job is None or job.state is JobState.DONE:
        return None
    if job.state is JobState.RUNNING:
        raise RuleError(
            "Máy đang làm bản ghi âm gửi trước của bài này. Hãy đợi xong rồi gửi bản mới.", field="recording"
        )
    return Path(str(job.arguments["file"])).name


def _weights(spoken: Spoken) -> list[float]:
    return [max(1.0, syllables(s.text) + s.pause_ms / 1000 * _PACE) for s in spoken.sentences]


def _revision(session: Session, script_id: int, revision_id: int | None) -> Revision:
    if revision_id is None:
        return latest_revision(session, script_id)
    revision = session.get(Revision, revision_id)
    if revision is None or revision.script_id != script_id:
        raise RuleError("Bản kịch bản đã ghi âm không còn. Hãy ghi lại cho bản mới nhất.", field="revision")
    return revision


def _kept(session: Session, rendition: Rendition) -> int:
    """Add a rendition unless the newest has the same words and bytes; return its number."""
    same = newest_alike(session, rendition.revision_id, rendition.spoken_sha256, rendition.audio_sha256)
    if same is not None:
        return same.id
    session.add(rendition)
    session.flush()
    return rendition.id


def _keep_original(station: Station, folder: Path, path: Path) -> str:
    """Keep what the person said, before anything was done to it, and return its SHA-256."""
    target = folder / "original.flac"
    shape = ["-map", "0:a:0", "-map_metadata", "-1", "-c:a", "flac", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    ffmpeg.run(["-loglevel", "error", *ffmpeg.source(path), *shape, "-f", "flac", f"file:{target}"])
    return Store(station.home.root / "audio" / "recordings").put(target)


def _uploads(station: Station) -> Path:
    folder = station.home.run / UPLOADS
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error, folder) from None
    return folder


def _saved(station: Station, stream: IO[bytes], name: str) -> Path:
    """Write an upload to the station's disk under a name of our own."""
    path = _uploads(station) / f"{uuid.uuid4().hex}{Path(name).suffix[:8] if Path(name).suffix.isascii() else ''}"
    size = 0
    try:
        with path.open("xb") as file:
            while (chunk := stream.read(_CHUNK)) and size <= MAX_BYTES:
                size += len(chunk)
                file.write(chunk)
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise disk_error(error, path) from None
    if size > MAX_BYTES:
        path.unlink(missing_ok=True)
        raise RuleError(f"Tệp lớn hơn {MAX_BYTES // 1_000_000} MB. Hãy xuất lại dạng mp3 hoặc m4a.", field="recording")
    return path


__all__ = [
    "HUMAN",
    "HUMAN_LABEL",
    "AcceptedRecording",
    "Recorded",
    "RecordingFault",
    "again",
    "check",
    "is_human",
    "kept_upload",
    "record",
    "record_job",
    "sweep",
    "take",
]
