"""A person's voice comes in by the script's page: checked at once, made ready by the worker, refused with a sentence."""

from __future__ import annotations

import datetime as dt
import io
import wave

import numpy as np

from broadcaster.db.models import Job, Rendition, Revision
from broadcaster.domain.work.jobs import JobState
from broadcaster.services.station import Station
from broadcaster.speech.espeak import EspeakEngine
from tests.kit.panel import SignIn


def voice() -> bytes:
    """Return a WAV of a spoken sentence in a quiet room."""
    clip = EspeakEngine().speak("Cải cách hành chính, vì Nhân dân phục vụ.", voice="vi")
    said = np.pad(np.frombuffer(clip.pcm, "<i2").astype(float), clip.rate)
    room = np.random.default_rng(1).normal(0, 6, said.size)
    data = io.BytesIO()
    with wave.open(data, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(clip.rate)
        writer.writeframes((said * 0.6 + room).clip(-32000, 32000).astype("<i2").tobytes())
    return data.getvalue()


SILENCE = (
    b"RIFF\x24\xf4\x01\x00WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\0\xf4\x01\0"
    + b"\0" * 128_000
)


def wanted(station: Station) -> list[str]:
    with station.db.read() as session:
        return [job.state for job in session.query(Job).filter_by(kind="record")]


def test_a_recording_is_taken_in_and_shown_as_being_made_ready(station: Station, sign_in: SignIn) -> None:
    client = sign_in("bientap")
    data = {"recording": (io.BytesIO(voice()), "../../ghi âm.wav")}
    page = client.post("/scripts/9/recording", data=data, follow_redirects=True).text
    assert "Đã nhận bản ghi âm" in page
    assert "Bản ghi âm đang chờ đến lượt" in page
    assert wanted(station) == ["wanted"]
    assert all(path.parent.name == "uploads" for path in (station.home.run / "uploads").iterdir())


WRONG = (
    ("im-lang.wav", SILENCE),
    ("anh.mp3", b"\x89PNG\r\n\x1a\n" + b"\0" * 4000),
    ("a.svg", b"<svg onload='alert(1)'/>"),
    ("rong.wav", b""),
)


def test_what_is_no_recording_is_refused_and_nothing_is_kept(station: Station, sign_in: SignIn) -> None:
    client = sign_in("bientap")
    for name, data in WRONG:
        sent = {"recording": (io.BytesIO(data), name)}
        answer = client.post("/scripts/9/recording", data=sent, follow_redirects=True)
        assert answer.status_code == 200, name
        assert "Chưa dùng được bản ghi âm này" in answer.text, name
        assert "<svg onload" not in answer.text
    assert wanted(station) == []
    assert not list((station.home.run / "uploads").glob("*"))


def test_a_form_without_a_file_says_what_to_do(station: Station, sign_in: SignIn) -> None:
    page = sign_in("bientap").post("/scripts/9/recording", follow_redirects=True).text
    assert "Hãy chọn một tệp âm thanh" in page
    assert "microphone=(self)" in sign_in("bientap").get("/scripts/9").headers["Permissions-Policy"]
    assert "microphone=()" in sign_in("xem").get("/scripts/9").headers["Permissions-Policy"]
    assert "Ghi âm hoặc tải tệp ghi âm lên" not in sign_in("xem").get("/scripts/9").text


def test_a_recording_that_failed_for_the_machine_is_tried_again_by_a_button(station: Station, sign_in: SignIn) -> None:
    client = sign_in("bientap")
    client.post("/scripts/9/recording", data={"recording": (io.BytesIO(voice()), "a.wav")})
    with station.db.write() as session:
        job = session.query(Job).filter_by(kind="record", key="9").one()
        job.state, job.error, job.finished_at = JobState.FAILED, "Ổ đĩa đã đầy.", station.now()
    page = client.get("/scripts/9").text
    assert "Chưa dùng được bản ghi âm." in page
    assert "Làm lại bản ghi âm này" in page
    assert "Làm lại bản ghi âm này" not in sign_in("xem").get("/scripts/9").text
    assert "đang chờ đến lượt" in client.post("/scripts/9/recording/again", follow_redirects=True).text
    assert wanted(station) == ["wanted"]
    for path in (station.home.run / "uploads").iterdir():
        path.unlink()
    with station.db.write() as session:
        session.query(Job).filter_by(kind="record", key="9").one().state = JobState.FAILED
    assert "Làm lại bản ghi âm này" not in client.get("/scripts/9").text
    assert "Hãy gửi lại bản ghi âm" in client.post("/scripts/9/recording/again", follow_redirects=True).text


def test_a_failure_is_no_longer_told_when_it_went_well_since(station: Station, sign_in: SignIn) -> None:
    with station.db.write() as session:
        newest = session.query(Rendition).order_by(Rendition.id.desc()).first()
        assert newest is not None
        number = session.get_one(Revision, newest.revision_id).script_id
        for kind, state, minutes in (("record", "failed", 5), ("speak", "done", 4)):
            job = Job(kind=kind, key=str(number), arguments={}, by="x", created_at=newest.created_at, state=state)
            job.run_after, job.error = newest.created_at, "Hỏng rồi." if state == "failed" else ""
            job.finished_at = newest.created_at - dt.timedelta(minutes=minutes)
            session.add(job)
    assert "Hỏng rồi." not in sign_in("bientap").get(f"/scripts/{number}").text
    with station.db.write() as session:
        session.query(Job).filter_by(kind="record", key=str(number)).one().finished_at = station.now()
    assert "Hỏng rồi." in sign_in("bientap").get(f"/scripts/{number}").text
