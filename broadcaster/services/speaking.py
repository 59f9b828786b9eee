"""A script into sound: clean, normalize, speak, join, master; the result is a rendition that never changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from broadcaster.db.models import Rendition
from broadcaster.domain.roles import Actor, Permission, machine
from broadcaster.domain.scripts import text_sha256
from broadcaster.rooms import room
from broadcaster.services import audit, jobs
from broadcaster.services.approving import get_script, latest_revision
from broadcaster.services.queue import wake_worker
from broadcaster.services.station import Station
from broadcaster.sound.render import Line, Rendered, render
from broadcaster.sound.store import Store
from broadcaster.speech.cache import ClipCache
from broadcaster.text import Lexicon, Profile, Spoken, normalize
from broadcaster.text.clean import clean

Progress = Callable[[float], None]


def lexicon_texts(station: Station) -> tuple[str, ...]:
    """Return the shipped lexicon files, then the station's own (`scripts/lexicon/*.toml` in the home) over them."""
    folders = [room("scripts") / "lexicon", station.home.root / "scripts" / "lexicon"]
    paths = [path for folder in folders for path in sorted(folder.glob("*.toml"))]
    return tuple(path.read_text(encoding="utf-8") for path in paths)


@lru_cache(maxsize=4)
def _lexicon(texts: tuple[str, ...]) -> Lexicon:
    return Lexicon.from_toml(*texts)


def spoken_of(station: Station, body: str) -> Spoken:
    """Return what an announcer would say for a script's body."""
    profile = Profile.NORTH if station.settings.station.region == "north" else Profile.SOUTH
    return normalize(clean(body).text, profile=profile, lexicon=_lexicon(lexicon_texts(station)))


def speak(station: Station, actor: Actor, script_id: int, progress: Progress | None = None) -> int:
    """Speak the newest revision of a script; return the number of its rendition (an equal one is kept).

    Raises:
        EngineError: no voice could speak it.
        MediaError: the sound could not be made or kept.
    """
    actor.require(Permission.WRITE)
    with station.db.read() as session:
        get_script(session, script_id)
        revision = latest_revision(session, script_id)
        revision_id, body = revision.id, revision.body
    spoken = spoken_of(station, body)
    rendered = _render(station, spoken, progress)
    sha = text_sha256(spoken.text)
    with station.db.write() as session:
        same = session.scalars(
            select(Rendition).where(
                Rendition.revision_id == revision_id,
                Rendition.spoken_sha256 == sha,
                Rendition.audio_sha256 == rendered.audio_sha256,
            )
        ).first()
        if same is not None:
            return same.id
        rendition = Rendition(
            revision_id=revision_id,
            spoken_text=spoken.text,
            spoken_sha256=sha,
            lexicon_version=text_sha256("\n".join(lexicon_texts(station))),
            voice=rendered.voice,
            engine_version=rendered.engine_version,
            audio_sha256=rendered.audio_sha256,
            duration_ms=rendered.duration_ms,
            lufs=rendered.lufs,
            dbtp=rendered.dbtp,
            cues=[
                {"text": s.text, "start_ms": c.start_ms, "end_ms": c.end_ms}
                for s, c in zip(spoken.sentences, rendered.cues, strict=True)
            ],
            notes=[*rendered.notes, *dict.fromkeys(n.message for n in spoken.warnings)],
            created_at=station.now(),
        )
        session.add(rendition)
        session.flush()
        audit.record(session, station.now(), actor, "speak", "script", script_id, note=f"{rendered.voice}")
        return rendition.id


def want_rendition(station: Station, actor: Actor, script_id: int) -> int:
    """Ask the worker to speak a script; return the number of the job, which shows progress."""
    actor.require(Permission.WRITE)
    with station.db.write() as session:
        get_script(session, script_id)
        job_id = jobs.want(session, station.now(), "speak", str(script_id), {"script_id": script_id}, by=actor.username)
    wake_worker(station, job_id)
    return job_id


def speak_job(station: Station, arguments: Mapping[str, Any], progress: Progress) -> None:
    """Do a `speak` job."""
    speak(station, machine(), int(arguments["script_id"]), progress)


def _render(station: Station, spoken: Spoken, progress: Progress | None) -> Rendered:
    settings = station.settings
    return render(
        [Line(s.text, s.pause_ms) for s in spoken.sentences],
        voices=settings.speech.voices,
        rate=settings.speech.rate,
        cache=ClipCache(station.home.clips, settings.speech.cache_megabytes * 1_000_000),
        store=Store(station.home.store),
        profile=settings.sound.profile,
        loudness=settings.sound.loudness,
        true_peak=settings.sound.true_peak,
        progress=progress,
    )
