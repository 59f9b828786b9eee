"""Piper: any voice of that kind on the shelf (`.onnx` and its `.onnx.json`), offline.

The extra `piper` brings the program (GPL-3.0-or-later, loaded at run time only). Its models draw random numbers for
liveliness; here they are asked for none, so that a sentence is the same bytes each time.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from broadcaster.errors import EngineError
from broadcaster.speech import shelf
from broadcaster.speech.engine import Clip, Engine, Voice


class PiperEngine(Engine):
    """Speaks with Piper's models; about a tenth of real time on one core."""

    name = "piper"
    own_process = True

    @property
    def version(self) -> str:
        """Release of Piper, and the hash of each installed voice: another model under the same name is another."""
        try:
            release = version_of("piper-tts")
        except PackageNotFoundError:
            release = "none"
        models = ",".join(m.files[0].sha256[:8] for m, _ in shelf.installed() if m.engine == self.name)
        return f"piper-{release}-1+{models}"

    def voices(self) -> tuple[Voice, ...]:
        """The voices of this kind on the shelf."""
        return tuple(
            Voice(
                engine=self.name,
                id=m.name,
                label=m.label,
                region=m.region,
                gender=m.gender,
                licence=m.licence,
                offline=True,
            )
            for m, _ in shelf.installed()
            if m.engine == self.name
        )

    def check(self) -> str | None:
        """Tell what is missing: the program, or any voice."""
        if find_spec("piper") is None:
            return "Chưa cài Piper. Hãy chạy: pip install 'loa-xa[piper]'."
        if not self.voices():
            return "Chưa có giọng Piper nào. Hãy chạy: loa voice install."
        return None

    def speak(self, sentence: str, *, voice: str, rate: float = 1.0) -> Clip:
        """Speak one sentence; see `Engine.speak`."""
        if find_spec("piper") is None:
            raise EngineError("Chưa cài Piper. Hãy chạy: pip install 'loa-xa[piper]'.", code="no-engine")
        manifest, folder = shelf.find(self.name, voice)
        model = next((f.path for f in manifest.files if f.path.endswith(".onnx")), None)
        if model is None:
            raise EngineError(f"Giọng “{voice}” không có tệp .onnx. Hãy cài lại.", code="voice-damaged", field=voice)
        speaker = _load(folder / model)
        config = import_module("piper.config").SynthesisConfig(
            length_scale=speaker.config.length_scale / rate, noise_scale=0.0, noise_w_scale=0.0
        )
        chunks = list(speaker.synthesize(sentence, config))
        if not chunks:
            raise EngineError("Piper không đọc được câu này.", code="engine-empty", field=sentence[:80])
        return Clip(b"".join(c.audio_int16_bytes for c in chunks), chunks[0].sample_rate)


@lru_cache(maxsize=2)
def _load(model: Path) -> Any:
    try:
        return import_module("piper.voice").PiperVoice.load(model)
    except Exception as error:  # noqa: BLE001 - onnxruntime has errors of its own for a damaged model
        raise EngineError(
            f"Không mở được giọng {model.name} ({type(error).__name__}). Hãy cài lại giọng này.",
            code="voice-damaged",
            field=model.name,
        ) from None
