"""What the codec adds is cut to the sample, whether or not the stream says how much that is."""

import numpy as np
import pytest

from broadcaster.errors import EngineError
from broadcaster.media import ffmpeg
from broadcaster.speech import mp3

TONE_S = 0.5
KEPT = mp3.RATE // 200


def encoded(*, rate=24_000, header=True, kbit=64) -> bytes:
    tone = ["-f", "lavfi", "-i", f"sine=f=500:r={rate}:d={TONE_S}", "-af", "volume=4", "-ac", "1"]
    shape = ["-write_xing", str(int(header)), "-c:a", "libmp3lame", "-b:a", f"{kbit}k", "-f", "mp3"]
    return ffmpeg.run([*tone, *shape, "pipe:1"]).stdout


def spoken(data: bytes, **more) -> np.ndarray:
    return np.abs(np.frombuffer(mp3.clip_of(data, service="Dịch vụ", code="x", **more).pcm, "<i2").astype(int))


@pytest.mark.parametrize(("rate", "kbit"), [(24_000, 64), (24_000, 32), (44_100, 128), (16_000, 48)])
def test_without_a_header_the_first_sample_encoded_comes_first(rate, kbit):
    bare = spoken(encoded(rate=rate, header=False, kbit=kbit))
    loud = np.flatnonzero(bare > 4000)
    assert loud[0] <= 10  # a 500 Hz sine needs 2 samples to get there; the rest is the codec's ringing
    assert loud[-1] - loud[0] == pytest.approx(TONE_S * mp3.RATE, abs=20)
    assert bare.size == pytest.approx(TONE_S * mp3.RATE + KEPT, abs=30 + KEPT)


def test_a_stream_that_says_its_delay_is_not_cut_twice():
    told, bare = spoken(encoded()), spoken(encoded(header=False))
    onset = [int(np.flatnonzero(sound > 4000)[0]) for sound in (told, bare)]
    assert onset[0] == pytest.approx(onset[1], abs=2)
    assert told.size == pytest.approx(TONE_S * mp3.RATE, abs=KEPT)


def test_speaking_faster_cuts_the_same_padding():
    fast = spoken(encoded(header=False), tempo=2.0)
    assert fast.size == pytest.approx(TONE_S * mp3.RATE / 2, abs=0.02 * mp3.RATE)
    assert np.flatnonzero(fast > 4000)[0] < 0.01 * mp3.RATE


def test_padding_alone_is_no_speech():
    nothing = ["-f", "lavfi", "-i", "anullsrc=r=24000:d=0.02", "-c:a", "libmp3lame", "-write_xing", "0", "-f", "mp3"]
    with pytest.raises(EngineError, match="rỗng"):
        spoken(ffmpeg.run([*nothing, "pipe:1"]).stdout)
