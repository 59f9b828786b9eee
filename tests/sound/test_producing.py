"""The one-shot tool: a text file into a tagged sound file, with everything that a person may ask for."""

import hashlib
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from broadcaster.errors import EngineError, RuleError, StationError
from broadcaster.media import ffmpeg
from broadcaster.sound import meter
from broadcaster.sound.layers import ALONE_DB, UNDER_DB, music
from broadcaster.sound.producing import ProductionOrder, elements_of, produce_file
from broadcaster.sound.render import SpokenSentence, Sting

pytestmark = pytest.mark.slow

TEXT = "+++\ntitle = 'Tin tiêm chủng'\nunit = 'Trạm Y tế'\n+++\nKính thưa bà con. Tiêm chủng lúc 7h30.\n"


def png() -> bytes:
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"".join(b"\0" + b"\x20\x60\xa0" * 16 for _ in range(16)))
    head = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture
def make(tmp_path):
    (tmp_path / "tin.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "bia.png").write_bytes(png())

    def run(name="tin.mp3", text=None, **order):
        if text is not None:
            (tmp_path / "tin.md").write_text(text, encoding="utf-8")
        order.setdefault("voices", ("tone:beep",))
        return produce_file(tmp_path / "tin.md", tmp_path / name, ProductionOrder(**order), clips=tmp_path / "clips")

    return run


def said(path) -> str:
    return ffmpeg.run(ffmpeg.source(path), check=False).stderr


@pytest.mark.parametrize("name", ["tin.mp3", "tin.wav", "tin.flac", "tin.opus"])
def test_every_format_has_its_tags_loudness_and_peak(make, tmp_path, name):
    made = make(name, cover=tmp_path / "bia.png")
    words = said(made.file.path)
    assert "Tin tiêm chủng" in words
    assert "Trạm Y tế" in words
    assert ("Video:" in words) is (name != "tin.wav")
    assert made.file.loudness == pytest.approx(-16, abs=0.5)
    assert made.file.true_peak <= -1.0
    found = meter.measure(made.file.path)
    assert (found.integrated, found.true_peak) == (made.file.loudness, made.file.true_peak)
    assert any("ảnh bìa" in n for n in made.notes) is (name == "tin.wav")


@pytest.mark.parametrize("name", ["tin.mp3", "tin.flac"])
def test_same_text_same_bytes_and_a_changed_sentence_is_spoken_alone(make, name):
    first = make(name)
    sha = hashlib.sha256(first.file.path.read_bytes()).hexdigest()
    again = make(name, overwrite=True)
    assert hashlib.sha256(again.file.path.read_bytes()).hexdigest() == sha
    assert (first.cached, first.new, again.cached, again.new) == (0, 2, 2, 0)
    changed = make(name, text=TEXT.replace("7h30", "8h00"), overwrite=True)
    assert (changed.cached, changed.new) == (1, 1)


def test_a_loud_peaky_mp3_stays_under_the_ceiling_after_decoding(make):
    made = make(profile="studio", loudness=-12.0, voices=("espeak:vi",))
    assert meter.measure(made.file.path).true_peak <= -1.0


def test_an_existing_file_is_refused_before_any_work_and_kept(make, tmp_path):
    (tmp_path / "tin.mp3").write_bytes(b"keep me")
    with pytest.raises(RuleError, match="--overwrite"):
        make(voices=("nobody:x",))
    assert (tmp_path / "tin.mp3").read_bytes() == b"keep me"
    assert make(overwrite=True).file.path.read_bytes() != b"keep me"


def test_existing_subtitles_are_refused_before_any_work_and_kept(make, tmp_path):
    (tmp_path / "tin.vtt").write_text("của người khác", encoding="utf-8")
    with pytest.raises(RuleError, match="phụ đề"):
        make(subtitles=True, voices=("nobody:x",))
    assert (tmp_path / "tin.vtt").read_text(encoding="utf-8") == "của người khác"
    assert make(subtitles=True, overwrite=True).subtitles.read_text(encoding="utf-8").startswith("WEBVTT")


def test_a_killed_run_leaves_nothing_beside_the_file_and_the_next_cleans_up(make, tmp_path):
    left = tmp_path / "clips" / ".work" / ".incoming" / "999999999-abc"
    left.mkdir(parents=True)
    (left / "joined.wav").write_bytes(b"x" * 1000)
    make()
    assert not left.exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bia.png", "clips", "tin.md", "tin.mp3"]


def test_it_is_written_where_no_links_can_be_made(make, monkeypatch):
    monkeypatch.setattr("os.link", lambda *_a: (_ for _ in ()).throw(PermissionError(1, "no links")))
    assert make().file.path.is_file()  # a USB stick


def test_two_voices_take_turns_and_one_engine_speaks_all(make):
    made = make(text="[nữ]\nKính thưa bà con.\n[nam]\nXin mời nghe tin.\n", voices=("espeak:vi+f2",))
    assert made.voice == "espeak:vi+f2,vi"
    alone = make(text="[nữ]\nMột.\n[nam]\nHai.\n", overwrite=True)
    assert alone.voice == "tone:beep"
    assert any("một giọng đọc cả bài" in n for n in alone.notes)


def test_frame_repetition_sounds_and_music(make, tmp_path):
    text = "[nữ]\nMột hai ba bốn năm sáu bảy.\n[âm thanh: chuong]\nTám chín mười.\n"
    made = make(text=text, frame=True, twice=True, music="nhac-ket", subtitles=True, name="tin.wav")
    assert made.duration_ms > 16_400 + 9_960 + 2 * 3_800
    assert made.file.loudness == pytest.approx(-16, abs=0.5)
    assert made.subtitles.read_text(encoding="utf-8").count("-->") == 5


def test_elements_carry_what_was_ordered():
    from broadcaster.text import Profile, directions, normalize
    from broadcaster.text.lexicon import Lexicon

    directed = directions.read("Một.\n[ngắt]\n[nam]\nHai.")
    spoken = normalize(directed.text, profile=Profile.SOUTH, lexicon=Lexicon.from_toml())
    plain = elements_of(spoken, directed.directions, ProductionOrder())
    assert [type(e) for e in plain] == [SpokenSentence, Sting, SpokenSentence]
    assert plain[2].gender == "male"
    whole = elements_of(spoken, directed.directions, ProductionOrder(frame=True, twice=True, music="nhac-ket"))
    kinds = [e.text if isinstance(e, SpokenSentence) else e.path.stem for e in whole]
    assert kinds == ["nhac-hieu", "Một.", "ngat", "Hai.", "Xin nhắc lại.", "Một.", "ngat", "Hai.", "nhac-ket"]
    assert all(e.music is not None for e in whole if isinstance(e, SpokenSentence))


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"name": "tin.xyz"}, RuleError, r"\.xyz"),
        ({"name": "gone/tin.mp3"}, RuleError, "không tồn tại"),
        ({"text": ""}, RuleError, "nội dung"),
        ({"text": "[âm thanh: lung-tung]\nMột."}, RuleError, "lung-tung"),
        ({"music": "lung-tung"}, RuleError, "lung-tung"),
        ({"profile": "stadium"}, RuleError, "stadium"),
        ({"voices": ("nobody:x",)}, EngineError, "nobody"),
        ({"text": "😀"}, StationError, "không có chữ nào"),
    ],
)
def test_bad_orders_are_named_and_leave_nothing(make, tmp_path, change, error, words):
    before = {p.name for p in tmp_path.iterdir()}
    with pytest.raises(error, match=words):
        make(**change)
    assert {p.name for p in tmp_path.iterdir()} - before <= {"clips"}


def test_a_bad_cover_is_named(make, tmp_path):
    (tmp_path / "bia.gif").write_bytes(b"GIF89a...")
    with pytest.raises(RuleError, match="JPEG hoặc PNG"):
        make(cover=tmp_path / "bia.gif")
    with pytest.raises(RuleError, match="ảnh bìa"):
        make(cover=tmp_path / "gone.png")


def test_music_goes_down_under_speech():
    layer = music(Path("x"), 1000, 20_000, [(3000, 5000), (5500, 8000), (14_000, 16_000)])
    times, levels = zip(*layer.points, strict=True)
    at = lambda ms: np.interp(ms, times, levels)  # noqa: E731
    assert at(4000) == at(5250) == at(15_000) == UNDER_DB
    assert at(2500) == at(11_000) == ALONE_DB
    assert at(1000) == at(20_000) == -60


@given(
    st.integers(0, 3000),
    st.lists(st.tuples(st.integers(50, 4000), st.integers(200, 6000)), min_size=1, max_size=6),
    st.integers(0, 4000),
)
@example(0, [(150, 1486), (450, 1359), (450, 1861)], 300)  # a notice that begins at once and ends with the programme
def test_music_is_never_up_under_a_word_wherever_it_begins_and_ends(start, spans, after):
    spoken, at = [], start
    for pause, length in spans:
        spoken.append((at + pause, at + pause + length))
        at += pause + length
    layer = music(Path("x"), start, at + after, spoken)
    times, levels = zip(*layer.points, strict=True)
    assert list(times) == sorted(set(times))
    for a, b in spoken:
        assert np.interp(np.linspace(a, b, 50), times, levels).max() <= UNDER_DB + 0.1
    assert np.interp([start, at + after], times, levels).tolist() == [-60, -60]
    assert max(levels) <= ALONE_DB
