"""A test engine: a short tone for each syllable, the same for the same syllable, on every machine."""

from __future__ import annotations

import hashlib
import math
from array import array
from typing import Final

from broadcaster.errors import EngineError
from broadcaster.speech.engine import Clip, Engine, Voice

_RATE: Final = 24_000
_SYLLABLE_S: Final = 0.2
_SOUNDING: Final = 0.8
_FADE: Final = 240
_AMPLITUDE: Final = 8000
_STEPS: Final = 25


class ToneEngine(Engine):
    """Speaks in tones of 0.2 s a syllable; needs nothing, says nothing, is always ready."""

    name = "tone"

    @property
    def version(self) -> str:
        """Change when the tones change."""
        return "tone-1"

    def voices(self) -> tuple[Voice, ...]:
        """The one voice."""
        return (
            Voice(
                engine="tone",
                id="beep",
                label="Tiếng bíp (để thử máy)",
                region="south",
                gender="none",
                licence="Apache-2.0",
                offline=True,
            ),
        )

    def speak(self, sentence: str, *, voice: str = "beep", rate: float = 1.0) -> Clip:
        """One tone for each word between spaces."""
        syllables = sentence.split()
        if not syllables:
            raise EngineError("Câu rỗng, không có gì để đọc.", code="empty")
        if voice != "beep":
            raise EngineError(f"Không có giọng “{voice}”.", code="no-voice", field=voice)
        samples = array("h")
        for syllable in syllables:
            samples.extend(_tone(syllable, round(_RATE * _SYLLABLE_S / rate)))
        return Clip(samples.tobytes(), _RATE)


def _tone(syllable: str, length: int) -> list[int]:
    step = hashlib.sha256(syllable.casefold().encode()).digest()[0] % _STEPS
    turn = 2 * math.pi * 330 * 2 ** (step / 12) / _RATE
    sounding = round(length * _SOUNDING)
    fade = max(1, min(_FADE, sounding // 2))
    wave = [round(_AMPLITUDE * min(1.0, n / fade, (sounding - n) / fade) * math.sin(turn * n)) for n in range(sounding)]
    return wave + [0] * (length - sounding)
