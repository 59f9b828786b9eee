"""A script into sound: clean, normalize, speak, join, master; the result is a rendition that never changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from broadcaster.db.models import Rendition
from broadcaster.db.queries.scripts.one import get_script, latest_rendition, latest_revision, newest_alike
from broadcaster.db.queries.zones import cue_sounds
from broadcaster.domain.people.roles import Actor, Permission, machine
from broadcaster.domain.scripts.scripts import text_sha256
from broadcaster.domain.scripts.shaping import HUMAN, Shaped
from broadcaster.domain.work.jobs import JobKind
from broadcaster.services.audit import Trail
from broadcaster.services.lexicon import layers
from broadcaster.services.lexicon.reading import Recipe, profile_of, spelled_for, spoken_of
from broadcaster.services.people.boundaries import require_touch
from broadcaster.services.people.contributing import shaped
from broadcaster.services.scripts import directing
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from broadcaster.sound.render import Element, Rendered, SpokenSentence, Sting, render, wanted
from broadcaster.sound.store import Store
from broadcaster.speech.cache import ClipCache
from broadcaster.text import Spoken, directions, normalize
from broadcaster.text.prepared import prepare

__all__ = ["speak", "speak_job", "spoken_of", "voice_order", "want_rendition"]

Progress = Callable[[float], None]


def speak(station: Station, actor: Actor, script_id: int, progress: Progress | None = None) -> int:
    """Speak the newest revision of a script; return the number of its rendition (an equal one is kept).

    Raises:
        EngineError: no voice could speak it.
        MediaError: the sound could not be made or kept.
        RuleError: a stage direction is mistyped, or names a sound that the station does not have.
    """
    actor.require(Permission.WRITE)
    with station.db.read() as session:
        script = get_script(session, script_id)
        require_touch(station, session, actor, script)
        revision = latest_revision(session, script_id)
        lexicon = layers.lexicon_of(station, session, script_id)
        mark = layers.lexicon_mark(station, session, script_id)
        recipe = Recipe.of(station, script, revision.body)
        directing.require(session, recipe.body, recipe.kept, "body")
        revision_id, rate = revision.id, script.rate or station.settings.speech.rate
        voices = voice_order(station, script.voice)
    prepared = prepare(recipe.body, recipe.kept)
    spoken = normalize(prepared.text, profile=profile_of(station), lexicon=lexicon)
    said = [s.text for s in spoken.sentences]
    elements = _elements(station, spoken, prepared.directions)
    rendered = _render(
        station, elements, voices, rate, lambda engine: spelled_for(station, recipe, lexicon, engine, said), progress
    )
    sha = text_sha256(spoken.text)
    with station.db.write() as session:
        if (same := newest_alike(session, revision_id, sha, rendered.audio_sha256)) is not None:
            return same.id
        replaced = latest_rendition(session, revision_id)
        if replaced is not None and replaced.voice == HUMAN:
            shaped(session, station.now(), actor, script_id, Shaped.MACHINE)
        rendition = Rendition(
            revision_id=revision_id,
            spoken_text=spoken.text,
            spoken_sha256=sha,
            lexicon_version=mark,
            voice=rendered.voice,
            rate=rate,
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
            by=actor.username,
            created_at=station.now(),
        )
        session.add(rendition)
        session.flush()
        Trail(session, station.now(), actor).record("speak", "script", script_id, note=f"{rendered.voice}")
        return rendition.id


def want_rendition(station: Station, actor: Actor, script_id: int) -> int:
    """Ask the worker to speak a script; return the number of the job, which shows progress."""
    actor.require(Permission.WRITE)
    with station.db.write() as session:
        require_touch(station, session, actor, get_script(session, script_id))
        return jobs.want(
            session, station.now(), JobKind.SPEAK, str(script_id), {"script_id": script_id}, by=actor.username
        )


def speak_job(station: Station, arguments: Mapping[str, Any], progress: Progress) -> None:
    """Do a `speak` job, in the name of whoever asked for it."""
    speak(station, machine(str(arguments["by"])), int(arguments["script_id"]), progress)


def voice_order(station: Station, chosen: str | None) -> list[str]:
    """The voices to try for a script: the one chosen for it, then the station's."""
    order = station.settings.speech.voices
    return [chosen, *(v for v in order if v != chosen)] if chosen else list(order)


def _elements(station: Station, spoken: Spoken, marks: tuple[directions.Direction, ...]) -> list[Element]:
    """The sentences with who speaks them, the sounds between them and the music under them."""
    if not marks:
        return [SpokenSentence(s.text, s.pause_ms) for s in spoken.sentences]
    with station.db.read() as session:
        sounds = cue_sounds(session)
    store = Store(station.home.store)

    def path(name: str) -> Path:
        return store.path(sounds[name].audio_sha256)

    out: list[Element] = []
    for sentence, turn in zip(spoken.sentences, directions.turns(spoken, marks), strict=True):
        out += [Sting(path(name)) for name in turn.before]
        music = path(turn.music) if turn.music else None
        out.append(SpokenSentence(sentence.text, sentence.pause_ms, turn.gender, music))
    return [*out, *(Sting(path(name)) for name in directions.after(spoken, marks))]


def _render(
    station: Station,
    elements: Sequence[Element],
    voices: Sequence[str],
    rate: float,
    spelled: Callable[[str], Sequence[str]],
    progress: Progress | None,
) -> Rendered:
    settings = station.settings
    return render(
        elements,
        voices=voices,
        rate=rate,
        spelled=spelled,
        cache=ClipCache(station.home.clips, settings.speech.cache_megabytes * 1_000_000),
        store=Store(station.home.store),
        profile=wanted(settings.sound.profile, settings.sound.loudness, settings.sound.true_peak),
        progress=progress,
    )
