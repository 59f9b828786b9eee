"""Running ffmpeg, and what is said when it is missing, hangs, dies or talks rubbish."""

import threading
from dataclasses import replace

import pytest

from broadcaster.errors import MediaError
from broadcaster.media import ffmpeg
from broadcaster.media.probe import probe
from broadcaster.sound import meter
from broadcaster.sound.join import resample
from broadcaster.sound.samples import decode
from broadcaster.speech.engine import Clip


def test_the_ffmpeg_in_use_is_named():
    assert ffmpeg.in_use().sentence.startswith("ffmpeg ")


@pytest.mark.parametrize(
    ("banner", "year", "old"),
    [
        ("ffmpeg version n9.0.2-17-g2a571b6068-20240930 Copyright (c) 2000-2026 the FFmpeg developers", 2024, False),
        ("ffmpeg version 5.1.6-0+deb12u1 Copyright (c) 2000-2023 the FFmpeg developers", 2023, True),
        ("ffmpeg version N-20 of somebody", None, True),
    ],
)
def test_how_old_it_is_is_told_and_that_nobody_updates_one_that_came_along(fake_ffmpeg, banner, year, old):
    fake_ffmpeg(f"echo '{banner}'\n")
    found = ffmpeg.in_use()
    assert (found.year, found.bundled) == (year, False)
    assert not found.is_old(2099), "the system's is the system's to look after"
    alone = replace(found, bundled=True)
    assert alone.is_old(2025) == old
    assert alone.is_old(2026)
    assert str(year or "") in found.sentence


def test_without_a_system_ffmpeg_the_wheels_one_is_used(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "imageio_ffmpeg" in ffmpeg.program()
    assert ffmpeg.in_use().bundled


def test_no_ffmpeg_at_all_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "")
    monkeypatch.setattr("imageio_ffmpeg.get_ffmpeg_exe", lambda: str(tmp_path / "gone"))
    with pytest.raises(MediaError, match="cài lại ffmpeg") as caught:
        ffmpeg.in_use()
    assert caught.value.code == "ffmpeg-missing"


def test_one_that_hangs_is_stopped_in_time(fake_ffmpeg):
    fake_ffmpeg("exec sleep 60\n")
    with pytest.raises(MediaError, match="chưa xong") as caught:
        ffmpeg.run(["-version"], timeout_s=0.3)
    assert caught.value.code == "ffmpeg-timeout"


def test_one_that_closes_its_output_and_hangs_is_stopped_too(fake_ffmpeg):
    fake_ffmpeg("exec sleep 60 >/dev/null\n")
    with pytest.raises(MediaError) as caught:
        ffmpeg.run(["-version"], timeout_s=0.3)
    assert caught.value.code == "ffmpeg-timeout"


def test_one_that_is_killed_is_said_so(fake_ffmpeg):
    fake_ffmpeg("kill -9 $$\n")
    with pytest.raises(MediaError, match="dừng giữa chừng") as caught:
        ffmpeg.run(["-version"])
    assert caught.value.code == "ffmpeg-killed"


def test_one_that_talks_rubbish_is_noticed(fake_ffmpeg, wav):
    fake_ffmpeg("echo hello; echo hello >&2\n")
    with pytest.raises(MediaError, match="không đúng"):
        ffmpeg.in_use()
    with pytest.raises(MediaError, match="không đúng"):
        meter.measure(wav([0.1] * 48_000))


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        ("echo hello; echo hello >&2", "ffmpeg-rubbish"),
        ("exit 127", "ffmpeg-rubbish"),
        ("kill -9 $$", "ffmpeg-killed"),
        ("kill -XFSZ $$", "disk-full"),
    ],
)
def test_a_sick_ffmpeg_is_not_blamed_on_the_sound(fake_ffmpeg, wav, tmp_path, deed, code):
    path = wav([0.1] * 48_000)
    clip = Clip(bytes(2 * 24_000), 24_000)
    (tmp_path / "x.flac").write_bytes(b"fLaC" + bytes(100))
    fake_ffmpeg(deed + "\n")
    for work in (
        lambda: probe(path),
        lambda: decode(tmp_path / "x.flac", tmp_path / "y.pcm"),
        lambda: resample([clip]),
        lambda: meter.measure(path),
    ):
        with pytest.raises(MediaError) as caught:
            work()
        assert caught.value.code == code
        assert caught.value.code in ffmpeg.NOT_THE_FILE
        assert "Hãy" in caught.value.message


def test_a_full_disk_is_named(fake_ffmpeg):
    fake_ffmpeg("echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1\n")
    with pytest.raises(MediaError, match="đầy") as caught:
        ffmpeg.run(["-version"])
    assert caught.value.code == "disk-full"


def test_it_stops_when_cancelled(fake_ffmpeg):
    fake_ffmpeg("exec sleep 60\n")
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    with pytest.raises(MediaError) as caught:
        ffmpeg.run(["-version"], cancel=cancel, timeout_s=30)
    assert caught.value.code == "cancelled"


def test_an_error_in_the_callers_hands_stops_it_and_comes_back():
    def refuse(_chunk):
        raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        ffmpeg.run(["-f", "lavfi", "-i", "sine=d=3600", "-f", "s16le", "pipe:1"], on_stdout=refuse)


def test_it_gives_way_to_others(fake_ffmpeg):
    fake_ffmpeg("sleep 0.1; cut -d' ' -f19 /proc/$$/stat\n")
    assert ffmpeg.run([], low_priority=True).stdout.strip() == b"10"


@pytest.mark.parametrize(
    ("rate", "layout", "channels", "name"),
    [
        (8000, "mono", 1, "a.wav"),
        (44_100, "stereo", 2, "a.mp3"),
        (48_000, "5.1", 6, "a.flac"),
        (96_000, "stereo", 2, "a.m4a"),
    ],
)
def test_a_header_is_read(tmp_path, rate, layout, channels, name):
    path = tmp_path / name
    ffmpeg.run(["-f", "lavfi", "-i", f"anullsrc=r={rate}:cl={layout}:d=2", "-t", "2", str(path)])
    found = probe(path)
    assert (found.rate, found.channels) == (rate, channels)
    assert found.seconds == pytest.approx(2, abs=0.1)


def test_what_is_no_sound_is_named(tmp_path):
    text = tmp_path / "a.mp3"
    text.write_text("chỉ là chữ\n" * 100)
    empty = tmp_path / "b.wav"
    empty.touch()
    playlist = tmp_path / "c.m3u8"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n")
    picture = tmp_path / "d.mp4"
    ffmpeg.run(["-f", "lavfi", "-i", "color=s=32x32:d=0.2", "-pix_fmt", "yuv420p", str(picture)])
    for path, code in (
        (text, "not-audio"),
        (empty, "empty"),
        (playlist, "not-audio"),
        (picture, "not-audio"),
        (tmp_path / "e", "missing"),
    ):
        with pytest.raises(MediaError) as caught:
            probe(path)
        assert caught.value.code == code, path
