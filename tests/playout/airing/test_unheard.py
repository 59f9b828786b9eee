"""What is said to have been heard: never more than left through a horn, whatever fails meanwhile."""

from __future__ import annotations

import datetime as dt
import queue
from collections import deque
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.clock import FrozenClock
from broadcaster.db.models import ZoneRow
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.causes import NOTHING, Cause, Why
from broadcaster.domain.air.mutes import Mute
from broadcaster.domain.air.outlets import Outlet
from broadcaster.domain.log.heard import Heard, Measurement
from broadcaster.domain.log.playlog import Outcome, Punctuality, punctuality_of
from broadcaster.domain.log.proof import CapturePoint, ItemFinding, Match
from broadcaster.domain.reports.figures import count
from broadcaster.errors import AirError
from broadcaster.home import Home
from broadcaster.playout.sinks import Sinks, resolve_sinks
from broadcaster.playout.sinks.null import NullSink, SimulatedHorn
from broadcaster.playout.sound.events import Ended, PlayProgress
from broadcaster.playout.sound.player import Lane
from broadcaster.playout.sound.sources import Segment
from broadcaster.services.log import playlog
from broadcaster.settings import Settings
from broadcaster.supervise.simulated import Simulation
from tests.kit.air import Air
from tests.kit.clocks import MORNING
from tests.kit.horns import RecordedHorn
from tests.kit.properties import examples
from tests.kit.sinks import FEED, NOW, Held

STOP = Why(Cause.PERSON_STOPPED, "Trực máy dừng.")


class PowerCut(BaseException):
    """The machine dies."""


class Horn:
    """A way out with a meter at its end: it holds some sound back, breaks, and loses what it held."""

    kind, paced, exclusive, latency = "meter", False, False, 0.0

    def __init__(self, *, holds: int, faults: dict[int, str]) -> None:
        self.name = "main"
        self._holds, self._faults = holds, faults
        self._waiting: deque[bytes] = deque()
        self._asked = 0
        self._away = 0
        self.lost = 0
        self.sounded = 0
        self.acts: dict[str, Any] = {}

    def check(self) -> str:
        return ""

    def open(self, feed: object) -> Horn:
        del feed
        if self._away:
            raise AirError("Không có card.")
        return self

    def write(self, pcm: Any) -> None:
        self._asked += 1
        match self._faults.get(self._asked):
            case "away":
                self._away = 1
                self._forget()
                raise AirError("Card bị rút.")
            case "torn":
                self._forget()
                raise AirError("Dây bị đứt.")
            case "cut":
                self.acts["cut"]()
            case "mute":
                self.acts["muted"] = not self.acts["muted"]
            case "power":
                raise PowerCut
            case _:
                pass
        self._waiting.append(bytes(pcm))
        while sum(map(len, self._waiting)) > self._holds * 2:
            self._let_out(self._waiting.popleft())

    def drop(self) -> None:
        self._forget()

    def close(self) -> None:
        while self._waiting:
            self._let_out(self._waiting.popleft())

    def _forget(self) -> None:
        self.lost += sum(map(len, self._waiting)) // 2
        self._waiting.clear()

    def _let_out(self, pcm: bytes) -> None:
        self.sounded += int(np.count_nonzero(np.frombuffer(pcm, "<i2")))


@examples(300)
@given(
    st.dictionaries(st.integers(1, 60), st.sampled_from(["away", "torn", "cut", "mute", "power"]), max_size=5),
    st.integers(0, 5000),
    st.lists(st.integers(1, 20_000), min_size=1, max_size=3),
    st.sampled_from(Outlet),
    st.integers(0, 4000),
    st.booleans(),
)
def test_no_more_is_logged_as_heard_than_left_through_a_horn(
    faults: dict[int, str], holds: int, lengths: list[int], outlet: Outlet, late: int, begins_muted: bool
) -> None:
    horn = Horn(holds=holds, faults=faults)
    horn.acts["muted"] = begins_muted
    quiet = Mute(id=1, output="main", zone="", since=NOW, until=NOW + dt.timedelta(days=1), by="ai", why="")
    events: queue.SimpleQueue[Any] = queue.SimpleQueue()
    clock = FrozenClock(NOW)
    lane = Lane(
        horn,  # type: ignore[arg-type]
        ("ap-1",),
        1.0,
        FEED,
        clock,
        events,
        lambda _n, _w: None,
        outlet=outlet,
        mute=lambda: quiet if horn.acts["muted"] else None,
    )
    horn.acts["cut"] = lambda: lane.cut(STOP, "ai")
    tapes = [Held(np.full(n, 10_000, "<i2").tobytes()) for n in lengths]
    segments = [Segment(n, t, min(late, t.samples - 1) if n == 1 else 0) for n, t in enumerate(tapes, 1)]
    lane.begin(segments, clock.monotonic() + 1, limit=None, limit_why=NOTHING, fade_in=late > 0)
    died = False
    try:
        lane.run()
    except PowerCut:
        died = True
    told = [events.get()[1] for _ in range(events.qsize())]
    ends = {e.item_no: (e.heard, e.whole) for e in told if isinstance(e, Ended)}
    if died:  # what the next life finds of the item that sounded
        ends = {e.item_no: (e.heard, False) for e in told if isinstance(e, PlayProgress)} | ends
    logged = [
        Heard(Measurement(outlet, lengths[no - 1] * 1000 // 48_000, heard * 1000 // 48_000, whole=whole))
        for no, (heard, whole) in ends.items()
    ]
    edges = 2 * (len(faults) + len(lengths) + 1)  # a fade ends, or begins, with a sample of nought
    # What an output held back when the machine died, or of the item before, nobody can know.
    unknown = holds if died or len(lengths) > 1 else 0
    assert sum(h.ms for h in logged) * 48 <= (horn.sounded + edges + unknown if outlet.heard else 0)
    if not outlet.heard:
        assert not {h.outcome for h in logged} & {Outcome.FULL, Outcome.PARTIAL}


@pytest.mark.parametrize("outlet", [o for o in Outlet if not o.heard])
def test_a_broadcast_that_no_horn_carries_is_unheard_and_counts_nowhere(
    air: Air, three: list[Any], outlet: Outlet
) -> None:
    class Dumb(NullSink):
        pass

    Dumb.outlet = outlet
    number = air.plan(MORNING, three, "ap-1", "ap-2")
    with Simulation(air.station, refusal=air.refusal, sinks={"main": Dumb("main")}) as simulation:
        simulation.run_until(MORNING + dt.timedelta(minutes=10))
    row, log = air.row(number), air.log()
    assert row.state is BroadcastState.UNHEARD
    assert row.causes == (Cause.NO_HORN,)
    assert row.verdict.startswith("Không ra loa: ")
    assert {(e.outcome, e.heard_ms, e.outlet, e.cause) for e in log} == {(Outcome.UNHEARD, 0, outlet, Cause.NO_HORN)}
    assert punctuality_of(row.state, {Outcome.UNHEARD: 6}, late_s=0, joined=False) is Punctuality.UNHEARD
    with air.station.db.read() as session:
        figures = count((line.entry for line in playlog.entries(session)), air.station.settings.tz)
        assert playlog.verify(session).holds
    assert (figures.broadcasts, figures.broadcasts_missed, figures.total.full, figures.total.heard_ms) == (0, 1, 0, 0)


def test_a_zone_with_a_horn_and_a_recording_has_heard_what_the_horn_carried(air: Air, three: list[Any]) -> None:
    with air.station.db.write() as session:
        for zone in ("ap-1", "ap-2"):
            session.get(ZoneRow, zone).sink = "ca-hai"
    number = air.plan(MORNING, three, "ap-1")
    sinks = Sinks({"main": SimulatedHorn("main"), "tep": NullSink("tep")}, {}, {"ca-hai": ("tep", "main")})
    with Simulation(air.station, refusal=air.refusal, sinks=sinks) as simulation:
        simulation.run_until(MORNING + dt.timedelta(minutes=10))
    assert air.row(number).state is BroadcastState.AIRED
    assert {(e.outcome, e.outlet) for e in air.log()} == {(Outcome.FULL, Outlet.LOUDSPEAKER)}


def test_a_trial_is_recorded_in_full_and_its_proof_says_that_no_horn_sounded(air: Air, three: list[Any]) -> None:
    number = air.plan(MORNING, three, kind=BroadcastKind.TRIAL)
    with Simulation(air.station, refusal=air.refusal, sinks={"aircheck": NullSink("aircheck")}) as simulation:
        simulation.run_until(MORNING + dt.timedelta(minutes=10))
    assert air.row(number).state is BroadcastState.AIRED
    assert {(e.kind, e.outcome) for e in air.log()} == {("trial", Outcome.FULL)}


def test_a_proof_taken_where_no_horn_hangs_never_says_that_it_was_heard() -> None:
    found = ItemFinding(CapturePoint.RECORDED, 1.0, -17.0, -17.0, 0, 1.0, 0)
    assert found.heard is Match.UNHEARD
    assert found.sentence == "Không ra loa; bản thu có 100% nội dung."


def test_a_card_that_comes_back_is_used_again_and_one_that_goes_is_missed() -> None:
    class Card(SimulatedHorn):
        stand_in = "file"
        away = True

        def check(self) -> str:
            return "Máy này không có card âm thanh." if self.away else ""

    card, other = Card("main"), NullSink("main")
    sinks = Sinks({"main": other}, {}, {}, {"main": (card, other)})
    sinks.look()
    assert (sinks.by_name["main"], sinks.outlet("main")) == (other, Outlet.STAND_IN)
    assert "không ra loa" in sinks.nobody("main").text
    card.away = False
    sinks.look()
    assert (sinks.by_name["main"], sinks.outlet("main")) == (card, Outlet.LOUDSPEAKER)
    assert not sinks.notes
    assert not sinks.nobody("main")
    card.away = True
    sinks.look()
    assert sinks.outlet("main") is Outlet.STAND_IN


def test_each_kind_of_sink_says_what_it_is_and_one_that_does_not_is_believed(tmp_path: Any) -> None:
    kinds = {
        "null": ({}, Outlet.NOWHERE),
        "file": ({}, Outlet.RECORDING),
        "pipe": ({"command": ["cat"]}, Outlet.LOUDSPEAKER),
        "icecast": ({"host": "127.0.0.1", "password": "x"}, Outlet.STREAM),
    }
    named = {kind: {"kind": kind, "options": options} for kind, (options, _) in kinds.items()}
    sinks = resolve_sinks(Settings.model_validate({"playout": {"sinks": named}}), Home(tmp_path), FrozenClock(NOW))
    assert {kind: sinks.outlet(kind) for kind in kinds} == {kind: outlet for kind, (_, outlet) in kinds.items()}

    class Old:
        name, kind = "cu", "cu"

    assert Sinks({"cu": Old()}, {}).outlet("cu") is Outlet.LOUDSPEAKER  # type: ignore[dict-item]
    assert RecordedHorn.outlet is Outlet.LOUDSPEAKER
