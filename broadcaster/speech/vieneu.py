"""VieNeu: a Vietnamese neural voice, Southern and Northern, offline once its weights are on the shelf.

The extra `vieneu` brings the program (Apache-2.0). Its weights are not in it: they come from a public model hub, by
`loa voice install`, or on a USB stick. Without them this engine says so, and never goes to the network by itself. What
this module does with real weights was not run where it was written; what it does without them is tested.
"""

from __future__ import annotations

import os
from functools import lru_cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from broadcaster.errors import EngineError
from broadcaster.speech import shelf
from broadcaster.speech.engine import Clip, Engine, Gender, Region, Voice

_RATE: Final = 48_000
_SPEAKERS: Final[tuple[tuple[str, str, Region, Gender], ...]] = (
    ("doan", "Đoan", "south", "female"),
    ("vinh", "Vĩnh", "south", "male"),
    ("ngoc", "Ngọc", "north", "female"),
    ("ly", "Ly", "north", "female"),
    ("binh", "Bình", "north", "male"),
    ("tuyen", "Tuyên", "north", "male"),
)


class VieneuEngine(Engine):
    """Speaks with VieNeu's weights from the shelf."""

    name = "vieneu"
    own_process = True

    @property
    def version(self) -> str:
        """Release of the program and hash of the weights."""
        try:
            release = version_of("vieneu")
        except PackageNotFoundError:
            release = "none"
        weights = _weights()
        return f"vieneu-{release}-1+{weights[0].files[0].sha256[:8] if weights else 'none'}"

    def voices(self) -> tuple[Voice, ...]:
        """The six voices that come with the weights."""
        return tuple(
            Voice(
                engine=self.name,
                id=code,
                label=f"{name} (VieNeu)",
                region=region,
                gender=gender,
                licence="Apache-2.0",
                offline=True,
            )
            for code, name, region, gender in _SPEAKERS
        )

    def check(self) -> str | None:
        """Tell what is missing: the program, or its weights."""
        if find_spec("vieneu") is None:
            return "Chưa cài VieNeu. Hãy chạy: pip install 'loa-xa[vieneu]'."
        if _weights() is None:
            return "Chưa có dữ liệu giọng VieNeu trên máy. Hãy chạy: loa voice install, hoặc chép từ USB."
        return None

    def speak(self, sentence: str, *, voice: str, rate: float = 1.0) -> Clip:
        """Speak one sentence; the rate is not adjustable and MUST be 1."""
        if fault := self.check():
            raise EngineError(fault, code="no-engine")
        names = {code: name for code, name, _, _ in _SPEAKERS}
        if voice not in names:
            raise EngineError(f"VieNeu không có giọng “{voice}”. Xem: loa voice list.", code="no-voice", field=voice)
        if rate != 1.0:
            raise EngineError("VieNeu chỉ đọc ở tốc độ thường. Hãy đặt tốc độ 1.0.", code="rate", field="rate")
        found = _weights()
        if found is None:
            raise EngineError("Chưa có dữ liệu giọng VieNeu trên máy.", code="no-engine")
        manifest, folder = found
        shelf.find(self.name, manifest.name)
        speaker = _load(folder)
        sound = np.asarray(speaker.infer(sentence, voice=names[voice], apply_watermark=False), np.float64).reshape(-1)
        return Clip((np.clip(sound, -1, 1) * 32767).round().astype("<i2").tobytes(), _RATE)


def _weights() -> tuple[shelf.Manifest, Path] | None:
    return next(((m, folder) for m, folder in shelf.installed() if m.engine == "vieneu"), None)


@lru_cache(maxsize=1)
def _load(folder: Path) -> Any:
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        return import_module("vieneu").Vieneu(mode="v3turbo", backbone_repo=str(folder))
    except Exception as error:  # noqa: BLE001 - many libraries stand behind it, each with errors of its own
        raise EngineError(
            f"Không mở được dữ liệu giọng VieNeu ({type(error).__name__}). Hãy cài lại giọng.", code="voice-damaged"
        ) from None
