"""The measured pace of each voice, from `scripts/pace.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache

from broadcaster.rooms import room
from broadcaster.speech.registry import split
from broadcaster.text.pace import Pace

#: An announcer on horns: what is assumed of a voice that was never measured.
ANNOUNCER = Pace("", unit=0.1, syllable=0.225, letter=0.0, mark=0.2)


@cache
def _paces() -> Mapping[str, Pace]:
    data = tomllib.loads((room("scripts") / "pace.toml").read_text(encoding="utf-8"))
    return {item["voice"]: Pace(**item) for item in data["pace"]}


def pace_of(voice: str) -> Pace:
    """The pace of a voice; when it was never measured, that of its engine's first one, or an announcer's."""
    paces = _paces()
    if voice in paces:
        return paces[voice]
    engine = split(voice)[0]
    return next((pace for name, pace in paces.items() if split(name)[0] == engine), ANNOUNCER)
