"""The sound of a zone put right: by how many dB where, the same for any chunks, never clipped, still proven."""

from __future__ import annotations

import json
import queue

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.clock import FrozenClock, SystemClock
from broadcaster.domain.air.broadcasts import BroadcastKind
from broadcaster.domain.air.causes import NOTHING
from broadcaster.domain.log.proof import MATCH
from broadcaster.domain.setup.zones import Correction, Zone, parse_bands, strictest
from broadcaster.errors import RuleError, printed
from broadcaster.playout.airing.lineup import tone
from broadcaster.playout.monitor.comparator import Comparator
from broadcaster.playout.sound.equaliser import Equaliser, kernel
from broadcaster.playout.sound.player import Lane
from broadcaster.playout.sound.sources import Segment
from tests.kit.properties import examples
from tests.kit.sinks import FEED, NOW, Catch, Held
from tests.kit.sounds import ONE, speech

MUCH = Correction(bass=-12, treble=6, gain=-6)
corrections = st.builds(Correction, st.floats(-12, 6), st.floats(-12, 6), st.floats(-12, 0))


@given(corrections)
@examples(30)
def test_each_end_of_the_spectrum_moves_by_what_was_asked(wanted: Correction) -> None:
    response = 20 * np.log10(np.abs(np.fft.rfft(kernel(wanted), 48_000)))  # bins of 1 Hz
    assert response[40] == pytest.approx(wanted.bass + wanted.gain, abs=0.4)
    assert response[20_000] == pytest.approx(wanted.treble + wanted.gain, abs=0.4)
    assert response[300] == pytest.approx(wanted.bass / 2 + wanted.gain, abs=0.6)
    assert response[3000] == pytest.approx(wanted.treble / 2 + wanted.gain, abs=0.6)


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=8))
@examples(20)
def test_how_long_the_chunks_are_changes_nothing(cuts: list[int]) -> None:
    sound = speech(ONE)[: sum(cuts)].astype(np.float32)
    whole = Equaliser(MUCH).apply(sound)
    one = Equaliser(MUCH)
    parts = np.concatenate([one.apply(p) for p in np.split(sound, np.cumsum(cuts)[:-1])])
    np.testing.assert_allclose(parts, whole, atol=0.05)


def test_a_boost_rounds_peaks_off_and_never_wraps_them() -> None:
    loud = (32_767 * np.sign(np.sin(2 * np.pi * 6000 * np.arange(9600) / 48_000))).astype(np.float32)
    made = Equaliser(Correction(bass=6, treble=6)).apply(loud)
    assert np.abs(made).max() <= 32_767
    quiet = loud / 8
    assert np.abs(Equaliser(Correction(treble=6)).apply(quiet)).max() > 1.5 * np.abs(quiet).max()


def aired(correction: Correction | None, sound: np.ndarray) -> tuple[Catch, list]:
    found: list = []
    sink, clock = Catch(), FrozenClock(NOW)
    ear = Comparator(SystemClock(), None, lambda _why: None, lambda _no, finding: found.append(finding))
    lane = Lane(
        sink,
        ("ap-1",),
        1.0,
        FEED,
        clock,
        queue.SimpleQueue(),
        lambda _n, _w: None,
        ear=ear,
        tone=Equaliser(correction) if correction else None,
    )
    lane.begin(
        [Segment(1, Held(sound.tobytes()))],
        clock.monotonic() + 1,
        limit=None,
        limit_why=NOTHING,
        fade_in=False,
    )
    lane.run()
    ear.close()
    ear.join(10)
    return sink, found


@pytest.mark.parametrize("correction", [MUCH, Correction(bass=6, treble=-12), Correction(gain=-12)])
def test_what_was_put_right_is_still_proven(correction: Correction) -> None:
    sink, found = aired(correction, speech(ONE))
    assert len(sink.samples) == len(speech(ONE))
    assert not np.array_equal(sink.samples, speech(ONE))
    assert found[0].heard_share > 0.98
    assert found[0].match > MATCH


def test_without_a_correction_every_bit_goes_out_as_it_is() -> None:
    sink, found = aired(None, speech(ONE))
    np.testing.assert_array_equal(sink.samples, speech(ONE))
    assert found[0].heard_share == 1.0


class _Bundle:
    def __init__(self, kind: BroadcastKind, **zones: Correction) -> None:
        self.broadcast = type("B", (), {"kind": kind})()
        self.zones = {code: Zone(code=code, name=code, correction=c) for code, c in zones.items()}


def test_zones_of_one_sink_get_the_least_of_each() -> None:
    assert strictest([Correction(3, 4, 0), Correction(-2, 6, -3)]) == Correction(-2, 4, -3)
    plain = BroadcastKind.ROTATION
    assert tone(_Bundle(plain, a=Correction(), b=Correction()), ["a", "b"]) is None
    assert tone(_Bundle(plain, a=Correction(treble=4), b=Correction()), ["a", "b"]) is None
    assert tone(_Bundle(plain, a=Correction(treble=4)), ["a"]) is not None
    assert tone(_Bundle(BroadcastKind.EMERGENCY, a=Correction(gain=-9)), ["a"]) is None  # never made softer


@given(correction=corrections)
def test_a_zone_with_its_hours_and_correction_survives_the_disk(correction: Correction) -> None:
    zone = Zone(code="a", name="Ấp Mẫu", bands=parse_bands(["05:00-06:00 60"]), correction=correction)
    assert Zone.from_json(json.loads(json.dumps(zone.as_json()))) == zone
    old = {"code": "a", "name": "A", "place": "", "sink": "main", "volume": 100, "enabled": True, "bands": []}
    assert Zone.from_json(old) == Zone(code="a", name="A")


@pytest.mark.parametrize(("field", "value"), [("bass", 7), ("treble", -13), ("gain", 1), ("gain", float("nan"))])
def test_what_no_horn_needs_is_refused_and_named(field: str, value: float) -> None:
    with pytest.raises(RuleError) as caught:
        Correction(**{field: value}).check()
    assert printed(caught.value.field) == field
