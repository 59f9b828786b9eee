"""Google's online voice, asked politely: one request at a time, spaced, repeated with patience, rested when it fails.

The end point is unofficial and may answer 429 at any time, so this is never the only voice. gTTS itself packs the
question; the request is made here, because gTTS sends it without checking the server's certificate, and what the
loudspeakers say must not be replaced on the way.
"""

from __future__ import annotations

import base64
import binascii
import os
import random
import re
import threading
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
from broadcaster.speech.breaker import Breaker
from broadcaster.speech.engine import Clip, Engine, Voice

BASE_URL: Final = "https://translate.google.com"
_PATH: Final = "/_/TranslateWebserverUi/data/batchexecute"
_ANSWER: Final = re.compile(r'jQ1olc","\[\\"(.*?)\\"')
_TIMEOUT_S: Final = 12.0
"""For connecting, for each wait, and for the whole answer to one request."""
_SPACING_S: Final = 0.6
_ATTEMPTS: Final = 3
_BACKOFF_S: Final = 1.5
_PATIENCE_S: Final = 20.0
"""A Retry-After up to this is waited for; a longer one sends the script to the next voice."""
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
        self._breaker = Breaker(self._clock)
        self._lock = threading.Lock()
        self._next_at = 0.0
        self._random = random.Random()  # noqa: S311 - jitter, not a secret

    @property
    def version(self) -> str:
        """Release of gTTS and our own handling; what the server does is out of anybody's hands."""
        return f"gtts-{version_of('gTTS')}-2"

    def voices(self) -> tuple[Voice, ...]:
        """Return the one Vietnamese voice."""
        return (Voice("gtts", "vi", "Google nữ, giọng Bắc (cần mạng)", "north", "female", "Google ToS", offline=False),)

    def check(self) -> str | None:
        """Tell when the service is being left alone after failures."""
        left = self._breaker.resting_s()
        if left > 0:
            return f"Dịch vụ đọc trực tuyến vừa lỗi nhiều lần, tạm nghỉ thêm {left:.0f} giây."
        return None

    def speak(self, sentence: str, *, voice: str = "vi", rate: float = 1.0) -> Clip:
        """Speak one sentence; a long one is asked for in parts of at most 100 characters."""
        if voice != "vi":
            raise EngineError(f"gtts không có giọng “{voice}”.", code="no-voice", field=voice)
        try:
            bodies = gtts.gTTS(sentence, lang="vi", lang_check=False).get_bodies()
        except AssertionError:
            raise EngineError("Câu rỗng, không có gì để đọc.", code="empty") from None
        with self._lock:
            parts = [self._spoken(body, rate) for body in bodies]
        return Clip(b"".join(parts), mp3.RATE)

    def _spoken(self, body: str, rate: float) -> bytes:
        return mp3.clip_of(self._ask(body), tempo=rate, service="Dịch vụ đọc trực tuyến", code="gtts-mp3").pcm

    def _ask(self, body: str) -> bytes:
        """Return the MP3 for one request, trying again when that may help."""
        failure = EngineError("Dịch vụ đọc trực tuyến không trả lời.", transient=True, code="gtts")
        for attempt in range(_ATTEMPTS):
            if fault := self.check():
                raise EngineError(fault, transient=True, code="gtts-resting")
            self._clock.sleep_until(self._next_at)
            try:
                found = self._request(body)
            except _Busy as busy:
                failure = busy.error
                wait = busy.retry_after_s
                if wait is not None and wait > _PATIENCE_S:
                    self._breaker.failed(rest_s=wait)
                    raise failure from None
                self._breaker.failed()
                pause = wait if wait is not None else _BACKOFF_S * 2**attempt
                self._next_at = self._clock.monotonic() + pause * self._random.uniform(1.0, 1.5)
                continue
            self._breaker.succeeded()
            self._next_at = self._clock.monotonic() + _SPACING_S
            return found
        raise failure

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


class _Busy(Exception):  # noqa: N818 - a message between two methods, never seen outside
    """A failure after which another attempt may help."""

    def __init__(self, error: EngineError, retry_after_s: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.retry_after_s = retry_after_s


def _busy(message: str) -> _Busy:
    return _Busy(EngineError(message, transient=True, code="gtts-network"))


def _refused(error: urllib.error.HTTPError, clock: Clock) -> Exception:
    if error.code == 429 or error.code >= 500:
        words = "đang quá tải" if error.code == 429 else "đang lỗi"
        return _Busy(
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
