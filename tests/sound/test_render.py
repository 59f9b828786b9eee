"""The whole way from sentences to a finished sound in the store."""

import subprocess
import sys

import pytest

from broadcaster.errors import EngineError, MediaError
from broadcaster.sound import meter
from broadcaster.sound.render import SpokenSentence, render, wanted
from broadcaster.sound.store import Store
from broadcaster.speech.cache import ClipCache

pytestmark = pytest.mark.slow

SENTENCES = [
    SpokenSentence("Kính thưa toàn thể bà con nhân dân trong xã.", 600),
    SpokenSentence("Hôm nay, xã tổ chức tiêm phòng cho đàn gia súc.", 400),
    SpokenSentence("Xin cảm ơn bà con.", 800),
]


def files(store):
    return [p for p in store.root.rglob("*") if p.is_file()]


@pytest.fixture
def cache(tmp_path):
    return ClipCache(tmp_path / "clips", 50_000_000)


@pytest.mark.parametrize("profile", ["horn", "studio"])
def test_sentences_become_one_finished_sound(store, cache, profile):
    shares = []
    made = render(
        SENTENCES, voices=["espeak:vi+f2"], store=store, cache=cache, profile=wanted(profile), progress=shares.append
    )
    path = store.verify(made.audio_sha256)
    found = meter.measure(path)
    assert found.integrated == pytest.approx(-16, abs=0.5)
    assert found.true_peak <= -0.9
    assert (made.voice, made.engine, made.new, made.cached, made.notes) == ("espeak:vi+f2", "espeak", 3, 0, ())
    assert [c.start_ms for c in made.cues] == sorted(c.start_ms for c in made.cues)
    assert made.cues[1].start_ms - made.cues[0].end_ms == pytest.approx(600, abs=1)
    assert made.cues[-1].end_ms < made.duration_ms
    edges = meter.edges(path)
    assert 100 <= edges.head_ms <= 250
    assert 250 <= edges.tail_ms <= 450
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert files(store) == [path]


def test_same_sentences_same_bytes_with_or_without_the_cache(store, cache):
    made = [render(SENTENCES, voices=["espeak:vi+f2"], store=store, cache=c) for c in (cache, cache, None)]
    assert len({m.audio_sha256 for m in made}) == 1
    assert [(m.cached, m.new) for m in made] == [(0, 3), (3, 0), (0, 3)]


def test_a_changed_sentence_is_spoken_alone(store, cache):
    first = render(SENTENCES, voices=["tone"], store=store, cache=cache)
    changed = [SENTENCES[0], SpokenSentence("Ngày mai, xã nghỉ.", 400), SENTENCES[2]]
    second = render(changed, voices=["tone"], store=store, cache=cache)
    assert (second.cached, second.new) == (2, 1)
    assert first.audio_sha256 != second.audio_sha256


def test_loudness_and_peak_can_be_set(store):
    made = render(SENTENCES, voices=["tone"], store=store, profile=wanted("horn", -20.0, -3.0))
    assert made.lufs == pytest.approx(-20, abs=0.5)
    assert made.dbtp <= -3.0


def test_nothing_to_say_and_no_voice_are_errors_that_leave_nothing(store):
    with pytest.raises(MediaError):
        render([SpokenSentence("😀", 100)], voices=["tone"], store=store)
    with pytest.raises(EngineError):
        render(SENTENCES, voices=["nobody"], store=store)
    assert files(store) == []


def test_ffmpeg_killed_while_mastering_leaves_nothing(store, fake_ffmpeg):
    fake_ffmpeg("kill -9 $$\n")
    with pytest.raises(MediaError, match="dừng giữa chừng"):
        render(SENTENCES, voices=["tone"], store=store)
    assert files(store) == []


@pytest.mark.parametrize("kilobytes", [100, 300, 700])
def test_a_disk_that_fills_up_while_rendering_leaves_no_half_file(tmp_path, kilobytes):
    """The kernel refuses to let any file grow further, at several points of the work."""
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from broadcaster.errors import MediaError; from broadcaster.sound.store import Store\n"
        "from broadcaster.sound.render import SpokenSentence, render\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "n = int(sys.argv[2]); resource.setrlimit(resource.RLIMIT_FSIZE, (n, n))\n"
        "try: render([SpokenSentence('một hai ba bốn ' * 10, 100)], voices=['tone'], store=Store(Path(sys.argv[1])))\n"
        "except MediaError as e: print(e.code)\n"
    )
    arguments = [sys.executable, "-c", code, tmp_path / "store", str(kilobytes * 1000)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "disk-full", done.stderr
    assert files(Store(tmp_path / "store")) == []
