"""Google's online voice, asked politely: one request at a time, spaced, repeated with patience, rested when it fails.

The end point is unofficial and may answer 429 at any time, so this is never the only voice. gTTS itself packs the
question; the request is made here, because gTTS sends it without checking the server's certificate, and what the
loudspeakers say must not be replaced on the way.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import urllib.error
import urllib.request
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from importlib.metadata import version as version_of
from typing import Final

import gtts

from broadcaster.clock import Clock, SystemClock
from broadcaster.errors import EngineError
from broadcaster.speech import mp3
from broadcaster.speech.engine import Clip, Engine, Voice
from broadcaster.speech.service import Busy, Service

BASE_URL: Final = "https://translate.google.com"
_PATH: Final = "/_/TranslateWebserverUi/data/batchexecute"
_ANSWER: Final = re.compile(r'jQ1olc","\[\\"(.*?)\\"')
_TIMEOUT_S: Final = 12.0
"""For connecting, for each wait, and for the whole answer to one request."""
_SPACING_S: Final = 0.6
_MAX_ANSWER: Final = 8_000_000


class GttsEngine(Engine):
    """Speaks through Google Translate's end point; needs the network.

    Args:
        base_url: scheme and host that answer; `LOA_GTTS_URL`, else Google's.
        clock: for spacing, waiting and the rest after failures.
        timeout_s: for one request (s).
    """

    name = "gtts"
    one_at_a_time = True

    def __init__(self, base_url: str | None = None, clock: Clock | None = None, timeout_s: float = _TIMEOUT_S) -> None:
        self._url = (base_url or os.environ.get("LOA_GTTS_URL") or BASE_URL).rstrip("/") + _PATH
        self._clock = clock or SystemClock()
        self._timeout_s = timeout_s
        self._service = Service("gtts-resting", "Dịch vụ đọc trực tuyến", self._clock, _SPACING_S)

    @property
    def version(self) -> str:
        """Release of gTTS and our own handling; what the server does is out of anybody's hands."""
        return f"gtts-{version_of('gTTS')}-2"

    def voices(self) -> tuple[Voice, ...]:
        """The one Vietnamese voice."""
        return (
            Voice(
                engine="gtts",
                id="vi",
                label="Google nữ, giọng Bắc (cần mạng)",
                region="north",
                gender="female",
                licence="Google ToS",
                offline=False,
            ),
        )

    def check(self) -> str | None:
        """Tell when the service is being left alone after failures."""
        return self._service.resting()

    def speak(self, sentence: str, *, voice: str = "vi", rate: float = 1.0) -> Clip:
        """Speak one sentence; a long one is asked for in parts of at most 100 characters."""
        if voice != "vi":
            raise EngineError(f"gtts không có giọng “{voice}”.", code="no-voice", field=voice)
        try:
            bodies = gtts.gTTS(sentence, lang="vi", lang_check=False).get_bodies()
        except AssertionError:
            raise EngineError("Câu rỗng, không có gì để đọc.", code="empty") from None
        return Clip(b"".join(self._spoken(body, rate) for body in bodies), mp3.RATE)

    def _spoken(self, body: str, rate: float) -> bytes:
        answer = self._service.ask(lambda: self._request(body))
        return mp3.clip_of(answer, tempo=rate, service=self._service.words, code="gtts-mp3").pcm

    def _request(self, body: str) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - the station's own setting
            self._url, data=body.encode(), headers=dict(gtts.gTTS.GOOGLE_TTS_HEADERS), method="POST"
        )
        deadline = self._clock.monotonic() + self._timeout_s
        answer = bytearray()
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_s) as response:  # noqa: S310 - as above
                while chunk := response.read1(1 << 16):
                    answer += chunk
                    if len(answer) > _MAX_ANSWER or self._clock.monotonic() > deadline:
                        raise _busy("Dịch vụ đọc trực tuyến trả lời quá chậm hoặc quá dài.")
                cut = response.length not in (None, 0)
        except urllib.error.HTTPError as error:
            with error:
                raise _refused(error, self._clock) from None
        except (OSError, HTTPException) as error:
            raise _busy(f"Không kết nối được dịch vụ đọc trực tuyến ({_reason(error)}).") from None
        if cut:
            raise _busy("Dịch vụ đọc trực tuyến trả lời bị cắt ngang.")
        return _mp3_of(bytes(answer))


def _busy(message: str) -> Busy:
    return Busy(EngineError(message, transient=True, code="gtts-network"))


def _refused(error: urllib.error.HTTPError, clock: Clock) -> Exception:
    if error.code == 429 or error.code >= 500:
        words = "đang quá tải" if error.code == 429 else "đang lỗi"
        return Busy(
            EngineError(f"Dịch vụ đọc trực tuyến {words} (mã {error.code}).", transient=True, code="gtts-busy"),
            _retry_after(error.headers, clock),
        )
    return EngineError(f"Dịch vụ đọc trực tuyến từ chối yêu cầu (mã {error.code}).", code="gtts-refused")


def _retry_after(headers: Message, clock: Clock) -> float | None:
    text = headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - clock.now()).total_seconds())
    except (ValueError, TypeError):
        return None


def _mp3_of(answer: bytes) -> bytes:
    text = answer.decode("utf-8", "replace")
    if text.lstrip()[:1] == "<":
        raise EngineError(
            "Mạng trả về một trang web thay vì giọng đọc; có thể mạng đang đòi đăng nhập. Hãy mở trình duyệt kiểm tra.",
            code="gtts-html",
        )
    found = _ANSWER.search(text)
    if found is None or not found[1]:
        raise _busy("Dịch vụ đọc trực tuyến trả lời nhưng không có âm thanh.")
    try:
        return base64.b64decode(found[1].replace("\\\\u003d", "=").replace("\\u003d", "="), validate=True)
    except (binascii.Error, ValueError):
        raise _busy("Dịch vụ đọc trực tuyến trả về dữ liệu hỏng.") from None


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", error)
    return "quá thời gian chờ" if isinstance(inner, TimeoutError) else str(inner) or type(inner).__name__
