"""An emergency in force is heard in full in each of its zones, or every page says where it was not."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from broadcaster.clock import FrozenClock
from broadcaster.db.models import AuditEvent, BroadcastRow
from broadcaster.db.queries import air as air_queries
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, ItemKind
from broadcaster.domain.air.emergencies import Another, EmergencyRequest, EmergencyState
from broadcaster.domain.log.playlog import Outcome
from broadcaster.errors import AirError
from broadcaster.services.air import emergencies
from broadcaster.services.log import playlog
from broadcaster.supervise.simulated import Simulation
from tests.kit.air import make_air
from tests.kit.clocks import MORNING
from tests.kit.emergencies import OPERATOR, declared, prepare
from tests.kit.live import running
from tests.kit.meter import Meter
from tests.kit.waiting import until

SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)
ZONES = ("ap-1", "ap-2", "ap-3")


class PowerCutError(BaseException):
    """The machine has no power any more: nothing of it goes on."""


@pytest.fixture
def town(tmp_path):
    """Two zones on one output and one on another, over a frozen clock."""
    air = prepare(make_air(tmp_path / "dai", FrozenClock(MORNING)), tone_s=4.0)
    air.zones("ap-3", sink="hai")
    yield air
    air.station.close()


def soundings(air, number):
    with air.station.db.read() as session:
        query = select(BroadcastRow).where(
            BroadcastRow.emergency_id == number, BroadcastRow.kind == BroadcastKind.EMERGENCY
        )
        return list(session.scalars(query.order_by(BroadcastRow.starts_at, BroadcastRow.id)))


def urgent(air):
    with air.station.db.read() as session:
        (found,) = air_queries.present(session, air.station.now()).urgent
        return found.now


def words_heard(air, number):
    """Where the words were heard in full."""
    own = {b.id for b in soundings(air, number)}
    return {
        e.zone
        for e in air.log()
        if e.broadcast_id in own and e.kind is ItemKind.EMERGENCY and e.outcome is Outcome.FULL
    }


@pytest.mark.medium
def test_a_power_cut_in_mid_siren_is_made_good_from_the_siren_once(town):
    air = town

    def no_power(_at):
        raise PowerCutError

    meters = {name: Meter(name, air.frozen) for name in ("main", "hai")}
    life = Simulation(air.station, refusal=air.refusal, sinks=meters, every=10 * SECOND, chunk_ms=500)
    life.playout.open()
    meters["main"].listener = no_power
    number = declared(air, zones=ZONES)
    life.playout.look_again()
    with pytest.raises(PowerCutError):
        life.run_until(air.frozen.now() + MINUTE)
    life.power_cut()
    air.frozen.advance(700)  # its own time is over: the desk plans it anew
    meters = {name: Meter(name, air.frozen) for name in ("main", "hai")}
    with Simulation(air.station, refusal=air.refusal, sinks=meters, every=10 * SECOND) as again:
        again.run_until(air.frozen.now() + 10 * MINUTE)
    cut, made_good = soundings(air, number)
    assert cut.state is not BroadcastState.AIRED
    assert made_good.state is BroadcastState.AIRED
    assert [i.kind for i in made_good.rundown] == [ItemKind.CUE, ItemKind.EMERGENCY]
    assert words_heard(air, number) == set(ZONES)
    assert not urgent(air).unheard
    with air.station.db.read() as session:
        told = session.scalars(select(AuditEvent.note).where(AuditEvent.verb == "again")).all()
        assert playlog.verify(session).holds
    assert len(told) == 1


@pytest.mark.medium
def test_a_zone_whose_output_was_broken_is_named_and_tried_until_it_is_heard(town):
    air = town

    class Broken(Meter):
        def open(self, feed):
            raise AirError("Đứt dây.")

    good = Meter("main", air.frozen)
    number = declared(air, zones=ZONES)
    began = air.frozen.now()
    with Simulation(air.station, refusal=air.refusal, sinks={"main": good, "hai": Broken("hai", air.frozen)}) as life:
        life.run_until(began + MINUTE)
    assert list(urgent(air).unheard) == ["ap-3"]
    assert words_heard(air, number) == {"ap-1", "ap-2"}
    mended = {"main": Meter("main", air.frozen), "hai": Meter("hai", air.frozen)}
    with Simulation(air.station, refusal=air.refusal, sinks=mended, every=10 * SECOND) as life:
        life.run_until(began + 20 * MINUTE)
    assert words_heard(air, number) == set(ZONES)
    assert not urgent(air).unheard
    assert all(set(b.zones) == {"ap-3"} for b in soundings(air, number)[1:]), "the others heard it"
    assert not mended["main"].heard


@pytest.mark.slow
def test_a_second_one_on_the_same_output_is_heard_right_after_the_first(live):
    air = prepare(live, tone_s=2.0)
    meter = Meter("main", air.station.clock)
    with running(air, sinks={"main": meter}):
        first = declared(air, zones=("ap-1",))
        until(lambda: meter.heard)
        sha, ms = air.sounds["lời nói"]
        wish = EmergencyRequest(
            title="Cháy chợ", text="", zones=("ap-2",), reason="Cháy", recording_sha256=sha, recording_ms=ms
        )
        second = emergencies.draft(air.station, OPERATOR, wish)
        emergencies.confirm(air.station, OPERATOR, second, another=Another.AFTER)
        until(lambda: all(b.state.terminal for n in (first, second) for b in soundings(air, n)))
    assert words_heard(air, first) == {"ap-1"}
    assert words_heard(air, second) == {"ap-2"}
    (one,), (two,) = soundings(air, first), soundings(air, second)
    assert (one.state, two.state) == (BroadcastState.AIRED, BroadcastState.AIRED)
    ends = max(end for number, _, end in meter.heard if number == one.id)
    begins = min(start for number, start, _ in meter.heard if number == two.id)
    assert dt.timedelta(0) <= begins - ends + SECOND / 10 < 5 * SECOND
    with air.station.db.read() as session:
        assert {e.state for e in emergencies.active(session, air.station.now())} == {EmergencyState.ACTIVE}
        assert len(emergencies.active(session, air.station.now())) == 2
