"""Which engines there are, and one script spoken by one of them from the first sentence to the last."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from broadcaster.errors import EngineError, StationError
from broadcaster.plugins import ENGINES, PluginOptions, options_of
from broadcaster.speech.cache import ClipCache, key_of
from broadcaster.speech.engine import Clip, Engine, Gender, Voice
from broadcaster.speech.guarded import GuardedEngine
from broadcaster.speech.own_process import VoiceProcess
from broadcaster.speech.turns import turn

_FIRST: Final = ("vi-neural", "espeak", "gtts", "edge", "piper", "vieneu", "tone")
"""The order in which our own engines are listed, before those of other packages."""

Progress = Callable[[float], None]
_LOCK = threading.Lock()
_OPTIONS: dict[str, Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenClips:
    """Sentences spoken by one voice."""

    voice: str
    """`engine:id`; `engine:id,id` where two took turns."""
    engine: str
    version: str
    clips: tuple[Clip, ...]
    """One for each sentence; empty sound for one without a letter or digit."""
    cached: int
    new: int
    notes: tuple[str, ...]
    """Vietnamese sentences: why another voice than the first spoke, what was left out."""


def configure(options: Mapping[str, Mapping[str, Any]]) -> None:
    """Let engines be made with these options, by the engine's name: those of the station that this process serves."""
    with _LOCK:
        if options != _OPTIONS:
            _OPTIONS.clear()
            _OPTIONS.update(options)
            bare_engine.cache_clear()


@lru_cache(maxsize=32)
def bare_engine(name: str) -> Engine:
    """An engine by its own name, as its package makes it, to be asked in this very process.

    Raises:
        EngineError: there is no such engine, or what it needs is not installed.
    """
    given = _OPTIONS.get(name, {})

    def make() -> Engine:
        maker = ENGINES.load(name)
        form = maker.Options or PluginOptions
        options = options_of(form, given, what=f"Bộ đọc “{name}”", field=f"speech.engines.{name}")
        made = maker(options) if maker.Options else maker()
        if not isinstance(made, Engine):
            raise TypeError(f"{type(made).__name__} is no Engine")
        return made

    try:
        return ENGINES.guarded(name, make)
    except EngineError:
        raise
    except StationError as error:
        raise EngineError(error.message, code="no-engine", field=error.field or name) from None


@lru_cache(maxsize=32)
def _guarded(engine: Engine) -> GuardedEngine:
    apart = VoiceProcess(engine.name, _OPTIONS.get(engine.name, {})) if engine.own_process else None
    return GuardedEngine(engine, apart)


def split(name: str) -> tuple[str, str]:
    """Split `engine:id` into its two parts; the id may be empty, for the engine's recommended voice."""
    engine, _, voice = name.partition(":")
    return engine, voice


def engine_of(name: str) -> Engine:
    """The engine of a voice (`engine:id` or `engine`); one object for the life of the process.

    Raises:
        EngineError: there is no such engine, or what it needs is not installed.
    """
    with _LOCK:
        return _guarded(bare_engine(split(name)[0]))


def names() -> list[str]:
    """The engines that the installed packages offer, our own first."""
    known = ENGINES.names()
    return [*(n for n in _FIRST if n in known), *(n for n in known if n not in _FIRST)]


def engines() -> tuple[Engine, ...]:
    """Every engine that can be loaded here."""
    found = []
    for name in names():
        try:
            found.append(engine_of(name))
        except EngineError:
            continue
    return tuple(found)


def voice_of(name: str) -> Voice:
    """A voice by its name; `engine` alone means the engine's recommended voice.

    Raises:
        EngineError: there is no such engine or voice.
    """
    voices = engine_of(name).voices()
    wanted = split(name)[1]
    for voice in voices:
        if not wanted or voice.id == wanted:
            return voice
    if not voices and (fault := engine_of(name).check()):
        raise EngineError(fault, code="no-voice", field=name)
    known = ", ".join(v.name for v in voices)
    raise EngineError(f"Không có giọng “{name}”. Các giọng: {known}.", code="no-voice", field=name)


def choose(order: Sequence[str], *, needs_offline: bool = False) -> tuple[list[Voice], list[str]]:
    """The voices of `order` that are ready, in order, and a Vietnamese sentence for each that is not.

    Args:
        order: names of voices, the wanted one first.
        needs_offline: leave out what needs the network.
    """
    ready: list[Voice] = []
    notes: list[str] = []
    for name in order:
        try:
            voice = voice_of(name)
            fault = engine_of(name).check()
        except EngineError as error:
            notes.append(f"Giọng {name} không dùng được: {error.message}")
            continue
        if fault is not None:
            notes.append(f"Giọng {voice.name} không dùng được: {fault}")
        elif needs_offline and not voice.offline:
            notes.append(f"Giọng {voice.name} cần mạng nên không dùng.")
        else:
            ready.append(voice)
    return ready, notes


def partner(voice: Voice, gender: Gender | None) -> Voice:
    """The voice of the same engine that speaks for `gender`, of the same region if there is one.

    The voice itself when nobody else is asked for, or the engine has no other.
    """
    if gender is None or voice.gender == gender:
        return voice
    others = [v for v in engine_of(voice.name).voices() if v.gender == gender]
    return min(others, key=lambda v: v.region != voice.region, default=voice)


def speak_all(
    sentences: Sequence[str],
    order: Sequence[str],
    *,
    genders: Sequence[Gender | None] | None = None,
    rate: float = 1.0,
    spelled: Callable[[str], Sequence[str]] | None = None,
    cache: ClipCache | None = None,
    progress: Progress | None = None,
    needs_offline: bool = False,
) -> SpokenClips:
    """Speak all sentences with the first voice of `order` that can speak every one of them.

    A listener never hears two engines in one script: when a voice fails half way, the next one starts over.

    Args:
        sentences: normalized sentences.
        order: names of voices (`engine:id`), the wanted one first.
        genders: for each sentence, who should speak it; None: the voice itself. Another speaker is of the same engine.
        rate: times the usual speed.
        spelled: the sentences as an engine needs them spelled, by its name; as many and in the same order.
        cache: where spoken sentences are kept.
        progress: told the share that is done, 0 to 1.
        needs_offline: leave out what needs the network.

    Raises:
        EngineError: no voice could; the message says why of each.
    """
    ready, notes = choose(order, needs_offline=needs_offline)
    transient = False
    for voice in ready:
        try:
            words = spelled(voice.engine) if spelled is not None else sentences
            cast = [partner(voice, gender) for gender in genders or [None] * len(sentences)]
            done = _speak_with(voice.name, cast, words, rate, cache, progress)
        except EngineError as error:
            transient = transient or error.transient
            notes.append(f"Giọng {voice.name} không đọc được cả bài: {error.message}")
            continue
        if notes:
            notes.append(f"Cả bài được đọc bằng giọng {voice.name}.")
        if silent := sum(1 for s in sentences if not speakable(s)):
            notes.append(f"Có {silent} câu không có chữ nào để đọc nên được bỏ qua.")
        if genders and any(g is not None and v.gender != g for g, v in zip(genders, cast, strict=True)):
            notes.append(f"Bộ đọc {voice.engine} không có đủ giọng nam và nữ nên một giọng đọc cả bài.")
        names = list(dict.fromkeys(v.id for v in cast)) or [voice.id]
        return SpokenClips(
            voice=f"{voice.engine}:{','.join(names)}",
            engine=voice.engine,
            version=engine_of(voice.name).version,
            clips=done[0],
            cached=done[1],
            new=done[2],
            notes=tuple(notes),
        )
    advice = "Hãy kiểm tra mạng hoặc chọn giọng khác (xem: loa voice list)."
    raise EngineError(
        f"Không giọng nào đọc được bài này. {' '.join(notes)} {advice}", transient=transient, code="no-voice-left"
    )


def speakable(sentence: str) -> bool:
    """Whether there is anything to say: a letter or a digit."""
    return any(c.isalnum() for c in sentence)


def _speak_with(
    name: str,
    cast: Sequence[Voice],
    sentences: Sequence[str],
    rate: float,
    cache: ClipCache | None,
    progress: Progress | None,
) -> tuple[tuple[Clip, ...], int, int]:
    engine = engine_of(name)
    version = engine.version
    clips: list[Clip] = []
    cached = new = 0
    for number, (voice, sentence) in enumerate(zip(cast, sentences, strict=True), 1):
        key = key_of(engine.name, version, voice.id, rate, sentence)
        clip = cache.get(key) if cache is not None and speakable(sentence) else None
        if clip is not None:
            cached += 1
        elif speakable(sentence):
            with turn(cache.turn_of(engine.name)) if engine.one_at_a_time and cache else nullcontext():
                clip = _speak_one(engine, sentence, voice.id, rate)
            new += 1
            if cache is not None:
                cache.put(key, clip)
        clips.append(clip or Clip(b"", 48_000))
        if progress is not None:
            progress(number / len(sentences))
    return tuple(clips), cached, new


def _speak_one(engine: Engine, sentence: str, voice: str, rate: float) -> Clip:
    clip = engine.speak(sentence, voice=voice, rate=rate)
    if not clip.pcm:
        raise EngineError("Bộ đọc trả về âm thanh rỗng.", code="engine-empty", field=sentence[:80])
    return clip
