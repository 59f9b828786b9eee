"""A person's voice is equal: uploaded, cleaned, mastered, approved, and aired like any other rendition."""

import io
import json
import os
import zipfile

import numpy as np
import pytest

from broadcaster.db.models import Hearing, Job, PlayLogEntry, Rendition
from broadcaster.db.queries.scripts.rows import script_detail
from broadcaster.domain.scripts.scripts import text_sha256
from broadcaster.errors import ForbiddenError, MediaError, NotFoundError, RuleError
from broadcaster.media import ffmpeg
from broadcaster.services.log import playlog
from broadcaster.services.log.evidence import make_bundle
from broadcaster.services.log.spoken import known_of
from broadcaster.services.scripts import recordings
from broadcaster.services.scripts.approving import airable
from broadcaster.services.scripts.editing import add_script, revise
from broadcaster.services.scripts.four_eyes import approve
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.scripts.subtitles import subtitles
from broadcaster.services.work import performing
from broadcaster.sound import meter
from broadcaster.sound.join import JoinPart, join
from broadcaster.sound.store import Store
from broadcaster.sound.words import words
from broadcaster.speech.espeak import EspeakEngine
from broadcaster.worker.handlers import HANDLERS
from tests.kit.clocks import later
from tests.kit.entries import entry
from tests.kit.people import EDITOR, LEADER, OPERATOR
from tests.kit.scripts import draft

pytestmark = pytest.mark.slow

BODY = "Kính thưa bà con. Hôm nay trời đẹp, mời bà con ra đồng."
CODES = {
    "wav": ["-c:a", "pcm_s24le"],
    "mp3": ["-c:a", "libmp3lame", "-b:a", "64k"],
    "m4a": ["-c:a", "aac", "-b:a", "64k"],
    "ogg": ["-c:a", "libvorbis"],
    "flac": ["-c:a", "flac"],
    "opus": ["-c:a", "libopus"],
    "webm": ["-c:a", "libopus", "-f", "webm"],
}


@pytest.fixture(scope="module")
def voice(tmp_path_factory):
    """What a person might have said, with a second of a quiet room around it."""
    folder = tmp_path_factory.mktemp("voice")
    engine = EspeakEngine()
    said = [JoinPart(engine.speak(s, voice="vi"), 500) for s in BODY.replace(". ", ".|").split("|")]
    join(said, folder / "said.wav")
    room = "anoisesrc=a=0.0004:r=48000:seed=3"
    mixed = "[0:a]adelay=1000,apad=pad_dur=1[v];[v][1:a]amix=duration=first:normalize=0"
    ffmpeg.run(
        ["-i", str(folder / "said.wav"), "-f", "lavfi", "-i", room, "-filter_complex", mixed, str(folder / "v.wav")]
    )
    return folder / "v.wav"


@pytest.fixture
def file(voice, tmp_path):
    def make(kind="wav", *filters):
        path = tmp_path / f"tep.{kind}"
        chain = ["-af", ",".join(filters)] if filters else []
        ffmpeg.run([*ffmpeg.source(voice), *chain, *CODES[kind], str(path)])
        return path

    return make


@pytest.fixture
def script(station):
    return add_script(station, EDITOR, draft(BODY))


def detail(station, number):
    with station.db.read() as session:
        return script_detail(session, number)


def files(station):
    return {p.name for p in Store(station.home.store).root.rglob("*.flac")}


@pytest.mark.parametrize("kind", CODES)
def test_every_kind_becomes_a_finished_rendition(station, script, file, kind):
    made = recordings.record(station, EDITOR, script, file(kind))
    spoken = detail(station, script)["rendition"]
    assert (spoken["id"], spoken["voice"]) == (made.rendition_id, "human")
    assert spoken["spoken_sha256"] == text_sha256(spoken["spoken_text"])
    path = Store(station.home.store).verify(spoken["audio_sha256"])
    found = meter.measure(path)
    assert found.integrated == pytest.approx(station.settings.sound.loudness, abs=0.5)
    assert found.true_peak <= station.settings.sound.true_peak + 0.05
    edges = meter.edges(path, threshold_db=-40)
    assert edges.head_ms < 350
    assert edges.tail_ms < 600
    assert [c["text"] for c in spoken["cues"]] == ["Kính thưa bà con.", "Hôm nay trời đẹp, mời bà con ra đồng."]
    assert spoken["cues"][0]["end_ms"] == spoken["cues"][1]["start_ms"]
    assert spoken["cues"][1]["end_ms"] <= spoken["duration_ms"]
    assert made.faults == ()


def test_it_is_approved_and_aired_like_any_other(station, script, file):
    recordings.record(station, EDITOR, script, file("mp3"))
    approve(station, LEADER, script)
    with station.db.read() as session:
        (candidate,) = airable(session)
    assert candidate.voice == "human"
    assert candidate.audio_sha256 == detail(station, script)["rendition"]["audio_sha256"]


def test_the_same_file_twice_is_one_rendition_and_the_original_is_kept(station, script, file):
    path = file("mp3")
    first, second = (recordings.record(station, EDITOR, script, path) for _ in range(2))
    assert first.rendition_id == second.rendition_id
    originals = Store(station.home.root / "audio" / "recordings")
    assert len(list(originals.root.rglob("*.flac"))) == 1


def test_one_can_go_back_from_a_recording_to_the_stations_voice(station, script, file):
    machine = speak(station, EDITOR, script)
    person = recordings.record(station, EDITOR, script, file("mp3"))
    assert detail(station, script)["rendition"]["voice"] == "human"
    again = speak(station, EDITOR, script)
    assert again not in {machine, person.rendition_id}
    assert detail(station, script)["rendition"]["voice"] == "tone:beep"
    assert speak(station, EDITOR, script) == again
    assert recordings.record(station, EDITOR, script, file("mp3")).rendition_id > again


def test_an_approved_rendition_is_not_touched_by_a_recording(station, script, file):
    speak(station, EDITOR, script)
    approve(station, LEADER, script)
    with station.db.read() as session:
        before = airable(session)
    recordings.record(station, EDITOR, script, file("mp3"))
    with station.db.read() as session:
        assert airable(session) == before


def test_faults_are_told_and_kept_for_the_leader(station, script, file):
    made = recordings.record(station, EDITOR, script, file("wav", "volume=22dB"))
    assert [f.code for f in made.faults] == ["clipped"]
    assert detail(station, script)["rendition"]["notes"] == [made.faults[0].sentence]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        ("chỉ là chữ ".encode() * 500, "not-audio"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "not-audio"),
    ],
)
def test_a_bad_upload_is_named_and_leaves_nothing(station, script, data, code):
    before = files(station)
    with pytest.raises(RuleError) as caught:
        recordings.take(station, EDITOR, script, io.BytesIO(data), "a.mp3")
    assert caught.value.code == code
    assert list((station.home.run / "uploads").iterdir()) == []
    assert files(station) == before
    assert detail(station, script)["rendition"] is None


def test_silence_and_an_oversized_upload_are_refused(station, script, wav_bytes, monkeypatch):
    with pytest.raises(RuleError, match="im lặng"):
        recordings.take(station, EDITOR, script, io.BytesIO(wav_bytes(np.zeros(96_000))), "a.wav")
    monkeypatch.setattr(recordings, "MAX_BYTES", 1000)
    with pytest.raises(RuleError, match="lớn hơn"):
        recordings.take(station, EDITOR, script, io.BytesIO(b"x" * 2000), "a.wav")
    assert list((station.home.run / "uploads").iterdir()) == []


@pytest.fixture
def wav_bytes(tmp_path):
    import wave

    def make(samples):
        path = tmp_path / "made.wav"
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(48_000)
            out.writeframes((samples * 32767).astype("<i2").tobytes())
        return path.read_bytes()

    return make


def test_an_upload_is_checked_at_once_and_made_by_the_worker(station, script, file):
    job_id, faults = recordings.take(station, EDITOR, script, io.BytesIO(file("webm").read_bytes()), "ghi âm.webm")
    assert faults == ()
    assert detail(station, script)["rendition"] is None
    assert performing.perform(station, job_id, HANDLERS)
    with station.db.read() as session:
        job = session.get_one(Job, job_id)
        assert (job.state, job.error) == ("done", "")
    assert detail(station, script)["rendition"]["voice"] == "human"
    assert list((station.home.run / "uploads").iterdir()) == []


def test_words_that_changed_meanwhile_do_not_get_the_recording(station, script, file):
    job_id, _ = recordings.take(station, EDITOR, script, io.BytesIO(file().read_bytes()), "a.wav")
    revise(station, EDITOR, script, draft("Kính thưa bà con. Ngày mai trời mưa."))
    performing.perform(station, job_id, HANDLERS)
    assert detail(station, script)["rendition"] is None  # of the newest revision
    with station.db.read() as session:
        assert session.query(Rendition).count() == 1


def test_a_newer_upload_takes_the_place_of_one_that_waits(station, script, file):
    first, _ = recordings.take(station, EDITOR, script, io.BytesIO(file("mp3").read_bytes()), "a.mp3")
    second, _ = recordings.take(station, EDITOR, script, io.BytesIO(file("ogg").read_bytes()), "b.ogg")
    assert first == second
    assert [p.suffix for p in (station.home.run / "uploads").iterdir()] == [".ogg"]
    with station.db.write() as session:
        session.get_one(Job, first).state = "running"
    with pytest.raises(RuleError, match="đợi xong"):
        recordings.take(station, EDITOR, script, io.BytesIO(file("mp3").read_bytes()), "c.mp3")
    assert [p.suffix for p in (station.home.run / "uploads").iterdir()] == [".ogg"]


def test_a_recording_is_not_lost_for_a_fault_of_the_machine(station, script, file, monkeypatch):
    job_id, _ = recordings.take(station, EDITOR, script, io.BytesIO(file("mp3").read_bytes()), "a.mp3")

    def full(*_args, **_more):
        raise MediaError("Ổ đĩa đã đầy.", code="disk-full")

    with monkeypatch.context() as patch:
        patch.setattr(recordings, "master", full)
        for _ in range(performing.MAX_ATTEMPTS):
            assert performing.perform(station, job_id, HANDLERS)
            later(station, minutes=15)
    with station.db.read() as session:
        job = session.get_one(Job, job_id)
        assert (job.state, job.error) == ("failed", "Ổ đĩa đã đầy.")
        assert recordings.kept_upload(station, job.arguments)
    assert recordings.again(station, EDITOR, script) == job_id
    performing.perform(station, job_id, HANDLERS)
    assert detail(station, script)["rendition"]["voice"] == "human"
    assert list((station.home.run / "uploads").iterdir()) == []
    with pytest.raises(RuleError, match="gửi lại"):
        recordings.again(station, EDITOR, script)


def test_who_may_not_write_may_not_record(station, script, file):
    from broadcaster.domain.people.roles import Actor, Role

    viewer = Actor("xem", "Người xem", frozenset({Role.VIEWER}))
    with pytest.raises(ForbiddenError):
        recordings.record(station, viewer, script, file())
    with pytest.raises(NotFoundError):
        recordings.check(station, 999, file())


def test_subtitles_and_timed_words_of_a_rendition(station, script, file):
    with pytest.raises(RuleError, match="chưa có bản đọc"):
        subtitles(detail(station, script))
    recordings.record(station, EDITOR, script, file())
    shown = detail(station, script)
    assert subtitles(shown).startswith("WEBVTT\n\n1\n00:00:00.")
    cue = json.loads(json.dumps(shown["rendition"]["cues"]))[0]
    timed = words(cue["text"], cue["start_ms"], cue["end_ms"])
    assert [w.text for w in timed] == ["Kính", "thưa", "bà", "con."]
    assert timed[-1].end_ms == cue["end_ms"]


def test_the_log_tells_of_a_recording_what_is_known_and_not_the_words_that_were_meant(station, script, file):
    made = recordings.record(station, EDITOR, script, file("mp3"))
    known = detail(station, script)["rendition"]
    entry = PlayLogEntry(script_id=script, revision=1, audio_sha256=known["audio_sha256"], voice="human")
    with station.db.read() as session:
        said = known_of(session, entry)
    assert said.startswith(f"Giọng người thật, âm thanh có dấu {known['audio_sha256'][:12]}, do {EDITOR.username} nộp.")
    assert "Máy chưa nghe thử" in said
    assert not any(sentence in said for sentence in BODY.split(". "))
    with station.db.write() as session:
        heard = Hearing(rendition_id=made.rendition_id, kind="recording", share=0.62, summary="", sentences=[])
        heard.at = station.now()
        session.add(heard)
    with station.db.read() as session:
        assert "nhận ra 62% lời của kịch bản" in known_of(session, entry)
        read = PlayLogEntry(script_id=script, revision=1, audio_sha256="a" * 64, voice="tone:beep")
        assert known_of(session, read) == f"Máy đọc bản 1, âm thanh có dấu {'a' * 12}."
        assert known_of(session, PlayLogEntry(audio_sha256="a" * 64)) == ""


def test_an_upload_that_no_job_knows_goes_at_the_next_start_once_it_is_old(station, script, file):
    recordings.take(station, EDITOR, script, io.BytesIO(file("mp3").read_bytes()), "a.mp3")
    folder = station.home.run / "uploads"
    (wanted,) = folder.iterdir()
    (fresh, left) = (folder / "moi.mp3", folder / "bo-quen.mp3")
    (folder / "thu-muc").mkdir()
    now = station.now().timestamp()
    for path, age in ((wanted, 9e4), (fresh, 60), (left, 9e4), (folder / "thu-muc", 9e4)):
        path.touch()
        os.utime(path, (now - age, now - age))
    recordings.sweep(station)
    assert set(folder.iterdir()) == {wanted, fresh}


def test_evidence_lists_what_a_person_spoke_and_claims_no_words_for_it(station, script, file, tmp_path):
    recordings.record(station, EDITOR, script, file("mp3"))
    sha256 = detail(station, script)["rendition"]["audio_sha256"]
    spoken = {"script_id": script, "revision": 1, "audio_sha256": sha256, "voice": "human"}
    with station.db.write() as session:
        lines = [entry(1, 1, "am01", **spoken), entry(1, 2, "am01", script_id=None, voice=None)]
        playlog.append(session, lines, station.now())
        day = station.local(lines[0].planned_at).date()
    made = make_bundle(station, OPERATOR, day, day, tmp_path / "goi.zip")
    with zipfile.ZipFile(made.path) as archive:
        told = archive.read("giong_nguoi.txt").decode()
        assert "giong_nguoi.txt" in json.loads(archive.read("muc_luc.json"))["files"]
    assert [line.partition(":")[0] for line in told.splitlines()] == ["1"]
    assert f"do {EDITOR.username} nộp" in told
    assert not any(sentence in told for sentence in BODY.split(". "))
