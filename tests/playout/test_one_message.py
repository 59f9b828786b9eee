"""An emergency is one message from its siren to its last word: while it is being spoken nothing else has its outputs."""

from __future__ import annotations

import datetime as dt

import pytest

from broadcaster.db.models import Emergency
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.air.emergencies import Another, EmergencyRequest
from broadcaster.errors import EngineError
from broadcaster.playout.sound.player import CHUNK_MS
from broadcaster.services.air import emergencies, emergency_ending, emergency_soundings, emergency_voice
from tests.kit.emergencies import OPERATOR, declared, prepare, rows_of
from tests.kit.live import running
from tests.kit.sinks import Catch
from tests.kit.waiting import until

pytestmark = pytest.mark.slow
SECOND = dt.timedelta(seconds=1)


def spoken(air, number):
    """What the voice does when it has the words."""
    sha, ms = air.sounds["lời cháy"]
    with air.station.db.write() as session:
        row = session.get_one(Emergency, number)
        row.quick_sha256, row.quick_ms, row.quick_voice = sha, ms, "tone:a"
        emergency_soundings.speech_arrived(air.station, session, row, air.station.now())


def ended(air, number):
    return [r for r in rows_of(air, number) if r.state.terminal]


@pytest.mark.parametrize("then", ["spoken", "no voice", "replaced", "ended"])
def test_nothing_sounds_between_a_siren_and_words_that_are_still_being_spoken(live, then):
    air = prepare(live)
    air.sound("lời cháy", 1.0, 900)
    air.sound("chuông", 0.5, 1200)
    wish = EmergencyRequest(title="Cháy chợ", text="Cháy chợ.", zones=("ap-1",), reason="Cháy")
    first = emergencies.draft(air.station, OPERATOR, wish)
    with running(air, sinks={"main": Catch()}):
        emergencies.confirm(air.station, OPERATOR, first)
        until(lambda: ended(air, first))
        programme = air.plan(air.station.now() + 0.2 * SECOND, [air.cue(1, "chuông")], "ap-2", late="air")
        second = declared(air, zones=("ap-2",), another=Another.REPLACE if then == "replaced" else Another.AFTER)
        if then != "replaced":
            kept = until(lambda: air.row(programme).state.terminal and air.row(programme))
            assert kept.state is BroadcastState.MISSED
            assert not ended(air, second), "it waits for the words"
        if then == "spoken":
            spoken(air, first)
        elif then == "no voice":
            emergency_voice._fail(air.station, first, EngineError("Không có giọng."))
        elif then == "ended":
            emergency_ending.cancel(air.station, OPERATOR, first, "Nhầm")
        until(lambda: ended(air, second), 15)
    (after,) = rows_of(air, second)
    assert after.state is BroadcastState.AIRED
    if then == "spoken":
        siren, words = rows_of(air, first)
        chunk = dt.timedelta(milliseconds=CHUNK_MS)  # the last piece is handed over before it has left
        assert siren.finished_at <= words.started_at < words.finished_at <= after.started_at + chunk
