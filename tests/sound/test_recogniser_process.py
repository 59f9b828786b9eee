"""The listener in its own process: what happens when it is absent, dies, hangs, or talks rubbish; and for real."""

import itertools
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from broadcaster.domain.scripts.hearing import judge
from broadcaster.errors import MediaError
from broadcaster.sound import recogniser_process as process
from broadcaster.sound import street, viet_asr
from broadcaster.sound.join import JoinPart, join
from broadcaster.sound.master import master
from broadcaster.sound.profiles import HORN
from broadcaster.speech.registry import engine_of


@pytest.fixture
def child(tmp_path, monkeypatch):
    """Let a script of ours be the child."""
    monkeypatch.setattr(process, "missing", lambda _name: None)

    def make(body):
        path = tmp_path / "child.py"
        path.write_text("import sys, json, os, time\nq = json.load(sys.stdin)\n" + body)
        starter = tmp_path / "starter.sh"
        starter.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{path}"\n')
        starter.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(starter))

    return make


def line(of, text):
    return f"print(json.dumps({{'of': {of}, 'text': {text!r}, 'seconds': 0.1}}), flush=True)\n"


def test_answers_come_one_by_one(child, tmp_path):
    child(line(2, "xin chào") + line(2, "bà con"))
    shares = []
    assert process.hear(tmp_path / "x", [(0, 1), (1, 2)], progress=shares.append, recogniser="viet-asr") == [
        "xin chào",
        "bà con",
    ]
    assert shares == [0.5, 1.0]


@pytest.mark.parametrize(
    "body",
    [
        "os.kill(os.getpid(), 9)",
        "sys.exit(3)",
        line(2, "a"),
        line(1, "a") + "sys.exit(1)",
        "print('rubbish')",
        "print('[]')",
    ],
    ids=["killed", "fails", "stops early", "dies at the end", "rubbish", "other json"],
)
def test_one_that_fails_is_told_in_words(child, tmp_path, body):
    child(body)
    with pytest.raises(MediaError, match="Bài vẫn dùng được") as caught:
        process.hear(tmp_path / "x", [(0, 1)], recogniser="viet-asr")
    assert caught.value.code == "listener-died"


def test_one_that_hangs_is_stopped_in_time(child, tmp_path):
    child("time.sleep(60)")
    with pytest.raises(MediaError):
        process.hear(tmp_path / "x", [(0, 1)], timeout_s=0.5, recogniser="viet-asr")


def test_without_the_extra_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(viet_asr, "find_spec", lambda _name: None)
    with pytest.raises(MediaError, match=r"loa-xa\[listen\]"):
        process.hear(tmp_path / "x", None, recogniser="viet-asr")


def test_a_file_that_cannot_be_read_is_the_files_fault(tmp_path):
    pytest.importorskip("vietasr", reason="the group `voices` is not installed")
    (tmp_path / "x.wav").write_text("chữ")
    with pytest.raises(MediaError) as caught:
        process.hear(tmp_path / "x.wav", None, recogniser="viet-asr")
    assert caught.value.code == "ffmpeg-failed"


def test_the_street_keeps_the_band_and_adds_the_noise_asked_for():
    n = np.arange(2 * street.RATE)
    low, mid = (0.1 * np.sin(2 * np.pi * f * n / street.RATE) for f in (100, 1500))
    rms = lambda x: np.sqrt(np.square(x).mean())  # noqa: E731
    assert rms(street.through(low, None)) < 0.05 * rms(street.through(mid, None))
    clean, noisy = street.through(mid, None), street.through(mid, 0.0)
    assert rms(noisy - clean) == pytest.approx(rms(clean), rel=0.01)
    assert np.array_equal(street.through(mid, 5.0), street.through(mid, 5.0))


def test_long_sounds_are_cut_where_it_is_quiet():
    random = np.random.default_rng(1)
    parts = [x for _ in range(12) for x in (random.standard_normal(4 * street.RATE), np.zeros(street.RATE // 2))]
    sound = np.concatenate(parts)
    cuts = process._quiet_cuts(sound)
    assert cuts[0][0] == 0
    assert cuts[-1][1] == pytest.approx(sound.size * 1000 / street.RATE, abs=20)
    for (_, end), (start, _) in itertools.pairwise(cuts):
        assert end == start
        at = end * street.RATE // 1000
        assert np.abs(sound[at - 800 : at + 800]).max() == 0
    assert all(b - a <= 19_000 for a, b in cuts)


@pytest.mark.slow
def test_the_neural_voice_is_understood_behind_the_horn(tmp_path):
    pytest.importorskip("vietasr", reason="the group `voices` is not installed")
    engine = engine_of("vi-neural")
    if engine.check():
        pytest.skip(engine.check())
    said = ["Kính thưa toàn thể bà con nhân dân trong xã.", "Trẻ em được tiêm chủng miễn phí tại trạm y tế."]
    made = join([JoinPart(engine.speak(s, voice="north-female"), 500) for s in said], tmp_path / "j.wav")
    finished = master(made.path, tmp_path / "m.flac", HORN).path
    places = [(c.start_ms - 100, c.end_ms + 100) for c in made.cues]
    right = (
        sum(judge(s, h).share for s, h in zip(said, process.hear(finished, places, recogniser="viet-asr"), strict=True))
        / 2
    )
    wrong = (
        sum(
            judge(s, h).share
            for s, h in zip(reversed(said), process.hear(finished, places, recogniser="viet-asr"), strict=True)
        )
        / 2
    )
    assert right > 0.35
    assert right > wrong + 0.2


def test_the_model_is_read_out_of_its_wheel_and_understands_more_than_its_own_library():
    vietasr = pytest.importorskip("vietasr", reason="the group `voices` is not installed")
    said = "Ủy ban nhân dân xã thông báo lịch tiêm phòng cho trẻ em. Mời bà con theo dõi và thực hiện."
    clip = engine_of("vi-neural").speak(said, voice="south-female")
    raw = np.frombuffer(clip.pcm, "<i2") / 32768
    at = np.arange(0, raw.size - 1, clip.rate / street.RATE)
    ready = process._ready(np.interp(at, np.arange(raw.size), raw))
    ours = viet_asr.RecogniserModel().text(ready)
    theirs = vietasr.Pipeline.new().add("vietasr").build().transcribe((ready * 32767).astype(np.int16)).text
    assert judge(said, ours).share >= judge(said, theirs).share
    assert viet_asr.features(np.zeros(16_000)).shape == (98, 80)


def test_a_release_that_hides_the_model_is_heard_in_its_own_way(tmp_path, monkeypatch):
    (tmp_path / "__init__.py").write_text("")
    monkeypatch.setattr(viet_asr, "find_spec", lambda _n: SimpleNamespace(origin=str(tmp_path / "__init__.py")))
    with pytest.raises(MediaError, match="viet-asr"):
        viet_asr.RecogniserModel()
    library = SimpleNamespace(transcribe=lambda _piece: SimpleNamespace(text="xin chào"))
    pipeline = SimpleNamespace(add=lambda _n: SimpleNamespace(build=lambda: library))
    monkeypatch.setattr(
        viet_asr, "import_module", lambda _n: SimpleNamespace(Pipeline=SimpleNamespace(new=lambda: pipeline))
    )
    assert viet_asr.VietAsr().text(np.zeros(400)) == "xin chào"
