"""Sentences into one finished sound: spoken by one voice, joined, mastered, kept by its content."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from broadcaster.errors import MediaError
from broadcaster.media.probe import probe
from broadcaster.sound.join import Cue, JoinPart, join
from broadcaster.sound.layers import Layer, music
from broadcaster.sound.master import Mastered, master
from broadcaster.sound.profiles import HORN, SoundProfile, profile_of
from broadcaster.sound.store import Store
from broadcaster.speech.cache import ClipCache
from broadcaster.speech.engine import Clip, Gender
from broadcaster.speech.registry import SpokenClips, speak_all

_SPEAKING: Final = 0.8
"""Share of the work that is speaking, for the progress bar."""
_JOINED: Final = 0.85
_STING_PAUSE_MS: Final = 500
_LEAD_IN_MS: Final = 1200
"""Music begins this long before the first word over it."""
_LEAD_OUT_MS: Final = 2500


@dataclass(frozen=True, slots=True)
class SpokenSentence:
    """A sentence to be spoken."""

    text: str
    """Normalized."""
    pause_ms: int
    gender: Gender | None = None
    """Who speaks it; None: the voice of the script."""
    music: Path | None = None
    """What plays under it."""


@dataclass(frozen=True, slots=True)
class Sting:
    """A finished sound between lines: a tune, a chime, a separator."""

    path: Path


Element = SpokenSentence | Sting


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A finished sound in the store, and how it was made."""

    audio_sha256: str
    duration_ms: int
    lufs: float
    """Programme loudness (LUFS)."""
    dbtp: float
    """Highest true peak (dBTP)."""
    voice: str
    """`engine:id` of the voice that spoke, `engine:id,id` of two in turn."""
    engine: str
    engine_version: str
    cues: tuple[Cue, ...]
    """Where each line sounds, one for each."""
    cached: int
    """Sentences that were spoken before."""
    new: int
    """Sentences spoken now."""
    notes: tuple[str, ...]
    """Vietnamese sentences for the editor: why another voice spoke, what was left out."""


@dataclass(frozen=True, slots=True)
class Programme:
    """A finished sound in a folder that is lent, and how it was made."""

    mastered: Mastered
    spoken: SpokenClips
    cues: tuple[Cue, ...]
    """Where each line sounds."""


def render(
    elements: Sequence[Element],
    *,
    voices: Sequence[str],
    store: Store,
    rate: float = 1.0,
    spelled: Callable[[str], Sequence[str]] | None = None,
    cache: ClipCache | None = None,
    profile: SoundProfile = HORN,
    progress: Callable[[float], None] | None = None,
    cancel: threading.Event | None = None,
    low_priority: bool = True,
) -> Rendered:
    """Speak, join and master a script, and keep the result in the store.

    Same lines, voice, engine version, profile and ffmpeg: same bytes. A changed sentence is spoken alone; the
    others come from the cache. Whatever fails, the store holds whole files only.

    Args:
        elements: sentences and the sounds between them.
        voices: `engine:id`, the wanted one first; one engine speaks all.
        store: where the FLAC is kept.
        rate: times the usual speed.
        spelled: the sentences as an engine needs them spelled, by its name; as many and in the same order.
        cache: where spoken sentences are kept.
        profile: how it is to sound (`wanted`).
        progress: told the share that is done, 0 to 1.
        cancel: stops the work between steps and inside ffmpeg.
        low_priority: give way to play-out on the processor.

    Raises:
        EngineError: no voice could speak it.
        MediaError: the sound could not be made or kept.
    """
    with store.workspace() as folder:
        made = produce(
            elements,
            folder,
            voices=voices,
            profile=profile,
            rate=rate,
            spelled=spelled,
            cache=cache,
            progress=progress,
            cancel=cancel,
            low_priority=low_priority,
        )
        sha256 = store.put(made.mastered.path)
    return Rendered(
        audio_sha256=sha256,
        duration_ms=made.mastered.duration_ms,
        lufs=made.mastered.loudness,
        dbtp=made.mastered.true_peak,
        voice=made.spoken.voice,
        engine=made.spoken.engine,
        engine_version=made.spoken.version,
        cues=made.cues,
        cached=made.spoken.cached,
        new=made.spoken.new,
        notes=made.spoken.notes,
    )


def wanted(profile: str, loudness: float | None = None, true_peak: float | None = None) -> SoundProfile:
    """A profile by its name, with another loudness (LUFS) or ceiling (dBTP).

    Raises:
        RuleError: there is no such profile.
    """
    chosen = profile_of(profile)
    return replace(
        chosen,
        loudness=chosen.loudness if loudness is None else loudness,
        true_peak=chosen.true_peak if true_peak is None else true_peak,
    )


def produce(
    elements: Sequence[Element],
    folder: Path,
    *,
    voices: Sequence[str],
    profile: SoundProfile,
    rate: float = 1.0,
    cache: ClipCache | None = None,
    progress: Callable[[float], None] | None = None,
    spelled: Callable[[str], Sequence[str]] | None = None,
    cancel: threading.Event | None = None,
    low_priority: bool = True,
) -> Programme:
    """Speak, join and master a script into `folder`; see `render`."""
    tell = progress or (lambda _share: None)
    lines = [e for e in elements if isinstance(e, SpokenSentence)]

    def speaking(share: float) -> None:
        if cancel is not None and cancel.is_set():
            raise MediaError("Đã hủy việc xử lý âm thanh.", code="cancelled")
        tell(_SPEAKING * share)

    spoken = speak_all(
        [line.text for line in lines],
        voices,
        genders=[line.gender for line in lines] if any(line.gender for line in lines) else None,
        rate=rate,
        spelled=spelled,
        cache=cache,
        progress=speaking,
    )
    clips = iter(spoken.clips)
    parts = [JoinPart(next(clips), e.pause_ms) if isinstance(e, SpokenSentence) else _hole(e) for e in elements]
    joined = join(parts, folder / "joined.wav")
    tell(_JOINED)
    placed = list(zip(elements, joined.cues, strict=True))
    layers = [Layer(e.path, cue.start_ms) for e, cue in placed if isinstance(e, Sting)]
    made = master(
        joined.path,
        folder / "mastered.flac",
        profile,
        layers=[*layers, *_music(placed, joined.duration_ms)],
        progress=lambda share: tell(_JOINED + (1 - _JOINED) * share),
        cancel=cancel,
        low_priority=low_priority,
    )
    tell(1.0)
    return Programme(made, spoken, tuple(cue for e, cue in placed if isinstance(e, SpokenSentence)))


def _hole(sting: Sting) -> JoinPart:
    seconds = probe(sting.path).seconds or 0.0
    return JoinPart(Clip(b"", 48_000), _STING_PAUSE_MS, hole_ms=round(seconds * 1000))


def _music(placed: Sequence[tuple[Element, Cue]], duration_ms: int) -> list[Layer]:
    """The music under each run of lines that ask for the same."""
    runs: list[tuple[Path, list[Cue]]] = []
    last: Path | None = None
    for element, cue in placed:
        path = element.music if isinstance(element, SpokenSentence) else None
        if path is not None:
            if path != last:
                runs.append((path, []))
            runs[-1][1].append(cue)
        last = path
    spoken = [(cue.start_ms, cue.end_ms) for element, cue in placed if isinstance(element, SpokenSentence)]
    return [
        music(
            path,
            max(0, cues[0].start_ms - _LEAD_IN_MS),
            min(duration_ms, cues[-1].end_ms + _LEAD_OUT_MS),
            spoken,
        )
        for path, cues in runs
    ]
