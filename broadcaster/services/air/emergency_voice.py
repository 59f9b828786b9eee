"""How an emergency is spoken: by the quickest voice first, by the station's own for the repeats; or a recording."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, Final, TypeVar

from broadcaster import apart
from broadcaster.db.models import Emergency
from broadcaster.domain.air.emergencies import EmergencyState
from broadcaster.errors import EngineError, MediaError, RuleError
from broadcaster.home import Home
from broadcaster.media.ffmpeg import NOT_THE_FILE
from broadcaster.reserve import Reserve
from broadcaster.services.air import broadcasts, ear, emergency_soundings, emergency_words
from broadcaster.services.air.emergency_words import Words
from broadcaster.services.station import Station
from broadcaster.services.work.performing import Progress
from broadcaster.sound import recording
from broadcaster.sound.master import Mastered, master
from broadcaster.sound.profiles import SoundProfile, profile_of
from broadcaster.sound.render import Rendered, SpokenSentence, render, wanted
from broadcaster.sound.store import Store, disk_error
from broadcaster.speech.cache import ClipCache

Made = TypeVar("Made")

LONGEST_RECORDING_MS = 10 * 60_000
_SLOWEST_S = 60.0
_DISK_FULL: Final = "disk-full"
_FOR_WORDS: Final = 16_000_000
"""Bytes for some minutes of words, while they are made and when they are kept."""
_STILL = {EmergencyState.DRAFT, EmergencyState.ACTIVE}


def speak_quickly(station: Station, number: int) -> None:
    """Speak with the quick voice, unless that is done; when it was confirmed meanwhile, the words go on the air.

    Raises:
        EngineError: no voice could; the emergency says so, and an incident is open.
        MediaError: the sound could not be made or kept.
    """
    words = _words(station, number, spoken="quick")
    if words is None:
        return
    voices = [station.settings.emergency.quick_voice, *station.settings.speech.voices]
    try:
        made = _in_room(station, lambda: _render(station, words, voices, low_priority=False))
    except (EngineError, MediaError) as error:
        _fail(station, number, error)
        raise
    _keep(station, number, words, made, good=False)


def room_for_words(home: Home) -> Reserve:
    """Room on the disk that is given up in the very moment in which an emergency's words are made."""
    return Reserve(home.run / "words-room", _FOR_WORDS)


def _in_room(station: Station, make: Callable[[], Made]) -> Made:
    """Make a sound; on a full disk once more, in the room that was kept for it."""
    try:
        return _told(station, make)
    except MediaError as error:
        if error.code != _DISK_FULL or not room_for_words(station.home).spend():
            raise
    return _told(station, make)


def _told(station: Station, make: Callable[[], Made]) -> Made:
    try:
        return make()
    except OSError as error:
        raise disk_error(error, station.home.store) from None


def speak_well(station: Station, number: int) -> None:
    """Speak with the station's own voice, for the repeats."""
    words = _words(station, number, spoken="good")
    if words is not None:
        made = _render(station, words, station.settings.speech.voices, low_priority=True)
        _keep(station, number, words, made, good=True)


def voice_job(station: Station, arguments: Mapping[str, Any], _progress: Progress) -> None:
    """Do a job that speaks an emergency quickly."""
    speak_quickly(station, int(arguments["emergency"]))


def repeats_job(station: Station, arguments: Mapping[str, Any], _progress: Progress) -> None:
    """Do a job that speaks an emergency for its repeats."""
    speak_well(station, int(arguments["emergency"]))


def keep_recording(station: Station, path: Path) -> tuple[str, int]:
    """Master a recording for the horns and keep it; return its SHA-256 and length (ms).

    Raises:
        RuleError: it is no sound, silent or too long.
        MediaError: the disk refuses, or ffmpeg fails.
    """
    return _in_room(station, lambda: _recorded(station, path))


def keep_sent(station: Station, sent: IO[bytes]) -> tuple[str, int]:
    """As `keep_recording`, for one that somebody sends."""

    def keep() -> tuple[str, int]:
        sent.seek(0)
        with tempfile.TemporaryDirectory(dir=station.home.run) as folder:
            path = Path(folder) / "recording"
            with path.open("wb") as file:
                shutil.copyfileobj(sent, file)
            return _recorded(station, path)

    return _in_room(station, keep)


def _recorded(station: Station, path: Path) -> tuple[str, int]:
    store = Store(station.home.store)
    try:
        with store.workspace() as folder:
            made = apart.done(_SLOWEST_S, _mastered, path, folder, profile_of(station.settings.sound.profile))
            if made.duration_ms > LONGEST_RECORDING_MS:
                raise RuleError("Bản ghi âm dài quá 10 phút. Hãy cắt ngắn.", field="recording")
            return store.put(made.path), made.duration_ms
    except MediaError as error:
        if error.code in NOT_THE_FILE:
            raise
        raise RuleError(f"Không dùng được bản ghi âm này: {error.message}", field="recording") from None


def _mastered(path: Path, folder: Path, chosen: SoundProfile) -> Mastered:
    recording.admit(path, longest_s=LONGEST_RECORDING_MS / 1000)  # before ten hours of it are worked on
    return master(path, folder / "recording.flac", chosen, low_priority=False)


def _render(station: Station, words: Words, voices: list[str], *, low_priority: bool) -> Rendered:
    settings = station.settings
    return render(
        [SpokenSentence(str(s["text"]), int(s["pause_ms"])) for s in words],
        voices=list(dict.fromkeys(voices)),
        rate=settings.speech.rate,
        cache=ClipCache(station.home.clips, settings.speech.cache_megabytes * 1_000_000),
        store=Store(station.home.store),
        profile=wanted(settings.sound.profile, settings.sound.loudness, settings.sound.true_peak),
        low_priority=low_priority,
    )


def _words(station: Station, number: int, *, spoken: str) -> Words | None:
    """What there is to speak; None when it is spoken, recorded or over."""
    with station.db.read() as session:
        row = session.get(Emergency, number)
        if row is None or row.recorded or not row.text or row.state not in _STILL:
            return None
        if row.quick_sha256 if spoken == "quick" else row.good_sha256:
            return None
        return emergency_words.words_of(station, session, row)


def _keep(station: Station, number: int, words: Words, made: Rendered, *, good: bool) -> None:
    """Write down what was spoken, if the words are still the same, and let it sound where it is waited for."""
    with station.db.write() as session:
        row = session.get(Emergency, number, with_for_update=True)
        if row is None or (row.spoken or words) != words or row.recorded or row.state not in _STILL:
            return
        if good:
            row.good_sha256, row.good_ms, row.good_voice = made.audio_sha256, made.duration_ms, made.voice
        elif row.quick_sha256 is None:
            row.quick_sha256, row.quick_ms, row.quick_voice = made.audio_sha256, made.duration_ms, made.voice
        row.trouble = ""
        now = station.now()
        broadcasts.report_incident(session, f"emergency-{number}", "", now, over=True)
        emergency_soundings.speech_arrived(station, session, row, now)
    ear.ring(station.home)


def _fail(station: Station, number: int, error: EngineError | MediaError) -> None:
    with station.db.write() as session:
        row = session.get(Emergency, number)
        if row is not None:
            row.trouble = f"Không giọng nào đọc được: {error.message}"
            note = f"Bản tin khẩn cấp số {number} chưa có lời: {error.message} Hãy nói trực tiếp hoặc gửi bản ghi âm."
            broadcasts.report_incident(session, f"emergency-{number}", note, station.now())
            emergency_soundings.no_words(session, row, station.now())
