"""espeak-ng through its C interface: the voice that every machine has, ready in milliseconds.

The library and its Vietnamese data come in the `espeakng-loader` wheel. espeak-ng is licensed GPL-3.0-or-later; it is
loaded as a separate shared library at run time and is not part of this package.

The library never resets the phase of its voice, its flutter and its echo, so that a sentence sounds a little different
after another one, and seeds its noise with the time of day. Same bytes for the same sentence need a fresh library with
a fixed seed each time: it is loaded, used and unloaded (10 ms).
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import espeakng_loader

from broadcaster.errors import EngineError
from broadcaster.speech.engine import Clip, Engine, Region, Voice

_WPM: Final = 110
"""Words a minute at rate 1: of 36 variants and rates measured with a recogniser, `vi+f2` at 110 was heard best."""
_WPM_RANGE: Final = (80, 450)

_AUDIO_OUTPUT_SYNCHRONOUS: Final = 2
_DONT_EXIT: Final = 0x8000
_POSITION_CHARACTER: Final = 1
_CHARS_UTF8: Final = 1
_PARAMETER_RATE: Final = 1
_EVENT_LIST_TERMINATED: Final = 0
_EVENT_WORD: Final = 1

_LOCK = threading.Lock()
"""The library keeps one state for the whole process."""


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    """`espeak_EVENT` of `speak_lib.h`."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class WordEvent:
    """Where a word stands in the text (characters, from 0) and when it starts in the sound (ms)."""

    start: int
    length: int
    at_ms: int


class _Library:
    """The loaded library, and what its callback collects; used under `_LOCK` only."""

    def __init__(self) -> None:
        path = espeakng_loader.get_library_path()
        try:
            self.c: Any = ctypes.CDLL(path)
            data = espeakng_loader.get_data_path()
        except (OSError, RuntimeError) as error:
            raise EngineError(
                f"Không nạp được giọng espeak-ng ({error}). Hãy cài lại gói espeakng-loader.", code="espeak-missing"
            ) from None
        self.c.espeak_Initialize.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
        self.c.espeak_Info.restype = ctypes.c_char_p
        self.c.espeak_Info.argtypes = [ctypes.c_void_p]
        self.c.espeak_Synth.argtypes = [
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_uint,
            ctypes.c_uint,
            ctypes.c_void_p,
            ctypes.c_void_p,
        ]
        self.rate = int(self.c.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, 0, data.encode(), _DONT_EXIT))
        if self.rate <= 0:
            raise EngineError(
                "Không khởi động được espeak-ng vì thiếu dữ liệu giọng. Hãy cài lại gói espeakng-loader.",
                code="espeak-missing",
            )
        self.c.espeak_ng_SetRandSeed(ctypes.c_long(1))  # breath is noise; it was seeded with the time of day
        self.release = str(self.c.espeak_Info(None).decode())
        self.pcm = bytearray()
        self.words: list[WordEvent] = []
        self._callback = _CALLBACK(self._collect)  # kept: the library holds only a pointer
        self.c.espeak_SetSynthCallback(self._callback)

    def _collect(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self.pcm += ctypes.string_at(samples, 2 * count)
        index = 0
        while events and events[index].type != _EVENT_LIST_TERMINATED:
            event = events[index]
            if event.type == _EVENT_WORD:
                self.words.append(WordEvent(event.text_position - 1, event.length, event.audio_position))
            index += 1
        return 0

    def close(self) -> None:
        """Unload the library with all that it remembers."""
        self.c.espeak_Terminate()
        handle = ctypes.c_void_p(self.c._handle)  # noqa: SLF001 - ctypes offers no other way
        if sys.platform == "win32":
            ctypes.WinDLL("kernel32").FreeLibrary(handle)
        else:
            ctypes.CDLL(None).dlclose(handle)


@contextlib.contextmanager
def _fresh() -> Iterator[_Library]:
    with _LOCK:
        library = _Library()
        try:
            yield library
        finally:
            library.close()


@lru_cache(maxsize=1)
def _release() -> str:
    with _fresh() as library:
        return library.release


class EspeakEngine(Engine):
    """Speaks Vietnamese with espeak-ng: hard to understand but instant and always there."""

    name = "espeak"

    @property
    def version(self) -> str:
        """The library's release, our speed, and the number of our own settings."""
        return f"espeak-ng-{_release()}-{_WPM}wpm-1"

    def voices(self) -> tuple[Voice, ...]:
        """The Vietnamese voices in the library's data, the best understood first."""
        return (
            _voice("vi+f2", "espeak nữ, giọng Bắc", "north", "female"),
            _voice("vi", "espeak nam, giọng Bắc", "north", "male"),
            _voice("vi-vn-x-south+f2", "espeak nữ, giọng Nam", "south", "female"),
            _voice("vi-vn-x-south", "espeak nam, giọng Nam", "south", "male"),
            _voice("vi-vn-x-central+f2", "espeak nữ, giọng Trung", "central", "female"),
            _voice("vi-vn-x-central", "espeak nam, giọng Trung", "central", "male"),
        )

    def check(self) -> str | None:
        """What keeps the library from loading, or None."""
        try:
            _release()
        except EngineError as error:
            return error.message
        return None

    def speak(self, sentence: str, *, voice: str = "vi+f2", rate: float = 1.0) -> Clip:
        """Speak one sentence at `rate` times 110 words a minute (at least 80)."""
        return self.speak_timed(sentence, voice=voice, rate=rate)[0]

    def speak_timed(
        self, sentence: str, *, voice: str = "vi+f2", rate: float = 1.0
    ) -> tuple[Clip, tuple[WordEvent, ...]]:
        """Speak one sentence and tell when each word starts.

        Raises:
            EngineError: the library, its data or the voice is missing, or it made no sound.
        """
        if voice not in {v.id for v in self.voices()}:
            raise EngineError(f"espeak không có giọng “{voice}”. Xem: loa voice list.", code="no-voice", field=voice)
        text = sentence.replace("\0", " ").encode()
        wpm = min(max(round(_WPM * rate), _WPM_RANGE[0]), _WPM_RANGE[1])
        with _fresh() as library:
            if library.c.espeak_SetVoiceByName(voice.encode()) != 0:
                raise EngineError(f"espeak không mở được giọng “{voice}”.", code="no-voice", field=voice)
            library.c.espeak_SetParameter(_PARAMETER_RATE, wpm, 0)
            failed = library.c.espeak_Synth(text, len(text) + 1, 0, _POSITION_CHARACTER, 0, _CHARS_UTF8, None, None)
            pcm, words, hertz = bytes(library.pcm), tuple(library.words), library.rate
        if failed or not pcm:
            raise EngineError("espeak không đọc được câu này.", code="espeak-failed", field=sentence[:80])
        return Clip(pcm, hertz), words


def _voice(code: str, label: str, region: Region, gender: Any) -> Voice:
    return Voice(
        engine="espeak", id=code, label=label, region=region, gender=gender, licence="GPL-3.0-or-later", offline=True
    )
