"""Every outside thing of the sound fails here once: a clear sentence, no half file, and the doctor says what to do."""

import hashlib
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from broadcaster.errors import EngineError, MediaError
from broadcaster.media import ffmpeg
from broadcaster.services.scripts.approving import airable
from broadcaster.services.scripts.editing import add_script
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.setup import doctor
from broadcaster.settings import SpeechSettings
from broadcaster.sound.master import master
from broadcaster.sound.profiles import HORN, STUDIO
from broadcaster.sound.render import SpokenSentence, render
from broadcaster.sound.store import Store
from broadcaster.speech import registry
from broadcaster.speech.cache import ClipCache, key_of
from broadcaster.speech.engine import Clip
from tests.kit import fake_google
from tests.kit.people import EDITOR
from tests.kit.scripts import approved, draft

pytestmark = pytest.mark.slow


LINES = [SpokenSentence("một hai ba bốn năm sáu", 200), SpokenSentence("bảy tám chín mười", 200)]


def whole_files(store):
    return [p for p in store.root.rglob("*") if p.is_file()]


@pytest.fixture
def failing_ffmpeg(tmp_path, monkeypatch):
    """The real ffmpeg, but at its n-th call it does as told."""
    real = ffmpeg.program()

    def make(call, deed):
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        count = tmp_path / "count"
        count.write_text("0")
        script = folder / "ffmpeg"
        script.write_text(
            f"#!/bin/sh\nn=$(($(cat {count})+1)); echo $n > {count}\n"
            f'if [ $n -eq {call} ]; then {deed}; fi\nexec "{real}" "$@"\n'
        )
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    return make


@pytest.mark.parametrize("call", range(1, 3))
@pytest.mark.parametrize("deed", ["kill -9 $$", "echo rubbish; echo rubbish >&2; exit 0", "exit 1"])
def test_ffmpeg_failing_at_any_step_leaves_no_half_file(tmp_path, failing_ffmpeg, call, deed):
    store = Store(tmp_path / "store")
    failing_ffmpeg(call, deed)
    fault = None
    try:
        render(LINES, voices=["tone"], store=store)
    except MediaError as error:
        fault = error
    files = whole_files(store)
    assert int((tmp_path / "count").read_text()) >= call, "the call that was to fail was made"
    if fault is None:  # a call whose answer does not matter
        assert [hashlib.sha256(f.read_bytes()).hexdigest() for f in files] == [f.stem for f in files]
        assert len(files) == 1
    else:
        assert fault.message.endswith((".", ")"))
        assert files == []


@pytest.mark.parametrize("call", range(1, 4))
@pytest.mark.parametrize("deed", ["kill -9 $$", "echo rubbish; echo rubbish >&2; exit 0", "exit 1"])
def test_ffmpeg_failing_at_any_step_of_a_recording_is_said(tmp_path, failing_ffmpeg, call, deed):
    """Looking at it, decoding it, encoding it."""
    source = tmp_path / "s.flac"
    ffmpeg.run(["-f", "lavfi", "-i", "anoisesrc=d=2:r=48000:a=0.1", str(source)])
    failing_ffmpeg(call, deed)
    with Store(tmp_path / "store").workspace() as folder:
        with pytest.raises(MediaError) as caught:
            master(source, folder / "m.flac", HORN)
        assert caught.value.message.endswith((".", ")"))
    assert whole_files(Store(tmp_path / "store")) == []


def test_a_hanging_ffmpeg_ends_when_the_work_is_cancelled(tmp_path, failing_ffmpeg):
    store = Store(tmp_path / "store")
    failing_ffmpeg(2, "exec sleep 60")
    cancel = threading.Event()
    threading.Timer(0.5, cancel.set).start()
    with pytest.raises(MediaError) as caught:
        render(LINES, voices=["tone"], store=store, cancel=cancel)
    assert caught.value.code == "cancelled"
    assert whole_files(store) == []


def test_a_hanging_ffmpeg_ends_by_itself(tmp_path, failing_ffmpeg, monkeypatch):
    monkeypatch.setattr(ffmpeg.run, "__kwdefaults__", ffmpeg.run.__kwdefaults__ | {"timeout_s": 0.5})
    store = Store(tmp_path / "store")
    failing_ffmpeg(2, "exec sleep 60")
    with pytest.raises(MediaError, match="chưa xong"):
        render(LINES, voices=["tone"], store=store)
    assert whole_files(store) == []


@pytest.mark.parametrize("profile", [HORN, STUDIO], ids=lambda p: p.name)
def test_mastering_that_was_killed_is_cleaned_up(tmp_path, profile):
    """SIGKILL in the middle: the next opening of the store removes what it left."""
    code = (
        "import sys; from pathlib import Path; from broadcaster.sound.store import Store\n"
        "from broadcaster.sound.master import master; from broadcaster.sound.profiles import PROFILES\n"
        "with Store(Path(sys.argv[1])).workspace() as f:\n"
        "    tell = lambda s: (print(s, flush=True), sys.stdin.read(1) if s > 0.1 else None)\n"
        "    master(Path(sys.argv[2]), f / 'm.flac', PROFILES[sys.argv[3]], progress=tell)\n"
    )
    source = tmp_path / "s.flac"  # a WAV of the house would be read where it lies
    ffmpeg.run(["-f", "lavfi", "-i", "anoisesrc=d=30:r=48000:a=0.1", str(source)])
    root = tmp_path / "store"
    child = subprocess.Popen(
        [sys.executable, "-c", code, root, source, profile.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    child.stdout.readline()
    assert list(root.rglob("*.pcm")), "nothing was in progress"
    child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()
    assert whole_files(Store(root)) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become somebody who may not write")
def test_a_store_that_may_only_be_read_is_named(tmp_path):
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    root = tmp_path / "store"
    Store(root)
    root.chmod(0o755)
    code = (
        "import os, sys; from pathlib import Path; from broadcaster.sound.store import Store\n"
        "from broadcaster.errors import MediaError\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try:\n    with Store(Path(sys.argv[1])).workspace(): pass\n"
        "except MediaError as e: print(e.code, e.message)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, root], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("disk Không đọc hoặc ghi được"), done.stderr


@pytest.fixture
def google(monkeypatch):
    mp3 = ffmpeg.run(
        ["-f", "lavfi", "-i", "sine=f=500:r=24000:d=0.5", "-c:a", "libmp3lame", "-f", "mp3", "pipe:1"]
    ).stdout
    server = fake_google.FakeGoogle(mp3)
    monkeypatch.setenv("LOA_GTTS_URL", server.url)
    monkeypatch.setattr("broadcaster.speech.gtts._SPACING_S", 0.0)
    monkeypatch.setattr("broadcaster.speech.service._BACKOFF_S", 0.0)
    registry.bare_engine.cache_clear()
    yield server
    registry.bare_engine.cache_clear()
    server.close()


def test_a_network_that_dies_half_way_never_leaves_half_a_script(tmp_path, google):
    google.script = ["ok", "drop"]
    store = Store(tmp_path / "store")
    made = render(LINES, voices=["gtts", "tone"], store=store)
    assert made.voice == "tone:beep"
    assert any("gtts" in n for n in made.notes)
    assert any("Cả bài được đọc bằng giọng tone:beep" in n for n in made.notes)


def test_a_captive_portal_is_named_and_the_next_voice_speaks(tmp_path, google):
    google.script = ["html"]
    made = render(LINES, voices=["gtts", "tone"], store=Store(tmp_path / "store"))
    assert made.voice == "tone:beep"
    assert any("trang web" in n for n in made.notes)
    with pytest.raises(EngineError, match="trang web"):
        render(LINES, voices=["gtts"], store=Store(tmp_path / "other"))


def test_sentences_from_the_network_are_asked_for_once(tmp_path, google):
    cache = ClipCache(tmp_path / "clips", 50_000_000)
    for _ in range(2):
        render(LINES, voices=["gtts"], store=Store(tmp_path / "store"), cache=cache)
    assert len(google.asked) == 2


def test_a_full_cache_forgets_what_was_used_least_and_nothing_that_is_approved(station):
    number = approved(station)
    clips = ClipCache(station.home.clips, 200_000)
    for n in range(30):
        clips.put(key_of("tone", "1", "beep", 1.0, f"câu {n}"), Clip(bytes(20_000), 24_000))
    left = [n for n in range(30) if clips.get(key_of("tone", "1", "beep", 1.0, f"câu {n}"))]
    assert left == list(range(left[0], 30))
    assert sum(p.stat().st_size for p in station.home.clips.rglob("*.wav")) <= 220_000
    with station.db.read() as session:
        (candidate,) = airable(session)
    Store(station.home.store).verify(candidate.audio_sha256)
    assert candidate.script_id == number


@pytest.mark.slow
def test_a_thousand_sentences_become_one_programme(tmp_path):
    lines = [SpokenSentence(f"câu số {n}", 100) for n in range(1000)]
    made = render(lines, voices=["tone"], store=Store(tmp_path / "store"))
    assert len(made.cues) == 1000
    assert made.lufs == pytest.approx(-16, abs=0.5)


def test_the_doctor_names_a_blocked_store_a_missing_ffmpeg_and_what_is_not_installed(station, monkeypatch):
    found = {c.name: c for c in doctor.examine(station)}
    assert found["Ghi đĩa"].ok
    assert "piper" in found["Giọng cài thêm"].sentence
    for path in (station.home.store / ".incoming", station.home.store):
        path.rename(path.with_name(f"{path.name}.away")) if path.name == ".incoming" else None
    (station.home.store / ".incoming").write_text("a file in the way")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("imageio_ffmpeg.get_ffmpeg_exe", lambda: "/nowhere/ffmpeg")
    monkeypatch.setattr("broadcaster.sound.viet_asr.find_spec", lambda _name: None)
    sick = {c.name: c for c in doctor.examine(station)}
    assert sick["Ghi đĩa"].ok is False
    assert sick["ffmpeg"].ok is False
    assert "cài" in sick["ffmpeg"].sentence
    assert "loa-xa[listen]" in sick["Nghe thử"].sentence


def test_the_doctor_tells_a_wrong_voice_from_no_voice(station):
    def said(*voices):
        settings = station.settings.model_copy(update={"speech": SpeechSettings(voices=list(voices))})
        checks = doctor.examine(replace(station, settings=settings))
        return next(c for c in checks if c.name == "Giọng đọc")

    assert said("nobody:x", "tone:beep").ok is None
    assert "Dùng tone:beep" in said("nobody:x", "tone:beep").sentence
    assert "không dùng được" in said("espeak:sai", "tone:beep").sentence
    assert said("espeak:sai", "nobody:x").ok is False
    assert "loa voice list" in said("espeak:sai").sentence


def test_a_script_of_one_emoji_is_an_error_with_a_sentence(station):
    number = add_script(station, EDITOR, draft("😀"))
    before = len(whole_files(Store(station.home.store)))
    with pytest.raises((MediaError, EngineError)) as caught:
        speak(station, EDITOR, number)
    assert caught.value.message
    assert len(whole_files(Store(station.home.store))) == before


def test_a_very_long_silence_inside_is_kept_and_the_rest_is_as_loud(tmp_path):
    source = tmp_path / "s.wav"
    ffmpeg.run(["-f", "lavfi", "-i", "sine=f=800:d=2:r=48000", "-af", "volume=0.3,apad=pad_dur=40", str(source)])
    made = master(source, tmp_path / "m.flac", STUDIO)
    assert made.duration_ms == 42_000
    assert made.loudness == pytest.approx(-16, abs=0.5)
