"""Listening back as a use case: stored, shown, wanted after speaking, harmless when there is no listener."""

import numpy as np
import pytest

from broadcaster.db.models import Job
from broadcaster.errors import MediaError, RuleError
from broadcaster.media import ffmpeg
from broadcaster.services.scripts import hearing, recordings
from broadcaster.services.scripts.editing import add_script
from broadcaster.services.scripts.speaking import speak, want_rendition
from broadcaster.services.work import jobs, performing
from broadcaster.sound import recogniser_process, viet_asr
from broadcaster.worker.handlers import HANDLERS
from tests.kit.people import EDITOR
from tests.kit.scripts import approved, draft

pytestmark = pytest.mark.slow

BODY = "Kính thưa bà con. Hôm nay trời đẹp. Mời bà con ra đồng."


@pytest.fixture
def script(station):
    number = add_script(station, EDITOR, draft(BODY))
    speak(station, EDITOR, number)
    return number


@pytest.fixture
def listener(monkeypatch):
    """A listener that understands what it is told to; the station's own code is all real."""
    asked = []
    answer = ["kính thưa bà con", "", "mời bà con ra đồng"]

    def hear(path, stretches, *, snr_db=recogniser_process.SNR_DB, progress=None, recogniser=""):
        asked.append((path, stretches, snr_db))
        assert path.is_file()
        return answer if stretches is None or len(stretches) == len(answer) else answer[: len(stretches)]

    monkeypatch.setattr(recogniser_process, "hear", hear)
    monkeypatch.setattr(recogniser_process, "missing", lambda _name: None)
    return asked


def heard(station, number):
    with station.db.read() as session:
        return hearing.one(session, number)


def test_each_sentence_is_heard_at_its_place_and_kept(station, script, listener):
    found = heard(station, hearing.listen(station, EDITOR, script))
    ((_, stretches, snr),) = listener
    assert snr == recogniser_process.SNR_DB
    assert len(stretches) == 3
    assert all(a < b for a, b in stretches)
    assert [s["verdict"] for s in found["sentences"]] == ["clear", "unclear", "clear"]
    assert "câu 2" in found["summary"]
    with station.db.read() as session:
        assert [h["id"] for h in hearing.hearings_of(session, 1)] == [found["id"]]


def test_the_worker_listens_after_it_has_spoken(station, script, listener):
    performing.perform(station, want_rendition(station, EDITOR, script), HANDLERS)
    for job in jobs.due(station):
        performing.perform(station, job, HANDLERS)
    with station.db.read() as session:
        assert session.query(Job).filter(Job.kind == "listen").one().state == "done"
        assert len(hearing.hearings_of(session, 1)) == 1


def test_without_a_listener_speaking_works_and_nothing_is_wanted(station, script, monkeypatch):
    monkeypatch.setattr(viet_asr, "find_spec", lambda _name: None)
    performing.perform(station, want_rendition(station, EDITOR, script), HANDLERS)
    with station.db.read() as session:
        assert [j.kind for j in session.query(Job) if j.kind in {"speak", "listen"}] == ["speak"]
        assert session.query(Job).filter(Job.kind == "speak").one().state == "done"
    assert hearing.want_hearing(station, EDITOR, script) is None
    with pytest.raises(MediaError, match="listen"):
        hearing.listen(station, EDITOR, script)


def test_an_aircheck_is_laid_beside_what_was_approved(station, listener, tmp_path):
    number = approved(station, BODY)
    path = tmp_path / "050000-1-aircheck.wav"
    ffmpeg.run(["-f", "lavfi", "-i", "sine=d=1", str(path)])
    found = heard(station, hearing.listen_to_aircheck(station, EDITOR, number, path))
    assert (found["kind"], found["file"]) == ("aircheck", path.name)
    assert "câu 2" in found["summary"]
    assert listener[-1][1:] == (None, None)
    fresh = add_script(station, EDITOR, draft(BODY))
    with pytest.raises(RuleError, match="chưa được duyệt"):
        hearing.listen_to_aircheck(station, EDITOR, fresh, path)
    with pytest.raises(RuleError, match="chưa có bản đọc"):
        hearing.listen(station, EDITOR, fresh)


def test_a_recording_is_asked_whether_it_is_this_script(station, script, listener, tmp_path):
    path = tmp_path / "voice.wav"
    beat = "volume='0.3+0.3*sin(4*PI*t)':eval=frame"
    ffmpeg.run(
        ["-f", "lavfi", "-i", "anoisesrc=d=6:a=0.3:seed=2", "-af", f"{beat},adelay=500,apad=pad_dur=1", str(path)]
    )
    recordings.record(station, EDITOR, script, path)
    found = heard(station, hearing.listen(station, EDITOR, script))
    assert found["kind"] == "recording"
    assert listener[-1][2] is None
    assert "sót câu 2" in found["summary"]
    assert np.isclose(found["share"], 9 / 13, atol=0.01)
