"""Google's voice against a real server on loopback that misbehaves as the real one does."""

import datetime as dt
import socket
import threading

import numpy as np
import pytest

from broadcaster.clock import FrozenClock, SystemClock
from broadcaster.errors import EngineError
from broadcaster.media import ffmpeg
from broadcaster.speech.gtts import GttsEngine
from tests.kit import fake_google

TONE_S = 0.5


@pytest.fixture(scope="module")
def mp3() -> bytes:
    """Half a second of a tone as real MP3 bytes, without the header that tells the encoder's delay, as Google sends."""
    arguments = ["-f", "lavfi", "-i", f"sine=f=500:r=24000:d={TONE_S}", "-af", "volume=4", "-write_xing", "0"]
    return ffmpeg.run([*arguments, "-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3", "pipe:1"]).stdout


@pytest.fixture
def google(mp3):
    server = fake_google.FakeGoogle(mp3)
    yield server
    server.close()


@pytest.fixture
def frozen():
    return FrozenClock(dt.datetime(2026, 3, 2, 5, 0, tzinfo=dt.UTC))


@pytest.fixture
def engine(google, frozen):
    return GttsEngine(google.url, frozen, timeout_s=5)


def test_a_sentence_is_spoken_and_the_encoder_padding_is_cut(google, engine):
    clip = engine.speak("Xin chào bà con.")
    assert google.asked == ["Xin chào bà con."]
    assert clip.rate == 24_000
    assert clip.seconds == pytest.approx(TONE_S, abs=0.04)
    samples = np.frombuffer(clip.pcm, "<i2")
    assert np.abs(samples[:720]).max() > 1000  # sound starts within 30 ms, the codec's pre-echo included


def test_a_long_sentence_goes_out_in_parts_of_100_characters(google, engine):
    clip = engine.speak("Ủy ban nhân dân xã thông báo lịch tiêm phòng, " * 5)
    assert len(google.asked) >= 3
    assert clip.seconds == pytest.approx(TONE_S * len(google.asked), abs=0.04 * len(google.asked))


def test_requests_are_spaced(google, engine, frozen):
    for _ in range(3):
        engine.speak("Xin chào.")
    assert frozen.monotonic() >= 1.2


@pytest.mark.parametrize("fault", ["429", "500", "503", "empty", "no-audio", "rubbish", "cut", "cut-chunked", "drop"])
def test_a_passing_fault_is_tried_again(google, engine, fault):
    google.script = [fault, "ok"]
    assert engine.speak("Xin chào.").pcm
    assert len(google.asked) == 2


@pytest.mark.parametrize(
    ("word", "at_least", "at_most"), [("429:10", 10, 16), ("429-date", 7, 12)], ids=["seconds", "date"]
)
def test_retry_after_is_obeyed(google, engine, frozen, word, at_least, at_most):
    google.script = [word, "ok"]
    engine.speak("Xin chào.")
    assert at_least <= frozen.monotonic() <= at_most


def test_a_long_retry_after_gives_up_at_once_and_rests_as_long(google, engine, frozen):
    google.script = ["429:3600", "ok"]
    with pytest.raises(EngineError, match="quá tải") as caught:
        engine.speak("Xin chào.")
    assert caught.value.transient
    assert "3600 giây" in engine.check()
    with pytest.raises(EngineError, match="tạm nghỉ"):
        engine.speak("Xin chào.")
    assert len(google.asked) == 1
    frozen.advance(3601)
    assert engine.check() is None
    assert engine.speak("Xin chào.").pcm


def test_after_three_failures_it_is_left_alone_then_one_attempt_goes_through(google, engine, frozen):
    google.script = ["500"]
    with pytest.raises(EngineError) as caught:
        engine.speak("Xin chào.")
    assert caught.value.transient
    assert len(google.asked) == 3
    assert "tạm nghỉ" in engine.check()
    frozen.advance(301)
    google.script = ["ok"]
    assert engine.speak("Xin chào.").pcm
    assert engine.check() is None


def test_a_portal_page_is_named_and_not_asked_again(google, engine):
    google.script = ["html"]
    with pytest.raises(EngineError, match="trang web") as caught:
        engine.speak("Xin chào.")
    assert not caught.value.transient
    assert len(google.asked) == 1


def test_a_refusal_is_final(google, engine):
    google.script = ["403"]
    with pytest.raises(EngineError, match="403") as caught:
        engine.speak("Xin chào.")
    assert not caught.value.transient


def test_rubbish_in_place_of_an_mp3_is_an_engine_error(google, engine):
    google.script = ["broken-mp3"]
    with pytest.raises(EngineError, match=r"âm thanh hỏng|âm thanh rỗng") as caught:
        engine.speak("Xin chào.")
    assert caught.value.transient


def test_a_server_that_drips_is_cut_off(google):
    class Impatient(SystemClock):
        def sleep_until(self, deadline, stop=None):
            return True

    engine = GttsEngine(google.url, Impatient(), timeout_s=0.2)
    google.script = ["slow"]
    with pytest.raises(EngineError, match=r"quá chậm|chờ") as caught:
        engine.speak("Xin chào.")
    assert caught.value.transient


def test_a_dead_network_is_transient(frozen):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(EngineError, match="Không kết nối") as caught:
        GttsEngine(f"http://127.0.0.1:{port}", frozen).speak("Xin chào.")
    assert caught.value.transient


def test_at_most_one_request_is_in_flight(google, engine):
    google.linger_s = 0.05
    threads = [threading.Thread(target=engine.speak, args=(f"Câu số {n}.",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(google.asked) == 6
    assert google.most_in_flight == 1


def test_a_faster_rate_shortens_the_clip(engine):
    assert engine.speak("Xin chào.", rate=1.25).seconds == pytest.approx(TONE_S / 1.25, abs=0.05)


def test_wrong_voice_and_empty_text_are_named(engine):
    with pytest.raises(EngineError, match="xx"):
        engine.speak("Xin chào.", voice="xx")
    with pytest.raises(EngineError, match="rỗng"):
        engine.speak("  ")
