"""The voices of a station: what there is, how fast each is on this PC, which one speaks first."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import tomlkit

from broadcaster import handwritten, keeping
from broadcaster import settings as settings_module
from broadcaster.clock import SystemClock
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.scripts.shaping import HUMAN
from broadcaster.errors import EngineError, RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station
from broadcaster.speech import shelf
from broadcaster.speech.cache import ClipCache, user_cache
from broadcaster.speech.engine import Clip
from broadcaster.speech.registry import engine_of, engines, speakable, voice_of
from broadcaster.speech.turns import turn

SAMPLE: Final = "Kính thưa toàn thể bà con nhân dân trong xã, sau đây là bản tin."
_SPEEDS: Final = "speeds.json"


@dataclass(frozen=True, slots=True)
class Trial:
    """A sentence spoken to try a voice."""

    voice: str
    clip: Clip
    seconds: float
    """How long it took (s)."""

    @property
    def speed(self) -> float:
        """Seconds of work for a second of sound."""
        return self.seconds / self.clip.seconds


def label(voice: str) -> str:
    """What a person reads for the voice of a rendition: one, two in turn, or a human being."""
    if voice == HUMAN:
        return "Giọng người thật"
    engine, _, ids = voice.partition(":")
    names = []
    for one in ids.split(","):
        try:
            names.append(voice_of(f"{engine}:{one}").label)
        except EngineError:
            names.append(f"{engine}:{one}")
    return " và ".join(names)


def catalogue() -> list[dict[str, Any]]:
    """Every voice as plain data: name, label, region, gender, licence, size, speed, and what it lacks."""
    speeds = _speeds()
    rows: list[dict[str, Any]] = []
    for engine in engines():
        fault = engine.check()
        rows += [
            {
                "name": v.name,
                "label": v.label,
                "region": v.region,
                "gender": v.gender,
                "offline": v.offline,
                "licence": v.licence,
                "size": _size(v.engine, v.id),
                "speed": speeds.get(f"{v.name}@{engine.version}"),
                "ready": fault is None,
                "fault": fault or "",
            }
            for v in engine.voices()
        ]
        if not engine.voices() and fault:
            rows.append(
                {
                    "name": engine.name,
                    "label": "(chưa có giọng)",
                    "region": "",
                    "gender": "none",
                    "offline": True,
                    "licence": "",
                    "size": None,
                    "speed": None,
                    "ready": False,
                    "fault": fault,
                }
            )
    return rows


def try_voice(name: str, sentence: str = SAMPLE, rate: float = 1.0, *, clips: Path | None = None) -> Trial:
    """Speak a sentence with a voice, once to wake it and once by the clock; its speed is remembered.

    Args:
        name: `engine:id`.
        sentence: what is said.
        rate: times the usual speed.
        clips: the folder of spoken sentences of the station whose turn with an online voice it is; the user's without.

    Raises:
        RuleError: there is nothing to say.
        EngineError: the voice is not ready or cannot speak it, or others speak with it for too long.
    """
    voice = voice_of(name)
    engine = engine_of(voice.name)
    if fault := engine.check():
        raise EngineError(fault, code="no-engine", field=name)
    if not speakable(sentence):
        raise RuleError("Câu thử không có chữ nào để đọc. Hãy gõ một câu có chữ.", field="CÂU")
    clock = SystemClock()
    shared = ClipCache(clips or user_cache(), 0).turn_of(engine.name)
    with turn(shared) if engine.one_at_a_time else contextlib.nullcontext():
        if voice.offline:
            engine.speak(SAMPLE, voice=voice.id)
        start = clock.monotonic()
        clip = engine.speak(sentence, voice=voice.id, rate=rate)
        trial = Trial(voice.name, clip, clock.monotonic() - start)
    _remember(f"{voice.name}@{engine.version}", round(trial.speed, 3))
    return trial


def order_of(station: Station) -> Sequence[str]:
    """The station's voices in order: the first that can, speaks."""
    return station.settings.speech.voices


def make_default(station: Station, actor: Actor, name: str) -> list[str]:
    """Let a voice be the first that is tried; those that were stay behind it. Return the new order.

    What is approved keeps the voice that it was approved with. Running processes see it when they start anew.

    Raises:
        EngineError: there is no such voice, or it is not ready.
        RuleError: the settings cannot be written.
    """
    actor.require(Permission.MANAGE)
    voice = voice_of(name)
    if fault := engine_of(voice.name).check():
        raise EngineError(fault, code="no-engine", field=name)
    before = list(order_of(station))
    order = [voice.name, *(v for v in before if v != voice.name)]
    path = station.home.settings_file
    try:
        document = tomlkit.parse(handwritten.text(path))
        document.setdefault("speech", tomlkit.table())["voices"] = order
        text = tomlkit.dumps(document)
        with tempfile.TemporaryDirectory(dir=station.home.run) as folder:
            trial = Path(folder) / path.name
            trial.write_text(text, encoding="utf-8")
            settings_module.load(trial)
        keeping.keep(path, text)
    except OSError as error:
        raise RuleError(f"Không ghi được tệp cài đặt: {error.strerror}.", field=str(path)) from None
    with station.db.write() as session:
        Trail(session, station.now(), actor).record(
            "voice",
            "settings",
            "speech.voices",
            before={"voices": ", ".join(before)},
            after={"voices": ", ".join(order)},
        )
    return order


def _size(engine: str, name: str) -> int | None:
    for manifest, _ in shelf.installed():
        if manifest.engine == engine and name == manifest.name:
            return manifest.size
    return None


def _speeds() -> dict[str, float]:
    try:
        found = json.loads((shelf.shelf() / _SPEEDS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(k): float(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _remember(key: str, speed: float) -> None:
    path = shelf.shelf() / _SPEEDS
    with contextlib.suppress(OSError):  # a figure that can be had again
        path.parent.mkdir(parents=True, exist_ok=True)
        keeping.keep(path, json.dumps(_speeds() | {key: speed}), lasting=False)
