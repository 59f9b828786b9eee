"""Microsoft's online voices HoaiMy and NamMinh, through `edge-tts` (extra `edge`); needs the network.

Like Google's, this end point promises nothing, so it gets the same care: one request at a time, spaced, repeated with
patience, rested when it fails, and never the only voice.
"""

from __future__ import annotations

import asyncio
import os
from functools import lru_cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from importlib.util import find_spec
from typing import Any, Final

from broadcaster.clock import Clock, SystemClock
from broadcaster.errors import EngineError
from broadcaster.speech import mp3
from broadcaster.speech.engine import Clip, Engine, Voice
from broadcaster.speech.service import Busy, Service

_TIMEOUT_S: Final = 20.0
_SPACING_S: Final = 0.5
_VOICES: Final = {"hoaimy": "vi-VN-HoaiMyNeural", "namminh": "vi-VN-NamMinhNeural"}


class EdgeEngine(Engine):
    """Speaks through Microsoft Edge's end point.

    Args:
        url: the WebSocket address; `LOA_EDGE_URL`, else Microsoft's.
        clock: for spacing, waiting and the rest after failures.
        timeout_s: for one sentence (s).
    """

    name = "edge"
    one_at_a_time = True

    def __init__(self, url: str | None = None, clock: Clock | None = None, timeout_s: float = _TIMEOUT_S) -> None:
        self._url = url or os.environ.get("LOA_EDGE_URL")
        self._timeout_s = timeout_s
        self._service = Service("edge-resting", "Dịch vụ đọc của Microsoft", clock or SystemClock(), _SPACING_S)

    @property
    def version(self) -> str:
        """Release of edge-tts and our own handling."""
        try:
            return f"edge-tts-{version_of('edge-tts')}-2"
        except PackageNotFoundError:
            return "edge-tts-none-2"

    def voices(self) -> tuple[Voice, ...]:
        """The two Vietnamese voices."""
        return (
            Voice(
                engine=self.name,
                id="hoaimy",
                label="Hoài My, giọng Nam (cần mạng)",
                region="south",
                gender="female",
                licence="Microsoft",
                offline=False,
            ),
            Voice(
                engine=self.name,
                id="namminh",
                label="Nam Minh, giọng Bắc (cần mạng)",
                region="north",
                gender="male",
                licence="Microsoft",
                offline=False,
            ),
        )

    def check(self) -> str | None:
        """Tell what is missing, or that the service is being left alone after failures."""
        if find_spec("edge_tts") is None:
            return "Chưa cài edge-tts. Hãy chạy: pip install 'loa-xa[edge]'."
        return self._service.resting()

    def speak(self, sentence: str, *, voice: str, rate: float = 1.0) -> Clip:
        """Speak one sentence; see `Engine.speak`."""
        if voice not in _VOICES:
            raise EngineError(f"edge không có giọng “{voice}”. Xem: loa voice list.", code="no-voice", field=voice)
        if not any(c.isalnum() for c in sentence):
            raise EngineError("Câu rỗng, không có gì để đọc.", code="empty")
        if fault := self.check():
            raise EngineError(fault, transient=True, code="edge-resting")
        pace = f"{round((rate - 1) * 100):+d}%"
        answer = self._service.ask(lambda: self._answer(sentence, _VOICES[voice], pace))
        return mp3.clip_of(answer, service=self._service.words, code="edge-mp3")

    def _answer(self, sentence: str, voice: str, rate: str) -> bytes:
        try:
            found = asyncio.run(asyncio.wait_for(self._request(sentence, voice, rate), self._timeout_s))
        except TimeoutError:
            raise self._failed("trả lời quá chậm") from None
        except Exception as error:  # noqa: BLE001 - aiohttp and edge-tts have many, none of which may end a script
            raise self._failed(f"lỗi: {type(error).__name__}") from None
        if not found:
            raise self._failed("trả lời nhưng không có âm thanh")
        return found

    def _failed(self, what: str) -> Busy:
        return Busy(EngineError(f"{self._service.words} {what}.", transient=True, code="edge-network"))

    async def _request(self, sentence: str, voice: str, rate: str) -> bytes:
        talk = _library().Communicate(sentence, voice, rate=rate)
        if self._url:
            vars(import_module("edge_tts.communicate"))["WSS_URL"] = self._url
        return b"".join([part["data"] async for part in talk.stream() if part["type"] == "audio"])


@lru_cache(maxsize=1)
def _library() -> Any:
    return import_module("edge_tts")
