"""Sentences into one finished sound: spoken by one voice, joined, mastered, kept by its content."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from broadcaster.sound.join import Cue, Part, join
from broadcaster.sound.master import master
from broadcaster.sound.profiles import profile_of
from broadcaster.sound.store import Store
from broadcaster.speech.cache import ClipCache
from broadcaster.speech.registry import speak_all

_SPEAKING: Final = 0.8
"""Share of the work that is speaking, for the progress bar."""
_JOINED: Final = 0.88


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished sound in the store, and how it was made."""

    audio_sha256: str
    duration_ms: int
    lufs: float
    """Programme loudness (LUFS)."""
    dbtp: float
    """Highest true peak (dBTP)."""
    voice: str
    """`engine:id` of the one voice that spoke."""
    engine: str
    engine_version: str
    cues: tuple[Cue, ...]
    """Where each sentence sounds, one for each."""
    cached: int
    """Sentences that were spoken before."""
    new: int
    """Sentences spoken now."""
    notes: tuple[str, ...]
    """Vietnamese sentences for the editor: why another voice spoke, what was left out."""


def render(
    sentences: Sequence[tuple[str, int]],
    *,
    voices: Sequence[str],
    store: Store,
    rate: float = 1.0,
    spelled: Callable[[str], Sequence[str]] | None = None,
    cache: ClipCache | None = None,
    profile: str = "horn",
    loudness: float | None = None,
    true_peak: float | None = None,
    progress: Callable[[float], None] | None = None,
    cancel: threading.Event | None = None,
    low_priority: bool = True,
) -> Rendered:
    """Speak, join and master sentences, and keep the result in the store.

    Same sentences, voice, engine version, profile and ffmpeg: same bytes. A changed sentence is spoken alone; the
    others come from the cache. Whatever fails, the store holds whole files only.

    Args:
        sentences: normalized text and the pause after it (ms).
        voices: `engine:id`, the wanted one first; one of them speaks all.
        store: where the FLAC is kept.
        rate: times the usual speed.
        spelled: the sentences as an engine needs them spelled, by its name; as many and in the same order.
        cache: where spoken sentences are kept.
        profile: name of a sound profile.
        loudness: programme loudness instead of the profile's (LUFS).
        true_peak: ceiling instead of the profile's (dBTP).
        progress: told the share that is done, 0 to 1.
        cancel: stops the work between steps and inside ffmpeg.
        low_priority: give way to play-out on the processor.

    Raises:
        EngineError: no voice could speak it.
        MediaError: the sound could not be made or kept.
        RuleError: there is no such profile.
    """
    chosen = profile_of(profile)
    chosen = replace(
        chosen,
        loudness=chosen.loudness if loudness is None else loudness,
        true_peak=chosen.true_peak if true_peak is None else true_peak,
    )
    tell = progress or (lambda _share: None)
    spoken = speak_all(
        [text for text, _ in sentences],
        voices,
        rate=rate,
        spelled=spelled,
        cache=cache,
        progress=lambda share: tell(_SPEAKING * share),
    )
    with store.workspace() as folder:
        parts = [Part(clip, pause) for clip, (_, pause) in zip(spoken.clips, sentences, strict=True)]
        joined = join(parts, folder / "joined.wav")
        tell(_JOINED)
        made = master(joined.path, folder / "mastered.flac", chosen, cancel=cancel, low_priority=low_priority)
        sha256 = store.put(made.path)
    tell(1.0)
    return Rendered(
        audio_sha256=sha256,
        duration_ms=made.duration_ms,
        lufs=made.loudness,
        dbtp=made.true_peak,
        voice=spoken.voice,
        engine=spoken.engine,
        engine_version=spoken.version,
        cues=joined.cues,
        cached=spoken.cached,
        new=spoken.new,
        notes=spoken.notes,
    )
