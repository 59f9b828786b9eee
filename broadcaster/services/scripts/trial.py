"""Hearing a sentence before anything is kept: the station's voice, not mastered and not on the horns.

The worker alone holds the voices, which take hundreds of megabytes: a page asks it and waits.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import delete

from broadcaster.db.models import Job
from broadcaster.domain.work.jobs import ENDED, JobKind, JobState
from broadcaster.errors import EngineError, RuleError
from broadcaster.services.lexicon import layers
from broadcaster.services.lexicon.reading import profile_of
from broadcaster.services.scripts.speaking import voice_order
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from broadcaster.services.work.performing import Progress
from broadcaster.speech.cache import ClipCache
from broadcaster.speech.engine import Clip
from broadcaster.speech.registry import speak_all
from broadcaster.text import Lexicon, LexiconEntry, normalize

MAX_CHARACTERS: Final = 300
"""The longest text that is spoken for a trial: some twenty seconds."""
_BEGUN_S: Final = 15.0
"""How long a page waits for the worker to begin: others may have a sentence spoken too."""
_ENDED_S: Final = 60.0
"""How long it waits for the sound: a first sentence also waits for the voice to be loaded."""
_KEPT: Final = dt.timedelta(hours=1)
_ENTRIES: Final = TypeAdapter(tuple[LexiconEntry, ...])


@dataclass(frozen=True, slots=True)
class TrialSound:
    """A trial: its sound, its words, and the voice that spoke."""

    wav: bytes
    text: str
    voice: str
    seconds: float


def trial_lexicon(station: Station, extra: Sequence[LexiconEntry], script_id: int | None = None) -> Lexicon:
    """The lexicon of the station (and of a script) with entries over it that nobody has saved."""
    with station.db.read() as session:
        own = layers.entries(session, script_id) if script_id else ()
        return layers.layered(station, layers.entries(session), own, extra)


def hear(
    station: Station,
    text: str,
    extra: Sequence[LexiconEntry] = (),
    *,
    script_id: int | None = None,
    voice: str | None = None,
    rate: float | None = None,
) -> TrialSound:
    """A text as the station would speak it.

    Raises:
        RuleError: there is nothing to say, or too much.
        EngineError: no voice could speak it.
    """
    text = checked(text)
    lexicon = trial_lexicon(station, extra, script_id)
    profile = profile_of(station)
    said = normalize(text, profile=profile, lexicon=lexicon, explain=False)
    if not said.sentences:
        raise RuleError("Không có chữ nào để đọc.", field="text")

    def spelled(engine: str) -> list[str]:
        own = normalize(text, profile=profile, lexicon=lexicon.for_engine(engine), explain=False)
        return [s.text for s in (own if len(own.sentences) == len(said.sentences) else said).sentences]

    settings = station.settings.speech
    spoken = speak_all(
        [s.text for s in said.sentences],
        voice_order(station, voice),
        rate=rate or settings.rate,
        spelled=spelled,
        cache=ClipCache(station.home.clips, settings.cache_megabytes * 1_000_000),
    )
    pauses = [s.pause_ms for s in said.sentences]
    wav = _wav(spoken.clips, pauses)
    return TrialSound(wav, said.text, spoken.voice, sum(c.seconds for c in spoken.clips))


def hear_by_worker(
    station: Station,
    by: str,
    text: str,
    extra: Sequence[LexiconEntry] = (),
    *,
    voice: str | None = None,
    rate: float | None = None,
) -> bytes:
    """Have the worker speak a text as `hear` does; return the sound, as soon as it is there.

    Raises:
        RuleError: there is too much to say.
        EngineError: no voice could speak it, or the worker does not answer.
    """
    text = checked(text)
    wish = {"text": text, "extra": _ENTRIES.dump_python(tuple(extra), mode="json"), "voice": voice, "rate": rate}
    key = hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()
    with station.db.write() as session:
        number = jobs.want(session, station.now(), JobKind.TRIAL, key, wish, by=by)
    job = jobs.awaited(station, number, begun_s=_BEGUN_S, ended_s=_ENDED_S)
    if job.state is JobState.DONE:
        return _sound(station, key).read_bytes()
    if job.state is JobState.WANTED:
        raise EngineError("Bộ phận xử lý nền đang quá bận hoặc chưa chạy nên chưa đọc thử được.", transient=True)
    raise EngineError(job.error or "Câu này đọc quá lâu nên chưa nghe được. Hãy thử lại.", transient=True)


def trial_job(station: Station, arguments: Mapping[str, Any], _progress: Progress) -> None:
    """Do a job that speaks a trial; what was tried before and heard by now is thrown away."""
    wish = {name: value for name, value in arguments.items() if name != "by"}
    key = hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()
    sound = _sound(station, key)
    sound.parent.mkdir(exist_ok=True)
    old = station.now() - _KEPT
    for other in sound.parent.iterdir():
        if other.stat().st_mtime < old.timestamp():
            other.unlink(missing_ok=True)
    with station.db.write() as session:
        session.execute(delete(Job).where(Job.kind == JobKind.TRIAL, Job.state.in_(ENDED), Job.finished_at < old))
    extra = _ENTRIES.validate_python(wish["extra"])
    try:
        heard = hear(station, wish["text"], extra, voice=wish["voice"], rate=wish["rate"])
    except EngineError as error:  # who waits shall know now, not after it was tried again
        raise EngineError(error.message) from None
    sound.write_bytes(heard.wav)


def _sound(station: Station, key: str) -> Path:
    return station.home.run / "trials" / f"{key}.wav"


def checked(text: str) -> str:
    """A text that may be tried.

    Raises:
        RuleError: it is too long.
    """
    text = " ".join(text.split())
    if len(text) > MAX_CHARACTERS:
        raise RuleError(f"Chỉ nghe thử được tối đa {MAX_CHARACTERS} ký tự một lần.", field="text")
    return text


def _wav(clips: Sequence[Clip], pauses: Sequence[int]) -> bytes:
    rate = next((c.rate for c in clips if c.pcm), 16_000)
    data = io.BytesIO()
    with wave.open(data, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        for clip, pause in zip(clips, pauses, strict=True):
            writer.writeframes(clip.pcm)
            writer.writeframes(bytes(2 * (rate * pause // 1000)))
    return data.getvalue()
