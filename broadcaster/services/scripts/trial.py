"""Hearing a sentence before anything is kept: the station's voice, in memory, not mastered and not on the horns."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from broadcaster.errors import RuleError
from broadcaster.services.lexicon import layers
from broadcaster.services.lexicon.reading import profile_of
from broadcaster.services.scripts.speaking import voice_order
from broadcaster.services.station import Station
from broadcaster.speech.cache import ClipCache
from broadcaster.speech.engine import Clip
from broadcaster.speech.registry import speak_all
from broadcaster.text import Entry, Lexicon, normalize

MAX_CHARACTERS: Final = 300
"""The longest text that is spoken for a trial: some twenty seconds."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A trial: its sound, its words, and the voice that spoke."""

    wav: bytes
    text: str
    voice: str
    seconds: float


def trial_lexicon(station: Station, extra: Sequence[Entry], script_id: int | None = None) -> Lexicon:
    """Return the lexicon of the station (and of a script) with entries over it that nobody has saved."""
    with station.db.read() as session:
        own = layers.entries(session, script_id) if script_id else ()
        return layers.layered(station, layers.entries(session), own, extra)


def hear(
    station: Station,
    text: str,
    extra: Sequence[Entry] = (),
    *,
    script_id: int | None = None,
    voice: str | None = None,
    rate: float | None = None,
) -> Heard:
    """Return a text as the station would speak it.

    Raises:
        RuleError: there is nothing to say, or too much.
        EngineError: no voice could speak it.
    """
    text = " ".join(text.split())
    if len(text) > MAX_CHARACTERS:
        raise RuleError(f"Chỉ nghe thử được tối đa {MAX_CHARACTERS} ký tự một lần.", field="text")
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
    return Heard(wav, said.text, spoken.voice, sum(c.seconds for c in spoken.clips))


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
