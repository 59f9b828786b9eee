"""Proof of airing: outlines tell programmes apart, and what is found agrees with what was done to the sound."""

from __future__ import annotations

import datetime as dt
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.clock import SystemClock
from broadcaster.domain.log.proof import MATCH, CapturePoint, ItemFinding, Match, Proof
from broadcaster.playout.monitor import comparator
from broadcaster.playout.monitor.comparator import OTHER, SILENCE, Comparator
from broadcaster.playout.monitor.confidence_feed import NOT_HEARD, ConfidenceFeed
from broadcaster.playout.monitor.fingerprint import HOP, find, likeness, outline
from tests.kit.sounds import ONE, TWO, speech
from tests.kit.waiting import until

pytestmark = pytest.mark.slow

SECOND = dt.timedelta(seconds=1)


def through(samples, kind):
    """What a line does to sound."""
    x = samples.astype(float)
    noise = np.random.default_rng(5).normal(0, np.std(x) / 10, len(x))
    spectrum = np.fft.rfft(x)
    at = np.fft.rfftfreq(len(x), 1 / 48000)
    horn = np.fft.irfft(spectrum * ((at > 400) & (at < 3500)), len(x))
    return (
        {
            "same": x,
            "a tenth as loud": x / 10,
            "noise": x + noise,
            "horn with an echo": horn + 0.4 * np.roll(horn, 2880) + 0.2 * np.roll(horn, 5760),
            "late by a third of a frame": np.roll(x, 320),
        }[kind]
        .clip(-32768, 32767)
        .astype("<i2")
    )


@pytest.mark.parametrize(
    "kind", ["same", "a tenth as loud", "noise", "horn with an echo", "late by a third of a frame"]
)
def test_what_a_line_does_to_sound_leaves_the_outline_alike(kind):
    one, _ = outline(speech(ONE))
    other, _ = outline(through(speech(ONE), kind))
    marks = [likeness(one[k : k + 150], other[k : k + 150]) for k in range(0, len(one) - 150, 50)]
    assert min(marks) > MATCH + 0.05


def test_other_words_of_the_same_voice_are_not_taken_for_the_same_wherever_they_are_laid():
    one, _ = outline(speech(ONE))
    other, _ = outline(speech(TWO))
    for k in range(0, len(one) - 150, 50):
        mark, _ = find(one[k : k + 150], other)
        assert mark < MATCH - 0.05


@given(st.integers(0, 200))
def test_a_piece_is_found_where_it_was_taken_from(at):
    one, _ = outline(speech(ONE))
    mark, found = find(one[at : at + 150], one)
    assert (found, round(mark, 3)) == (at, 1.0)


def test_steady_tones_are_told_apart_by_their_colour():
    at = np.arange(48000 * 3) / 48000
    low, high = ((np.sin(2 * np.pi * hz * at) * 12000).astype("<i2") for hz in (440, 2000))
    assert likeness(outline(low)[0], outline(low // 2)[0]) > 0.9
    assert likeness(outline(low)[0], outline(high)[0]) < MATCH


# The ear


class Back:
    """A return that brings what it is given."""

    def __init__(self):
        self.ever = False
        self.pieces = []

    def bring(self, samples):
        self.ever = True
        self.pieces.append(samples.tobytes())

    def caught(self):
        pieces, self.pieces = self.pieces, []
        return pieces

    def close(self):
        pass


def listen(items, *, sent=lambda pcm, _at: pcm, gain=1.0, chunk=960):
    """Hand the items to an ear as a player does, only faster; return the findings and the alarms."""
    found, alarms = {}, []
    listener = Comparator(SystemClock(), None, alarms.append, found.__setitem__)
    position = 0
    for no, samples in items:
        for start in range(0, len(samples), chunk):
            raw = samples[start : start + chunk]
            out = sent(raw, position)
            listener.take(no, raw.tobytes(), None if out is None else out.tobytes(), gain)
            position += len(raw)
    listener.close()
    listener.join(20)
    return found, alarms


def test_what_left_whole_is_found_whole_with_its_level():
    one = speech(ONE)
    found, alarms = listen([(1, one), (2, speech(TWO, 4.0))])
    assert [f.heard for f in found.values()] == [Match.WHOLE] * 2
    level = 10 * np.log10(np.mean((one / 32768.0) ** 2))
    assert found[1].level_dbfs == pytest.approx(level, abs=1.5)
    assert found[1].match > 0.99
    assert found[1].gap_ms == 0
    assert alarms == []


def test_a_hole_is_measured_and_lessens_the_share():
    found, alarms = listen([(1, speech(ONE, 10.0))], sent=lambda pcm, at: None if 96000 <= at < 168000 else pcm)
    assert found[1].heard is Match.PART
    assert found[1].gap_ms == pytest.approx(1500, abs=60)
    assert 0.8 < found[1].heard_share < 0.9
    assert alarms == [], "a second and a half is not yet an alarm"


def test_silence_where_speech_is_due_raises_the_alarm_and_its_end_takes_it_back():
    found, alarms = listen([(1, speech(ONE, 16.0))], sent=lambda pcm, at: pcm if at < 96000 or at > 480000 else None)
    assert alarms == [SILENCE, ""]
    assert found[1].heard is Match.PART


def test_the_wrong_programme_raises_the_alarm_and_is_not_counted_as_heard():
    wrong = speech(TWO, 12.0)
    found, alarms = listen([(1, speech(ONE, 12.0))], sent=lambda pcm, at: wrong[at : at + len(pcm)])
    assert alarms == [OTHER, ""]
    assert found[1].heard_share < 0.2
    assert found[1].match < 0.5


def test_muted_sound_is_not_due_and_raises_no_alarm():
    found, alarms = listen([(1, speech(ONE))], sent=lambda pcm, _at: pcm * 0, gain=0.0)
    assert found[1].heard is Match.UNKNOWN
    assert "tắt tiếng" in found[1].sentence
    assert alarms == []


def test_a_short_chime_is_judged_by_its_level():
    at = np.arange(round(48000 * 0.3)) / 48000
    chime = (np.sin(2 * np.pi * 700 * at) * 9000).astype("<i2")
    found, _ = listen([(1, chime), (2, speech(ONE, 4.0))])
    assert [found[1].heard, found[2].heard] == [Match.WHOLE, Match.WHOLE]


@pytest.mark.slow
@pytest.mark.parametrize("lag", [0.0, 0.42, 3.7])
def test_a_return_is_aligned_however_late_it_comes(lag, monkeypatch):
    monkeypatch.setattr(comparator, "_ROUND_S", 0.005)
    one = speech(ONE, 12.0)
    comes = np.concatenate([np.zeros(round(lag * 48000), "<i2"), through(one, "noise"), np.zeros(48000, "<i2")])
    back, found, alarms = Back(), {}, []
    listener = Comparator(SystemClock(), back, alarms.append, found.__setitem__)
    for start in range(0, len(comes), 4800):
        if start < len(one):
            piece = one[start : start + 4800].tobytes()
            listener.take(1, piece, piece, 1.0)
        back.bring(comes[start : start + 4800])
        until(lambda: not listener._queue and not back.pieces)
    listener.close()
    listener.join(20)
    assert found[1].ear is CapturePoint.RETURN
    assert found[1].match > MATCH
    assert found[1].heard is Match.WHOLE
    assert alarms == []


@pytest.mark.slow
@pytest.mark.parametrize("away", [2.0, 5.0, 9.0, 20.0])
def test_a_return_that_was_broken_off_and_goes_on_is_heard_again(away, monkeypatch):
    """As when the server was started anew: what it would have brought meanwhile is lost, not late."""
    monkeypatch.setattr(comparator, "_ROUND_S", 0.005)
    one, lag, gone = np.concatenate([speech(ONE, 20.0), speech(TWO, 20.0)]), 19_200, 6 * 48_000
    back, found, alarms, raised_at = Back(), {}, [], []

    def alarm(what):
        alarms.append(what)
        raised_at.append(sent_s)

    listener, sent_s = Comparator(SystemClock(), back, alarm, found.__setitem__), 0.0
    for start in range(0, len(one), 4800):
        sent_s = start / 48_000
        piece = one[start : start + 4800].tobytes()
        listener.take(1, piece, piece, 1.0)
        if not gone <= start < gone + away * 48_000:
            back.bring(one[max(0, start - lag) : max(0, start - lag + 4800)])
        until(lambda: not listener._queue and not back.pieces)
    back.bring(one[-lag:])
    listener.close()
    listener.join(20)
    assert alarms in ([], [SILENCE, ""], [SILENCE, OTHER, ""])
    if away >= 9:
        assert alarms[0] == SILENCE
        assert raised_at[0] <= 6 + 10, "within ten seconds"
        assert raised_at[-1] <= 6 + away + 8, "and taken back soon after"
    assert 1 - away / 40 - 0.2 < found[1].heard_share <= 1 - away / 40 + 0.03
    assert found[1].match > MATCH


def test_a_return_that_never_speaks_proves_nothing_and_says_so(monkeypatch):
    monkeypatch.setattr(comparator, "LAG_S", 0.2)
    back = Back()
    found = {}
    listener = Comparator(SystemClock(), back, lambda _: None, found.__setitem__)
    one = speech(ONE, 3.0)
    listener.take(1, one.tobytes(), one.tobytes(), 1.0)
    listener.close()
    listener.join(20)
    assert found[1].heard is Match.UNKNOWN
    assert found[1].sentence == "Không nghe lại được đầu ra nên chưa chứng minh được."


def test_a_listening_command_that_keeps_ending_is_a_trouble(monkeypatch):
    from broadcaster.playout.monitor import confidence_feed

    monkeypatch.setattr(confidence_feed, "_AGAIN_S", 0.02)
    told = []
    back = ConfidenceFeed([sys.executable, "-c", "raise SystemExit(1)"], told.append)
    until(lambda: NOT_HEARD in told)
    back.close()
    assert told[-1] == ""
    assert not back.ever


@given(
    st.builds(
        Proof,
        st.text("b-1ap", min_size=1),
        st.builds(
            ItemFinding,
            st.sampled_from(CapturePoint),
            st.none() | st.floats(0, 1),
            st.none() | st.floats(-100, 0),
            st.none() | st.floats(-100, 0),
            st.integers(0, 10**6),
            st.none() | st.floats(-1, 1),
            st.none() | st.integers(0, 5000),
        ),
        st.none() | st.text(),
        st.none() | st.integers(0, 10**6),
        st.datetimes(timezones=st.just(dt.UTC)),
    )
)
def test_a_proof_survives_the_journal_and_always_has_a_sentence(proof):
    assert Proof.from_json(proof.as_json()) == proof
    assert proof.finding.sentence.endswith(".")


@pytest.mark.slow
def test_an_hour_is_heard_in_seconds_of_processor_and_little_memory():
    import tracemalloc

    one = speech(ONE, 20.0)
    tracemalloc.start()
    found, alarms = {}, []
    listener = Comparator(SystemClock(), None, alarms.append, found.__setitem__)
    data = one.tobytes()
    for _ in range(30):  # ten minutes
        listener.take(1, data, data, 1.0)
        until(lambda: len(listener._queue) < 3)
    listener.close()
    listener.join(30)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found[1].heard is Match.WHOLE
    assert len(listener._sent.levels) <= 30 * 48000 // HOP
    assert peak < 120e6
